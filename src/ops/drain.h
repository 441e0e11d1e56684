/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bringing a held parent's devices back. */
#pragma once

#include "context.h"

/*
 * Waits for the parent, starts the devices of @hold and those that are auto, each struck from the
 * hold when it runs, and lifts the hold. The caller has the parent's exclusive lock, @lock.
 */
err_t restore_held(struct ops *ops, const struct drain_request *request, const struct lock *lock,
		   const struct hold *hold);
