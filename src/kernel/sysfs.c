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

#include "base/log.h"
#include "mounts.h"
#include "sysfs_private.h"

static bool is_sysfs(const struct dir *dir)
{
	struct statfs fs;

	return fstatfs(dir->fd, &fs) == 0 && fs.f_type == SYSFS_MAGIC;
}

err_t sysfs_pass_absence(struct err *e)
{
	if (!err_is_absence(e))
		return e;
	err_free(e);
	return NULL;
}

/* /sys is none: uses the first that is one among those that libmount names, or none. */
static err_t open_elsewhere(struct sysfs *sysfs)
{
	_cleanup_(strlist_clear) struct strlist paths = { 0 };
	struct err *e = mounts_list_sysfs(sysfs->env, &paths);

	dir_free(take(sysfs->top));
	if (e)
		return err_wrap(e, "'%s' is not a sysfs", sysfs->env->dir[ENV_DIR_SYS]);
	for (size_t i = 0; i < paths.count; i++) {
		_cleanup_(dir_freep) struct dir *dir = NULL;

		TRY(sysfs_pass_absence(dir_open(paths.items[i], &dir)));
		/* Another file system may have been mounted on it since. */
		if (dir && is_sysfs(dir)) {
			sysfs->top = take(dir);
			return NULL;
		}
	}
	return NULL;
}

err_t sysfs_open(const struct env *env, struct sysfs **ret)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = mem_zalloc(sizeof(*sysfs));

	sysfs->env = env;
	TRY(sysfs_pass_absence(dir_open(env->dir[ENV_DIR_SYS], &sysfs->top)));
	if (sysfs->top && !env->moved[ENV_DIR_SYS] && !is_sysfs(sysfs->top))
		TRY(open_elsewhere(sysfs));
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

err_t sysfs_list(const struct dir *at, const char *path, struct strlist *ret)
{
	return sysfs_pass_absence(dir_list_at(at, path, ret));
}

err_t sysfs_read_link(const struct dir *at, const char *path, char **ret)
{
	char *target = NULL;

	TRY(sysfs_pass_absence(dir_read_link(at, path, &target)));
	*ret = target;
	return NULL;
}

/* Adds the paths of the devices in @group that have types. */
static err_t search_group(const struct sysfs *sysfs, const char *group, struct strlist *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	TRY(sysfs_list(sysfs->top, group, &names));
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_(mem_freep) char *path = mem_printf("%s/%s", group, names.items[i]);
		_cleanup_(mem_freep) char *types = mem_printf("%s/" SYSFS_TYPES, path);
		bool has_types = false;

		TRY(dir_has(sysfs->top, types, &has_types));
		if (has_types)
			strlist_add(ret, take(path));
	}
	return NULL;
}

/* Adds the paths of the parents below @kind ("bus" or "class"), whose devices are in @inside. */
static err_t search_kind(const struct sysfs *sysfs, const char *kind, const char *inside,
			 struct strlist *ret)
{
	_cleanup_(strlist_clear) struct strlist groups = { 0 };

	TRY(sysfs_list(sysfs->top, kind, &groups));
	for (size_t i = 0; i < groups.count; i++) {
		_cleanup_(mem_freep) char *group =
			mem_printf("%s/%s%s", kind, groups.items[i], inside);

		TRY(search_group(sysfs, group, ret));
	}
	return NULL;
}

/* Adds the parents' paths where the class is gone. */
static err_t search(const struct sysfs *sysfs, struct strlist *ret)
{
	bool has_bus = false;

	TRY(dir_has(sysfs->top, "bus/mdev", &has_bus));
	if (!has_bus)
		return NULL;
	TRY(search_kind(sysfs, "bus", "/devices", ret));
	return search_kind(sysfs, "class", "", ret);
}

err_t sysfs_list_parents(const struct sysfs *sysfs, struct strlist *ret)
{
	_cleanup_(strlist_clear) struct strlist paths = { 0 };
	bool has_class = false;

	if (!sysfs->top)
		return NULL;
	TRY(dir_has(sysfs->top, SYSFS_PARENTS, &has_class));
	TRY(has_class ? sysfs_list(sysfs->top, SYSFS_PARENTS, &paths) : search(sysfs, &paths));
	for (size_t i = 0; i < paths.count; i++)
		strlist_add(ret, mem_strdup(str_base_name(paths.items[i])));
	strlist_sort(ret);
	return NULL;
}

static err_t find_searched(const struct sysfs *sysfs, const char *parent, struct dir **ret)
{
	_cleanup_(strlist_clear) struct strlist paths = { 0 };

	TRY(search(sysfs, &paths));
	for (size_t i = 0; i < paths.count && !*ret; i++)
		if (strcmp(str_base_name(paths.items[i]), parent) == 0)
			TRY(sysfs_pass_absence(dir_open_linked(sysfs->top, paths.items[i], ret)));
	return NULL;
}

err_t sysfs_find_parent(const struct sysfs *sysfs, const char *parent, struct dir **ret)
{
	_cleanup_(mem_freep) char *path = mem_printf(SYSFS_PARENTS "/%s", parent);
	bool has_class = false;

	*ret = NULL;
	if (!sysfs->top)
		return NULL;
	TRY(sysfs_pass_absence(dir_open_linked(sysfs->top, path, ret)));
	if (*ret)
		return NULL;
	TRY(dir_has(sysfs->top, SYSFS_PARENTS, &has_class));
	return has_class ? NULL : find_searched(sysfs, parent, ret);
}

