/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several devices at a time. */
#pragma once

#include "ops_private.h"

/*
 * What is done with one device of a list. Runs in a thread of its own; locks, errors and warnings
 * are its own, too.
 */
typedef err_t (*batch_fn)(struct ops *ops, struct device *dev, void *data);

/*
 * Calls @run for each device, @jobs (at least 1) at a time. Each failure is warned about as
 * "cannot VERB UUID: …"; then, and if the list has left something out, the result is ERR_PARTIAL. A
 * signal keeps those not begun yet from being begun.
 */
err_t batch_run(struct ops *ops, const struct device_list *devices, unsigned jobs, const char *verb,
		batch_fn run, void *data);
