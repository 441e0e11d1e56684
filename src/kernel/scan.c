/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which mediated devices the kernel has. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel/mdev.h"
#include "sysfs_private.h"

/* The name before the last one of a link such as ../../../devices/virtual/mtty/mtty/UUID. */
static err_t parent_of_link(const char *target, char **ret)
{
	_cleanup_(mem_freep) char *path = mem_strdup(target);
	char *slash = strrchr(path, '/');

	if (!slash)
		return err_new(ERR_FAILED, "its link leads to '%s', which is below no parent",
			       target);
	*slash = '\0';
	*ret = mem_strdup(str_base_name(path));
	return NULL;
}

/* Sets type and state by what is in the device's directory @path of @at. */
static err_t read_device(const struct dir *at, const char *path, struct device *dev)
{
	_cleanup_(mem_freep) char *type = mem_printf("%s/mdev_type", path);
	_cleanup_(mem_freep) char *remove = mem_printf("%s/remove", path);
	_cleanup_(mem_freep) char *target = NULL;
	bool has_remove = false;

	TRY(sysfs_read_link(at, type, &target));
	TRY(dir_has(at, remove, &has_remove));
	if (target)
		dev->type = mem_strdup(str_base_name(target));
	dev->state = has_remove ? DEVICE_STATE_RUNNING : DEVICE_STATE_STUCK;
	return NULL;
}

/* *ret is NULL if there is no link to it. */
static err_t find_linked(const struct sysfs *sysfs, const struct uuid *uuid, struct device **ret)
{
	_cleanup_(mem_freep) char *path = mem_printf(SYSFS_DEVICES "/%s", uuid->text);
	_cleanup_(device_freep) struct device *dev = device_new(uuid, NULL, NULL);
	_cleanup_(mem_freep) char *target = NULL;
	bool is_there = true;

	*ret = NULL;
	TRY(sysfs_read_link(sysfs->top, path, &target));
	if (!target)
		return NULL;
	TRY(parent_of_link(target, &dev->parent));
	TRY(read_device(sysfs->top, path, dev));
	/* It may have gone between the looks, and then nothing that was seen is true. */
	if (dev->state == DEVICE_STATE_STUCK || !dev->type)
		TRY(dir_has(sysfs->top, path, &is_there));
	if (is_there)
		*ret = take(dev);
	return NULL;
}

/* What has the directory UUID in @parent; *ret is NULL if there is none. */
static err_t find_child(const struct sysfs *sysfs, const struct dir *parent, const char *name,
			const struct uuid *uuid, struct device **ret)
{
	_cleanup_(mem_freep) char *link = mem_printf(SYSFS_DEVICES "/%s", uuid->text);
	_cleanup_(device_freep) struct device *dev = device_new(uuid, name, NULL);
	bool has_link = false;
	bool is_there = false;

	*ret = NULL;
	TRY(read_device(parent, uuid->text, dev));
	TRY(dir_has(sysfs->top, link, &has_link));
	/* The last look: what was seen before of a device that has gone is not true. */
	TRY(dir_has(parent, uuid->text, &is_there));
	if (!is_there)
		return NULL;
	if (!has_link)
		dev->state = DEVICE_STATE_REMOVING;
	*ret = take(dev);
	return NULL;
}

/* A device whose link is gone and whose directory is not: its removal is under way. */
static err_t find_unlinked(const struct sysfs *sysfs, const struct uuid *uuid, struct device **ret)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };

	TRY(sysfs_list_parents(sysfs, &parents));
	for (size_t i = 0; i < parents.count && !*ret; i++) {
		_cleanup_(dir_freep) struct dir *parent = NULL;
		bool is_there = false;

		TRY(sysfs_find_parent(sysfs, parents.items[i], &parent));
		if (parent)
			TRY(dir_has(parent, uuid->text, &is_there));
		if (is_there)
			TRY(find_child(sysfs, parent, parents.items[i], uuid, ret));
	}
	return NULL;
}

err_t mdev_find(const struct sysfs *sysfs, const struct uuid *uuid, struct device **ret)
{
	_cleanup_(device_freep) struct device *dev = NULL;

	if (sysfs->top)
		TRY(find_linked(sysfs, uuid, &dev));
	if (sysfs->top && !dev)
		TRY(find_unlinked(sysfs, uuid, &dev));
	*ret = take(dev);
	return NULL;
}

err_t mdev_find_below(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid,
		      struct device **ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	bool is_there = false;

	*ret = NULL;
	TRY(sysfs_find_home(sysfs, parent, uuid, &dir));
	if (dir)
		TRY(dir_has(dir, uuid->text, &is_there));
	return is_there ? find_child(sysfs, dir, parent, uuid, ret) : NULL;
}

