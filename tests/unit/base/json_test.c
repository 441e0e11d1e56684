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

	check_refused("", "'F' is empty");
	check_refused(" \n\t", "'F' is empty");
}

static void of_a_repeated_key_the_last_counts(void **state)
{
	static const char text[] = "{\"a\": 1, \"b\": {\"c\": 2, \"c\": 3}, \"a\": 4}";
	_cleanup_(json_freep) json_t *json = NULL;
	_cleanup_(mem_freep) char *line = NULL;
	(void)state;

	assert_ok(json_parse(text, strlen(text), "F", &json));

	line = json_to_line(json);
	assert_string_equal(line, "{\"a\":4,\"b\":{\"c\":3}}");
}

static void anything_behind_the_value_is_refused(void **state)
{
	(void)state;

	check_refused("{}\n{}", "'F', line 2, column 1: there is more behind its end");
	check_refused("[] x", "'F', line 1, column 4: there is more behind its end");
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

	check_refused("{} // why", "'F', line 1, column 4: there is more behind its end");
}

static void nul_bytes_at_the_end_do_not_count(void **state)
{
	static const char text[] = "{}\n\0\0";
	_cleanup_(json_freep) json_t *json = NULL;
	(void)state;

	assert_ok(json_parse(text, sizeof(text), "F", &json));
}

static void nul_byte_is_refused(void **state)
{
	static const char *const texts[] = { "[1,#\n2]", "[1#,\n2]", "[0.5#,\n2]", "{#\"a\": 1}" };
	(void)state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		_cleanup_(mem_freep) char *text = mem_strdup(texts[i]);
		_cleanup_(err_freep) struct err *e = NULL;
		_cleanup_(err_freep) struct err *loose = NULL;
		json_t *json = NULL;

		*strchr(text, '#') = 0;
		e = json_parse(text, strlen(texts[i]), "F", &json);
		loose = json_parse_loosely(text, strlen(texts[i]), "F", &json);

		assert_err(NULL, e, ERR_INVALID, "'F', line 1: there is a NUL byte in the text",
			   "a file that was cut by a crash, or is UTF-16, has such");
		assert_string_equal(err_message(loose), err_message(e));
		assert_null(json);
	}
}

static void words_are_ours(void **state)
{
	(void)state;

	check_refused("[\"a\\u0000\"]",
		      "'F', line 1, column 10: a string has the character \\u0000, "
		      "which nothing can take");
	check_refused("{\"a\\u0000\": 1}", "'F', line 1, column 10: a string has the character "
					   "\\u0000, which nothing can take");
	check_refused("[123456789012345678901234567890]",
		      "'F', line 1, column 31: a number is too large");
	check_refused("[1", "'F', line 1, column 2: it ends too early");
}

static void byte_order_mark_is_named_with_its_remedy(void **state)
{
	_cleanup_(err_freep) struct err *e = NULL;
	_cleanup_(err_freep) struct err *e16 = NULL;
	json_t *json = NULL;
	(void)state;

	e = json_parse("\xef\xbb\xbf{}", 5, "F", &json);
	e16 = json_parse("\xff\xfe{\0}\0", 6, "F", &json);

	assert_err(NULL, e, ERR_INVALID, "'F' begins with a byte order mark",
		   "save it as UTF-8 without one; sed '1s/^\\xEF\\xBB\\xBF//' takes it away");
	assert_err(NULL, e16, ERR_INVALID, "'F' is UTF-16, not UTF-8",
		   "'iconv -f UTF-16 -t UTF-8' converts it");
}

static void text_that_is_not_utf8_is_refused(void **state)
{
	(void)state;

	check_refused("[\"\xff\"]", "'F', line 1, column 2: it is not UTF-8");
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

	assert_err(NULL, e, ERR_INVALID, "'F', line 1, column 2049: it is nested too deeply", NULL);
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
		cmocka_unit_test(of_a_repeated_key_the_last_counts),
		cmocka_unit_test(anything_behind_the_value_is_refused),
		cmocka_unit_test(comma_at_the_end_is_refused),
		cmocka_unit_test(comment_is_refused),
		cmocka_unit_test(nul_bytes_at_the_end_do_not_count),
		cmocka_unit_test(nul_byte_is_refused),
		cmocka_unit_test(words_are_ours),
		cmocka_unit_test(byte_order_mark_is_named_with_its_remedy),
		cmocka_unit_test(text_that_is_not_utf8_is_refused),
		cmocka_unit_test(control_characters_near_the_fault_are_escaped),
		cmocka_unit_test(bottomless_nesting_is_refused),
		cmocka_unit_test(text_is_indented_by_two_and_has_no_newline_at_its_end),
		cmocka_unit_test(bytes_that_are_not_utf8_are_written_escaped),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
