/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which process has something. */
#pragma once

#include <sys/types.h>

#include "base/env.h"

/* "pid N (COMMAND, S s)" and the like of all that hold @fd's file locked; owned by the caller. */
char *holders_describe(const struct env *env, int fd);

/* When the process began, in clock ticks after boot; 0 if there is none, or it is a zombie. */
unsigned long long process_start(const struct env *env, pid_t pid);
