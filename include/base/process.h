/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this process has inherited, and its children. */
#pragma once

#include <sys/types.h>

#include "base/env.h"
#include "base/err.h"

/*
 * First of all in main(): a caller may have left SIGCHLD ignored, which survives exec and would
 * lose how children end.
 */
void process_begin(void);
/* Waits for the child; *ret is as waitpid(2) has it. That it cannot be told is an error. */
err_t process_wait(pid_t child, int *ret);
/* When the process began, in clock ticks after boot; 0 if there is none, or it is a zombie. */
unsigned long long process_start_time(const struct env *env, pid_t pid);
