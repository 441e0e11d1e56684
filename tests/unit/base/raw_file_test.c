/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/raw_file.h"

#include <string.h>
#include <sys/stat.h>

#include "fixture.h"
#include "suites.h"

static const json_t *find(const json_t *files, const char *name)
{
	const json_t *file;
	size_t i;

	json_array_foreach (files, i, file)
		if (strcmp(json_string_value(json_object_get(file, "name")), name) == 0)
			return file;
	fail_msg("there is no '%s'", name);
	return NULL;
}

static void expect_member(const json_t *files, const char *name, const char *key,
			  const char *expected)
{
	const char *text = json_string_value(json_object_get(find(files, name), key));

	assert_non_null(text);
	assert_string_equal(text, expected);
}

static void files_are_there_to_the_last_byte(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(raw_file_list_clear) struct raw_file_list list = { 0 };
	_cleanup_(json_freep) json_t *json = NULL;
	fixture_write(fx, "text", "\xc3\xa9 {\n");
	fixture_write_bytes(fx, "nul", "a\0", 2);
	fixture_write_bytes(fx, "one", "\xff", 1);
	fixture_write_bytes(fx, "three", "\xff\xfe\xfd", 3);
	fixture_write(fx, ".hidden", "");

	raw_file_list_read(&list, fx->dir, 100);
	json = raw_file_list_to_json(&list);

	expect_member(json, "text", "text", "\xc3\xa9 {\n");
	expect_member(json, "text", "mode", "0644");
	/* As base64(1) has them. */
	expect_member(json, "nul", "base64", "YQA=");
	expect_member(json, "one", "base64", "/w==");
	expect_member(json, "three", "base64", "//79");
	for (size_t i = 0; i < list.count; i++)
		assert_string_not_equal(list.items[i].name, ".hidden");
}

static void what_is_no_small_file_has_an_error(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(raw_file_list_clear) struct raw_file_list list = { 0 };
	_cleanup_(json_freep) json_t *json = NULL;
	fixture_write(fx, "large", "12345");
	fixture_make_node(fx, "pipe", S_IFIFO | 0600, 0);
	fixture_link(fx, "nowhere", "link");

	raw_file_list_read(&list, fx->dir, 4);
	json = raw_file_list_to_json(&list);

	assert_null(json_object_get(find(json, "large"), "text"));
	assert_non_null(json_object_get(find(json, "large"), "error"));
	assert_non_null(json_object_get(find(json, "pipe"), "error"));
	expect_member(json, "link", "target", "nowhere");
	assert_non_null(json_object_get(find(json, "link"), "error"));
	/* So are the directories of the fixture: etc, lib, run and sys. */
	assert_int_equal(raw_file_list_count_errors(&list), list.count);
}

int raw_file_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(files_are_there_to_the_last_byte),
		fixture_test(what_is_no_small_file_has_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
