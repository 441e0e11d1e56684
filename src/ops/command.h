/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running a command of the user's under locks. */
#pragma once

#include "base/env.h"
#include "base/err.h"

/*
 * Looks whether @command can be run, before anything is done for its sake; if not, *ret_status is
 * 126 or 127.
 */
err_t command_check(char *const *command, int *ret_status);
/*
 * Runs @command and waits for its end; its environment is process_environment(), its standard
 * output
 * @output (-1: that of this process). *ret_status is its
 * exit status, 126 or 127 if it could not be run, 128 and more if a signal ended it; all but 0 is
 * an error. All locks of this process are kept until the command has ended, even if this process is
 * killed. No other thread may be running.
 */
err_t command_run(const struct env *env, char *const *command, int output, int *ret_status);
