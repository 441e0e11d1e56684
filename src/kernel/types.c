/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the types of parents. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sysfs_private.h"

static bool is_gone(const struct err *e)
{
	return err_errnum(e) == ENOENT || err_errnum(e) == ENODEV;
}

/* Cuts the spaces and newlines at the end. */
static void trim(char *text)
{
	size_t length = strlen(text);

	while (length && strchr(" \n\t\r", text[length - 1]))
		text[--length] = '\0';
}

static err_t read_text(const struct dir *dir, const char *name, char **ret)
{
	struct err *e = dir_read(dir, name, SYSFS_FILE_MAX, ret, NULL);

	if (!e)
		trim(*ret);
	return e;
}

/* A file that a driver need not have: empty if it is not there. */
static err_t read_optional_text(const struct dir *dir, const char *name, char **ret)
{
	struct err *e = read_text(dir, name, ret);

	if (!e || !is_gone(e))
		return e;
	err_free(e);
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

static err_t read_instances(const struct dir *dir, unsigned long *ret)
{
	_cleanup_(mem_freep) char *text = NULL;
	_cleanup_(mem_freep) char *shown = NULL;
	struct err *e = read_text(dir, "available_instances", &text);

	if (e)
		return e;
	if (str_to_number(text, LONG_MAX, ret))
		return NULL;
	shown = str_escape(text);
	return err_new(ERR_FAILED, "'%s/available_instances' has '%s', which is no number",
		       dir->path, shown);
}

static err_t read_type(const struct dir *dir, struct mdev_type *type)
{
	_cleanup_(mem_freep) char *description = NULL;
	struct err *e;

	e = read_instances(dir, &type->available_instances);
	if (!e)
		e = read_text(dir, "device_api", &type->device_api);
	if (!e)
		e = read_optional_text(dir, "name", &type->name);
	if (!e)
		e = read_optional_text(dir, "description", &description);
	if (!e)
		type->description = join_lines(description);
	return e;
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
	if (is_gone(e) && !dir_has(types, id))
		err_free(e);
	else
		env_warn(sysfs->env,
			 err_wrap(e, "type '%s' of parent '%s' is left out", id, parent->name));
}

/* *ret is NULL if the parent has no types: its driver has just gone. */
static err_t read_parent(const struct sysfs *sysfs, const char *name, struct parent **ret)
{
	_cleanup_(parent_freep) struct parent *parent = parent_new(name);
	_cleanup_(strlist_clear) struct strlist ids = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(dir_freep) struct dir *types = NULL;
	struct err *e;

	e = sysfs_open_parent(sysfs, name, &dir);
	if (!e)
		e = dir_open_at(dir, SYSFS_TYPES, &types);
	if (!e)
		e = dir_list(types, &ids);
	if (e && (is_gone(e) || err_kind(e) == ERR_NOT_FOUND)) {
		err_free(e);
		return NULL;
	}
	for (size_t i = 0; i < ids.count && !e; i++)
		add_type(sysfs, types, ids.items[i], parent);
	if (!e)
		*ret = take(parent);
	return e;
}

err_t sysfs_read_parents(const struct sysfs *sysfs, const char *parent, struct parent_list *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	struct err *e = NULL;

	if (parent)
		strlist_add(&names, mem_strdup(parent));
	else
		e = sysfs_list_parents(sysfs, &names);

	for (size_t i = 0; i < names.count; i++) {
		struct parent *read = NULL;

		env_warn(sysfs->env, read_parent(sysfs, names.items[i], &read));
		if (read)
			parent_list_add(ret, read);
	}
	return e;
}
