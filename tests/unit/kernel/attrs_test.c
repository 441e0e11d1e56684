/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How attributes are written. */
#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "refuse.h"
#include "suites.h"

#define PATH "cannot open '" SEEN

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

static struct err *write_a(void *data)
{
	return write_attrs(data, "a", "a");
}

/* The driver answers @errnum to "1\n". */
static err_t write_refused(void *fx, int errnum)
{
	const struct refusal refusal = { SYS_write, 2, errnum };

	return refuse(&refusal, write_a, fx);
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

static void missing_attribute_is_named_with_those_that_are_there(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	make_parent(fx);
	make_device(fx);
	fixture_write(fx, DEVICE "/a", "");
	fixture_write(fx, DEVICE "/nvidia/vgpu_params", "");
	fixture_write(fx, DEVICE "/nvidia/deep/er", "");
	fixture_write(fx, DEVICE "/uevent", "");
	fixture_write(fx, DEVICE "/read_only", "");
	assert_int_equal(fchmodat(fx->dir->fd, DEVICE "/read_only", 0444, 0), 0);
	fixture_link(fx, "../mdev_supported_types/T", DEVICE "/linked");

	e = write_attrs(fx, "a", "none");

	assert_err(fx, e, ERR_NOT_FOUND, PATH "/none': ENOENT (No such file or directory)",
		   "the device has no such attribute; it has 'a', 'nvidia/vgpu_params'");
	check_content(fx, DEVICE "/a", "1\n");
}

static void hint_of_a_missing_attribute_is_bounded(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	make_parent(fx);
	make_device(fx);
	for (char name[] = DEVICE "/a"; name[sizeof(name) - 2] <= 'u'; name[sizeof(name) - 2]++)
		fixture_write(fx, name, "");

	e = write_attrs(fx, "none", "none");

	assert_err(fx, e, ERR_NOT_FOUND, PATH "/none': ENOENT (No such file or directory)",
		   "the device has no such attribute; it has 'a', 'b', 'c', 'd', 'e', 'f', 'g', "
		   "'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't' and more");
}

static void path_through_a_file_is_no_attribute(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	make_parent(fx);
	make_device(fx);
	fixture_write(fx, DEVICE "/a", "");

	e = write_attrs(fx, "a/b", "a");

	assert_err(fx, e, ERR_NOT_FOUND, PATH "/a/b': ENOTDIR (Not a directory)",
		   "the device has no such attribute; it has 'a'");
	check_content(fx, DEVICE "/a", "");
}

static void attributes_of_a_device_that_has_gone_are_not_looked_for(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	make_parent(fx);

	e = write_attrs(fx, "a", "b");

	assert_err(fx, e, ERR_NOT_FOUND, "the device is not there to take its attributes",
		   "something removes it, or the driver of parent 'P' is going: see 'mdevadm list' "
		   "and 'mdevadm types'");
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

	assert_err(fx, e, ERR_INVALID, PATH "/link': ELOOP (Too many levels of symbolic links)",
		   "an attribute is a file in the device's directory, and not behind a link");
	check_content(fx, DEVICE "/a", "");
	check_content(fx, "victim", "");
}

static void refused_value_is_explained(void **state)
{
	static const struct {
		int errnum;
		const char *message;
		const char *hint;
	} rows[] = {
		{ EINVAL,
		  "the driver refuses the value: cannot write '1' to '" SEEN
		  "/a': EINVAL (Invalid argument)",
		  "see its documentation for what this attribute takes" },
		{ EADDRINUSE,
		  "what the value names is in use: cannot write '1' to '" SEEN
		  "/a': EADDRINUSE (Address already in use)",
		  "vfio_ap: a queue of this adapter or domain is assigned to another device: see "
		  "'mdevadm list -v' and the attribute 'matrix' of the others" },
		{ EADDRNOTAVAIL,
		  "what the value names is not available: cannot write '1' to '" SEEN
		  "/a': EADDRNOTAVAIL (Cannot assign requested address)",
		  "vfio_ap: a queue is not bound to vfio_ap but reserved for the host's zcrypt "
		  "drivers: see /sys/bus/ap/apmask and /sys/bus/ap/aqmask" },
		{ EBUSY,
		  "what the value names, or the device, is busy: cannot write '1' to '" SEEN
		  "/a': EBUSY (Device or resource busy)",
		  "end what uses it and try again; vfio_ap: a queue is assigned to another device, "
		  "or apmask or aqmask are being changed" },
		{ ENODEV,
		  "there is no such thing, or the device is going: cannot write '1' to '" SEEN
		  "/a': ENODEV (No such device)",
		  "vfio_ap: the number is above /sys/bus/ap/ap_max_adapter_id or "
		  "ap_max_domain_id; 'mdevadm types' shows whether the parent is still there" },
		{ EIO,
		  "the driver or the hardware failed: cannot write '1' to '" SEEN
		  "/a': EIO (Input/output error)",
		  LOG_HINT },
		{ EPERM, "cannot write '1' to '" SEEN "/a': EPERM (Operation not permitted)",
		  LOG_HINT },
	};
	struct fixture *fx = *state;
	make_parent(fx);
	make_device(fx);
	fixture_write(fx, DEVICE "/a", "");

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(err_freep) struct err *e = write_refused(fx, rows[i].errnum);

		assert_err(fx, e, ERR_FAILED, rows[i].message, rows[i].hint);
	}
}

int attrs_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(attributes_are_written_with_a_newline),
		fixture_test(last_value_of_a_repeated_attribute_stays),
		fixture_test(missing_attribute_is_named_with_those_that_are_there),
		fixture_test(hint_of_a_missing_attribute_is_bounded),
		fixture_test(path_through_a_file_is_no_attribute),
		fixture_test(attributes_of_a_device_that_has_gone_are_not_looked_for),
		fixture_test(no_attribute_is_written_if_one_leads_out),
		fixture_test(refused_value_is_explained),
	};

	return cmocka_run_group_tests_name("attrs", tests, NULL, NULL);
}