/* Opens the parent of the device, which the device's own link leads to. */
static err_t find_by_device(const struct sysfs *sysfs, const struct uuid *uuid, const char *parent,
			    struct dir **ret)
{
	_cleanup_(mem_freep) char *link = mem_printf(SYSFS_DEVICES "/%s", uuid->text);
	_cleanup_(mem_freep) char *above = mem_printf("%s/..", link);
	_cleanup_(mem_freep) char *tail = mem_printf("/%s/%s", parent, uuid->text);
	_cleanup_(mem_freep) char *target = NULL;

	TRY(sysfs_read_link(sysfs->top, link, &target));
	if (!target || strlen(target) < strlen(tail) ||
	    strcmp(target + strlen(target) - strlen(tail), tail) != 0)
		return NULL;
	return sysfs_pass_absence(dir_open_linked(sysfs->top, above, ret));
}

/* Opens the device of that name in a group of @kind, if it has types. */
static err_t find_in_kind(const struct sysfs *sysfs, const char *kind, const char *inside,
			  const char *parent, struct dir **ret)
{
	_cleanup_(strlist_clear) struct strlist groups = { 0 };

	TRY(sysfs_list(sysfs->top, kind, &groups));
	for (size_t i = 0; i < groups.count && !*ret; i++) {
		_cleanup_(mem_freep) char *path =
			mem_printf("%s/%s%s/%s", kind, groups.items[i], inside, parent);
		_cleanup_(mem_freep) char *types = mem_printf("%s/" SYSFS_TYPES, path);
		bool has_types = false;

		TRY(dir_has(sysfs->top, types, &has_types));
		if (has_types)
			TRY(sysfs_pass_absence(dir_open_linked(sysfs->top, path, ret)));
	}
	return NULL;
}

err_t sysfs_find_home(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid,
		      struct dir **ret)
{
	TRY(sysfs_find_parent(sysfs, parent, ret));
	if (!*ret && sysfs->top && uuid)
		TRY(find_by_device(sysfs, uuid, parent, ret));
	if (!*ret && sysfs->top)
		TRY(find_in_kind(sysfs, "bus", "/devices", parent, ret));
	return *ret || !sysfs->top ? NULL : find_in_kind(sysfs, "class", "", parent, ret);
}

err_t sysfs_find_device(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid,
			struct dir **ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	*ret = NULL;
	TRY(sysfs_find_home(sysfs, parent, uuid, &dir));
	return dir ? sysfs_pass_absence(dir_open_at(dir, uuid->text, ret)) : NULL;
}

err_t sysfs_has_parent(const struct sysfs *sysfs, const char *parent, bool *ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	TRY(sysfs_find_parent(sysfs, parent, &dir));
	*ret = dir != NULL;
	return NULL;
}

/* A name that differs from @parent only in case, or NULL. */
static const char *find_similar(const struct strlist *names, const char *parent)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcasecmp(names->items[i], parent) == 0 &&
		    strcmp(names->items[i], parent) != 0)
			return names->items[i];
	return NULL;
}

static err_t parent_not_found(const struct sysfs *sysfs, const char *parent)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	const char *similar;
	const char *near;
	struct err *e = sysfs_check_support_of(sysfs, parent);

	if (e)
		return err_set_kind(err_wrap(e, "Unable to find parent device '%s'", parent),
				    ERR_NOT_FOUND);
	err_free(sysfs_list_parents(sysfs, &names));
	similar = find_similar(&names, parent);
	e = err_new(ERR_NOT_FOUND, "Unable to find parent device '%s'%s%s%s", parent,
		    similar ? ". Did you mean '" : "", similar ? similar : "", similar ? "'?" : "");
	near = similar ? NULL : strlist_nearest(&names, parent);
	if (near)
		e = err_hint(e, "did you mean '%s'? 'mdevadm types' lists the parents", near);
	return err_hint(e, "'mdevadm types' lists the parents");
}

err_t sysfs_open_parent(const struct sysfs *sysfs, const char *parent, struct dir **ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	TRY(sysfs_find_parent(sysfs, parent, &dir));
	if (!dir)
		return parent_not_found(sysfs, parent);
	*ret = take(dir);
	return NULL;
}

err_t sysfs_has_types(const struct dir *dir, bool *ret)
{
	return dir_has(dir, SYSFS_TYPES, ret);
}

err_t sysfs_has_type(const struct dir *dir, const char *type, bool *ret)
{
	_cleanup_(mem_freep) char *path = mem_printf(SYSFS_TYPES "/%s", type);

	return dir_has(dir, path, ret);
}

err_t sysfs_write(int fd, const char *path, const char *value, const char *end)
{
	_cleanup_(mem_freep) char *line = mem_printf("%s%s", value, end);
	_cleanup_(mem_freep) char *shown = str_escape(value);
	int64_t begin = log_begin();
	ssize_t written = write(fd, line, strlen(line));
	struct err *e = NULL;

	if (written < 0)
		e = err_errno(errno, "cannot write '%s' to '%s'", shown, path);
	else if ((size_t)written < strlen(line))
		e = err_new(ERR_FAILED, "cannot write '%s' to '%s': only %zd of %zu bytes", shown,
			    path, written, strlen(line));
	return log_end(begin, e, "taken", "write '%s' to '%s'", shown, path);
}

err_t sysfs_hint(const struct sysfs *sysfs, struct err *e)
{
	if (err_is(e, EROFS))
		return err_hint(e, "the sysfs at '%s' is mounted read-only: mount -o remount,rw %s",
				sysfs->top->path, sysfs->top->path);
	return err_hint_for_errnum(e);
}
