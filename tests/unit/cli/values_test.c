/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "line.h"
#include "suites.h"

static void what_is_not_given_is_as_usual(void **state)
{
	_cleanup_(line_clear) struct line line;
	(void)state;

	line_read_well(&line, WORDS("list"));

	assert_int_equal(line.values.given, 0);
	assert_false(uuid_is_set(&line.values.uuid));
	assert_null(line.values.parent);
	assert_null(line.values.command);
	assert_null(line.values.env.root);
	assert_int_equal(line.values.attr_index, -1);
	assert_int_equal(line.values.jobs, 8);
	assert_int_equal(line.values.timeout_ms, 30000);
	assert_int_equal(line.values.wait_users_ms, 0);
	assert_false(line.values.env.has_lock_timeout);
	assert_int_equal(line.values.env.callout_timeout_ms, 0);
}

static void seconds_become_milliseconds(void **state)
{
	_cleanup_(line_clear) struct line line;
	(void)state;

	line_read_well(&line, WORDS("stop", "-u", U1, "--timeout", "7", "--wait-users=3",
				    "--lock-timeout", "0", "--callout-timeout", "86400"));

	assert_int_equal(line.values.timeout_ms, 7000);
	assert_int_equal(line.values.wait_users_ms, 3000);
	assert_true(line.values.env.has_lock_timeout);
	assert_int_equal(line.values.env.lock_timeout_ms, 0);
	assert_int_equal(line.values.env.callout_timeout_ms, 86400000);
}

static void names_and_texts_go_where_they_belong(void **state)
{
	_cleanup_(line_clear) struct line change;
	_cleanup_(line_clear) struct line start;
	_cleanup_(line_clear) struct line drain;
	(void)state;

	line_read_well(&change, WORDS("modify", "-u", ("{" U2 "}"), "-p", "P", "-t", "T",
				      "--addattr", "dir/name", "--value", "", "-i", "0"));
	line_read_well(&start, WORDS("start", "-p", "P", "--jsonfile", "/dev/stdin"));
	line_read_well(&drain, WORDS("drain", "P", "--reason", "why", "--jobs", "256"));

	assert_string_equal(change.values.uuid.text, U2);
	assert_string_equal(change.values.parent, "P");
	assert_string_equal(change.values.type, "T");
	assert_int_equal(change.values.change_count, 1);
	assert_string_equal(change.values.changes[0].name, "dir/name");
	assert_string_equal(change.values.changes[0].value, "");
	assert_int_equal(change.values.changes[0].index, 0);
	assert_string_equal(start.values.jsonfile, "/dev/stdin");
	assert_string_equal(drain.values.reason, "why");
	assert_int_equal(drain.values.jobs, 256);
}

static void each_directory_is_moved_by_its_key(void **state)
{
	_cleanup_(line_clear) struct line line;
	(void)state;

	line_read_well(&line, WORDS("--root", "R", "--base", "etc=/e", "list", "--base=sys=/s=1",
				    "--base", "etc=/f"));

	assert_string_equal(line.values.env.root, "R");
	assert_string_equal(line.values.env.base[ENV_DIR_ETC], "/f");
	assert_string_equal(line.values.env.base[ENV_DIR_SYS], "/s=1");
	assert_null(line.values.env.base[ENV_DIR_RUN]);
}

/* Each of these is the only thing that is wrong. */
static void value_that_is_wrong_is_refused(void **state)
{
	static const struct {
		char *words[16];
		enum err_kind kind;
		const char *message;
	} lines[] = {
		{ { "list", "-u", "x" }, ERR_INVALID, "invalid UUID 'x'" },
		{ { "list", "-p", "" }, ERR_INVALID, "invalid parent '': it is empty" },
		{ { "wait", "a/b" }, ERR_INVALID, "invalid parent 'a/b': it has a slash" },
		{ { "define", "-p", "P", "-t", ".t" },
		  ERR_INVALID,
		  "invalid type '.t': it begins with a dot" },
		{ { "modify", "-u", U1, "--value", "1", "--addattr", "/a" },
		  ERR_INVALID,
		  "invalid attribute '/a': it has a slash too many" },
		{ { "modify", "-u", U1, "--value", "\xff", "--addattr", "a" },
		  ERR_INVALID,
		  "invalid value '\\xff': it is not UTF-8" },
		{ { "modify", "-u", U1, "--delattr", "-i", "-1" },
		  ERR_USAGE,
		  "--index: '-1' is not a number" },
		{ { "modify", "-u", U1, "--delattr", "-i", "2147483648" },
		  ERR_USAGE,
		  "--index: '2147483648' is not a number" },
		{ { "start", "-p", "P", "--jsonfile", "" },
		  ERR_USAGE,
		  "--jsonfile: the file's name is empty" },
		{ { "stop", "--all", "--jobs", "0" }, ERR_USAGE, "--jobs: '0' is out of range" },
		{ { "stop", "--all", "--jobs", "257" },
		  ERR_USAGE,
		  "--jobs: '257' is out of range" },
		{ { "stop", "--all", "--jobs", "-1" }, ERR_USAGE, "--jobs: '-1' is not a number" },
		{ { "stop", "--all", "--jobs", "" }, ERR_USAGE, "--jobs: '' is not a number" },
		{ { "stop", "--all", "--timeout", "86401" },
		  ERR_USAGE,
		  "--timeout: '86401' is not a number of seconds" },
		{ { "list", "--callout-timeout", "0" },
		  ERR_USAGE,
		  "--callout-timeout: '0' is not a number of seconds" },
		{ { "hold", "--reason", "", "P" },
		  ERR_USAGE,
		  "cannot hold parent 'P': the reason is empty" },
		{ { "list", "--base", "etcetera=/x" },
		  ERR_USAGE,
		  "--base: 'etcetera=/x' is not KEY=DIR" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_(line_clear) struct line line;

		line_read_refused(&line, lines[i].words, lines[i].message);

		assert_int_equal(err_kind(line.e), lines[i].kind);
		assert_non_null(err_hint_text(line.e));
	}
}

static void error_does_not_depend_on_the_order_of_the_options(void **state)
{
	_cleanup_(line_clear) struct line one;
	_cleanup_(line_clear) struct line other;
	(void)state;

	line_read(&one, WORDS("list", "-u", "x", "-p", "", "--lock-timeout", "soon"));
	line_read(&other, WORDS("list", "--lock-timeout", "soon", "-p", "", "-u", "x"));

	assert_string_equal(err_message(one.e),
			    "--lock-timeout: 'soon' is not a number of seconds");
	assert_string_equal(err_message(other.e), err_message(one.e));
}

int values_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_given_is_as_usual),
		cmocka_unit_test(seconds_become_milliseconds),
		cmocka_unit_test(names_and_texts_go_where_they_belong),
		cmocka_unit_test(each_directory_is_moved_by_its_key),
		cmocka_unit_test(value_that_is_wrong_is_refused),
		cmocka_unit_test(error_does_not_depend_on_the_order_of_the_options),
	};

	return cmocka_run_group_tests_name("values", tests, NULL, NULL);
}
