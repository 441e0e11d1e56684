/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which processes have which character devices open. */
#pragma once

#include <sys/types.h>

#include "base/env.h"

struct opener {
	dev_t number; /* of the device, whatever its node is called and where it is */
	char *pid;
	bool has_vfio_devices; /* it also has device files that were got from VFIO groups */
};

/* Owns its items; zero-initialised is empty. */
struct openers {
	struct opener *items;
	size_t count;
	bool is_partial; /* a process was not ours to see */
};

/*
 * What /proc shows now, without descriptors of O_PATH. A process that ends meanwhile, or is not
 * ours to see, is passed over; any other failure is an error.
 */
err_t openers_read(const struct env *env, struct openers *ret);
void openers_clear(struct openers *list);
