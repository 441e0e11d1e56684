/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/deadline.h"

#include <time.h>

#define NS_PER_MS 1000000LL
#define NS_PER_S  1000000000LL

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

struct deadline deadline_in(int64_t ms)
{
	if (ms < 0)
		return (struct deadline){ DEADLINE_NEVER };
	return (struct deadline){ now_ns() + ms * NS_PER_MS };
}

struct deadline deadline_later(struct deadline a, struct deadline b)
{
	if (a.at_ns == DEADLINE_NEVER || b.at_ns == DEADLINE_NEVER)
		return (struct deadline){ DEADLINE_NEVER };
	return a.at_ns > b.at_ns ? a : b;
}

bool deadline_is_over(const struct deadline *deadline)
{
	return deadline->at_ns != DEADLINE_NEVER && now_ns() >= deadline->at_ns;
}

int64_t deadline_ms_since(const struct deadline *moment)
{
	int64_t past = now_ns() - moment->at_ns;

	return moment->at_ns != DEADLINE_NEVER && past > 0 ? past / NS_PER_MS : 0;
}

int64_t deadline_left_ms(const struct deadline *deadline)
{
	int64_t left;

	if (deadline->at_ns == DEADLINE_NEVER)
		return DEADLINE_NEVER;
	left = deadline->at_ns - now_ns();
	return left > 0 ? (left + NS_PER_MS - 1) / NS_PER_MS : 0;
}

void deadline_sleep(const struct deadline *deadline, int64_t ms)
{
	int64_t until = now_ns() + ms * NS_PER_MS;
	struct timespec at;

	if (deadline->at_ns != DEADLINE_NEVER && deadline->at_ns < until)
		until = deadline->at_ns;
	at = (struct timespec){ .tv_sec = until / NS_PER_S, .tv_nsec = until % NS_PER_S };
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}
