/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scripts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/trust.h"

static const char *const kind_names[SCRIPTS_KINDS] = {
	[SCRIPTS_CALLOUTS] = "callouts",
	[SCRIPTS_NOTIFIERS] = "notifiers",
};

/* The second one is deprecated. */
static const struct {
	enum env_dir base;
	const char *name;
} places[] = {
	{ ENV_DIR_LIB, "mdevctl" },
	{ ENV_DIR_ETC, "mdevctl.d" },
};

static void add_script(struct scripts *scripts, char *path, char *real)
{
	struct script *script = mem_zalloc(sizeof(*script));

	script->path = path;
	script->real = real;
	script->name = str_base_name(path);
	scripts->items = mem_grow(scripts->items, scripts->count, sizeof(*scripts->items));
	scripts->items[scripts->count++] = script;
}

/* Takes @e: many scripts may have the one problem. */
static void add_problem(struct scripts *scripts, struct err *e)
{
	for (const struct err *old = scripts->problems; old; old = err_next(old)) {
		if (strcmp(err_message(old), err_message(e)) == 0) {
			err_free(e);
			return;
		}
	}
	scripts->problems = err_also(scripts->problems, e);
}

/*
 * Where the script or directory is. As root only one that nobody else can change; what another
 * user runs, below a root directory of his own, is his own affair.
 */
static err_t resolve(const char *path, char **ret)
{
	if (geteuid() == 0)
		return trust_resolve(path, ret);
	*ret = realpath(path, NULL);
	return *ret ? NULL : err_errno(errno, "cannot find '%s'", path);
}

/* In a directory of scripts, other than on the way to one, also names must be root's choice. */
static err_t resolve_both(const char *dir, const char *path, char **ret)
{
	_cleanup_(mem_freep) char *real_dir = NULL;

	TRY(resolve(dir, &real_dir));
	return resolve(path, ret);
}

/*
 * Takes @e: what a link leads to is not there. It is left out, unless others than root can have
 * taken it away, and with it a veto.
 */
static void consider_missing(struct scripts *scripts, const struct env *env, const char *path,
			     struct err *e)
{
	_cleanup_(mem_freep) char *real = NULL;
	struct err *way = err_is_absence(e) ? resolve(path, &real) : NULL;

	if (way && !err_is_absence(way)) {
		err_free(e);
		add_problem(scripts, way);
		return;
	}
	err_free(way);
	if (err_is_absence(e))
		env_warn(env, err_hint(err_wrap(e, "a script is left out"),
				       "mend the link, or remove it"));
	else
		add_problem(scripts, e);
}

/* Directories are nobody's scripts, and a link to /dev/null stands for none. */
static void consider(struct scripts *scripts, const struct env *env, const struct dir *dir,
		     const char *name)
{
	_cleanup_(mem_freep) char *path = mem_printf("%s/%s", dir->path, name);
	char *real = NULL;
	struct stat status;
	struct err *e;

	if (fstatat(dir->fd, name, &status, 0) < 0) {
		consider_missing(scripts, env, path, dir_err(dir, "look at", name));
		return;
	}
	if (!S_ISREG(status.st_mode))
		return;
	/* First: whoever may change it may also make it look as if it were none. */
	e = resolve_both(dir->path, path, &real);
	if (e) {
		add_problem(scripts, e);
	} else if (faccessat(dir->fd, name, X_OK, AT_EACCESS) < 0) {
		env_warn(env,
			 err_hint(err_new(ERR_FAILED, "'%s' is not executable and not run", path),
				  "'chmod +x %s', or move it elsewhere", path));
		free(real);
	} else {
		add_script(scripts, take(path), real);
	}
}

/* A directory that is there and cannot be looked into may hide a veto. */
static void find_in(struct scripts *scripts, const struct env *env, const char *top,
		    const char *kind)
{
	_cleanup_(mem_freep) char *path = mem_printf("%s/scripts.d/%s", top, kind);
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = dir_open(path, &dir);

	if (err_is(e, ENOENT) || err_is(e, ENOTDIR)) {
		err_free(e);
		return;
	}
	if (!e)
		e = dir_list(dir, &names);
	if (e)
		add_problem(scripts, e);
	for (size_t i = 0; i < names.count; i++)
		consider(scripts, env, dir, names.items[i]);
}

struct scripts *scripts_find(const struct env *env, enum scripts_kind kind)
{
	struct scripts *scripts = mem_zalloc(sizeof(*scripts));

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		_cleanup_(mem_freep) char *top =
			mem_printf("%s/%s", env->dir[places[i].base], places[i].name);

		find_in(scripts, env, top, kind_names[kind]);
	}
	return scripts;
}

void scripts_free(struct scripts *scripts)
{
	if (!scripts)
		return;
	for (size_t i = 0; i < scripts->count; i++) {
		free(scripts->items[i]->path);
		free(scripts->items[i]->real);
		free(scripts->items[i]);
	}
	free(scripts->items);
	err_free(scripts->problems);
	free(scripts);
}

err_t scripts_check(const struct scripts *scripts)
{
	struct err *e = NULL;

	for (const struct err *problem = scripts->problems; problem; problem = err_next(problem)) {
		struct err *one =
			err_new(ERR_REFUSED, "a script is not run: %s", err_message(problem));

		if (err_advice(problem))
			one = err_hint(one, "%s", err_advice(problem));
		e = err_also(e, one);
	}
	return err_hint(e, "put that right, or take the script away");
}
