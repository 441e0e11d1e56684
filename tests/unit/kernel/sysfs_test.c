/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/sysfs.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "suites.h"
#include "sysfs_private.h"

static void parents_are_listed_sorted(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	make_parent(fx);
	fixture_link(fx, "../../devices/P", BUS "/0000:00:02.0");

	assert_ok(sysfs_list_parents(sysfs, &names));

	assert_int_equal(names.count, 2);
	assert_string_equal(names.items[0], "0000:00:02.0");
	assert_string_equal(names.items[1], "P");
}

static void without_sysfs_nothing_is_listed(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(parent_list_clear) struct parent_list parents = { 0 };
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	fixture_remove(fx, "sys");
	sysfs = open_sysfs(fx);

	assert_ok(sysfs_list_parents(sysfs, &names));
	assert_ok(sysfs_read_parents(sysfs, NULL, &parents));
	assert_ok(mdev_scan(sysfs, &devices));

	assert_int_equal(names.count + parents.count + devices.count, 0);
	assert_int_equal(fx->warning_count, 0);
}

static void without_sysfs_a_parent_is_not_found(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	struct dir *dir = NULL;
	fixture_remove(fx, "sys");
	sysfs = open_sysfs(fx);

	e = sysfs_open_parent(sysfs, "P", &dir);

	assert_err(fx, e, ERR_NOT_FOUND, "Unable to find parent device 'P': no sysfs at 'ROOT/sys'",
		   "mount it: mount -t sysfs sysfs /sys");
}

static void missing_parent_is_named(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(err_freep) struct err *e = NULL;
	struct dir *dir = NULL;
	make_parent(fx);

	e = sysfs_open_parent(sysfs, "Q", &dir);

	assert_err(fx, e, ERR_NOT_FOUND, "Unable to find parent device 'Q'",
		   "'mdevadm types' lists the parents");
}

static void parent_of_another_case_is_suggested(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(err_freep) struct err *e = NULL;
	struct dir *dir = NULL;
	make_parent(fx);

	e = sysfs_open_parent(sysfs, "p", &dir);

	assert_err(fx, e, ERR_NOT_FOUND, "Unable to find parent device 'p'. Did you mean 'P'?",
		   "'mdevadm types' lists the parents");
}

/* The class may be dropped from the kernel one day. */
static void parents_are_found_without_the_class(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;
	fixture_make_dir(fx, "sys/bus/mdev/devices");
	fixture_make_dir(fx, "sys/bus/pci/devices/P/mdev_supported_types/T");
	fixture_make_dir(fx, "sys/bus/pci/devices/other");
	fixture_make_dir(fx, "sys/class/mtty/Q/mdev_supported_types/T");

	assert_ok(sysfs_list_parents(sysfs, &names));
	assert_ok(sysfs_open_parent(sysfs, "Q", &dir));

	assert_int_equal(names.count, 2);
	assert_string_equal(names.items[0], "P");
	assert_string_equal(names.items[1], "Q");
}

static void parent_without_its_driver_has_no_types(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(dir_freep) struct dir *with = NULL;
	_cleanup_(dir_freep) struct dir *without = NULL;
	make_parent(fx);
	fixture_make_dir(fx, BUS "/without-types");

	assert_ok(sysfs_open_parent(sysfs, "P", &with));
	assert_ok(sysfs_open_parent(sysfs, "without-types", &without));

	assert_true(sysfs_has_types(with));
	assert_true(sysfs_has_type(with, "T"));
	assert_false(sysfs_has_type(with, "U"));
	assert_false(sysfs_has_types(without));
}

/* An eventfd answers a write of less than 8 bytes with EINVAL. */
static void what_an_errno_means_is_said_with_value_and_path(void **state)
{
	static const struct sysfs_cause causes[] = {
		{ EEXIST, ERR_EXISTS, "it exists", NULL },
		{ EINVAL, ERR_REFUSED, "the driver refuses", "do otherwise" },
		{ 0 },
	};
	static const struct sysfs_cause no_causes[] = { { 0 } };
	_cleanup_(fd_closep) int fd = eventfd(0, EFD_CLOEXEC);
	_cleanup_(err_freep) struct err *known = NULL;
	_cleanup_(err_freep) struct err *unknown = NULL;
	(void)state;

	known = sysfs_write(fd, "/sys/x", "v", "", causes);
	unknown = sysfs_write(fd, "/sys/x", "v", "", no_causes);

	assert_err(NULL, known, ERR_REFUSED,
		   "the driver refuses: cannot write 'v' to '/sys/x': EINVAL (Invalid argument)",
		   "do otherwise");
	assert_int_equal(err_errnum(known), EINVAL);
	assert_err(NULL, unknown, ERR_FAILED,
		   "cannot write 'v' to '/sys/x': EINVAL (Invalid argument)", NULL);
}

int sysfs_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(parents_are_listed_sorted),
		fixture_test(without_sysfs_nothing_is_listed),
		fixture_test(without_sysfs_a_parent_is_not_found),
		fixture_test(missing_parent_is_named),
		fixture_test(parent_of_another_case_is_suggested),
		fixture_test(parents_are_found_without_the_class),
		fixture_test(parent_without_its_driver_has_no_types),
		cmocka_unit_test(what_an_errno_means_is_said_with_value_and_path),
	};

	return cmocka_run_group_tests_name("sysfs", tests, NULL, NULL);
}
