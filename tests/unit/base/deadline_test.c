/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/deadline.h"

#include <time.h>

#include "fixture.h"
#include "suites.h"

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void deadline_of_no_time_is_over_at_once(void **state)
{
	const struct deadline deadline = deadline_in(0);
	(void)state;

	assert_true(deadline_is_over(&deadline));
}

static void deadline_is_over_when_its_time_has_come(void **state)
{
	const struct deadline deadline = deadline_in(20);
	(void)state;

	bool before = deadline_is_over(&deadline);
	deadline_sleep(&deadline, 1000);

	assert_false(before);
	assert_true(deadline_is_over(&deadline));
}

static void deadline_never_is_never_over(void **state)
{
	const struct deadline never = deadline_in(DEADLINE_NEVER);
	(void)state;

	assert_false(deadline_is_over(&never));
	deadline_sleep(&never, 1);
	assert_false(deadline_is_over(&never));
}

static void sleep_ends_with_the_deadline(void **state)
{
	const struct deadline deadline = deadline_in(10);
	int64_t began = now_ms();
	(void)state;

	deadline_sleep(&deadline, 60000);

	assert_in_range(now_ms() - began, 9, 30000);
}

static void sleep_lasts_no_longer_than_asked(void **state)
{
	const struct deadline deadline = deadline_in(60000);
	int64_t began = now_ms();
	(void)state;

	deadline_sleep(&deadline, 10);

	assert_in_range(now_ms() - began, 9, 30000);
	assert_false(deadline_is_over(&deadline));
}

int deadline_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deadline_of_no_time_is_over_at_once),
		cmocka_unit_test(deadline_is_over_when_its_time_has_come),
		cmocka_unit_test(deadline_never_is_never_over),
		cmocka_unit_test(sleep_ends_with_the_deadline),
		cmocka_unit_test(sleep_lasts_no_longer_than_asked),
	};

	return cmocka_run_group_tests_name("deadline", tests, NULL, NULL);
}
