/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hardware that is behind parents. */
#pragma once

#include "kernel/sysfs.h"
#include "model/inventory.h"

/*
 * Fills @ret, anew, with what is known of a parent, or another PCI device of that name, but for its
 * product and its number among the functions: see kernel/functions.h. Nothing of what is surely not
 * there; what cannot be read is warned about and stays unknown.
 */
err_t hardware_read(const struct sysfs *sysfs, const char *name, struct hardware *ret);
/*
 * Sets @hardware->product by libudev's hardware database, which knows PCI devices. NULL stays if it
 * does not know it.
 */
err_t hardware_find_product(const struct sysfs *sysfs, const char *name, struct hardware *hardware);
