/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "who.h"

#include "fixture.h"
#include "suites.h"

static void add_traced(struct who *who, const char *uuid, bool is_removal, pid_t pid)
{
	const struct traced traced = { .uuid = fixture_uuid(uuid),
				       .is_removal = is_removal,
				       .pid = pid };

	traced_list_add(&who->waiting, &traced);
}

static pid_t take_pid(struct who *who, const char *uuid, bool is_removal, bool is_last)
{
	const struct uuid wanted = fixture_uuid(uuid);
	struct traced traced = { 0 };

	return who_take(who, &wanted, is_removal, is_last, &traced) ? traced.pid : 0;
}

static void each_event_gets_its_own_maker(void **state)
{
	_cleanup_(who_clear) struct who who = { 0 };
	(void)state;
	add_traced(&who, UUID_A, false, 1);
	add_traced(&who, UUID_B, false, 2);
	add_traced(&who, UUID_A, true, 3);
	add_traced(&who, UUID_A, false, 4);

	assert_int_equal(take_pid(&who, UUID_A, false, false), 1);
	assert_int_equal(take_pid(&who, UUID_A, true, false), 3);
	assert_int_equal(take_pid(&who, UUID_A, false, false), 4);
	assert_int_equal(take_pid(&who, UUID_A, false, false), 0);
	assert_int_equal(take_pid(&who, UUID_B, false, false), 2);
}

/* Of the first creation it was told before anything was traced. */
static void what_comes_before_a_removal_is_of_no_later_creation(void **state)
{
	_cleanup_(who_clear) struct who who = { 0 };
	(void)state;
	add_traced(&who, UUID_A, false, 1);
	add_traced(&who, UUID_A, true, 2);
	add_traced(&who, UUID_A, false, 3);

	assert_int_equal(take_pid(&who, UUID_A, true, false), 2);
	assert_int_equal(take_pid(&who, UUID_A, false, false), 3);
}

static void look_that_finds_a_device_finds_the_last_one(void **state)
{
	_cleanup_(who_clear) struct who who = { 0 };
	(void)state;
	add_traced(&who, UUID_A, false, 1);
	add_traced(&who, UUID_A, true, 2);
	add_traced(&who, UUID_B, false, 3);
	add_traced(&who, UUID_A, false, 4);

	assert_int_equal(take_pid(&who, UUID_A, false, true), 4);
	assert_int_equal(take_pid(&who, UUID_A, true, false), 0);
	assert_int_equal(take_pid(&who, UUID_B, false, false), 3);
}

int who_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event_gets_its_own_maker),
		cmocka_unit_test(what_comes_before_a_removal_is_of_no_later_creation),
		cmocka_unit_test(look_that_finds_a_device_finds_the_last_one),
	};

	return cmocka_run_group_tests_name("who", tests, NULL, NULL);
}
