/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parents on which nothing may be started: the directories /run/mdevadm/held/PARENT. */
#pragma once

#include "base/env.h"
#include "model/device.h"

struct hold {
	char *parent;
	char *reason;
	struct device_list devices; /* that ran, and are to run again */
};

struct hold *hold_new(const char *parent, const char *reason);
void hold_free(struct hold *hold);
DEFINE_CLEANUP(struct hold *, hold_free)

/* *ret is NULL if the parent is not held; one that cannot be read is an error. */
err_t hold_load(const struct env *env, const char *parent, struct hold **ret);
/* These two: the caller holds the parent's exclusive lock. Nothing is held until all is written. */
err_t hold_save(const struct env *env, const struct hold *hold);
err_t hold_remove(const struct env *env, const char *parent);

/*
 * These two: the caller holds the device's lock. A device that was started, or stopped by
 * somebody who does not want it back, is struck from all holds that have it.
 */
err_t hold_strike(const struct env *env, const struct uuid *uuid, bool *ret_was_there);
bool hold_has(const struct env *env, const char *parent, const struct uuid *uuid);

/*
 * That the parent has registered while it was held: whoever lifts the hold sees to its devices.
 * False if the hold was lifted meanwhile, and the caller has to see to them himself.
 */
err_t hold_note_registration(const struct env *env, const char *parent, bool *ret);
/* Forgets and tells whether there was one. */
bool hold_take_registration(const struct env *env, const char *parent);
