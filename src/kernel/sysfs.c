/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parents are the links in /sys/class/mdev_bus. That class may be dropped from the kernel one
 * day; without it, they are the devices of any bus or class that have mdev_supported_types.
 */
#include "kernel/sysfs.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "mounts.h"
#include "sysfs_private.h"

#define SYSFS_PARENTS "class/mdev_bus"

static bool is_absent(const struct err *e)
{
	return e &&
	       (err_errnum(e) == ENOENT || err_errnum(e) == ENOTDIR || err_errnum(e) == ENODEV);
}

static bool is_sysfs(const struct dir *dir)
{
	struct statfs fs;

	return fstatfs(dir->fd, &fs) == 0 && fs.f_type == SYSFS_MAGIC;
}

/* /sys is none: uses one that is mounted elsewhere, or none. */
static err_t open_elsewhere(struct sysfs *sysfs)
{
	_cleanup_(mem_freep) char *path = NULL;
	struct err *e = mounts_find_sysfs(&path);

	dir_free(take(sysfs->top));
	if (e)
		return err_wrap(e, "'%s' is not a sysfs", sysfs->env->dir[ENV_DIR_SYS]);
	return path ? dir_open(path, &sysfs->top) : NULL;
}

err_t sysfs_open(const struct env *env, struct sysfs **ret)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = mem_zalloc(sizeof(*sysfs));
	struct err *e;

	sysfs->env = env;
	e = dir_open(env->dir[ENV_DIR_SYS], &sysfs->top);
	if (is_absent(e)) {
		err_free(e);
		e = NULL;
	}
	if (!e && sysfs->top && !env->moved[ENV_DIR_SYS] && !is_sysfs(sysfs->top))
		e = open_elsewhere(sysfs);
	if (e)
		return e;
	*ret = take(sysfs);
	return NULL;
}

void sysfs_free(struct sysfs *sysfs)
{
	if (!sysfs)
		return;
	dir_free(sysfs->top);
	free(sysfs);
}

/* Calls list_at and treats what is not there as empty. */
static err_t list_if_there(const struct sysfs *sysfs, const char *path, struct strlist *ret)
{
	struct err *e = dir_list_at(sysfs->top, path, ret);

	if (!is_absent(e))
		return e;
	err_free(e);
	return NULL;
}

static bool has_types(const struct sysfs *sysfs, const char *path)
{
	_cleanup_(mem_freep) char *types = mem_printf("%s/" SYSFS_TYPES, path);

	return faccessat(sysfs->top->fd, types, F_OK, 0) == 0;
}

/* Adds the paths of the parents below @kind ("bus" or "class"), whose devices are in @inside. */
static err_t search_kind(const struct sysfs *sysfs, const char *kind, const char *inside,
			 struct strlist *ret)
{
	_cleanup_(strlist_clear) struct strlist groups = { 0 };
	struct err *e = list_if_there(sysfs, kind, &groups);

	for (size_t i = 0; i < groups.count && !e; i++) {
		_cleanup_(strlist_clear) struct strlist names = { 0 };
		_cleanup_(mem_freep) char *group =
			mem_printf("%s/%s%s", kind, groups.items[i], inside);

		e = list_if_there(sysfs, group, &names);
		for (size_t j = 0; j < names.count && !e; j++) {
			char *path = mem_printf("%s/%s", group, names.items[j]);

			if (has_types(sysfs, path))
				strlist_add(ret, path);
			else
				free(path);
		}
	}
	return e;
}

/* Adds the parents' paths in any order. */
static err_t list_parent_paths(const struct sysfs *sysfs, struct strlist *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	struct err *e;

	if (!sysfs->top)
		return NULL;
	e = dir_list_at(sysfs->top, SYSFS_PARENTS, &names);
	if (is_absent(e)) {
		err_free(e);
		if (faccessat(sysfs->top->fd, "bus/mdev", F_OK, 0) < 0)
			return NULL;
		e = search_kind(sysfs, "bus", "/devices", ret);
		return e ? e : search_kind(sysfs, "class", "", ret);
	}
	for (size_t i = 0; i < names.count; i++)
		strlist_add(ret, mem_printf(SYSFS_PARENTS "/%s", names.items[i]));
	return e;
}

