/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/json.h"

#include <string.h>

#include "fixture.h"
#include "suites.h"

static void check_refused(const char *text, const char *message)
{
	_cleanup_(err_freep) struct err *e = NULL;
	json_t *json = NULL;

	e = json_parse(text, strlen(text), "F", &json);

	assert_err(NULL, e, ERR_INVALID, message, NULL);
	assert_null(json);
}

static void object_is_parsed(void **state)
{
	static const char text[] = "{\"a\": [1, {\"b\": null}]}";
	_cleanup_(json_freep) json_t *json = NULL;
	(void)state;

	assert_ok(json_parse(text, strlen(text), "F", &json));

	assert_int_equal(json_array_size(json_object_get(json, "a")), 2);
}

static void text_is_read_to_its_size_and_no_further(void **state)
{
	static const char text[] = "[1] and more";
	_cleanup_(json_freep) json_t *json = NULL;
	(void)state;

	assert_ok(json_parse(text, 3, "F", &json));

	assert_int_equal(json_array_size(json), 1);
}

static void fault_is_named_with_its_line_and_column(void **state)
{
	(void)state;

	check_refused("{\n  \"a\": 1,\n  b\n}",
		      "'F', line 3, column 3: string or '}' expected near 'b'");
}

static void empty_text_is_refused(void **state)
{
	(void)state;

	check_refused("", "'F', line 1, column 0: '[' or '{' expected near end of file");
}

static void repeated_key_is_refused(void **state)
{
	(void)state;

	check_refused("{\"a\": 1,\n \"a\": 2}",
		      "'F', line 2, column 4: duplicate object key near '\"a\"'");
}

static void repeated_key_in_an_inner_object_is_refused(void **state)
{
	(void)state;

	check_refused("[{\"a\": 1, \"a\": 2}]",
		      "'F', line 1, column 13: duplicate object key near '\"a\"'");
}

static void anything_behind_the_value_is_refused(void **state)
{
	(void)state;

	check_refused("{}\n{}", "'F', line 2, column 1: end of file expected near '{'");
	check_refused("[] x", "'F', line 1, column 4: end of file expected near 'x'");
}

static void comma_at_the_end_is_refused(void **state)
{
	(void)state;

	check_refused("{\"a\": 1,}", "'F', line 1, column 9: string or '}' expected near '}'");
	check_refused("[1,]", "'F', line 1, column 4: unexpected token near ']'");
}

static void comment_is_refused(void **state)
{
	(void)state;

	check_refused("{} // why", "'F', line 1, column 4: end of file expected near '/'");
}

static void nul_byte_is_refused(void **state)
{
	static const char text[] = "{}\0";
	_cleanup_(err_freep) struct err *e = NULL;
	json_t *json = NULL;
	(void)state;

	e = json_parse(text, sizeof(text) - 1, "F", &json);

	assert_non_null(e);
	assert_int_equal(err_kind(e), ERR_INVALID);
	assert_null(json);
}

static void text_that_is_not_utf8_is_refused(void **state)
{
	(void)state;

	check_refused("[\"\xff\"]", "'F', line 1, column 2: unable to decode byte 0xff near '\"'");
}

static void control_characters_near_the_fault_are_escaped(void **state)
{
	(void)state;

	check_refused("[\"a\nb\"]", "'F', line 1, column 3: unexpected newline near '\"a'");
	check_refused("[\x1b]", "'F', line 1, column 2: invalid token near '\\x1b'");
}

static void bottomless_nesting_is_refused(void **state)
{
	_cleanup_(mem_freep) char *text = mem_alloc(100001);
	_cleanup_(err_freep) struct err *e = NULL;
	json_t *json = NULL;
	(void)state;
	memset(text, '[', 100000);
	text[100000] = '\0';

	e = json_parse(text, 100000, "F", &json);

	assert_err(NULL, e, ERR_INVALID,
		   "'F', line 1, column 2049: maximum parsing depth reached near '['", NULL);
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

static void text_is_indented_by_two_and_has_no_newline_at_its_end(void **state)
{
	_cleanup_(json_freep) json_t *json = json_new_object();
	_cleanup_(mem_freep) char *text = NULL;
	json_t *array = json_new_array();
	(void)state;
	json_append(array, json_new_string("x"));
	json_put(json, "b", array);
	json_put(json, "a", json_new_array());

	text = json_to_text(json);

	assert_string_equal(text, "{\n  \"b\": [\n    \"x\"\n  ],\n  \"a\": []\n}");
}

static void bytes_that_are_not_utf8_are_written_escaped(void **state)
{
	_cleanup_(json_freep) json_t *json = json_new_object();
	_cleanup_(mem_freep) char *text = NULL;
	(void)state;
	json_put(json, "k\xff", json_new_string("v\xfe"));

	text = json_to_text(json);

	assert_string_equal(text, "{\n  \"k\\\\xff\": \"v\\\\xfe\"\n}");
}

int json_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(object_is_parsed),
		cmocka_unit_test(text_is_read_to_its_size_and_no_further),
		cmocka_unit_test(fault_is_named_with_its_line_and_column),
		cmocka_unit_test(empty_text_is_refused),
		cmocka_unit_test(repeated_key_is_refused),
		cmocka_unit_test(repeated_key_in_an_inner_object_is_refused),
		cmocka_unit_test(anything_behind_the_value_is_refused),
		cmocka_unit_test(comma_at_the_end_is_refused),
		cmocka_unit_test(comment_is_refused),
		cmocka_unit_test(nul_byte_is_refused),
		cmocka_unit_test(text_that_is_not_utf8_is_refused),
		cmocka_unit_test(control_characters_near_the_fault_are_escaped),
		cmocka_unit_test(bottomless_nesting_is_refused),
		cmocka_unit_test(line_is_that_of_the_value),
		cmocka_unit_test(line_is_1_if_nothing_is_found),
		cmocka_unit_test(keys_in_inner_values_do_not_count),
		cmocka_unit_test(brackets_and_quotes_in_strings_do_not_count),
		cmocka_unit_test(line_of_an_element_is_that_of_its_value),
		cmocka_unit_test(line_of_an_element_ignores_empty_ones_before_it),
		cmocka_unit_test(text_is_indented_by_two_and_has_no_newline_at_its_end),
		cmocka_unit_test(bytes_that_are_not_utf8_are_written_escaped),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
