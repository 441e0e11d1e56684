/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which processes use a mediated device through VFIO. */
#pragma once

#include "kernel/sysfs.h"
#include "model/device.h"

/*
 * A device is used through /dev/vfio/GROUP and a device file got from it, or through
 * /dev/vfio/devices/vfioN. Such nodes are known by their numbers, since libvirt's guests and
 * containers have a /dev of their own. An open group alone is no use: libvirt has it open while
 * it calls "stop", and it keeps no removal from going on. Descriptors of O_PATH are none either.
 */
struct users;

/*
 * Looks at nothing yet. /proc is looked through when a device needs it, and again when that was
 * more than a moment ago. @env and @sysfs must outlive it.
 */
struct users *users_new(const struct env *env, const struct sysfs *sysfs);
void users_free(struct users *users);
DEFINE_CLEANUP(struct users *, users_free)

/*
 * *ret names those who have @dev open ("pid 12 (qemu-system-x86)"), owned by the caller, or is
 * NULL if nobody has. What processes of other pid namespaces do is seen by the group alone, which
 * then is busy: "a process that cannot be seen". A device that is gone has no users.
 *
 * Opens the group for a moment, during which a VM that starts would get EBUSY: only for those who
 * are about to remove the device. May be called from any thread.
 */
err_t users_of(struct users *users, const struct device *dev, char **ret);

/*
 * The same without a look at the group, which nobody notices: those are left out that this pid
 * namespace, or this user, cannot see.
 */
err_t users_visible(struct users *users, const struct device *dev, char **ret);
