/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What write() returned is not believed. Of a success the state that is seen afterwards decides;
 * and an errno means different things to different drivers (NVIDIA's EIO, vfio_ccw's EPERM), so
 * that a failure is explained by what can be read then.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "kernel/mdev.h"
#include "sysfs_private.h"

static err_t no_type(const struct dir *dir, const char *parent, const char *type)
{
	bool has_types = false;

	TRY(sysfs_has_types(dir, &has_types));
	if (!has_types)
		return err_hint(err_new(ERR_NOT_FOUND,
					"parent '%s' has no types: its driver is going or gone",
					parent),
				"load its driver again and see 'mdevadm types'");
	return sysfs_hint_type(err_new(ERR_NOT_FOUND, "parent '%s' has no type '%s'", parent, type),
			       dir, parent, type);
}

/* Opens the create file; if it is not there the parent is looked at first to say why. */
static err_t open_create(const struct sysfs *sysfs, const struct device *dev, int *ret,
			 char **ret_path)
{
	_cleanup_(mem_freep) char *file = mem_printf(SYSFS_TYPES "/%s/create", dev->type);
	_cleanup_(dir_freep) struct dir *parent = NULL;
	int fd;

	TRY(sysfs_open_parent(sysfs, dev->parent, &parent));
	fd = openat(parent->fd, file, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errnum_is_absence(errno))
		return no_type(parent, dev->parent, dev->type);
	if (fd < 0)
		return sysfs_hint(sysfs,
				  err_errno(errno, "cannot open '%s/%s'", parent->path, file));
	*ret = fd;
	*ret_path = mem_printf("%s/%s", parent->path, file);
	return NULL;
}

static err_t check_created(const struct sysfs *sysfs, const struct device *wanted)
{
	_cleanup_(device_freep) struct device *dev = NULL;

	TRY(mdev_find(sysfs, &wanted->uuid, &dev));
	if (!dev || dev->state != DEVICE_STATE_RUNNING)
		return err_hint(err_new(ERR_FAILED,
					"the kernel took the create, but there is no "
					"device %s",
					wanted->uuid.text),
				SYSFS_LOG_HINT);
	if (strcmp(dev->parent, wanted->parent) != 0 || !dev->type ||
	    strcmp(dev->type, wanted->type) != 0)
		return err_new(ERR_FAILED, "%s runs on parent '%s' with type '%s'", dev->uuid.text,
			       dev->parent, dev->type ? dev->type : "unknown");
	return NULL;
}

/* These say yes only where it is sure: what cannot be told explains nothing. */

static bool has_device(const struct sysfs *sysfs, const struct uuid *uuid)
{
	_cleanup_(device_freep) struct device *dev = NULL;
	_cleanup_(err_freep) struct err *e = mdev_find(sysfs, uuid, &dev);

	return !e && dev;
}

static bool lacks_type(const struct dir *parent, const char *type)
{
	bool has_type = true;

	if (parent)
		err_free(sysfs_has_type(parent, type, &has_type));
	return !parent || !has_type;
}

static bool has_none_left(const struct dir *parent, const char *type)
{
	_cleanup_(mem_freep) char *path = mem_printf(SYSFS_TYPES "/%s", type);
	_cleanup_(dir_freep) struct dir *dir = NULL;
	unsigned long left = 1;
	struct err *e = dir_open_linked(parent, path, &dir);

	err_free(e ? e : sysfs_read_instances(dir, &left));
	return left == 0;
}

static bool has_devices_of_other_types(const struct dir *parent, const char *type)
{
	_cleanup_(strlist_clear) struct strlist types = { 0 };
	_cleanup_(strlist_clear) struct strlist devices = { 0 };

	err_free(sysfs_list(parent, SYSFS_TYPES, &types));
	for (size_t i = 0; i < types.count; i++) {
		_cleanup_(mem_freep) char *path =
			mem_printf(SYSFS_TYPES "/%s/devices", types.items[i]);

		if (strcmp(types.items[i], type) != 0)
			err_free(sysfs_list(parent, path, &devices));
	}
	return devices.count > 0;
}

static err_t because(struct err *e, enum err_kind kind, const char *meaning, const char *hint)
{
	return err_hint(err_set_kind(err_wrap(e, "%s", meaning), kind), "%s", hint);
}

/* Virtual functions share their GPU. What cannot be told explains nothing. */
static bool is_other_size_taken(const struct sysfs *sysfs, const struct device *dev)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(mem_freep) char *physical = NULL;
	bool is_taken = false;

	strlist_add(&names, mem_strdup(dev->parent));
	err_free(sysfs_physical_function(sysfs, dev->parent, &physical));
	if (physical)
		err_free(sysfs_list_virtual_functions(sysfs, physical, &names));
	for (size_t i = 0; i < names.count && !is_taken; i++) {
		_cleanup_(dir_freep) struct dir *parent = NULL;

		err_free(sysfs_find_parent(sysfs, names.items[i], &parent));
		is_taken = parent && has_devices_of_other_types(parent, dev->type);
	}
	return is_taken;
}

static err_t none_offered(const struct sysfs *sysfs, const struct device *dev, struct err *e)
{
	static const char meaning[] = "the driver offers none of this type now";

	if (is_other_size_taken(sysfs, dev))
		return because(e, ERR_NO_INSTANCE, meaning,
			       "all vGPUs of one GPU must have the same size unless its mixed-size "
			       "mode is on (nvidia-smi vgpu -shm): 'mdevadm types' shows what is "
			       "left");
	return because(e, ERR_NO_INSTANCE, meaning,
		       "'mdevadm types' shows how many there are; stop a device of this parent");
}

/* What a failed write means, by what can be read now. Takes @e. */
static err_t explain(const struct sysfs *sysfs, const struct device *dev, struct err *e)
{
	_cleanup_(dir_freep) struct dir *parent = NULL;
	_cleanup_(err_freep) struct err *unknown = sysfs_find_parent(sysfs, dev->parent, &parent);

	if (err_is(e, EEXIST) || has_device(sysfs, &dev->uuid))
		return because(e, ERR_EXISTS, "Device already exists",
			       "see 'mdevadm list'; a device that was just removed may need a "
			       "moment to go");
	if (err_is(e, ENODEV) || (!unknown && lacks_type(parent, dev->type)))
		return because(e, ERR_NOT_FOUND, "the parent is going away",
			       "load its driver again and see 'mdevadm types'");
	/* i915 answers ENOSPC although available_instances is above 0. */
	if (err_is(e, ENOSPC) || err_is(e, EUSERS))
		return because(e, ERR_NO_INSTANCE, "no instance of this type is left",
			       "'mdevadm types' shows how many there are; stop a device of this "
			       "parent");
	if (parent && has_none_left(parent, dev->type))
		return none_offered(sysfs, dev, e);
	if (err_is(e, EPERM))
		return err_hint(e, "the driver does not permit it; " SYSFS_LOG_HINT);
	return err_hint(e, SYSFS_LOG_HINT);
}

err_t mdev_create(const struct sysfs *sysfs, const struct device *dev)
{
	_cleanup_(fd_closep) int fd = -1;
	_cleanup_(mem_freep) char *path = NULL;
	struct err *e;

	TRY(open_create(sysfs, dev, &fd, &path));
	e = sysfs_write(fd, path, dev->uuid.text, "");
	return e ? explain(sysfs, dev, e) : check_created(sysfs, dev);
}
