/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What belongs to a parent: its types and its devices. */
#pragma once

#include "facts.h"
#include "kernel/machine.h"

/* These add those of the parent, whose directory is @dir. */
void things_read_types(const struct dir *dir, struct machine_parent *parent);
void things_read_devices(const struct sysfs *sysfs, struct users *users, const struct dir *dir,
			 struct machine_parent *parent);
