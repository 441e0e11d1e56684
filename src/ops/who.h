/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which process has created or removed a device. */
#pragma once

#include "kernel/trace.h"

/* What was traced, and no event has told yet. */
struct who {
	struct trace *trace; /* NULL: nothing is known */
	struct traced_list waiting;
};

void who_clear(struct who *who);
/*
 * Takes out the first that fits, or with @is_last, where a look has told of several at once, the
 * last one; and all of that device before it. False if there is none.
 */
bool who_take(struct who *who, const struct uuid *uuid, bool is_removal, bool is_last,
	      struct traced *ret);
