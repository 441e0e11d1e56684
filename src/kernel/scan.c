/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which mediated devices the kernel has. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/mdev.h"
#include "sysfs_private.h"

/* The name before the last one of a link such as ../../../devices/virtual/mtty/mtty/UUID. */
static char *parent_in(const char *target)
{
	_cleanup_(mem_freep) char *path = mem_strdup(target);
	char *slash = strrchr(path, '/');

	if (!slash)
		return NULL;
	*slash = '\0';
	return mem_strdup(str_base_name(path));
}

/* NULL if the device has no type: it is being created or removed, or has lost its driver. */
static char *read_type(const struct dir *at, const char *device)
{
	char path[PATH_MAX];
	char target[PATH_MAX];
	ssize_t length;

	if ((size_t)snprintf(path, sizeof(path), "%s/mdev_type", device) >= sizeof(path))
		return NULL;
	length = readlinkat(at->fd, path, target, sizeof(target) - 1);
	if (length < 0)
		return NULL;
	target[length] = '\0';
	return mem_strdup(str_base_name(target));
}

static bool has_remove(const struct dir *at, const char *device)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/remove", device);
	return faccessat(at->fd, path, F_OK, 0) == 0;
}

/* What is at @path ("bus/mdev/devices/UUID") of which the link reads @target. */
static struct device *read_device(const struct sysfs *sysfs, const struct uuid *uuid,
				  const char *path, const char *target)
{
	struct device *dev = device_new(uuid, NULL, NULL);

	dev->parent = parent_in(target);
	dev->type = read_type(sysfs->top, path);
	dev->state = has_remove(sysfs->top, path) ? DEVICE_STATE_RUNNING : DEVICE_STATE_STUCK;
	return dev;
}

/* *ret is NULL if there is no link to it. */
static err_t find_linked(const struct sysfs *sysfs, const struct uuid *uuid, struct device **ret)
{
	_cleanup_(mem_freep) char *path = mem_printf(SYSFS_DEVICES "/%s", uuid->text);
	_cleanup_(device_freep) struct device *dev = NULL;
	char target[PATH_MAX];
	ssize_t length = readlinkat(sysfs->top->fd, path, target, sizeof(target) - 1);

	if (length < 0 && (errno == ENOENT || errno == ENODEV || errno == ENOTDIR))
		return NULL;
	if (length < 0)
		return dir_err(sysfs->top, "read the link", path);
	target[length] = '\0';

	dev = read_device(sysfs, uuid, path, target);
	/* It may have gone between the looks, and then nothing that was seen is true. */
	if (dev->state == DEVICE_STATE_STUCK &&
	    faccessat(sysfs->top->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return NULL;
	if (dev->parent)
		*ret = take(dev);
	return NULL;
}

/* A device whose link is gone and whose directory is not: its removal is under way. */
static err_t find_removing(const struct sysfs *sysfs, const struct uuid *uuid, struct device **ret)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };
	struct err *e = sysfs_list_parents(sysfs, &parents);

	for (size_t i = 0; i < parents.count && !e && !*ret; i++) {
		_cleanup_(dir_freep) struct dir *parent = NULL;

		struct err *gone = sysfs_open_parent(sysfs, parents.items[i], &parent);

		if (gone || !dir_has(parent, uuid->text)) {
			err_free(gone);
			continue;
		}
		*ret = device_new(uuid, parents.items[i], NULL);
		(*ret)->type = read_type(parent, uuid->text);
		(*ret)->state = DEVICE_STATE_REMOVING;
	}
	return e;
}

err_t mdev_find(const struct sysfs *sysfs, const struct uuid *uuid, struct device **ret)
{
	struct device *dev = NULL;
	struct err *e = NULL;

	if (sysfs->top)
		e = find_linked(sysfs, uuid, &dev);
	if (!e && !dev && sysfs->top)
		e = find_removing(sysfs, uuid, &dev);
	if (e)
		return e;
	*ret = dev;
	return NULL;
}

err_t mdev_scan(const struct sysfs *sysfs, struct device_list *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	struct err *e;

	if (!sysfs->top)
		return NULL;
	e = dir_list_at(sysfs->top, SYSFS_DEVICES, &names);
	if (e && (err_errnum(e) == ENOENT || err_errnum(e) == ENOTDIR)) {
		err_free(e);
		return NULL;
	}
	for (size_t i = 0; i < names.count && !e; i++) {
		struct device *dev = NULL;
		struct uuid uuid;

		if (!uuid_parse(names.items[i], &uuid))
			continue;
		env_warn(sysfs->env, find_linked(sysfs, &uuid, &dev));
		if (dev && dev->type)
			device_list_add(ret, dev);
		else
			device_free(dev);
	}
	return e;
}
