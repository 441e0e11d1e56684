/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a run does, for those who report a fault: MDEVADM_LOG=debug. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Whether each lock, look, write and script is told of on standard error: MDEVADM_LOG, or else
 * mdevctl's MDEVCTL_LOG, is "debug" or "trace" (or mentions it, as in "mdevctl=debug"). Variables
 * are not believed in a set-user-ID process.
 */
bool log_is_on(void);

/* The beginning of something, for log_end(); costs next to nothing when nothing is shown. */
int64_t log_begin(void);

/*
 * Shows in one line what began at @begin, its answer (@answer, or @e if that is an error), and how
 * long it took. Gives @e back, and leaves errno as it is.
 */
err_t log_end(int64_t begin, struct err *e, const char *answer, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Shows a line without an answer. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
