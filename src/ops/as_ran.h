/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a device that runs is to be started again. */
#pragma once

#include "ops_private.h"

/*
 * Sets the attributes of @dev, which runs: what scripts say, what was written, what is defined.
 * Warns, before it is stopped, if nobody knows. The caller keeps all of that as it is, by the lock
 * of the parent or the device.
 */
err_t as_ran_learn(struct ops *ops, struct device *dev, bool force);
