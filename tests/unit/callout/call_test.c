/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "callout/callout.h"
#include "scripts.h"
#include "suites.h"

#define PLACE "usr/lib/mdevctl/scripts.d/callouts/"

void make_callout(const struct fixture *fx, const char *name, const char *body)
{
	_cleanup_(mem_freep) char *path = mem_printf(PLACE "%s", name);
	_cleanup_(mem_freep) char *calls = fixture_path(fx, "calls");
	_cleanup_(mem_freep) char *text =
		mem_printf("#!/bin/sh\n"
			   "uuid=${10} event=$4 action=$6 calls=%s\n"
			   "[ $action = capabilities ] || echo $uuid $event $action >>$calls\n%s\n",
			   calls, body);

	fixture_write(fx, path, text);
	assert_int_equal(fchmodat(fx->dir->fd, path, 0755, 0), 0);
}

char *calls_of(const struct fixture *fx)
{
	return fixture_has(fx, "calls") ? fixture_read(fx, "calls") : mem_strdup("");
}

static err_t get_attrs(const struct fixture *fx, struct callouts *callouts, bool *ret_told)
{
	const struct uuid uuid = fixture_uuid(UUID_A);
	_cleanup_(device_freep) struct device *dev = device_new(&uuid, "P", "T");

	(void)fx;
	return callout_get_attrs(callouts, dev, false, ret_told);
}

static void script_that_hangs_is_asked_for_attributes_once(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(callouts_freep) struct callouts *callouts = callouts_new(fx->env);
	_cleanup_(err_freep) struct err *first = NULL;
	_cleanup_(err_freep) struct err *second = NULL;
	_cleanup_(mem_freep) char *calls = NULL;
	bool told = false;
	make_callout(fx, "one", "[ $action != attributes ] || exec sleep 1000");
	fx->env->callout_timeout_ms = 300;

	first = get_attrs(fx, callouts, &told);
	second = get_attrs(fx, callouts, &told);

	calls = calls_of(fx);
	assert_int_equal(err_kind(first), ERR_REFUSED);
	assert_int_equal(err_kind(second), ERR_REFUSED);
	assert_string_equal(calls, UUID_A " get attributes\n");
}

static void script_has_a_path_where_its_caller_has_none(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(callouts_freep) struct callouts *callouts = callouts_new(fx->env);
	_cleanup_(mem_freep) char *old = mem_strdup(getenv("PATH"));
	_cleanup_(mem_freep) char *calls = NULL;
	bool told = false;
	make_callout(fx, "one", "[ $action != attributes ] || /usr/bin/env >>$calls");
	unsetenv("PATH");

	assert_ok(get_attrs(fx, callouts, &told));

	setenv("PATH", old, 1);
	calls = calls_of(fx);
	assert_non_null(strstr(calls, "\nPATH=/usr/local/sbin:"));
	assert_non_null(strstr(calls, "\nMDEVADM_UUID=" UUID_A "\n"));
	assert_non_null(strstr(calls, "\nMDEVADM_PARENT=P\n"));
	assert_non_null(strstr(calls, "\nMDEVADM_NESTED=1\n"));
}

static void null_is_an_answer_that_tells_of_no_attributes(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(callouts_freep) struct callouts *callouts = callouts_new(fx->env);
	bool told = false;
	make_callout(fx, "one", "[ $action != attributes ] || echo null");

	assert_ok(get_attrs(fx, callouts, &told));

	assert_true(told);
}

static void no_output_tells_nothing(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(callouts_freep) struct callouts *callouts = callouts_new(fx->env);
	bool told = true;
	make_callout(fx, "one", "");

	assert_ok(get_attrs(fx, callouts, &told));

	assert_false(told);
}

int call_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(script_that_hangs_is_asked_for_attributes_once),
		fixture_test(script_has_a_path_where_its_caller_has_none),
		fixture_test(null_is_an_answer_that_tells_of_no_attributes),
		fixture_test(no_output_tells_nothing),
	};

	return cmocka_run_group_tests_name("call", tests, NULL, NULL);
}
