/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "snapshot.h"

#include "fixture.h"
#include "suites.h"

static struct item *add_item(struct snapshot *snapshot, enum monitor_what what, const char *text,
			     const char *parent)
{
	const struct uuid uuid = fixture_uuid(text);
	struct item *item = snapshot_get(snapshot, what, &uuid, parent);

	item->is_there = true;
	return item;
}

static void devices_are_one_whatever_their_parent_and_definitions_are_not(void **state)
{
	_cleanup_(snapshot_clear) struct snapshot snapshot = { 0 };
	const struct uuid uuid = fixture_uuid(UUID_A);
	(void)state;

	struct item *device = add_item(&snapshot, MONITOR_DEVICE, UUID_A, "P");
	struct item *first = add_item(&snapshot, MONITOR_DEFINITION, UUID_A, "P");
	struct item *second = add_item(&snapshot, MONITOR_DEFINITION, UUID_A, "Q");

	assert_ptr_equal(snapshot_find(&snapshot, MONITOR_DEVICE, &uuid, "Q"), device);
	assert_ptr_equal(snapshot_find(&snapshot, MONITOR_DEFINITION, &uuid, "P"), first);
	assert_ptr_equal(snapshot_find(&snapshot, MONITOR_DEFINITION, &uuid, "Q"), second);
	assert_null(snapshot_find(&snapshot, MONITOR_DEFINITION, &uuid, "R"));
	assert_null(snapshot_find(&snapshot, MONITOR_RECORD, &uuid, NULL));
}

static void many_are_found_again_in_whatever_order_they_came(void **state)
{
	_cleanup_(snapshot_clear) struct snapshot snapshot = { 0 };
	(void)state;

	for (unsigned i = 0; i < 100; i++) {
		_cleanup_(mem_freep) char *text =
			mem_printf("00000000-0000-4000-8000-%012x", i * 37 % 100);

		add_item(&snapshot, MONITOR_DEVICE, text, "P")->types = i;
	}

	assert_int_equal(snapshot_count(&snapshot, MONITOR_DEVICE), 100);
	for (unsigned i = 0; i < 100; i++) {
		_cleanup_(mem_freep) char *text =
			mem_printf("00000000-0000-4000-8000-%012x", i * 37 % 100);
		const struct uuid uuid = fixture_uuid(text);

		assert_int_equal(snapshot_find(&snapshot, MONITOR_DEVICE, &uuid, NULL)->types, i);
	}
}

static void what_is_gone_is_kept_while_an_event_of_it_may_come(void **state)
{
	_cleanup_(snapshot_clear) struct snapshot snapshot = { 0 };
	struct item *awaited = add_item(&snapshot, MONITOR_DEVICE, UUID_A, "P");
	struct item *gone = add_item(&snapshot, MONITOR_DEVICE, UUID_B, "P");
	const struct uuid a = fixture_uuid(UUID_A), b = fixture_uuid(UUID_B);
	(void)state;
	add_item(&snapshot, MONITOR_DEVICE, UUID_C, "P");
	awaited->is_there = false;
	awaited->number = 5;
	awaited->gone_since = deadline_in(0);
	gone->is_there = false;

	snapshot_forget(&snapshot);

	assert_int_equal(snapshot.count, 2);
	assert_non_null(snapshot_find(&snapshot, MONITOR_DEVICE, &a, NULL));
	assert_null(snapshot_find(&snapshot, MONITOR_DEVICE, &b, NULL));
	assert_int_equal(snapshot_count(&snapshot, MONITOR_DEVICE), 1);
}

int snapshot_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(devices_are_one_whatever_their_parent_and_definitions_are_not),
		cmocka_unit_test(many_are_found_again_in_whatever_order_they_came),
		cmocka_unit_test(what_is_gone_is_kept_while_an_event_of_it_may_come),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
