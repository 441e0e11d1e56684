/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/process.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "suites.h"

static int end_with_7(void *data)
{
	(void)data;
	return 7;
}

static int end_by_signal(void *data)
{
	(void)data;
	raise(SIGKILL);
	return 0;
}

static void end_of_a_child_is_told(void **state)
{
	int exited = 0;
	int killed = 0;
	(void)state;

	assert_ok(process_wait(fixture_fork(end_with_7, NULL), &exited));
	assert_ok(process_wait(fixture_fork(end_by_signal, NULL), &killed));

	assert_true(WIFEXITED(exited));
	assert_int_equal(WEXITSTATUS(exited), 7);
	assert_true(WIFSIGNALED(killed));
	assert_int_equal(WTERMSIG(killed), SIGKILL);
}

static void end_that_cannot_be_told_is_an_error(void **state)
{
	_cleanup_(err_freep) struct err *e = NULL;
	int status = 42;
	(void)state;

	e = process_wait(getpid(), &status);

	assert_int_equal(err_errnum(e), ECHILD);
	assert_int_equal(err_kind(e), ERR_FAILED);
	assert_int_equal(status, 42);
}

static void children_are_not_lost_to_a_caller_that_ignores_them(void **state)
{
	int status = 0;
	(void)state;
	signal(SIGCHLD, SIG_IGN);

	process_begin();

	assert_ok(process_wait(fixture_fork(end_with_7, NULL), &status));
	assert_int_equal(WEXITSTATUS(status), 7);
}

int process_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(end_of_a_child_is_told),
		cmocka_unit_test(end_that_cannot_be_told_is_an_error),
		cmocka_unit_test(children_are_not_lost_to_a_caller_that_ignores_them),
	};

	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