/* Warns of @e (taken), which may be NULL. */
static void leave_out(const struct sysfs *sysfs, const struct uuid *uuid, struct err *e,
		      struct device_list *list)
{
	list->left_out += e != NULL;
	e = err_about(e, uuid->text);
	env_warn(sysfs->env, err_wrap(e, "device %s is left out", uuid->text));
}

err_t mdev_scan(const struct sysfs *sysfs, struct device_list *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	if (sysfs->top)
		TRY(sysfs_list(sysfs->top, SYSFS_DEVICES, &names));
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_(device_freep) struct device *dev = NULL;
		struct uuid uuid;

		if (!uuid_parse(names.items[i], &uuid))
			continue;
		leave_out(sysfs, &uuid, find_linked(sysfs, &uuid, &dev), ret);
		if (dev && dev->type)
			device_list_add(ret, take(dev));
	}
	return NULL;
}

/* Adds the one with the directory @name in @parent, unless it is gone meanwhile. */
static err_t scan_child(const struct sysfs *sysfs, const struct dir *dir, const char *parent,
			const struct uuid *uuid, bool has_link, struct device_list *ret)
{
	_cleanup_(device_freep) struct device *dev = device_new(uuid, parent, NULL);
	struct device *found = NULL;

	TRY(read_device(dir, uuid->text, dev));
	if (has_link && dev->type && dev->state == DEVICE_STATE_RUNNING)
		found = take(dev);
	else
		TRY(find_child(sysfs, dir, parent, uuid, &found));
	if (found)
		device_list_add(ret, found);
	return NULL;
}

/* Adds what has a directory in the parent; @links are the names below /sys/bus/mdev/devices. */
static err_t scan_parent(const struct sysfs *sysfs, const char *parent, const struct strlist *links,
			 struct device_list *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;

	TRY(sysfs_find_parent(sysfs, parent, &dir));
	if (dir)
		TRY(sysfs_list(dir, ".", &names));
	for (size_t i = 0; i < names.count; i++) {
		bool has_link;
		struct uuid uuid;
		struct err *e;

		if (!uuid_parse(names.items[i], &uuid))
			continue;
		has_link = strlist_has_sorted(links, uuid.text);
		e = scan_child(sysfs, dir, parent, &uuid, has_link, ret);
		/* What has a link is looked at once more by that. */
		if (has_link)
			err_free(e);
		else
			leave_out(sysfs, &uuid, e, ret);
	}
	return NULL;
}

/* Adds those of @links that are below no parent that is listed: their driver is going. */
static err_t scan_rest(const struct sysfs *sysfs, const struct strlist *links,
		       struct device_list *ret)
{
	size_t count = ret->count;

	device_list_sort(ret);
	for (size_t i = 0; i < links->count; i++) {
		struct device *dev = NULL;
		struct uuid uuid;

		if (!uuid_parse(links->items[i], &uuid) || device_list_find(ret, count, &uuid))
			continue;
		leave_out(sysfs, &uuid, find_linked(sysfs, &uuid, &dev), ret);
		if (dev)
			device_list_add(ret, dev);
	}
	device_list_sort(ret);
	return NULL;
}

err_t mdev_scan_all(const struct sysfs *sysfs, struct device_list *ret)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };
	_cleanup_(strlist_clear) struct strlist links = { 0 };

	if (!sysfs->top)
		return NULL;
	TRY(sysfs_list_parents(sysfs, &parents));
	TRY(sysfs_list(sysfs->top, SYSFS_DEVICES, &links));
	strlist_sort(&links);
	for (size_t i = 0; i < parents.count; i++)
		env_warn(sysfs->env, scan_parent(sysfs, parents.items[i], &links, ret));
	return scan_rest(sysfs, &links, ret);
}

err_t mdev_list_children(const struct sysfs *sysfs, const char *parent, struct device_list *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;

	TRY(sysfs_find_home(sysfs, parent, NULL, &dir));
	if (dir)
		TRY(sysfs_list(dir, ".", &names));
	strlist_sort(&names);
	for (size_t i = 0; i < names.count; i++) {
		struct device *dev = NULL;
		struct uuid uuid;

		if (uuid_parse(names.items[i], &uuid))
			TRY(find_child(sysfs, dir, parent, &uuid, &dev));
		if (dev)
			device_list_add(ret, dev);
	}
	return NULL;
}

err_t mdev_inode(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid, ino_t *ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct stat st = { 0 };

	TRY(sysfs_find_device(sysfs, parent, uuid, &dir));
	if (dir && fstat(dir->fd, &st) < 0)
		return err_errno(errno, "cannot look at '%s'", dir->path);
	*ret = st.st_ino;
	return NULL;
}
