/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/status.h"

#include "fixture.h"
#include "suites.h"

static struct device_status *defined(enum status_state state, enum device_start start)
{
	struct uuid uuid = { "11111111-1111-4111-8111-111111111111" };
	struct device_status *status = device_status_new(device_new(&uuid, "P", "T"));

	status->state = state;
	status->start = start;
	status->is_running = state == STATUS_RUNNING;
	status->has_parent = ANSWER_YES;
	strlist_add(&status->definitions, mem_strdup("P"));
	return status;
}

static void what_is_right_follows_from_state_and_start(void **state)
{
	static const struct {
		enum status_state state;
		enum device_start start;
		bool is_right;
		bool has_failed;
	} cases[] = {
		{ STATUS_RUNNING, DEVICE_START_AUTO, true, false },
		{ STATUS_RUNNING, DEVICE_START_MANUAL, true, false },
		{ STATUS_STOPPED, DEVICE_START_MANUAL, true, false },
		{ STATUS_STOPPED, DEVICE_START_AUTO, false, true },
		{ STATUS_INCOMPLETE, DEVICE_START_AUTO, false, true },
		{ STATUS_STUCK, DEVICE_START_MANUAL, false, false },
		{ STATUS_DRAINED, DEVICE_START_AUTO, false, false },
		{ STATUS_REMOVING, DEVICE_START_MANUAL, false, false },
		{ STATUS_STARTING, DEVICE_START_AUTO, false, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct device_status *status = defined(cases[i].state, cases[i].start);

		assert_int_equal(device_status_is_right(status), cases[i].is_right);
		assert_int_equal(device_status_has_failed(status), cases[i].has_failed);
		device_status_free(status);
	}
}

static void a_parent_that_is_away_or_held_is_no_failure_of_a_device(void **state)
{
	struct device_status *status = defined(STATUS_STOPPED, DEVICE_START_AUTO);
	(void)state;

	status->is_held = true;
	assert_false(device_status_has_failed(status));
	status->is_held = false;
	status->has_parent = ANSWER_NO;
	assert_false(device_status_has_failed(status));
	device_status_free(status);
}

static void what_cannot_be_told_is_no_drift(void **state)
{
	struct device_status *status = defined(STATUS_RUNNING, DEVICE_START_AUTO);
	(void)state;

	assert_int_equal(device_status_drift(status), ANSWER_NO);
	device_status_add_difference(status, "a", "1", NULL, "EACCES");
	assert_int_equal(device_status_drift(status), ANSWER_UNKNOWN);
	assert_true(device_status_is_right(status));
	device_status_add_difference(status, "b", "1", "2", NULL);
	assert_int_equal(device_status_drift(status), ANSWER_YES);
	assert_false(device_status_is_right(status));
	device_status_free(status);
}

static void what_may_be_used_is_not_idle(void **state)
{
	struct device_status *status = defined(STATUS_RUNNING, DEVICE_START_AUTO);
	(void)state;

	status->is_used = ANSWER_UNKNOWN;
	assert_false(device_status_is_idle(status));
	status->is_used = ANSWER_NO;
	assert_true(device_status_is_idle(status));
	device_status_add_user(status, 12, "qemu", NULL);
	assert_false(device_status_is_idle(status));
	device_status_free(status);
}

int status_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_right_follows_from_state_and_start),
		cmocka_unit_test(a_parent_that_is_away_or_held_is_no_failure_of_a_device),
		cmocka_unit_test(what_cannot_be_told_is_no_drift),
		cmocka_unit_test(what_may_be_used_is_not_idle),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
