/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is seen of devices. */
#include "suites.h"

static struct device *find(const struct fixture *fx)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	const struct uuid uuid = fixture_uuid(UUID_A);
	struct device *dev = NULL;

	assert_ok(mdev_find(sysfs, &uuid, &dev));
	return dev;
}

static void running_device_is_found_with_parent_and_type(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_freep) struct device *dev = NULL;
	make_parent(fx);
	make_device(fx);

	dev = find(fx);

	assert_non_null(dev);
	assert_string_equal(dev->uuid.text, UUID_A);
	assert_string_equal(dev->parent, "P");
	assert_string_equal(dev->type, "T");
	assert_int_equal(dev->state, DEVICE_STATE_RUNNING);
}

static void absent_device_is_no_error(void **state)
{
	const struct fixture *fx = *state;

	assert_null(find(fx));
	make_parent(fx);
	assert_null(find(fx));
	fixture_make_dir(fx, "sys/bus/mdev/devices");
	assert_null(find(fx));
}

static void device_without_a_remove_file_is_stuck(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_freep) struct device *dev = NULL;
	make_parent(fx);
	make_device(fx);
	fixture_remove(fx, "sys/devices/P/" UUID_A "/remove");

	dev = find(fx);

	assert_int_equal(dev->state, DEVICE_STATE_STUCK);
}

static void device_is_being_removed_as_long_as_its_directory_is_there(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_freep) struct device *dev = NULL;
	make_parent(fx);
	make_device(fx);
	fixture_remove(fx, "sys/bus/mdev/devices/" UUID_A);

	dev = find(fx);

	assert_non_null(dev);
	assert_string_equal(dev->parent, "P");
	assert_int_equal(dev->state, DEVICE_STATE_REMOVING);
}

static void device_without_a_type_is_found(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_freep) struct device *dev = NULL;
	make_parent(fx);
	make_device(fx);
	fixture_remove(fx, "sys/devices/P/" UUID_A "/mdev_type");

	dev = find(fx);

	assert_non_null(dev);
	assert_null(dev->type);
}

static void scan_finds_what_has_a_link_and_a_type(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	make_parent(fx);
	make_device(fx);
	fixture_make_dir(fx, "sys/devices/P/" UUID_B);
	fixture_link(fx, "../../../devices/P/" UUID_B, "sys/bus/mdev/devices/" UUID_B);
	fixture_link(fx, "../../../devices/P/" UUID_C, "sys/bus/mdev/devices/" UUID_C);
	fixture_link(fx, "../../../devices/P/x", "sys/bus/mdev/devices/x");

	assert_ok(mdev_scan(sysfs, &devices));

	assert_int_equal(devices.count, 1);
	assert_string_equal(devices.items[0]->uuid.text, UUID_A);
	assert_int_equal(fx->warning_count, 0);
}

int mdev_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(running_device_is_found_with_parent_and_type),
		fixture_test(absent_device_is_no_error),
		fixture_test(device_without_a_remove_file_is_stuck),
		fixture_test(device_is_being_removed_as_long_as_its_directory_is_there),
		fixture_test(device_without_a_type_is_found),
		fixture_test(scan_finds_what_has_a_link_and_a_type),
	};

	return cmocka_run_group_tests_name("mdev", tests, NULL, NULL);
}
