/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/device.h"

#include "fixture.h"
#include "suites.h"

/* The names of the attributes in a row. */
static void check_order(const struct device *dev, const char *expected)
{
	_cleanup_(mem_freep) char *names = mem_strdup("");

	for (size_t i = 0; i < dev->attr_count; i++) {
		_cleanup_(mem_freep) char *before = names;

		names = mem_printf("%s%s", before, dev->attrs[i].name);
	}
	assert_string_equal(names, expected);
}

static void new_device_has_copies_and_nothing_else(void **state)
{
	const struct uuid uuid = fixture_uuid(UUID_A);
	char parent[] = "P";
	char type[] = "T";
	_cleanup_(device_freep) struct device *dev = device_new(&uuid, parent, type);
	(void)state;

	parent[0] = type[0] = '-';

	assert_string_equal(dev->uuid.text, UUID_A);
	assert_string_equal(dev->parent, "P");
	assert_string_equal(dev->type, "T");
	assert_int_equal(dev->start, DEVICE_START_MANUAL);
	assert_int_equal(dev->state, DEVICE_STATE_ABSENT);
	assert_int_equal(dev->attr_count, 0);
	assert_false(dev->is_defined);
}

static void everything_of_a_new_device_may_be_unknown(void **state)
{
	_cleanup_(device_freep) struct device *dev = device_new(NULL, NULL, NULL);
	(void)state;

	assert_false(uuid_is_set(&dev->uuid));
	assert_null(dev->parent);
	assert_null(dev->type);
	device_free(NULL);
}

static void attribute_is_inserted_at_its_index(void **state)
{
	_cleanup_(device_freep) struct device *dev = device_new(NULL, NULL, NULL);
	(void)state;

	device_insert_attr(dev, 0, "b", "1");
	device_insert_attr(dev, 0, "a", "2");
	device_insert_attr(dev, 2, "d", "3");
	device_insert_attr(dev, 2, "c", "4");

	check_order(dev, "abcd");
	assert_string_equal(dev->attrs[2].value, "4");
}

static void attribute_is_removed_at_its_index(void **state)
{
	_cleanup_(device_freep) struct device *dev = device_new(NULL, NULL, NULL);
	(void)state;
	device_insert_attr(dev, 0, "a", "1");
	device_insert_attr(dev, 1, "b", "2");
	device_insert_attr(dev, 2, "c", "3");

	device_remove_attr(dev, 1);
	check_order(dev, "ac");
	device_remove_attr(dev, 1);
	check_order(dev, "a");
	device_remove_attr(dev, 0);
	check_order(dev, "");
}

static void start_modes_have_names(void **state)
{
	(void)state;

	assert_string_equal(device_start_name(DEVICE_START_AUTO), "auto");
	assert_string_equal(device_start_name(DEVICE_START_MANUAL), "manual");
}

static void list_owns_its_devices(void **state)
{
	struct device_list list = { 0 };
	(void)state;

	for (int i = 0; i < 9; i++)
		device_list_add(&list, device_new(NULL, "P", NULL));
	assert_int_equal(list.count, 9);
	assert_string_equal(list.items[8]->parent, "P");

	device_list_clear(&list);
	assert_int_equal(list.count, 0);
	assert_null(list.items);
}

/* The array has room to spare, whatever was copied to it or taken from it. */
static void attributes_can_be_added_to_a_copy(void **state)
{
	_cleanup_(device_freep) struct device *dev = device_new(NULL, "P", "T");
	_cleanup_(device_freep) struct device *copy = NULL;
	(void)state;
	for (size_t i = 0; i < 5; i++)
		device_insert_attr(dev, i, "a", "1");

	copy = device_copy(dev);
	for (size_t i = 0; i < 20; i++) {
		device_insert_attr(copy, 0, "b", "2");
		device_insert_attr(copy, copy->attr_count, "c", "3");
		device_remove_attr(copy, 1);
	}

	assert_int_equal(copy->attr_count, 25);
	assert_string_equal(copy->attrs[0].name, "b");
	assert_string_equal(copy->attrs[24].name, "c");
}

int device_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_device_has_copies_and_nothing_else),
		cmocka_unit_test(everything_of_a_new_device_may_be_unknown),
		cmocka_unit_test(attribute_is_inserted_at_its_index),
		cmocka_unit_test(attribute_is_removed_at_its_index),
		cmocka_unit_test(start_modes_have_names),
		cmocka_unit_test(list_owns_its_devices),
		cmocka_unit_test(attributes_can_be_added_to_a_copy),
	};

	return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
