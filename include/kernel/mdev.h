/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life cycle of mediated devices in the kernel (drivers/vfio/mdev/mdev_core.c). */
#pragma once

#include "base/deadline.h"
#include "kernel/sysfs.h"
#include "model/device.h"

/*
 * *ret is NULL if the kernel has no such device, else its UUID, parent, type (NULL if it has
 * none) and state. A device under removal is found as long as its directory is there, which is
 * longer than the link below /sys/bus/mdev/devices is.
 *
 * DEVICE_STATE_STUCK: since Linux 5.19 a remove that comes while the create is under way is
 * answered with EAGAIN and takes the device's remove attribute away for good.
 */
err_t mdev_find(const struct sysfs *sysfs, const struct uuid *uuid, struct device **ret);
/* Adds what is below /sys/bus/mdev/devices, in no order; what vanishes meanwhile is left out. */
err_t mdev_scan(const struct sysfs *sysfs, struct device_list *ret);

/*
 * These change the kernel's state. The caller holds the parent's lock, shared or exclusive, and
 * the device's.
 */

/*
 * Creates @dev on its parent with its type, and succeeds only when it is seen there. Does not
 * write attributes.
 */
err_t mdev_create(const struct sysfs *sysfs, const struct device *dev);
/*
 * Writes @dev's attributes in their order, each with one write of "VALUE\n". Before the first
 * one, all are looked at: one that leads out of the device's directory is ERR_INVALID.
 */
err_t mdev_write_attrs(const struct sysfs *sysfs, const struct device *dev);
/* The inode of the device's directory, which no later device of that UUID has; 0 if it is gone. */
ino_t mdev_inode(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid);
/* Waits until the device's directory is gone; *ret is false if @deadline or a signal came first. */
err_t mdev_wait_gone(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid,
		     const struct deadline *deadline, bool *ret);
/* The error for one that did not go in time: ERR_IN_USE. */
err_t mdev_removal_blocks(void);

/*
 * Removes the device and succeeds only when its directory is gone.
 *
 * The kernel blocks a removal for as long as somebody has the device open, and nothing ends that:
 * so a child does it, which has nothing open but the @lock_fds, and keeps those locks until it is
 * through. At @deadline, or when a signal is pending, waiting ends with ERR_IN_USE and the child
 * is left behind.
 */
err_t mdev_remove(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid,
		  const int *lock_fds, size_t lock_count, const struct deadline *deadline);
