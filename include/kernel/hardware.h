/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hardware that is behind parents, and what NVIDIA's driver has in the place of mdevs. */
#pragma once

#include "kernel/sysfs.h"
#include "model/inventory.h"

/*
 * Fills @ret, anew, with what is known of a parent, or another PCI device of that name. Nothing of
 * what is surely not there; what cannot be read is warned about and stays unknown.
 */
err_t hardware_read(const struct sysfs *sysfs, const char *name, struct hardware *ret);
/*
 * Sets @hardware->product by libudev's hardware database, which knows PCI devices. NULL stays if it
 * does not know it.
 */
err_t hardware_find_product(const struct sysfs *sysfs, const char *name, struct hardware *hardware);

/*
 * Adds the virtual functions that have NVIDIA's vendor-specific VFIO interface in the place of
 * mdevs (NVIDIA's vGPU user guide, "vendor-specific VFIO framework"), sorted. A PCI device that
 * cannot be looked at is warned about.
 */
err_t vendor_list(const struct sysfs *sysfs, struct strlist *ret);
/* What is said of such a GPU or function where somebody wants mdevs: ERR_NOT_FOUND. */
err_t vendor_explain(const struct sysfs *sysfs, const char *name);
/*
 * *ret are the types that can be made on the function now, with ids as those of its mdevs
 * ("nvidia-1145"), and *ret_current is the one that it has, NULL if none; owned by the caller.
 */
err_t vendor_read(const struct sysfs *sysfs, const char *name, struct parent **ret,
		  char **ret_current);
