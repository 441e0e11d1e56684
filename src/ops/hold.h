/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Holds. */
#pragma once

#include "claim.h"
#include "state/held.h"

/*
 * For one who has the parent's exclusive lock: *ret is NULL if the parent is not held. A hold whose
 * end was begun by a run that died holds nothing any more. It stays until it is replaced: with it,
 * what is auto would not be started by anybody.
 */
err_t hold_load_living(const struct ops *ops, const char *parent, struct held **ret);
/*
 * Drops, in memory, what a drain has to bring back if that drain is over: its hold is written
 * before the records, and ends after them. What is said of the hold and cannot be understood drops
 * nothing.
 */
err_t hold_drop_void(const struct ops *ops, struct record *record);
/* By what name a parent is held, and why; zero-initialised: it is not. */
struct holder {
	char *name;
	char *reason;
};

void holder_clear(struct holder *holder);
/*
 * A virtual function is held with its physical function (@physical, or NULL), too. Needs no lock.
 */
err_t hold_find(const struct env *env, const char *parent, const char *physical,
		struct holder *ret);
/* The same for one who does not know the physical function. */
err_t hold_look(const struct ops *ops, const char *parent, struct holder *ret);
