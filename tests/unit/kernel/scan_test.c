/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is seen of devices. */
#include <errno.h>
#include <sys/stat.h>

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
	fixture_remove(fx, DEVICE "/remove");

	dev = find(fx);

	assert_int_equal(dev->state, DEVICE_STATE_STUCK);
}

static void device_is_being_removed_as_long_as_its_directory_is_there(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_freep) struct device *dev = NULL;
	make_parent(fx);
	make_device(fx);
	fixture_remove(fx, LINK);

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
	fixture_remove(fx, DEVICE "/mdev_type");

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

static void scan_names_what_it_leaves_out(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	make_parent(fx);
	make_device(fx);
	fixture_write(fx, "sys/devices/P/" UUID_B "/mdev_type", "no link");
	fixture_link(fx, "../../../devices/P/" UUID_B, "sys/bus/mdev/devices/" UUID_B);

	assert_ok(mdev_scan(sysfs, &devices));

	assert_int_equal(devices.count, 1);
	assert_string_equal(devices.items[0]->uuid.text, UUID_A);
	assert_int_equal(devices.left_out, 1);
	assert_int_equal(fx->warning_count, 1);
	assert_warning(fx, 0, ERR_FAILED,
		       "device " UUID_B " is left out: cannot read the link "
		       "'ROOT/sys/bus/mdev/devices/" UUID_B
		       "/mdev_type': EINVAL (Invalid argument)",
		       NULL);
}

static void look_that_fails_finds_nothing_and_says_so(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	const struct uuid uuid = fixture_uuid(UUID_A);
	_cleanup_(err_freep) struct err *e = NULL;
	struct device *dev = NULL;
	make_parent(fx);
	make_device_unreadable(fx);

	e = mdev_find(sysfs, &uuid, &dev);

	assert_err(fx, e, ERR_FAILED,
		   "cannot read the link 'ROOT/" LINK
		   "/mdev_type': ELOOP (Too many levels of symbolic links)",
		   NULL);
	assert_null(dev);
}

/* Without a link, the device may be below the one parent that cannot be looked at. */
static void parent_that_cannot_be_looked_at_may_have_the_device(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	const struct uuid uuid = fixture_uuid(UUID_A);
	_cleanup_(err_freep) struct err *e = NULL;
	struct device *dev = NULL;
	make_parent(fx);
	fixture_link(fx, "loop", BUS "/loop");

	e = mdev_find(sysfs, &uuid, &dev);

	assert_err(fx, e, ERR_FAILED,
		   "cannot open 'ROOT/" BUS "/loop': ELOOP (Too many levels of symbolic links)",
		   NULL);
	assert_null(dev);
}

static void children_are_what_has_a_directory_whatever_its_state(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	make_parent(fx);
	fixture_make_dir(fx, "sys/devices/P/" UUID_C);
	fixture_make_dir(fx, "sys/devices/P/" UUID_B);
	fixture_link(fx, "../../../devices/P/" UUID_B, "sys/bus/mdev/devices/" UUID_B);
	make_device(fx);

	assert_ok(mdev_list_children(sysfs, "P", &devices));

	assert_int_equal(devices.count, 3);
	assert_string_equal(devices.items[0]->uuid.text, UUID_A);
	assert_string_equal(devices.items[0]->parent, "P");
	assert_string_equal(devices.items[0]->type, "T");
	assert_int_equal(devices.items[0]->state, DEVICE_STATE_RUNNING);
	assert_string_equal(devices.items[1]->uuid.text, UUID_B);
	assert_int_equal(devices.items[1]->state, DEVICE_STATE_STUCK);
	assert_string_equal(devices.items[2]->uuid.text, UUID_C);
	assert_int_equal(devices.items[2]->state, DEVICE_STATE_REMOVING);
}

static void parent_that_is_not_there_has_no_children(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	make_parent(fx);
	fixture_link(fx, "../../devices/gone", BUS "/gone");

	assert_ok(mdev_list_children(sysfs, "Q", &devices));
	assert_ok(mdev_list_children(sysfs, "gone", &devices));

	assert_int_equal(devices.count, 0);
}

static void child_that_cannot_be_looked_at_fails_the_list(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	_cleanup_(err_freep) struct err *child = NULL;
	_cleanup_(err_freep) struct err *parent = NULL;
	make_parent(fx);
	make_device_unreadable(fx);
	fixture_link(fx, "loop", BUS "/loop");

	child = mdev_list_children(sysfs, "P", &devices);
	parent = mdev_list_children(sysfs, "loop", &devices);

	assert_err(fx, child, ERR_FAILED,
		   "cannot read the link '" SEEN
		   "/mdev_type': ELOOP (Too many levels of symbolic links)",
		   NULL);
	assert_err(fx, parent, ERR_FAILED,
		   "cannot open 'ROOT/" BUS "/loop': ELOOP (Too many levels of symbolic links)",
		   NULL);
}

static void inode_is_that_of_the_directory_and_0_without_one(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	const struct uuid uuid = fixture_uuid(UUID_A);
	struct stat st = { 0 };
	ino_t there = 0;
	ino_t gone = 1;
	ino_t no_parent = 1;
	make_parent(fx);
	assert_ok(mdev_inode(sysfs, "P", &uuid, &gone));
	make_device(fx);

	assert_ok(mdev_inode(sysfs, "P", &uuid, &there));
	assert_ok(mdev_inode(sysfs, "Q", &uuid, &no_parent));

	assert_int_equal(fstatat(fx->dir->fd, DEVICE, &st, 0), 0);
	assert_int_equal(there, st.st_ino);
	assert_int_equal(gone, 0);
	assert_int_equal(no_parent, 0);
}

static void inode_that_cannot_be_looked_at_is_not_0(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	const struct uuid uuid = fixture_uuid(UUID_A);
	_cleanup_(err_freep) struct err *e = NULL;
	ino_t inode = 42;
	make_parent(fx);
	fixture_link(fx, "loop", BUS "/loop");

	e = mdev_inode(sysfs, "loop", &uuid, &inode);

	assert_int_equal(err_errnum(e), ELOOP);
	assert_int_equal(inode, 42);
}

int scan_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(running_device_is_found_with_parent_and_type),
		fixture_test(absent_device_is_no_error),
		fixture_test(device_without_a_remove_file_is_stuck),
		fixture_test(device_is_being_removed_as_long_as_its_directory_is_there),
		fixture_test(device_without_a_type_is_found),
		fixture_test(scan_finds_what_has_a_link_and_a_type),
		fixture_test(scan_names_what_it_leaves_out),
		fixture_test(look_that_fails_finds_nothing_and_says_so),
		fixture_test(parent_that_cannot_be_looked_at_may_have_the_device),
		fixture_test(children_are_what_has_a_directory_whatever_its_state),
		fixture_test(parent_that_is_not_there_has_no_children),
		fixture_test(child_that_cannot_be_looked_at_fails_the_list),
		fixture_test(inode_is_that_of_the_directory_and_0_without_one),
		fixture_test(inode_that_cannot_be_looked_at_is_not_0),
	};

	return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
