/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life cycle of mediated devices in the kernel (drivers/vfio/mdev/mdev_core.c). */
#pragma once

#include "base/deadline.h"
#include "kernel/sysfs.h"
#include "model/device.h"

/*
 * *ret is NULL if the kernel surely has no such device, else its UUID, parent, type (NULL if it
 * has none) and state. A device under removal is found as long as its directory is there, which
 * is longer than the link below /sys/bus/mdev/devices is.
 *
 * DEVICE_STATE_STUCK: since Linux 5.19 a remove that comes while the create is under way is
 * answered with EAGAIN and takes the device's remove attribute away for good.
 */
err_t mdev_find(const struct sysfs *sysfs, const struct uuid *uuid, struct device **ret);
/*
 * The same for one that may be below @parent, of which nothing but its directory may be left while
 * the parent's driver goes.
 */
err_t mdev_find_below(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid,
		      struct device **ret);
/*
 * For listings. Adds what is below /sys/bus/mdev/devices and has a type, in no order; what vanishes
 * meanwhile is left out, and so is, with a warning, what cannot be read.
 */
err_t mdev_scan(const struct sysfs *sysfs, struct device_list *ret);
/*
 * The same, sorted by UUID, with what is stuck, and what is going and has no link or type any more.
 */
err_t mdev_scan_all(const struct sysfs *sysfs, struct device_list *ret);
/*
 * For decisions. Adds what has a directory below the parent, sorted by UUID: also what is stuck,
 * and what is going and has no link any more. Fails rather than leave something out. Of a parent
 * that is surely not there nothing is added.
 */
err_t mdev_list_children(const struct sysfs *sysfs, const char *parent, struct device_list *ret);
/*
 * The inode of the device's directory, which no later device of that UUID has; 0 if it is surely
 * gone.
 */
err_t mdev_inode(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid,
		 ino_t *ret);

/*
 * These change the kernel's state. The caller holds the parent's lock, shared or exclusive, and
 * the device's: in the program, src/ops/write.c alone calls them.
 */

/*
 * Creates @dev on its parent with its type, and succeeds only when it is seen there. Does not
 * write attributes. A failure is explained by what can be read after it, whatever the errno:
 * ERR_NO_INSTANCE if the parent has none of this type left, ERR_EXISTS if there is a device of that
 * UUID, ERR_NOT_FOUND if the parent or its type is gone or going, else ERR_FAILED.
 */
err_t mdev_create(const struct sysfs *sysfs, const struct device *dev);
/*
 * Writes @dev's attributes in their order, each with one write of "VALUE\n". Before the first
 * one, all are looked at: one that leads out of the device's directory is ERR_INVALID. The hint of
 * an attribute that is not there names those that can be written.
 */
err_t mdev_write_attrs(const struct sysfs *sysfs, const struct device *dev);

/*
 * Removes the device, and succeeds when its directory, or its parent, is seen to be gone, whoever
 * did that and whatever was answered.
 *
 * The kernel blocks a removal for as long as somebody has the device open, and nothing ends that:
 * so a child does it, which has nothing open but the @lock_fds, and keeps those locks until it is
 * through. If @deadline or a signal comes first it is left behind, and that is the error:
 * *ret_goes_on is then true (also if somebody else's removal is under way), and the kind
 * ERR_IN_USE. A refusal and a stuck device leave it false.
 */
err_t mdev_remove(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid,
		  const int *lock_fds, size_t lock_count, const struct deadline *deadline,
		  bool *ret_goes_on);

/*
 * Waits until the device's directory, or its parent, is gone; *ret is false if @deadline or a
 * signal came first. Changes nothing.
 */
err_t mdev_wait_gone(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid,
		     const struct deadline *deadline, bool *ret);
/* The error for one that did not go in time: ERR_IN_USE. */
err_t mdev_removal_blocks(void);
