/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PCI functions that are, or could be, behind parents. */
#pragma once

#include "kernel/sysfs.h"

/* Adds the names of all that there are, sorted. */
err_t pci_list(const struct sysfs *sysfs, struct strlist *ret);
/* Whether it is a GPU of NVIDIA's; false for what is not there. */
err_t pci_is_nvidia_gpu(const struct sysfs *sysfs, const char *name, bool *ret);
/*
 * Whether @name is the address that a virtual function of @physical has, or will have when they are
 * switched on.
 */
err_t pci_is_function_of(const struct sysfs *sysfs, const char *physical, const char *name,
			 bool *ret);
