/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "callout/callout.h"
#include "scripts.h"
#include "suites.h"

static struct callout_operation *operation_on(struct callouts *callouts, const char *text)
{
	const struct uuid uuid = fixture_uuid(text);
	_cleanup_(device_freep) struct device *dev = device_new(&uuid, "P", "T");

	return callout_operation_new(callouts, ACTION_DEFINE, dev);
}

/* All of one operation; what pre said. */
static err_t operate(struct callouts *callouts, const char *uuid, bool force)
{
	_cleanup_(callout_operation_freep) struct callout_operation *operation =
		operation_on(callouts, uuid);

	TRY(callout_pre(operation, force));
	callout_post(operation, true);
	return NULL;
}

static void assert_calls(const struct fixture *fx, const char *expected)
{
	_cleanup_(mem_freep) char *calls = calls_of(fx);

	assert_string_equal(calls, expected);
}

static void version_alone_makes_a_script_versioned(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(callouts_freep) struct callouts *callouts = callouts_new(fx->env);
	make_callout(fx, "one",
		     "[ $action != capabilities ] || "
		     "echo '{\"supports\":{\"actions\":[],\"events\":[]}}'");

	assert_ok(operate(callouts, UUID_A, false));

	assert_calls(fx, UUID_A " pre define\n" UUID_A " post define\n");
}

static void action_that_is_not_named_is_refused_and_gets_no_post_when_forced(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(callouts_freep) struct callouts *callouts = callouts_new(fx->env);
	_cleanup_(err_freep) struct err *e = NULL;
	make_callout(fx, "one", VERSIONED("\"start\"", "\"pre\",\"post\""));

	e = operate(callouts, UUID_A, false);
	assert_ok(operate(callouts, UUID_A, true));

	assert_int_equal(err_kind(e), ERR_REFUSED);
	assert_int_equal(fx->warning_count, 1);
	assert_calls(fx, "");
}

static void event_that_is_not_named_is_refused(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(callouts_freep) struct callouts *callouts = callouts_new(fx->env);
	_cleanup_(err_freep) struct err *e = NULL;
	make_callout(fx, "one", VERSIONED("\"define\"", "\"post\""));

	e = operate(callouts, UUID_A, false);

	assert_int_equal(err_kind(e), ERR_REFUSED);
	assert_calls(fx, "");
}

static void versioned_script_that_answers_2_refuses_and_a_plain_one_passes_on(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(callouts_freep) struct callouts *callouts = callouts_new(fx->env);
	_cleanup_(callouts_freep) struct callouts *others = callouts_new(fx->env);
	_cleanup_(err_freep) struct err *e = NULL;
	make_callout(fx, "one", VERSIONED("\"define\"", "\"pre\",\"post\"") "exit 2");

	e = operate(callouts, UUID_A, false);
	make_callout(fx, "one", "exit 2");
	assert_ok(operate(others, UUID_B, false));

	assert_int_equal(err_kind(e), ERR_REFUSED);
	assert_calls(fx, UUID_A " pre define\n" UUID_B " pre define\n");
}

static void *operate_on_b(void *data)
{
	return operate(data, UUID_B, false);
}

/* A thread that does not wait has called its script long before the first one goes on. */
static void operations_of_one_type_go_one_after_the_other(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(callouts_freep) struct callouts *callouts = callouts_new(fx->env);
	_cleanup_(callout_operation_freep) struct callout_operation *first = NULL;
	pthread_t thread;
	void *result;
	make_callout(fx, "one", "");
	first = operation_on(callouts, UUID_A);
	assert_ok(callout_pre(first, false));

	assert_int_equal(pthread_create(&thread, NULL, operate_on_b, callouts), 0);
	usleep(300000);
	callout_post(first, true);
	assert_int_equal(pthread_join(thread, &result), 0);

	assert_ok(result);
	assert_calls(fx, UUID_A " pre define\n" UUID_A " post define\n" UUID_B
				" pre define\n" UUID_B " post define\n");
}

int operation_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(version_alone_makes_a_script_versioned),
		fixture_test(action_that_is_not_named_is_refused_and_gets_no_post_when_forced),
		fixture_test(event_that_is_not_named_is_refused),
		fixture_test(versioned_script_that_answers_2_refuses_and_a_plain_one_passes_on),
		fixture_test(operations_of_one_type_go_one_after_the_other),
	};

	return cmocka_run_group_tests_name("operation", tests, NULL, NULL);
}
