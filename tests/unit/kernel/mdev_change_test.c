/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is written, and what is said when the kernel does nothing of it. */
#include "suites.h"

#define DEVICE "sys/devices/P/" UUID_A
#define SEEN   "ROOT/sys/class/mdev_bus/P/" UUID_A

static err_t create(const struct fixture *fx, const char *parent, const char *type)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	const struct uuid uuid = fixture_uuid(UUID_A);
	_cleanup_(device_freep) struct device *dev = device_new(&uuid, parent, type);

	return mdev_create(sysfs, dev);
}

/* Writes "1" to @first and then "2" to @second. */
static err_t write_attrs(const struct fixture *fx, const char *first, const char *second)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	const struct uuid uuid = fixture_uuid(UUID_A);
	_cleanup_(device_freep) struct device *dev = device_new(&uuid, "P", "T");

	device_insert_attr(dev, 0, first, "1");
	device_insert_attr(dev, 1, second, "2");
	return mdev_write_attrs(sysfs, dev);
}

static err_t remove_device(const struct fixture *fx)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	const struct uuid uuid = fixture_uuid(UUID_A);
	const struct deadline none = deadline_in(0);

	return mdev_remove(sysfs, "P", &uuid, NULL, 0, &none);
}

static void check_content(const struct fixture *fx, const char *path, const char *expected)
{
	_cleanup_(mem_freep) char *text = fixture_read(fx, path);

	assert_string_equal(text, expected);
}

static void create_writes_the_uuid_and_sees_the_device(void **state)
{
	const struct fixture *fx = *state;
	make_parent(fx);
	make_device(fx);

	assert_ok(create(fx, "P", "T"));

	check_content(fx, TYPES "/T/create", UUID_A);
}

static void create_is_not_believed_without_a_device(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	make_parent(fx);

	e = create(fx, "P", "T");

	assert_err(fx, e, ERR_FAILED, "the kernel took the create, but there is no device " UUID_A,
		   "see 'dmesg'");
}

static void create_is_not_believed_with_a_device_of_another_type(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	make_parent(fx);
	make_device(fx);
	fixture_write(fx, TYPES "/U/create", "");

	e = create(fx, "P", "U");

	assert_err(fx, e, ERR_FAILED, UUID_A " runs on parent 'P' with type 'T'", NULL);
}

static void create_names_what_is_missing(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *no_parent = NULL;
	_cleanup_(err_freep) struct err *no_type = NULL;
	_cleanup_(err_freep) struct err *no_types = NULL;
	make_parent(fx);
	fixture_make_dir(fx, BUS "/going");

	no_parent = create(fx, "Q", "T");
	no_type = create(fx, "P", "U");
	no_types = create(fx, "going", "T");

	assert_err(fx, no_parent, ERR_NOT_FOUND, "Unable to find parent device 'Q'",
		   "'mdevadm types' lists the parents");
	assert_err(fx, no_type, ERR_NOT_FOUND, "parent 'P' has no type 'U'",
		   "'mdevadm types --parent P' lists its types");
	assert_err(fx, no_types, ERR_NOT_FOUND,
		   "parent 'going' has no types: its driver is going or gone",
		   "load its driver again and see 'mdevadm types'");
}

static void attributes_are_written_with_a_newline(void **state)
{
	const struct fixture *fx = *state;
	make_parent(fx);
	make_device(fx);
	fixture_write(fx, DEVICE "/a", "");
	fixture_write(fx, DEVICE "/sub/b", "");

	assert_ok(write_attrs(fx, "a", "sub/b"));

	check_content(fx, DEVICE "/a", "1\n");
	check_content(fx, DEVICE "/sub/b", "2\n");
}

static void last_value_of_a_repeated_attribute_stays(void **state)
{
	const struct fixture *fx = *state;
	make_parent(fx);
	make_device(fx);
	fixture_write(fx, DEVICE "/a", "");

	assert_ok(write_attrs(fx, "a", "a"));

	check_content(fx, DEVICE "/a", "2\n");
}

static void missing_attribute_is_named(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	make_parent(fx);
	make_device(fx);
	fixture_write(fx, DEVICE "/a", "");

	e = write_attrs(fx, "a", "none");

	assert_err(fx, e, ERR_NOT_FOUND,
		   "cannot open '" SEEN "/none': ENOENT (No such file or directory)",
		   "the device has no such attribute: see 'ls " SEEN "'");
	check_content(fx, DEVICE "/a", "1\n");
}

static void no_attribute_is_written_if_one_leads_out(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	make_parent(fx);
	make_device(fx);
	fixture_write(fx, DEVICE "/a", "");
	fixture_write(fx, "victim", "");
	fixture_link(fx, "../../../../victim", DEVICE "/link");

	e = write_attrs(fx, "a", "link");

	assert_err(fx, e, ERR_INVALID,
		   "cannot open '" SEEN "/link': ELOOP (Too many levels of symbolic links)",
		   "an attribute is a file in the device's directory, and not behind a link");
	check_content(fx, DEVICE "/a", "");
	check_content(fx, "victim", "");
}

static void removal_is_not_believed_while_the_directory_is_there(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	make_parent(fx);
	make_device(fx);

	e = remove_device(fx);

	assert_err(fx, e, ERR_BUSY, "'" SEEN "' is still there", "see 'dmesg'");
	check_content(fx, DEVICE "/remove", "1");
}

static void removal_of_a_device_that_is_gone_succeeds(void **state)
{
	const struct fixture *fx = *state;
	make_parent(fx);

	assert_ok(remove_device(fx));
}

static void device_without_a_remove_file_cannot_be_removed(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	make_parent(fx);
	make_device(fx);
	fixture_remove(fx, DEVICE "/remove");

	e = remove_device(fx);

	assert_err(fx, e, ERR_FAILED,
		   "it is stuck: something removed it while it was being created, and the "
		   "kernel has taken its remove file away",
		   "only unloading the driver of parent 'P' removes it");
}

int mdev_change_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(create_writes_the_uuid_and_sees_the_device),
		fixture_test(create_is_not_believed_without_a_device),
		fixture_test(create_is_not_believed_with_a_device_of_another_type),
		fixture_test(create_names_what_is_missing),
		fixture_test(attributes_are_written_with_a_newline),
		fixture_test(last_value_of_a_repeated_attribute_stays),
		fixture_test(missing_attribute_is_named),
		fixture_test(no_attribute_is_written_if_one_leads_out),
		fixture_test(removal_is_not_believed_while_the_directory_is_there),
		fixture_test(removal_of_a_device_that_is_gone_succeeds),
		fixture_test(device_without_a_remove_file_cannot_be_removed),
	};

	return cmocka_run_group_tests_name("mdev_change", tests, NULL, NULL);
}
