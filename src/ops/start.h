/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting one device that is claimed already. */
#pragma once

#include "claim.h"

struct start_how {
	bool force;
	bool ignores_hold; /* for the one who lifts it */
	bool only_auto;	   /* start_defined(): nothing is done if the start mode is another */
};

/*
 * First of all: waits for the removal of a former device of that UUID to end, and repairs what a
 * start that died has left. Afterwards claim->running is what there is.
 */
err_t start_prepare(struct claim *claim);
/* Errors do not name the device. */
err_t start_claimed(struct claim *claim, const struct device *dev, const struct start_how *how);
/*
 * Both for what is defined on @parent. One that runs so, or is not defined any more, is no error;
 * with only_auto, nor is one that a drain of another parent has stopped, which comes back there.
 */
err_t start_defined(struct claim *claim, const char *parent, const struct start_how *how);
/* The error for a device that runs; the parent and type that were wanted, or NULL. */
err_t start_exists_already(const struct device *running, const char *parent, const char *type);
/* Whether that is running which @dev defines. */
bool runs_as_defined(const struct device *running, const struct device *dev);
