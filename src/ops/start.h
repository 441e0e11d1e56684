/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting one device that is claimed already. */
#pragma once

#include "context.h"

struct start_how {
	bool force;
	bool ignores_hold; /* for the one who lifts it */
};

/*
 * First of all: waits for the removal of a former device of that UUID to end, and repairs what a
 * start that died has left. Afterwards claim->running is what there is.
 */
err_t start_prepare(struct ops *ops, struct claim *claim);
/* Errors do not name the device. */
err_t start_claimed(struct ops *ops, struct claim *claim, const struct device *dev,
		    const struct start_how *how);
/* Whether that is running which @dev defines. */
bool runs_as_defined(const struct device *running, const struct device *dev);