err_t sysfs_list_parents(const struct sysfs *sysfs, struct strlist *ret)
{
	_cleanup_(strlist_clear) struct strlist paths = { 0 };
	struct err *e = list_parent_paths(sysfs, &paths);

	for (size_t i = 0; i < paths.count; i++)
		strlist_add(ret, mem_strdup(str_base_name(paths.items[i])));
	strlist_sort(ret);
	return e;
}

static err_t parent_not_found(const struct sysfs *sysfs, const char *parent)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	static const char advice[] = "'mdevadm types' lists the parents";

	if (!sysfs->top)
		return err_hint(err_new(ERR_NOT_FOUND,
					"Unable to find parent device '%s': no sysfs at '%s'",
					parent, sysfs->env->dir[ENV_DIR_SYS]),
				"mount it: mount -t sysfs sysfs /sys");
	err_free(sysfs_list_parents(sysfs, &names));
	for (size_t i = 0; i < names.count; i++)
		if (strcasecmp(names.items[i], parent) == 0)
			return err_hint(err_new(ERR_NOT_FOUND,
						"Unable to find parent device '%s'. "
						"Did you mean '%s'?",
						parent, names.items[i]),
					advice);
	return err_hint(err_new(ERR_NOT_FOUND, "Unable to find parent device '%s'", parent),
			advice);
}

/* Opens it where the class is gone. */
static err_t open_searched(const struct sysfs *sysfs, const char *parent, struct dir **ret)
{
	_cleanup_(strlist_clear) struct strlist paths = { 0 };
	struct err *e = list_parent_paths(sysfs, &paths);

	if (e)
		return e;
	for (size_t i = 0; i < paths.count; i++)
		if (strcmp(str_base_name(paths.items[i]), parent) == 0)
			return dir_open_linked(sysfs->top, paths.items[i], ret);
	return parent_not_found(sysfs, parent);
}

err_t sysfs_open_parent(const struct sysfs *sysfs, const char *parent, struct dir **ret)
{
	_cleanup_(mem_freep) char *path = mem_printf(SYSFS_PARENTS "/%s", parent);
	struct err *e;

	if (!sysfs->top)
		return parent_not_found(sysfs, parent);
	e = dir_open_linked(sysfs->top, path, ret);
	if (!is_absent(e))
		return e;
	err_free(e);
	if (faccessat(sysfs->top->fd, SYSFS_PARENTS, F_OK, 0) < 0)
		return open_searched(sysfs, parent, ret);
	return parent_not_found(sysfs, parent);
}

bool sysfs_has_types(const struct dir *dir)
{
	return dir_has(dir, SYSFS_TYPES);
}

bool sysfs_has_type(const struct dir *dir, const char *type)
{
	_cleanup_(mem_freep) char *path = mem_printf(SYSFS_TYPES "/%s", type);

	return dir_has(dir, path);
}

err_t sysfs_write(int fd, const char *path, const char *value, const char *end,
		  const struct sysfs_cause *causes)
{
	_cleanup_(mem_freep) char *line = mem_printf("%s%s", value, end);
	_cleanup_(mem_freep) char *shown = str_escape(value);
	ssize_t written = write(fd, line, strlen(line));
	int errnum = errno;
	struct err *e;

	if (written == (ssize_t)strlen(line))
		return NULL;
	if (written >= 0)
		return err_new(ERR_FAILED, "cannot write '%s' to '%s': only %zd of %zu bytes",
			       shown, path, written, strlen(line));

	for (; causes->errnum; causes++) {
		if (causes->errnum != errnum)
			continue;
		e = err_set_kind(err_errno(errnum, "%s: cannot write '%s' to '%s'", causes->meaning,
					   shown, path),
				 causes->kind);
		return causes->hint ? err_hint(e, "%s", causes->hint) : e;
	}
	return err_errno(errnum, "cannot write '%s' to '%s'", shown, path);
}
