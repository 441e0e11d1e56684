/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sysfs has of parents, types and devices now, to the last file that can be read. */
#pragma once

#include "kernel/sysfs.h"
#include "kernel/users.h"
#include "model/machine.h"

/*
 * Adds the parents, the PCI functions that belong to them, and GPUs that have NVIDIA's own
 * interface instead of types. Reads files that are there to be read and nothing else, opens no
 * device, and changes nothing. What cannot be read is a fact with an error: it fails only if not
 * even the parents can be listed.
 */
err_t machine_read(const struct sysfs *sysfs, struct users *users, struct machine *ret);

/*
 * The same of the kernel's modules that have to do with mediated devices, and of those that
 * @machine names: a thing for each that is loaded, with its parameters as files.
 */
void machine_read_modules(const struct sysfs *sysfs, const struct machine *machine,
			  struct thing_list *ret);
