/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a monitor tells, as words and as JSON. */
#pragma once

#include "ops/ops.h"
#include "output.h"

#define MONITOR_TIME_SIZE 64

const char *monitor_what_name(enum monitor_what what);
const char *monitor_action_name(enum monitor_action action);
/* Of a definition that can be read, how it is started says more than that it is there. */
const char *monitor_state(const struct monitor_event *event);
/* Local time with its zone, in ISO 8601 with milliseconds, into @buffer, which is returned. */
const char *monitor_time(const struct timespec *at, char buffer[MONITOR_TIME_SIZE]);
/* One object in a line. */
void monitor_print_json(struct output *output, const struct monitor_event *event);
