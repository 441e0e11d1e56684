/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which processes have a file locked. */
#pragma once

#include "base/env.h"

/* What is said of a holder that has gone, while a child of it still has the lock. */
#define HOLDERS_ENDED "ended; what it began goes on"

/*
 * "pid N (COMMAND, S s)" and the like of all that hold @fd's file locked (only_exclusive: by
 * LOCK_EX); owned by the caller. NULL if there are none.
 */
char *holders_describe(const struct env *env, int fd, bool only_exclusive);
