/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who creates and removes devices: the kernel's tracing (Documentation/trace/kprobetrace.rst). */
#pragma once

#include <sys/types.h>

#include "base/env.h"
#include "base/uuid.h"

/*
 * Every device of the kernel is added and removed by one function each, in the process that asked
 * for it, before the event of it is sent. Probes there tell which process that is, whatever
 * program it runs, and also when a driver goes with its devices.
 */
struct trace;

#define TRACED_COMMAND_MAX 16

struct traced {
	struct uuid uuid;
	bool is_removal;
	pid_t pid;
	char command[TRACED_COMMAND_MAX]; /* as the process calls itself: any bytes */
};

/* Zero-initialised is empty. */
struct traced_list {
	struct traced *items;
	size_t count;
};

/* Adds a copy. */
void traced_list_add(struct traced_list *list, const struct traced *traced);
void traced_list_clear(struct traced_list *list);

/*
 * Sets the probes, with a buffer of their own; their names have this process' pid and start time.
 * Before that, takes away what runs that were killed have left. Fails if the user is not root,
 * tracefs is not mounted, or the kernel has no such probes.
 */
err_t trace_open(const struct env *env, struct trace **ret);
/* Takes all of it away again. */
err_t trace_close(struct trace *trace);
/*
 * Adds what was done since, in the order of it; *ret_is_lost: there was more than the buffer can
 * keep. What a device's event tells was traced before.
 */
err_t trace_read(struct trace *trace, struct traced_list *ret, bool *ret_is_lost);
