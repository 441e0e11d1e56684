/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the types of parents. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sysfs_private.h"

static err_t read_text(const struct dir *dir, const char *name, char **ret)
{
	TRY(dir_read(dir, name, SYSFS_FILE_MAX, ret, NULL));
	str_trim(*ret);
	return NULL;
}

/* A file that a driver need not have: empty if it is not there. */
static err_t read_optional_text(const struct dir *dir, const char *name, char **ret)
{
	*ret = NULL;
	TRY(sysfs_pass_absence(read_text(dir, name, ret)));
	if (!*ret)
		*ret = mem_strdup("");
	return NULL;
}

/* "a\nb" as "a, b": a description has a line for each of its parts. */
static char *join_lines(const char *text)
{
	char *joined = mem_alloc(strlen(text) * 2 + 1);
	char *out = joined;

	for (; *text; text++) {
		if (*text == '\n') {
			*out++ = ',';
			*out++ = ' ';
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
	return joined;
}

err_t sysfs_read_instances(const struct dir *type, unsigned long *ret)
{
	_cleanup_(mem_freep) char *text = NULL;
	_cleanup_(mem_freep) char *shown = NULL;

	TRY(read_text(type, "available_instances", &text));
	if (str_to_number(text, LONG_MAX, ret))
		return NULL;
	shown = str_escape(text);
	return err_new(ERR_FAILED, "'%s/available_instances' has '%s', which is no number",
		       type->path, shown);
}

static err_t read_type(const struct dir *dir, struct mdev_type *type)
{
	_cleanup_(mem_freep) char *description = NULL;

	TRY(sysfs_read_instances(dir, &type->available_instances));
	TRY(read_text(dir, "device_api", &type->device_api));
	TRY(read_optional_text(dir, "name", &type->name));
	TRY(read_optional_text(dir, "description", &description));
	type->description = join_lines(description);
	return NULL;
}

/* Whether @e, the failure to read the type @id, came of its going. */
static bool has_gone(const struct err *e, const struct dir *types, const char *id)
{
	bool is_there = true;

	if (!err_is_absence(e))
		return false;
	err_free(dir_has(types, id, &is_there));
	return !is_there;
}

/* Adds the type @id; one that is there but cannot be read is warned about. */
static void add_type(const struct sysfs *sysfs, const struct dir *types, const char *id,
		     struct parent *parent)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct mdev_type type = { .id = mem_strdup(id) };
	struct err *e = dir_open_at(types, id, &dir);

	if (!e)
		e = read_type(dir, &type);
	if (!e) {
		parent_add_type(parent, &type);
		return;
	}
	mdev_type_clear(&type);
	if (has_gone(e, types, id)) {
		err_free(e);
		return;
	}
	parent->left_out++;
	env_warn(sysfs->env,
		 err_hint(err_wrap(e, "type '%s' of parent '%s' is left out", id, parent->name),
			  SYSFS_LOG_HINT));
}

/* *ret is NULL if the parent has no types: its driver has just gone. */
static err_t list_types(const struct sysfs *sysfs, const char *parent, struct dir **ret,
			struct strlist *ret_ids)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(dir_freep) struct dir *types = NULL;

	TRY(sysfs_find_parent(sysfs, parent, &dir));
	if (dir)
		TRY(sysfs_pass_absence(dir_open_at(dir, SYSFS_TYPES, &types)));
	if (types)
		TRY(sysfs_pass_absence(dir_list(types, ret_ids)));
	*ret = take(types);
	return NULL;
}

err_t sysfs_list_types(const struct sysfs *sysfs, const char *parent, struct strlist *ret)
{
	_cleanup_(dir_freep) struct dir *types = NULL;

	return list_types(sysfs, parent, &types, ret);
}

err_t sysfs_read_parent_file(const struct sysfs *sysfs, const char *parent, const char *name,
			     char **ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	*ret = NULL;
	TRY(sysfs_find_parent(sysfs, parent, &dir));
	return dir ? sysfs_pass_absence(dir_read(dir, name, SYSFS_FILE_MAX, ret, NULL)) : NULL;
}

