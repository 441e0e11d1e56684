/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/json_text.h"

#include <string.h>

#include "base/json.h"
#include "fixture.h"
#include "suites.h"

static void check_member(const struct json_member *member, const char *key, const char *value)
{
	assert_int_equal(member->key.size, strlen(key));
	assert_memory_equal(member->key.at, key, strlen(key));
	assert_int_equal(member->value.size, strlen(value));
	assert_memory_equal(member->value.at, value, strlen(value));
}

static void members_are_found_as_they_stand(void **state)
{
	static const char text[] = " {\"a\" : [1, {\"x\":2} ] ,\r\n\t\"\\\"b\":-1E+5,\"c\":\"}\"} ";
	struct json_member member;
	const char *at;
	(void)state;

	assert_true(json_enter(text, '{', &at));

	assert_true(json_next_member(&at, &member));
	check_member(&member, "\"a\"", "[1, {\"x\":2} ]");
	assert_true(json_next_member(&at, &member));
	check_member(&member, "\"\\\"b\"", "-1E+5");
	assert_true(json_next_member(&at, &member));
	check_member(&member, "\"c\"", "\"}\"");
	assert_false(json_next_member(&at, &member));
}

static void empty_object_has_no_members(void **state)
{
	struct json_member member;
	const char *at;
	(void)state;

	assert_true(json_enter("{ }", '{', &at));

	assert_false(json_next_member(&at, &member));
	assert_false(json_enter("[]", '{', &at));
	assert_false(json_enter("", '{', &at));
}

static void check_key(const char *text, const char *expected)
{
	const struct json_span key = { .at = text, .size = strlen(text) };
	_cleanup_(mem_freep) char *name = json_key_text(&key);

	assert_string_equal(name, expected);
}

static void key_is_told_without_its_escapes(void **state)
{
	(void)state;

	check_key("\"attrs\"", "attrs");
	check_key("\"\"", "");
	check_key("\"mdev\\u005ftype\"", "mdev_type");
	check_key("\"a\\u0000b\"", "a\x01"
				   "b");
	check_key("\"a\\\\u0000\"", "a\\u0000");
}

static void check_loose(const char *text, const char *expected)
{
	_cleanup_(mem_freep) char *loose = json_loosen(text, strlen(text));

	assert_string_equal(loose, expected);
}

static void numbers_are_loosened_whatever_their_size(void **state)
{
	(void)state;

	check_loose("[123, -0.5e+10, 1E400]", "[0  , 0       , 0    ]");
	check_loose("{\"a1\":\"2\",\"b\":3}", "{\"a1\":\"2\",\"b\":0}");
}

/* Else a fault would be read as if it were none. */
static void what_is_no_number_is_not_loosened(void **state)
{
	static const char *const faults[] = {
		"[01]", "[--1]", "[+1]",    "[1.]",  "[.5]",	"[1e]",	       "[1e+]",
		"[-]",	"[1-2]", "[1.2.3]", "[-01]", "[1e5e5]", "[-Infinity]", "[0x10]",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		_cleanup_(err_freep) struct err *e = NULL;
		json_t *json = NULL;

		e = json_parse_loosely(faults[i], strlen(faults[i]), "F", &json);

		assert_non_null(e);
		assert_null(json);
	}
}

static void nul_in_a_key_is_loosened_and_in_a_value_kept(void **state)
{
	(void)state;

	check_loose("{\"a\\u0000\" : \"b\\u0000\"}", "{\"a\\u0001\" : \"b\\u0000\"}");
	check_loose("{\"a\\\\u0000\":1}", "{\"a\\\\u0000\":0}");
}

static void line_is_that_of_the_value(void **state)
{
	static const char text[] = "{\n"
				   "  \"a\": 1,\n"
				   "  \"b\":\n"
				   "    \"two\",\n"
				   "\n"
				   "  \"c\": true\n"
				   "}\n";
	(void)state;

	assert_int_equal(json_line_of(text, "a", -1), 2);
	assert_int_equal(json_line_of(text, "b", -1), 4);
	assert_int_equal(json_line_of(text, "c", -1), 6);
}

