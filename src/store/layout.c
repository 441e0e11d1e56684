/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Systems that are described in one place (NixOS, Guix) have links here to files that they manage.
 * These are read where nobody but root can have written them, and never written.
 */
#include "layout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "base/trust.h"

void place_clear(struct place *place)
{
	dir_free(place->dir);
}

void made_clear(struct made *made)
{
	dir_free(made->etc);
	dir_free(made->top);
	dir_free(made->dir);
}

err_t layout_open_top(const struct store *store, struct dir **ret)
{
	struct err *e;

	*ret = NULL;
	e = dir_open(store->path, ret);
	if (!err_is(e, ENOENT))
		return e;
	err_free(e);
	return NULL;
}

/* *ret is NULL if it is no link. */
static err_t read_link(const struct dir *dir, const char *name, char **ret)
{
	struct err *e = dir_read_link(dir, name, ret);

	if (!err_is(e, EINVAL) && !err_is_absence(e))
		return e;
	err_free(e);
	*ret = NULL;
	return NULL;
}

static err_t no_directory(const struct dir *top, const char *name)
{
	return err_hint(
		err_new(ERR_INVALID, "'%s/%s' is no directory of definitions", top->path, name),
		"a definition is a file '%s/PARENT/UUID': move it there, or out of '%s'", top->path,
		top->path);
}

/*
 * Why nothing behind a link is read is no reason to end, but as if something else were there: so
 * it has no errno.
 */
static err_t not_followed(struct err *e, const char *path, const char *target)
{
	struct err *told;

	if (err_errnum(e) && !err_is_absence(e) && !err_is(e, ELOOP))
		return err_set_kind(e, ERR_FAILED);
	told = err_new(ERR_INVALID, "'%s' is %s%s%s, which is not followed: %s", path,
		       target ? "a link to '" : "behind a link", target ? target : "",
		       target ? "'" : "", err_message(e));
	if (err_advice(e))
		told = err_hint(told, "%s", err_advice(e));
	err_free(e);
	return err_hint(told, "remove the link, or mend what it leads to");
}

err_t layout_follow(const struct dir *dir, const char *name, char **ret)
{
	_cleanup_(mem_freep) char *path = mem_printf("%s/%s", dir->path, name);
	_cleanup_(mem_freep) char *target = NULL;
	struct err *e;

	TRY(read_link(dir, name, &target));
	e = trust_resolve(path, ret);
	return e ? not_followed(e, path, target) : NULL;
}

/* Opens what is no directory itself; see open_place(). */
static err_t open_linked(const struct dir *top, const char *parent, bool follows, struct place *ret)
{
	_cleanup_(mem_freep) char *target = NULL;
	_cleanup_(mem_freep) char *real = NULL;
	struct err *e;

	TRY(read_link(top, parent, &target));
	if (!target)
		return follows ? NULL : no_directory(top, parent);
	ret->is_linked = true;
	if (!follows)
		TRY(layout_follow(top, parent, &real));
	e = dir_open_linked(top, parent, &ret->dir);
	if (!err_is(e, follows ? ELOOP : ENOTDIR))
		return e;
	err_free(e);
	return follows ? NULL : no_directory(top, parent);
}

/* @follows any link, and then what is no directory is no error but has no definitions. */
static err_t open_place(const struct store *store, const char *parent, bool follows,
			struct place *ret)
{
	_cleanup_(dir_freep) struct dir *top = NULL;
	struct err *e;

	TRY(layout_open_top(store, &top));
	if (!top)
		return NULL;
	e = dir_open_at(top, parent, &ret->dir);
	if (err_is(e, ENOTDIR) || err_is(e, ELOOP)) {
		err_free(e);
		e = open_linked(top, parent, follows, ret);
	}
	if (!err_is_absence(e))
		return e;
	err_free(e);
	return NULL;
}

err_t layout_open(const struct store *store, const char *parent, struct place *ret)
{
	return open_place(store, parent, false, ret);
}

