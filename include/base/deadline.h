/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Points in time after which waiting ends (CLOCK_MONOTONIC). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define DEADLINE_NEVER (-1)

struct deadline {
	int64_t at_ns; /* DEADLINE_NEVER, or when it is over */
};

/* @ms from now; DEADLINE_NEVER waits for ever, 0 is over at once. */
struct deadline deadline_in(int64_t ms);
/* The one that comes last. */
struct deadline deadline_later(struct deadline a, struct deadline b);
bool deadline_is_over(const struct deadline *deadline);
/* How long that moment is past; 0 if it is not. */
int64_t deadline_ms_since(const struct deadline *moment);
/* Rounded up, 0 when it is over; DEADLINE_NEVER if it never is. */
int64_t deadline_left_ms(const struct deadline *deadline);
/* Sleeps @ms, or until the deadline, or until a signal, whichever is first. */
void deadline_sleep(const struct deadline *deadline, int64_t ms);
