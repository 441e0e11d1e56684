/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool facts_has_vanished(const struct err *e, const struct dir *dir, const char *path)
{
	bool is_there = true;

	if (!err_is_absence(e))
		return false;
	err_free(dir_has(dir, path, &is_there));
	return !is_there;
}

/* Adds @e (taken), which came of @path, under @name. */
static void add_error(struct fact_list *list, const char *name, mode_t mode, const struct dir *dir,
		      const char *path, struct err *e)
{
	if (facts_has_vanished(e, dir, path))
		err_free(e);
	else
		fact_list_add(list, name, mode, NULL, e);
}

static void add_text(struct fact_list *list, const char *name, mode_t mode, const struct dir *dir,
		     const char *path)
{
	char *text = NULL;
	struct err *e = dir_read(dir, path, SYSFS_FILE_MAX, &text, NULL);

	if (e)
		add_error(list, name, mode, dir, path, e);
	else
		fact_list_add(list, name, mode, text, NULL);
}

/* Root may open whatever it likes: what has no right to be read was not made for that. */
static void add_readable(struct fact_list *list, const char *name, const struct dir *dir,
			 const char *path)
{
	struct stat st;

	if (fstatat(dir->fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		add_error(list, name, 0, dir, path, dir_err(dir, "look at", path));
	else if (S_ISREG(st.st_mode) && (st.st_mode & 0444))
		add_text(list, name, st.st_mode & 0777, dir, path);
	else if (S_ISREG(st.st_mode))
		fact_list_add(list, name, st.st_mode & 0777, NULL, NULL);
}

void facts_read(struct fact_list *list, const char *name, const struct dir *dir, const char *path,
		bool is_line)
{
	size_t before = list->count;
	char *text;
	size_t length;

	add_readable(list, name, dir, path);
	text = list->count > before ? list->items[before].text : NULL;
	length = text ? strlen(text) : 0;
	if (is_line && length && text[length - 1] == '\n')
		text[length - 1] = '\0';
}

void facts_read_link(struct fact_list *list, const char *name, const struct dir *dir,
		     const char *path)
{
	_cleanup_(mem_freep) char *target = NULL;
	struct err *e = sysfs_read_link(dir, path, &target);

	if (e)
		fact_list_add(list, name, 0, NULL, e);
	else if (target)
		fact_list_add(list, name, 0, mem_strdup(str_base_name(target)), NULL);
}

static bool is_skipped(const char *name, const char *const *skipped)
{
	for (size_t i = 0; skipped && skipped[i]; i++)
		if (strcmp(skipped[i], name) == 0)
			return true;
	return false;
}

static err_t look_for_directory(const struct dir *dir, const char *name, bool *ret)
{
	struct stat st;

	if (fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return dir_err(dir, "look at", name);
	*ret = S_ISDIR(st.st_mode);
	return NULL;
}

static void read_below(struct thing *thing, const struct dir *at, const char *name,
		       const char *path, int depth)
{
	_cleanup_(mem_freep) char *prefix = mem_printf("%s/", path);
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = dir_open_at(at, name, &dir);

	if (e)
		add_error(&thing->facts, "unread", 0, at, name, e);
	else
		facts_read_files(thing, dir, prefix, NULL, depth);
}

void facts_read_files(struct thing *thing, const struct dir *dir, const char *prefix,
		      const char *const *skipped, int depth)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	struct err *e = sysfs_pass_absence(dir_list(dir, &names));

	if (e)
		fact_list_add(&thing->facts, "unread", 0, NULL, e);
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.items[i];
		_cleanup_(mem_freep) char *path = mem_printf("%s%s", prefix, name);
		bool is_directory = false;

		if (is_skipped(name, skipped))
			continue;
		e = look_for_directory(dir, name, &is_directory);
		if (e)
			add_error(&thing->facts, "unread", 0, dir, name, e);
		else if (!is_directory)
			add_readable(&thing->files, path, dir, name);
		else if (depth > 0)
			read_below(thing, dir, name, path, depth - 1);
	}
}
