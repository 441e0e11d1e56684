/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which processes use a mediated device through VFIO. */
#pragma once

#include "kernel/sysfs.h"
#include "model/device.h"

/* All open VFIO files at one moment. */
struct users;

/*
 * Looks through /proc once, for any number of devices. Processes of other pid namespaces are not
 * seen, nor uses of a device that is not VFIO's.
 */
err_t users_read(const struct env *env, struct users **ret);
void users_free(struct users *users);
DEFINE_CLEANUP(struct users *, users_free)

/*
 * *ret names those who have @dev open ("pid 12 (qemu-system-x86)"), owned by the caller, or is
 * NULL if nobody is seen. An open group alone is no use of the device: libvirt opens it to look,
 * and it does not keep a removal from going on.
 */
err_t users_of(const struct users *users, const struct sysfs *sysfs, const struct device *dev,
	       char **ret);