static void line_is_1_if_nothing_is_found(void **state)
{
	(void)state;

	assert_int_equal(json_line_of("{\n\"a\": 1\n}", "b", -1), 1);
	assert_int_equal(json_line_of("{\n\"a\": 1\n}", "", -1), 1);
	assert_int_equal(json_line_of("{\n\"ab\": 1\n}", "a", -1), 1);
	assert_int_equal(json_line_of("{\n\"a\": 1\n}", "ab", -1), 1);
	assert_int_equal(json_line_of("[\n\"a\"]", "a", -1), 1);
	assert_int_equal(json_line_of("\n{}", "a", -1), 1);
	assert_int_equal(json_line_of("", "a", -1), 1);
}

static void keys_in_inner_values_do_not_count(void **state)
{
	static const char text[] = "{\n"
				   "  \"x\": {\n"
				   "    \"attrs\": [ { \"attrs\": 1 },\n"
				   "      2 ] },\n"
				   "  \"y\": \"attrs\",\n"
				   "  \"attrs\": 3\n"
				   "}";
	(void)state;

	assert_int_equal(json_line_of(text, "attrs", -1), 6);
}

static void brackets_and_quotes_in_strings_do_not_count(void **state)
{
	static const char text[] = "{\n"
				   "  \"a\": \"}]{[\\\"\\\\\",\n"
				   "  \"b}\\\"\": [ \"]\",\n"
				   "    \"\\\\\" ],\n"
				   "  \"c\": 1\n"
				   "}";
	(void)state;

	assert_int_equal(json_line_of(text, "a", -1), 2);
	assert_int_equal(json_line_of(text, "c", -1), 5);
}

static void line_of_an_element_is_that_of_its_value(void **state)
{
	static const char text[] = "{\n"
				   "  \"attrs\": [\n"
				   "    { \"a\": \"1\" },\n"
				   "    { \"b\": [ 1, 2,\n"
				   "      3 ] }, \"s,]\",\n"
				   "    -1.5e3,\n"
				   "    null\n"
				   "  ]\n"
				   "}";
	(void)state;

	assert_int_equal(json_line_of(text, "attrs", 0), 3);
	assert_int_equal(json_line_of(text, "attrs", 1), 4);
	assert_int_equal(json_line_of(text, "attrs", 2), 5);
	assert_int_equal(json_line_of(text, "attrs", 3), 6);
	assert_int_equal(json_line_of(text, "attrs", 4), 7);
}

static void line_of_an_element_ignores_empty_ones_before_it(void **state)
{
	static const char text[] = "{\"attrs\": [{}, [], \"\",\n{\"a\": 1}]}";
	(void)state;

	assert_int_equal(json_line_of(text, "attrs", 2), 1);
	assert_int_equal(json_line_of(text, "attrs", 3), 2);
}

static void line_is_that_of_the_value_that_counts(void **state)
{
	(void)state;

	assert_int_equal(json_line_of("{\"a\":1,\n\"b\":2,\n\"\\u0061\":3}", "a", -1), 3);
}

int json_text_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_found_as_they_stand),
		cmocka_unit_test(empty_object_has_no_members),
		cmocka_unit_test(key_is_told_without_its_escapes),
		cmocka_unit_test(numbers_are_loosened_whatever_their_size),
		cmocka_unit_test(what_is_no_number_is_not_loosened),
		cmocka_unit_test(nul_in_a_key_is_loosened_and_in_a_value_kept),
		cmocka_unit_test(line_is_that_of_the_value),
		cmocka_unit_test(line_is_1_if_nothing_is_found),
		cmocka_unit_test(keys_in_inner_values_do_not_count),
		cmocka_unit_test(brackets_and_quotes_in_strings_do_not_count),
		cmocka_unit_test(line_of_an_element_is_that_of_its_value),
		cmocka_unit_test(line_of_an_element_ignores_empty_ones_before_it),
		cmocka_unit_test(line_is_that_of_the_value_that_counts),
	};

	return cmocka_run_group_tests_name("json_text", tests, NULL, NULL);
}
