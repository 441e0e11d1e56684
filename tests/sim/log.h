/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happened: a line an event, and counters. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "text.h"

enum count {
	COUNT_CREATES,
	COUNT_REMOVES,
	COUNT_ATTR_WRITES,
	COUNT_FAILED_CREATES,
	COUNT_FAILED_REMOVES,
	COUNT_FAILED_ATTR_WRITES,
	COUNT_REGISTERS,
	COUNT_UNREGISTERS,
	COUNT_REMOVE_DURING_CREATE, /* the first of the broken rules */
	COUNT_REMOVE_DURING_REMOVE,
	COUNT_CREATE_DURING_UNREGISTER,
	COUNT_REMOVE_DURING_UNREGISTER,
	COUNT_CREATE_DURING_REMOVE,
	COUNT_DOUBLE_CREATE,
	COUNT_ATTR_WRITE_DURING_CREATE,
	COUNT_ATTR_WRITE_DURING_REMOVE, /* the last of them */
	COUNT_CRASHES,
	COUNT_ORPHANS,
	COUNT_STUCK_DEVICES, /* from here on: how many there are now */
	COUNT_DEVICES,
	COUNT_OPEN_DEVICES,
	COUNT_IN_FLIGHT,
	COUNT_IN_FLIGHT_MAX,
	COUNTS
};

struct log {
	struct text lines;
	unsigned long counts[COUNTS];
	unsigned long sequence;
	int fd; /* the lines are written there too, or -1 */
};

/* @value may be NULL with @len 0; @error is 0 or an errno, of either sign. */
void log_event(struct log *log, pid_t pid, const char *event, const char *object, const char *value,
	       size_t len, int error);
/* The same for an event that has begun and has no result yet. */
void log_begin(struct log *log, pid_t pid, const char *event, const char *object, const char *value,
	       size_t len);
void log_stats(const struct log *log, struct text *ret);
/* Empties the log, and zeroes the counters but those of what there is now. */
void log_reset(struct log *log);
void log_free(struct log *log);
