/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "refuse.h"
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
		   "mount it: mount -t sysfs sysfs ROOT/sys");
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

/* The answer of a look that has not failed. */
static bool has(struct err *e, const bool *answer)
{
	assert_ok(e);
	return *answer;
}

static void parent_without_its_driver_has_no_types(void **state)
{
	const struct fixture *fx = *state;
	bool answer = false;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(dir_freep) struct dir *with = NULL;
	_cleanup_(dir_freep) struct dir *without = NULL;
	make_parent(fx);
	fixture_make_dir(fx, BUS "/without-types");
	assert_ok(sysfs_open_parent(sysfs, "P", &with));
	assert_ok(sysfs_open_parent(sysfs, "without-types", &without));

	assert_true(has(sysfs_has_types(with, &answer), &answer));
	assert_true(has(sysfs_has_type(with, "T", &answer), &answer));
	assert_false(has(sysfs_has_type(with, "U", &answer), &answer));
	assert_false(has(sysfs_has_types(without, &answer), &answer));
}

static void looks_at_a_parent_have_three_answers(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(err_freep) struct err *e = NULL;
	_cleanup_(err_freep) struct err *open_error = NULL;
	struct dir *dir = NULL;
	bool answer = false;
	bool unknown = true;
	make_parent(fx);
	fixture_link(fx, "loop", BUS "/loop");

	assert_true(has(sysfs_has_parent(sysfs, "P", &answer), &answer));
	assert_false(has(sysfs_has_parent(sysfs, "Q", &answer), &answer));
	e = sysfs_has_parent(sysfs, "loop", &unknown);
	open_error = sysfs_open_parent(sysfs, "loop", &dir);

	assert_err(fx, e, ERR_FAILED,
		   "cannot open 'ROOT/" BUS "/loop': ELOOP (Too many levels of symbolic links)",
		   NULL);
	assert_true(unknown);
	assert_int_equal(err_errnum(open_error), ELOOP);
}

static void types_that_cannot_be_looked_at_are_an_error(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	bool answer = true;
	fixture_link(fx, "mdev_supported_types", BUS "/P/mdev_supported_types");
	assert_ok(sysfs_open_parent(sysfs, "P", &dir));

	e = sysfs_has_type(dir, "T", &answer);

	assert_err(fx, e, ERR_FAILED,
		   "cannot look at 'ROOT/" BUS "/P/mdev_supported_types/T': "
		   "ELOOP (Too many levels of symbolic links)",
		   NULL);
	assert_true(answer);
}

static void device_that_cannot_be_looked_at_fails_the_search_for_parents(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(err_freep) struct err *e = NULL;
	fixture_make_dir(fx, "sys/bus/mdev/devices");
	fixture_link(fx, "loop", "sys/class/mtty/loop");

	e = sysfs_list_parents(sysfs, &names);

	assert_err(fx, e, ERR_FAILED,
		   "cannot look at 'ROOT/sys/class/mtty/loop/mdev_supported_types': "
		   "ELOOP (Too many levels of symbolic links)",
		   NULL);
	assert_int_equal(names.count, 0);
}

static void virtual_function_has_a_physical_one(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(mem_freep) char *of_function = NULL;
	char *of_other = sysfs->top->path;
	char *of_absent = sysfs->top->path;
	make_parent(fx);
	fixture_make_dir(fx, BUS "/Q");
	fixture_link(fx, "../0000:3b:00.0", "sys/devices/P/physfn");

	assert_ok(sysfs_physical_function(sysfs, "P", &of_function));
	assert_ok(sysfs_physical_function(sysfs, "Q", &of_other));
	assert_ok(sysfs_physical_function(sysfs, "absent", &of_absent));

	assert_string_equal(of_function, "0000:3b:00.0");
	assert_null(of_other);
	assert_null(of_absent);
}

static void physical_function_that_cannot_be_read_is_an_error(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(err_freep) struct err *e = NULL;
	char *function = NULL;
	make_parent(fx);
	fixture_write(fx, "sys/devices/P/physfn", "");

	e = sysfs_physical_function(sysfs, "P", &function);

	assert_err(fx, e, ERR_FAILED,
		   "cannot read the link 'ROOT/" BUS "/P/physfn': EINVAL (Invalid argument)", NULL);
	assert_null(function);
}

static struct err *create(void *data)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(data);
	const struct uuid uuid = fixture_uuid(UUID_A);
	_cleanup_(device_freep) struct device *dev = device_new(&uuid, "P", "T");

	return mdev_create(sysfs, dev);
}

static void sysfs_that_is_mounted_read_only_is_named(void **state)
{
	static const struct refusal refusal = { SYS_openat, O_WRONLY | O_NOFOLLOW | O_CLOEXEC,
						EROFS };
	struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	make_parent(fx);

	e = refuse(&refusal, create, fx);

	assert_err(fx, e, ERR_FAILED,
		   "cannot open 'ROOT/" BUS "/P/mdev_supported_types/T/create': "
		   "EROFS (Read-only file system)",
		   "the sysfs at 'ROOT/sys' is mounted read-only: mount -o remount,rw ROOT/sys");
}

/* An eventfd answers a write of less than 8 bytes with EINVAL. */
static void refused_write_is_said_with_value_and_path(void **state)
{
	_cleanup_(fd_closep) int fd = eventfd(0, EFD_CLOEXEC);
	_cleanup_(err_freep) struct err *e = NULL;
	(void)state;

	e = sysfs_write(fd, "/sys/x", "v\x1b", "");

	assert_err(NULL, e, ERR_FAILED,
		   "cannot write 'v\\x1b' to '/sys/x': EINVAL (Invalid argument)", NULL);
	assert_int_equal(err_errnum(e), EINVAL);
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
		fixture_test(looks_at_a_parent_have_three_answers),
		fixture_test(types_that_cannot_be_looked_at_are_an_error),
		fixture_test(device_that_cannot_be_looked_at_fails_the_search_for_parents),
		fixture_test(virtual_function_has_a_physical_one),
		fixture_test(physical_function_that_cannot_be_read_is_an_error),
		fixture_test(sysfs_that_is_mounted_read_only_is_named),
		cmocka_unit_test(refused_write_is_said_with_value_and_path),
	};

	return cmocka_run_group_tests_name("sysfs", tests, NULL, NULL);
}
