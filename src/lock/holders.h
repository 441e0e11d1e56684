/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which processes have a file locked. */
#pragma once

#include "base/env.h"

/* What is said of a holder that has gone, while a child of it still has the lock. */
#define HOLDERS_ENDED "ended; what it began goes on"

/*
 * "pid N (COMMAND, S s)" and the like of all that hold @fd's file locked (only_exclusive: by
 * LOCK_EX); *ret is owned by the caller, NULL if there are none.
 */
err_t holders_find(const struct env *env, int fd, bool only_exclusive, char **ret);
/* The same for messages: what cannot be told is said so. */
char *holders_describe(const struct env *env, int fd, bool only_exclusive);
