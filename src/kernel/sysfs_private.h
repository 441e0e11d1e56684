/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of this floor share. */
#pragma once

#include "base/uuid.h"
#include "kernel/sysfs.h"
#include "model/device.h"

/* The kernel never hands out more than a page. */
#define SYSFS_FILE_MAX 65536

#define SYSFS_PARENTS "class/mdev_bus"
#define SYSFS_DEVICES "bus/mdev/devices"
#define SYSFS_TYPES   "mdev_supported_types"
#define SYSFS_PCI     "bus/pci/devices"
#define SYSFS_CDEVS   "class/vfio-dev"
#define SYSFS_DRIVERS "bus/mdev/drivers"

#define SYSFS_LOG_HINT "the kernel's log says why: journalctl -k"

struct sysfs {
	const struct env *env;
	struct dir *top; /* NULL if there is none */
};

/* Takes @e; NULL if it says that what was looked for is surely not there. */
err_t sysfs_pass_absence(struct err *e);
/* The error of an operation that cannot do without a sysfs. */
err_t sysfs_missing(const struct sysfs *sysfs);

/* Opens what is there; *ret is NULL if it, or what it is in, is surely not there. */
err_t sysfs_find_parent(const struct sysfs *sysfs, const char *parent, struct dir **ret);
/*
 * The same for what has devices: while a driver goes, the class's link to the parent is the first
 * to go, then its devices, one after the other, then its types (mdev_unregister_parent() in the
 * kernel's drivers/vfio/mdev/mdev_core.c). @uuid is that of a device of it, or NULL.
 */
err_t sysfs_find_home(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid,
		      struct dir **ret);
err_t sysfs_find_device(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid,
			struct dir **ret);

/* Opens the parent or PCI device of that name; *ret is NULL if there is surely none. */
err_t hardware_open(const struct sysfs *sysfs, const char *name, struct dir **ret);
/* Whether the PCI device has what NVIDIA's driver offers instead of mediated devices. */
err_t vendor_has_files(const struct sysfs *sysfs, const char *device, bool *ret);

/*
 * Adds the names in the directory @path, in no order; nothing if it is surely not there. Links are
 * followed.
 */
err_t sysfs_list(const struct dir *at, const char *path, struct strlist *ret);
/* *ret is what the link @path points to, owned by the caller, or NULL if there is surely none. */
err_t sysfs_read_link(const struct dir *at, const char *path, char **ret);
/* The number in the type's available_instances. */
err_t sysfs_read_instances(const struct dir *type, unsigned long *ret);

/*
 * Writes @value and then @end with one write() to the descriptor @fd of @path. Errors carry value,
 * path and errno, and say nothing of what it means.
 */
err_t sysfs_write(int fd, const char *path, const char *value, const char *end);
/* What to do about a file of sysfs that cannot be opened for writing. */
err_t sysfs_hint(const struct sysfs *sysfs, struct err *e);
