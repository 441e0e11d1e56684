/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "callout/program.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "fixture.h"
#include "suites.h"

static char *const no_environment[] = { NULL };

static void collect_line(void *data, const char *line)
{
	strlist_add(data, mem_strdup(line));
}

static struct program_request request_of(char *const *arguments, struct strlist *lines)
{
	return (struct program_request){
		.path = arguments[0],
		.arguments = arguments,
		.environment = no_environment,
		.timeout_ms = 10000,
		.line = collect_line,
		.line_data = lines,
	};
}

/* Runs that text by the shell; @lines are those of its messages. */
static err_t run_shell(const char *text, const char *input, int64_t timeout_ms,
		       struct strlist *lines, struct program_result *ret)
{
	_cleanup_(mem_freep) char *copy = mem_strdup(text);
	char shell[] = "/bin/sh";
	char option[] = "-c";
	char *const arguments[] = { shell, option, copy, NULL };
	struct program_request request = request_of(arguments, lines);

	request.input = input;
	request.input_size = input ? strlen(input) : 0;
	request.timeout_ms = timeout_ms;
	return program_run(&request, ret);
}

static bool has_ended(void *data)
{
	const pid_t *pid = data;

	return kill(*pid, 0) < 0 && errno == ESRCH;
}

static void program_reads_its_input_and_both_outputs_are_told_apart(void **state)
{
	_cleanup_(program_result_clear) struct program_result result = { 0 };
	_cleanup_(strlist_clear) struct strlist lines = { 0 };
	(void)state;

	assert_ok(run_shell("cat; echo one >&2; printf two >&2; exit 7", "words", 10000, &lines,
			    &result));

	assert_int_equal(result.end, PROGRAM_EXITED);
	assert_int_equal(result.code, 7);
	assert_int_equal(result.output_size, 5);
	assert_memory_equal(result.output, "words", 5);
	assert_int_equal(lines.count, 2);
	assert_string_equal(lines.items[0], "one");
	assert_string_equal(lines.items[1], "two");
	assert_false(result.output_is_cut || result.errors_are_cut || result.left_children ||
		     result.lost_children);
}

static void program_that_dies_of_a_signal_is_told_from_one_that_exits(void **state)
{
	_cleanup_(program_result_clear) struct program_result result = { 0 };
	_cleanup_(strlist_clear) struct strlist lines = { 0 };
	(void)state;

	assert_ok(run_shell("kill -USR1 $$", NULL, 10000, &lines, &result));

	assert_int_equal(result.end, PROGRAM_KILLED);
	assert_int_equal(result.code, SIGUSR1);
}

static void program_that_is_not_there_is_an_error_with_its_errno(void **state)
{
	_cleanup_(program_result_clear) struct program_result result = { 0 };
	_cleanup_(strlist_clear) struct strlist lines = { 0 };
	_cleanup_(err_freep) struct err *e = NULL;
	char path[] = "/no/such/program";
	char *const arguments[] = { path, NULL };
	const struct program_request request = request_of(arguments, &lines);
	(void)state;

	e = program_run(&request, &result);

	assert_true(err_is(e, ENOENT));
}

static void program_that_left_its_group_is_ended_at_its_time_limit(void **state)
{
	_cleanup_(program_result_clear) struct program_result result = { 0 };
	_cleanup_(strlist_clear) struct strlist lines = { 0 };
	char self[] = "/proc/self/exe";
	char argument[] = LEAVE_GROUP;
	char *const arguments[] = { self, argument, NULL };
	struct program_request request = request_of(arguments, &lines);
	(void)state;
	request.timeout_ms = 300;

	assert_ok(program_run(&request, &result));

	assert_int_equal(result.end, PROGRAM_TIMED_OUT);
	assert_int_equal(result.output_size, 4);
	assert_int_equal(result.code, SIGTERM);
}

/* They hold nothing open that would tell of them. */
static void children_that_ignore_sigterm_are_killed_with_their_program(void **state)
{
	_cleanup_(program_result_clear) struct program_result result = { 0 };
	_cleanup_(strlist_clear) struct strlist lines = { 0 };
	pid_t child;
	(void)state;

	assert_ok(run_shell("trap '' TERM; sleep 1000 </dev/null >/dev/null 2>&1 & "
			    "echo $!; trap - TERM; sleep 1000",
			    NULL, 300, &lines, &result));

	assert_int_equal(result.end, PROGRAM_TIMED_OUT);
	result.output[result.output_size - 1] = '\0';
	child = (pid_t)strtol(result.output, NULL, 10);
	assert_true(child > 1);
	fixture_await(has_ended, &child);
}

static void child_in_the_group_that_holds_the_output_is_ended(void **state)
{
	_cleanup_(program_result_clear) struct program_result result = { 0 };
	_cleanup_(strlist_clear) struct strlist lines = { 0 };
	pid_t child;
	(void)state;

	assert_ok(run_shell("sleep 1000 & echo $!", NULL, 10000, &lines, &result));

	assert_int_equal(result.end, PROGRAM_EXITED);
	assert_true(result.left_children);
	assert_false(result.lost_children);
	result.output[result.output_size - 1] = '\0';
	child = (pid_t)strtol(result.output, NULL, 10);
	fixture_await(has_ended, &child);
}

static void child_that_left_the_group_is_told_of_and_goes_on(void **state)
{
	_cleanup_(program_result_clear) struct program_result result = { 0 };
	_cleanup_(strlist_clear) struct strlist lines = { 0 };
	pid_t child;
	(void)state;

	assert_ok(run_shell("setsid sh -c 'echo $$; exec sleep 1000' & wait_for=$!; sleep 0.2; "
			    "kill -0 $wait_for",
			    NULL, 10000, &lines, &result));

	assert_int_equal(result.end, PROGRAM_EXITED);
	assert_true(result.left_children && result.lost_children);
	result.output[result.output_size - 1] = '\0';
	child = (pid_t)strtol(result.output, NULL, 10);
	assert_int_equal(kill(child, SIGKILL), 0);
}

int program_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_reads_its_input_and_both_outputs_are_told_apart),
		cmocka_unit_test(program_that_dies_of_a_signal_is_told_from_one_that_exits),
		cmocka_unit_test(program_that_is_not_there_is_an_error_with_its_errno),
		cmocka_unit_test(program_that_left_its_group_is_ended_at_its_time_limit),
		cmocka_unit_test(children_that_ignore_sigterm_are_killed_with_their_program),
		cmocka_unit_test(child_in_the_group_that_holds_the_output_is_ended),
		cmocka_unit_test(child_that_left_the_group_is_told_of_and_goes_on),
	};

	return cmocka_run_group_tests_name("program", tests, NULL, NULL);
}
