/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What NVIDIA's driver has in the place of mediated devices; it is looked at and never changed. */
#pragma once

#include "kernel/sysfs.h"

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