err_t layout_look(const struct store *store, const char *parent, struct place *ret)
{
	return open_place(store, parent, true, ret);
}

/* The text of a file that somebody else manages. */
static err_t read_managed(const struct place *place, const char *name, char **ret, size_t *ret_size)
{
	_cleanup_(mem_freep) char *real = NULL;
	_cleanup_(mem_freep) char *above = NULL;
	_cleanup_(dir_freep) struct dir *dir = NULL;

	TRY(layout_follow(place->dir, name, &real));
	above = mem_printf("%.*s", (int)(str_base_name(real) - real) - 1, real);
	TRY(dir_open(above, &dir));
	return dir_read(dir, str_base_name(real), DEVICE_JSON_MAX, ret, ret_size);
}

err_t layout_read(const struct place *place, const char *name, char **ret, size_t *ret_size)
{
	struct err *e;

	if (place->is_linked)
		return read_managed(place, name, ret, ret_size);
	e = dir_read(place->dir, name, DEVICE_JSON_MAX, ret, ret_size);
	if (!err_is(e, ELOOP))
		return e;
	err_free(e);
	return read_managed(place, name, ret, ret_size);
}

static err_t managed(const char *path, const char *target)
{
	return err_hint(
		err_new(ERR_FAILED, "'%s' is managed elsewhere: it is a link to '%s'", path,
			target),
		"change it there, by what made the link; or put a copy in the link's place");
}

static err_t check_place(const struct place *place)
{
	_cleanup_(mem_freep) char *real = NULL;
	struct err *e;

	if (!place->is_linked)
		return NULL;
	e = trust_resolve(place->dir->path, &real);
	if (e)
		return not_followed(e, place->dir->path, NULL);
	return managed(place->dir->path, real);
}

err_t layout_check_own(const struct place *place, const char *name)
{
	_cleanup_(mem_freep) char *path = mem_printf("%s/%s", place->dir->path, name);
	_cleanup_(mem_freep) char *target = NULL;
	_cleanup_(mem_freep) char *real = NULL;
	struct err *e;

	TRY(check_place(place));
	TRY(read_link(place->dir, name, &target));
	if (!target)
		return NULL;
	e = layout_follow(place->dir, name, &real);
	if (!e)
		return managed(path, real);
	/* What cannot be read is nobody's, and may be replaced or removed. */
	if (err_kind(e) != ERR_INVALID)
		return e;
	err_free(e);
	return NULL;
}

/* The errors of a parent's directory that is there, and is a link or something else. */
static err_t explain_no_directory(struct err *e, const struct dir *top, const char *parent)
{
	_cleanup_(mem_freep) char *path = NULL;
	_cleanup_(mem_freep) char *target = NULL;

	if (!err_is(e, ENOTDIR) && !err_is(e, ELOOP))
		return e;
	err_free(e);
	TRY(read_link(top, parent, &target));
	if (!target)
		return no_directory(top, parent);
	path = mem_printf("%s/%s", top->path, parent);
	return managed(path, target);
}

err_t layout_make(const struct store *store, const char *parent, struct made *ret)
{
	bool is_new;

	TRY(layout_open_top(store, &ret->top));
	if (!ret->top) {
		TRY(dir_open(store->env->dir[ENV_DIR_ETC], &ret->etc));
		TRY(dir_add_at(ret->etc, STORE_NAME, 0755, &ret->top, &is_new));
		if (!is_new)
			dir_free(take(ret->etc));
	}
	return explain_no_directory(dir_add_at(ret->top, parent, 0755, &ret->dir, &ret->is_new),
				    ret->top, parent);
}

void layout_undo(const struct made *made, const char *parent)
{
	if (made->is_new)
		unlinkat(made->top->fd, parent, AT_REMOVEDIR);
	if (made->etc)
		unlinkat(made->etc->fd, STORE_NAME, AT_REMOVEDIR);
}
