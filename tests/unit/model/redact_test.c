/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/redact.h"

#include <string.h>

#include "fixture.h"
#include "suites.h"

#define U1 "abcdef00-1111-4111-8111-111111111111"
#define U2 "22222222-2222-4222-8222-222222222222"
#define M1 "facade00-0000-4000-8000-000000000001"
#define M2 "facade00-0000-4000-8000-000000000002"

static void expect_text(struct redaction *redaction, const char *text, const char *expected)
{
	_cleanup_(mem_freep) char *result = redaction_of_text(redaction, text);

	assert_string_equal(result, expected);
}

static void uuids_are_replaced_by_the_same_each_time(void **state)
{
	_cleanup_(redaction_freep) struct redaction *redaction = redaction_new();
	(void)state;

	expect_text(redaction, U1 " " U2 " " U1, M1 " " M2 " " M1);
	expect_text(redaction, "/x/" U2 "/y", "/x/" M2 "/y");
}

static void uuids_keep_their_spelling(void **state)
{
	_cleanup_(redaction_freep) struct redaction *redaction = redaction_new();
	(void)state;

	expect_text(redaction, "ABCDEF00-1111-4111-8111-111111111111",
		    "FACADE00-0000-4000-8000-000000000001");
	expect_text(redaction, "{abcdef00111141118111111111111111}",
		    "{facade00000040008000000000000001}");
	expect_text(redaction, "urn:uuid:" U1, "urn:uuid:" M1);
	/* At the very end of a text. */
	expect_text(redaction, "abcdef00111141118111111111111111",
		    "facade00000040008000000000000001");
	expect_text(redaction, "GPU-" U1, "GPU-" M1);
}

static void what_only_contains_a_uuid_stays(void **state)
{
	_cleanup_(redaction_freep) struct redaction *redaction = redaction_new();
	(void)state;

	expect_text(redaction, U1 "1", U1 "1");
	expect_text(redaction, "x" U1, "x" U1);
	expect_text(redaction, "0x00000000000000000000000000000000",
		    "0x00000000000000000000000000000000");
	expect_text(redaction, "0000:06:00.0 nvidia-36", "0000:06:00.0 nvidia-36");
	expect_text(redaction, "", "");
}

static void words_are_replaced_where_they_stand_alone(void **state)
{
	_cleanup_(redaction_freep) struct redaction *redaction = redaction_new();
	(void)state;
	redaction_add_word(redaction, "bob", "user");
	redaction_add_word(redaction, "box", "host");
	redaction_add_word(redaction, "box.bob.org", "host");
	redaction_add_word(redaction, "bob", "user");
	redaction_add_word(redaction, "ann", "user");
	redaction_add_word(redaction, "", "user");

	expect_text(redaction, "bob, by (ann) on box.bob.org: box",
		    "user1, by (user2) on host2: host1");
	expect_text(redaction, "bobby kabob bob_1 Bob", "bobby kabob bob_1 Bob");
}

static void serial_numbers_are_taken_out(void **state)
{
	_cleanup_(redaction_freep) struct redaction *redaction = redaction_new();
	(void)state;

	expect_text(redaction, "Serial Number: 0324-A.1, x", "Serial Number: removed, x");
	expect_text(redaction, "serial=\"12\"", "serial=\"removed\"");
	expect_text(redaction, "SERIAL NUMBER 77", "SERIAL NUMBER removed");
	expect_text(redaction, "S/N:99 S/N: ", "S/N:removed S/N: ");
	expect_text(redaction, "Single port serial mtty", "Single port serial mtty");
	expect_text(redaction, "serial", "serial");
}

/* What becomes of the first file under @key with this text. */
static void expect_file(const char *key, const char *text, const char *expected)
{
	_cleanup_(redaction_freep) struct redaction *redaction = redaction_new();
	_cleanup_(json_freep) json_t *dump = json_new_object();
	json_t *files = json_new_array();
	json_t *file = json_new_object();
	_cleanup_(json_freep) json_t *result = NULL;
	_cleanup_(mem_freep) char *line = NULL;
	const char *redacted;

	json_put(dump, key, files);
	json_append(files, file);
	json_put(file, "name", json_new_string(U1));
	json_put(file, "text", json_new_string(text));

	redact_dump(redaction, dump);

	assert_string_equal(json_string_value(json_object_get(file, "name")), M1);
	redacted = json_string_value(json_object_get(file, "text"));
	if (*expected != '{' && *expected != '[') {
		assert_string_equal(redacted, expected);
		return;
	}
	assert_ok(json_parse(redacted, strlen(redacted), "redacted", &result));
	line = json_to_line(result);
	assert_string_equal(line, expected);
}

static void unknown_keys_and_values_of_a_definition_are_taken_out(void **state)
{
	(void)state;

	expect_file("definitions",
		    "{\"mdev_type\":\"t\",\"note\":{\"a\":1},\"start\":\"auto\",\"x\":9e999,"
		    "\"attrs\":[{\"assign_adapter\":\"5\"},{\"vm\":\"bob\"},{\"vm\":7},3]}",
		    "{\"mdev_type\":\"t\",\"removed1\":\"removed\",\"start\":\"auto\","
		    "\"removed2\":\"removed\",\"attrs\":[{\"assign_adapter\":\"5\"},"
		    "{\"vm\":\"removed\"},{\"vm\":\"removed\"},\"removed\"]}");
	/* What is wrong stays wrong. */
	expect_file("definitions", "{\"mdev_type\":[\"bob\"],\"start\":5,\"attrs\":\"a\"}",
		    "{\"mdev_type\":\"removed\",\"start\":5,\"attrs\":\"a\"}");
}

static void what_is_not_understood_is_taken_out_as_a_whole(void **state)
{
	(void)state;

	expect_file("definitions", "{ bob", "removed: this was not understood\n");
	expect_file("records", "[\"bob\"]", "removed: this was not understood\n");
	expect_file("holds", "", "removed: this was not understood\n");
}

static void records_and_holds_keep_what_they_need(void **state)
{
	(void)state;

	expect_file("records",
		    "{\"version\":1,\"state\":\"running\",\"pid\":7,\"drained\":{\"hold\":\"" U2
		    "\",\"parent\":\"p\",\"type\":\"t\",\"attrs\":[{\"vm\":\"b\"}],\"by\":\"b\"}}",
		    "{\"version\":1,\"state\":\"running\",\"pid\":7,\"drained\":{\"hold\":\"" M2
		    "\",\"parent\":\"p\",\"type\":\"t\",\"attrs\":[{\"vm\":\"removed\"}],"
		    "\"removed1\":\"removed\"}}");
	expect_file("holds",
		    "{\"version\":1,\"hold\":{\"reason\":\"bob's\",\"uid\":1,\"since\":2},"
		    "\"drain\":\"bob\"}",
		    "{\"version\":1,\"hold\":{\"reason\":\"removed\",\"uid\":1,\"since\":2},"
		    "\"drain\":\"bob\"}");
}

int redact_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uuids_are_replaced_by_the_same_each_time),
		cmocka_unit_test(uuids_keep_their_spelling),
		cmocka_unit_test(what_only_contains_a_uuid_stays),
		cmocka_unit_test(words_are_replaced_where_they_stand_alone),
		cmocka_unit_test(serial_numbers_are_taken_out),
		cmocka_unit_test(unknown_keys_and_values_of_a_definition_are_taken_out),
		cmocka_unit_test(what_is_not_understood_is_taken_out_as_a_whole),
		cmocka_unit_test(records_and_holds_keep_what_they_need),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