err_t sysfs_count_types(const struct sysfs *sysfs, const char *parent, size_t *ret,
			ino_t *ret_inode)
{
	_cleanup_(strlist_clear) struct strlist ids = { 0 };
	_cleanup_(dir_freep) struct dir *types = NULL;
	struct stat st = { 0 };

	TRY(list_types(sysfs, parent, &types, &ids));
	if (types && fstat(types->fd, &st) < 0)
		return err_errno(errno, "cannot look at '%s'", types->path);
	*ret = ids.count;
	*ret_inode = st.st_ino;
	return NULL;
}

static err_t read_parent(const struct sysfs *sysfs, const char *name, struct parent_list *ret)
{
	_cleanup_(strlist_clear) struct strlist ids = { 0 };
	_cleanup_(dir_freep) struct dir *types = NULL;
	struct parent *parent;

	TRY(list_types(sysfs, name, &types, &ids));
	if (!types)
		return NULL;
	parent = parent_new(name);
	for (size_t i = 0; i < ids.count; i++)
		add_type(sysfs, types, ids.items[i], parent);
	parent_list_add(ret, parent);
	return NULL;
}

err_t sysfs_read_parents(const struct sysfs *sysfs, const char *parent, struct parent_list *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	if (parent)
		strlist_add(&names, mem_strdup(parent));
	else
		TRY(sysfs_list_parents(sysfs, &names));
	for (size_t i = 0; i < names.count; i++)
		env_warn(sysfs->env, read_parent(sysfs, names.items[i], ret));
	return NULL;
}

/* Whether they have the same digits: those of an id mean something, and are not mistyped letters.
 */
static bool has_same_digits(const char *a, const char *b)
{
	for (;;) {
		a += strcspn(a, "0123456789");
		b += strcspn(b, "0123456789");
		if (!*a || *a != *b)
			return *a == *b;
		a++;
		b++;
	}
}

/* The id of the type that was probably meant, owned by the caller; NULL if none is near. */
static char *nearest_type(const struct parent *parent, const char *type)
{
	_cleanup_(strlist_clear) struct strlist ids = { 0 };
	const char *near;

	parent_find_types(parent, type, &ids);
	if (ids.count)
		return mem_strdup(ids.items[0]);
	for (size_t i = 0; i < parent->type_count; i++)
		if (has_same_digits(parent->types[i].id, type))
			strlist_add(&ids, mem_strdup(parent->types[i].id));
	near = strlist_nearest(&ids, type);
	return mem_copy(near);
}

/* What cannot be read suggests nothing. */
static struct parent *read_names(const struct dir *dir, const char *name)
{
	_cleanup_(strlist_clear) struct strlist ids = { 0 };
	struct parent *parent = parent_new(name);

	err_free(dir_list_at(dir, SYSFS_TYPES, &ids));
	for (size_t i = 0; i < ids.count; i++) {
		_cleanup_(mem_freep) char *path = mem_printf(SYSFS_TYPES "/%s/name", ids.items[i]);
		struct mdev_type type = { .id = mem_strdup(ids.items[i]) };

		err_free(dir_read(dir, path, SYSFS_FILE_MAX, &type.name, NULL));
		if (!type.name)
			type.name = mem_strdup("");
		str_trim(type.name);
		parent_add_type(parent, &type);
	}
	return parent;
}

err_t sysfs_hint_type(struct err *e, const struct dir *dir, const char *parent, const char *type)
{
	_cleanup_(parent_freep) struct parent *names = read_names(dir, parent);
	_cleanup_(mem_freep) char *near = nearest_type(names, type);

	if (near && strcmp(near, type) != 0)
		return err_hint(e, "did you mean '%s'? 'mdevadm types --parent %s' lists its types",
				near, parent);
	return err_hint(e, "'mdevadm types --parent %s' lists its types", parent);
}
