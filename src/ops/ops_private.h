/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The places that the operations work on. */
#pragma once

#include <pthread.h>

#include "callout/callout.h"
#include "kernel/sysfs.h"
#include "lock/lock.h"
#include "ops/ops.h"
#include "store/store.h"

struct ops {
	const struct env *env;
	struct store *store;
	struct sysfs *sysfs;
	struct callouts *callouts;
	struct locks *locks; /* NULL until the first lock: listing needs none */

	pthread_mutex_t mutex; /* of the rest */
	bool have_changed;
	struct callout_operation **ended; /* what notifiers are yet to be told of */
	size_t ended_count;
};

/* Opens the locks, before any other thread runs. Signals wait from here on. */
err_t ops_open_locks(struct ops *ops);
/*
 * Takes @operation: notifiers are told of it by ops_announce(). @has_changed: it has had an effect.
 * May be called from any thread.
 */
void ops_leave(struct ops *ops, struct callout_operation *operation, bool has_changed);
