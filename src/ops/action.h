/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What scripts are asked before, and told of afterwards. */
#pragma once

#include "ops_private.h"

typedef err_t (*action_fn)(struct ops *ops, void *data);

/*
 * Runs @run as @action on @dev: the place where scripts are asked before (and can refuse, unless
 * @force) and told afterwards; the notifiers only by ops_announce(). The caller has the device's
 * lock. The journal is told, too.
 */
err_t action_run(struct ops *ops, enum action action, const struct device *dev, bool force,
		 action_fn run, void *data);

/* The parts of it: asks, runs and tells the script. */
err_t action_ask(struct ops *ops, struct callout_operation *operation, bool force, action_fn run,
		 void *data);
/* Takes @operation: tells the journal, and leaves the notifiers to ops_announce(). */
void action_end(struct ops *ops, struct callout_operation *operation, enum action action,
		const struct device *dev, const struct err *e);
