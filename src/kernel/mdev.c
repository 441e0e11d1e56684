/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What write() returned is not believed: of two concurrent removes both may be told that they
 * succeeded, and one of them did nothing. The state that is seen afterwards decides.
 */
#include "kernel/mdev.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sysfs_private.h"

/* mdev_device_create() and the create callbacks of drivers. */
static const struct sysfs_cause create_causes[] = {
	{ EEXIST, ERR_EXISTS, "Device already exists",
	  "see 'mdevadm list'; a device that was just removed may need a moment to go" },
	{ EUSERS, ERR_NO_INSTANCE, "no instance of this type is left",
	  "'mdevadm types' shows how many there are; stop a device of this parent" },
	{ ENOSPC, ERR_NO_INSTANCE, "no instance of this type is left",
	  "'mdevadm types' shows how many there are; stop a device of this parent" },
	{ EPERM, ERR_NO_INSTANCE, "no instance of this type is left",
	  "'mdevadm types' shows how many there are; stop a device of this parent" },
	{ ENODEV, ERR_NOT_FOUND, "the parent is going away",
	  "load its driver again and see 'mdevadm types'" },
	{ 0 },
};

/* What a driver's store function answers. */
static const struct sysfs_cause attr_causes[] = {
	{ EINVAL, ERR_FAILED, "the driver refuses the value",
	  "see its documentation for what this attribute takes" },
	{ 0 },
};

static err_t no_type(const struct dir *dir, const char *parent, const char *type)
{
	if (!sysfs_has_types(dir))
		return err_hint(err_new(ERR_NOT_FOUND,
					"parent '%s' has no types: its driver is going or gone",
					parent),
				"load its driver again and see 'mdevadm types'");
	return err_hint(err_new(ERR_NOT_FOUND, "parent '%s' has no type '%s'", parent, type),
			"'mdevadm types --parent %s' lists its types", parent);
}

/* Opens the create file; if it is not there the parent is looked at first to say why. */
static err_t open_create(const struct sysfs *sysfs, const struct device *dev, const char *path,
			 int *ret)
{
	_cleanup_(dir_freep) struct dir *parent = NULL;
	int fd;
	struct err *e = sysfs_open_parent(sysfs, dev->parent, &parent);

	if (e)
		return e;
	fd = openat(parent->fd, path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENODEV))
		return no_type(parent, dev->parent, dev->type);
	if (fd < 0)
		return dir_err(parent, "open", path);
	*ret = fd;
	return NULL;
}

static err_t check_created(const struct sysfs *sysfs, const struct device *wanted)
{
	_cleanup_(device_freep) struct device *dev = NULL;
	struct err *e = mdev_find(sysfs, &wanted->uuid, &dev);

	if (e)
		return e;
	if (!dev || dev->state != DEVICE_STATE_RUNNING)
		return err_hint(err_new(ERR_FAILED,
					"the kernel took the create, but there is no "
					"device %s",
					wanted->uuid.text),
				"see 'dmesg'");
	if (strcmp(dev->parent, wanted->parent) != 0 || !dev->type ||
	    strcmp(dev->type, wanted->type) != 0)
		return err_new(ERR_FAILED, "%s runs on parent '%s' with type '%s'", dev->uuid.text,
			       dev->parent, dev->type ? dev->type : "unknown");
	return NULL;
}

err_t mdev_create(const struct sysfs *sysfs, const struct device *dev)
{
	_cleanup_(mem_freep) char *path = mem_printf(SYSFS_TYPES "/%s/create", dev->type);
	_cleanup_(mem_freep) char *full = mem_printf(
		"%s/class/mdev_bus/%s/%s", sysfs->env->dir[ENV_DIR_SYS], dev->parent, path);
	_cleanup_(fd_closep) int fd = -1;
	struct err *e;

	e = open_create(sysfs, dev, path, &fd);
	if (!e)
		e = sysfs_write(fd, full, dev->uuid.text, "", create_causes);
	if (!e)
		e = check_created(sysfs, dev);
	return e;
}

ino_t mdev_inode(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(err_freep) struct err *e = sysfs_open_parent(sysfs, parent, &dir);
	struct stat st;

	if (e || fstatat(dir->fd, uuid->text, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return st.st_ino;
}

static err_t open_device(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid,
			 struct dir **ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = sysfs_open_parent(sysfs, parent, &dir);

	return e ? e : dir_open_at(dir, uuid->text, ret);
}

static err_t open_attr(const struct dir *dir, const char *name, int *ret)
{
	struct err *e = dir_open_beneath(dir, name, ret);

	switch (e ? err_errnum(e) : 0) {
	case ELOOP:
	case EXDEV:
		e = err_set_kind(e, ERR_INVALID);
		return err_hint(e, "an attribute is a file in the device's directory, "
				   "and not behind a link");
	case ENOENT:
		e = err_set_kind(e, ERR_NOT_FOUND);
		return err_hint(e, "the device has no such attribute: see 'ls %s'", dir->path);
	case EACCES:
		return err_hint(e, "the attribute cannot be written, or not by this user");
	default:
		return err_hint_for_errnum(e);
	}
}

/* An attribute that is missing yet is no fault here: writing another may make it appear. */
static err_t check_attrs(const struct dir *dir, const struct device *dev)
{
	for (size_t i = 0; i < dev->attr_count; i++) {
		_cleanup_(fd_closep) int fd = -1;
		struct err *e = open_attr(dir, dev->attrs[i].name, &fd);

		if (e && err_kind(e) == ERR_INVALID)
			return e;
		err_free(e);
	}
	return NULL;
}

/* With a newline: some drivers (NVIDIA's) take the last character for one and drop it. */
static err_t write_attr(const struct dir *dir, const struct attr *attr)
{
	_cleanup_(mem_freep) char *path = mem_printf("%s/%s", dir->path, attr->name);
	_cleanup_(fd_closep) int fd = -1;
	struct err *e = open_attr(dir, attr->name, &fd);

	return e ? e : sysfs_write(fd, path, attr->value, "\n", attr_causes);
}

err_t mdev_write_attrs(const struct sysfs *sysfs, const struct device *dev)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e;

	if (!dev->attr_count)
		return NULL;
	e = open_device(sysfs, dev->parent, &dev->uuid, &dir);
	if (!e)
		e = check_attrs(dir, dev);
	for (size_t i = 0; i < dev->attr_count && !e; i++)
		e = write_attr(dir, &dev->attrs[i]);
	return e;
}
