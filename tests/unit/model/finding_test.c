/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/finding.h"

#include "fixture.h"
#include "suites.h"

static void each_error_of_a_chain_is_a_finding(void **state)
{
	_cleanup_(finding_list_clear) struct finding_list list = { 0 };
	struct err *first = err_hint(err_new(ERR_FAILED, "one"), "do this");
	(void)state;

	finding_list_add(&list, FINDING_FAULT, "id", "P",
			 err_also(first, err_new(ERR_FAILED, "two")));

	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[0].message, "one");
	assert_string_equal(list.items[0].remedy, "do this");
	assert_string_equal(list.items[1].message, "two");
	assert_null(list.items[1].remedy);
}

static void what_is_found_twice_is_there_once(void **state)
{
	_cleanup_(finding_list_clear) struct finding_list list = { 0 };
	(void)state;

	finding_list_add(&list, FINDING_FAULT, "id", "P", err_new(ERR_FAILED, "one"));
	finding_list_add(&list, FINDING_FAULT, "id", "P", err_new(ERR_FAILED, "one"));
	finding_list_add(&list, FINDING_FAULT, "id", "Q", err_new(ERR_FAILED, "one"));
	finding_list_add(&list, FINDING_FAULT, "id", "Q", NULL);

	assert_int_equal(list.count, 2);
}

static void findings_are_sorted_by_object_and_faults_come_first(void **state)
{
	_cleanup_(finding_list_clear) struct finding_list list = { 0 };
	(void)state;
	finding_list_add(&list, FINDING_NOTE, "a", "Q", err_new(ERR_FAILED, "3"));
	finding_list_add(&list, FINDING_FAULT, "b", "Q", err_new(ERR_FAILED, "2"));
	finding_list_add(&list, FINDING_NOTE, "c", "P", err_new(ERR_FAILED, "1"));

	finding_list_sort(&list);

	assert_string_equal(list.items[0].message, "1");
	assert_string_equal(list.items[1].message, "2");
	assert_string_equal(list.items[2].message, "3");
	assert_int_equal(finding_list_count(&list, FINDING_FAULT), 1);
	assert_int_equal(finding_list_count(&list, FINDING_NOTE), 2);
}

static void json_has_all_keys_always(void **state)
{
	_cleanup_(finding_list_clear) struct finding_list list = { 0 };
	_cleanup_(json_freep) json_t *json = NULL;
	_cleanup_(mem_freep) char *text = NULL;
	(void)state;
	finding_list_add(&list, FINDING_NOTE, "id", "P", err_new(ERR_FAILED, "one"));

	json = finding_to_json(&list.items[0]);
	text = json_to_line(json);

	assert_string_equal(text, "{\"severity\":\"note\",\"object\":\"P\",\"id\":\"id\","
				  "\"message\":\"one\",\"status\":null,\"errno\":null,"
				  "\"hint\":null}");
}

int finding_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_error_of_a_chain_is_a_finding),
		cmocka_unit_test(what_is_found_twice_is_there_once),
		cmocka_unit_test(findings_are_sorted_by_object_and_faults_come_first),
		cmocka_unit_test(json_has_all_keys_always),
	};

	return cmocka_run_group_tests_name("finding", tests, NULL, NULL);
}
