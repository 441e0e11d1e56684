/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a create writes, and how its failure is explained. */
#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "refuse.h"
#include "suites.h"

#define WRITTEN	   "cannot write '" UUID_A "' to 'ROOT/" BUS "/P/mdev_supported_types/T/create': "
#define COUNT_HINT "'mdevadm types' shows how many there are; stop a device of this parent"

static err_t create(const struct fixture *fx, const char *parent, const char *type)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	const struct uuid uuid = fixture_uuid(UUID_A);
	_cleanup_(device_freep) struct device *dev = device_new(&uuid, parent, type);

	return mdev_create(sysfs, dev);
}

static struct err *create_on_parent(void *data)
{
	return create(data, "P", "T");
}

/* The driver answers @errnum to the UUID. */
static err_t create_refused(void *fx, int errnum)
{
	const struct refusal refusal = { SYS_write, UUID_LENGTH, errnum };

	return refuse(&refusal, create_on_parent, fx);
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
		   LOG_HINT);
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

/* i915 does so. */
static void lack_of_room_is_a_lack_of_instances_whatever_the_number(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *space = NULL;
	_cleanup_(err_freep) struct err *users = NULL;
	make_parent(fx);

	space = create_refused(fx, ENOSPC);
	users = create_refused(fx, EUSERS);

	assert_err(fx, space, ERR_NO_INSTANCE,
		   "no instance of this type is left: " WRITTEN "ENOSPC (No space left on device)",
		   COUNT_HINT);
	assert_err(fx, users, ERR_NO_INSTANCE,
		   "no instance of this type is left: " WRITTEN "EUSERS (Too many users)",
		   COUNT_HINT);
}

/* vfio_ccw's EPERM before Linux 6.1, for one. */
static void without_instances_every_errno_is_a_lack_of_them(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *eperm = NULL;
	_cleanup_(err_freep) struct err *einval = NULL;
	make_parent(fx);
	fixture_make_dir(fx, TYPES "/T/devices/" UUID_B);
	fixture_write(fx, TYPES "/T/available_instances", "0\n");

	eperm = create_refused(fx, EPERM);
	einval = create_refused(fx, EINVAL);

	assert_err(fx, eperm, ERR_NO_INSTANCE,
		   "the driver offers none of this type now: " WRITTEN
		   "EPERM (Operation not permitted)",
		   COUNT_HINT);
	assert_err(fx, einval, ERR_NO_INSTANCE,
		   "the driver offers none of this type now: " WRITTEN "EINVAL (Invalid argument)",
		   COUNT_HINT);
}

/* NVIDIA does so. */
static void device_of_another_size_is_given_as_the_reason(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	make_parent(fx);
	fixture_make_dir(fx, TYPES "/U/devices/" UUID_B);
	fixture_write(fx, TYPES "/T/available_instances", "0\n");

	e = create_refused(fx, EIO);

	assert_err(fx, e, ERR_NO_INSTANCE,
		   "the driver offers none of this type now: " WRITTEN "EIO (Input/output error)",
		   "all vGPUs of one GPU must have the same size unless its mixed-size mode is on "
		   "(nvidia-smi vgpu -shm): 'mdevadm types' shows what is left");
}

static void errno_with_instances_left_is_no_lack_of_them(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *eperm = NULL;
	_cleanup_(err_freep) struct err *eio = NULL;
	make_parent(fx);

	eperm = create_refused(fx, EPERM);
	eio = create_refused(fx, EIO);

	assert_err(fx, eperm, ERR_FAILED, WRITTEN "EPERM (Operation not permitted)",
		   "the driver does not permit it; " LOG_HINT);
	assert_err(fx, eio, ERR_FAILED, WRITTEN "EIO (Input/output error)", LOG_HINT);
}

static void number_that_cannot_be_read_explains_nothing(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *eio = NULL;
	_cleanup_(err_freep) struct err *enospc = NULL;
	make_parent(fx);
	fixture_write(fx, TYPES "/T/available_instances", "none\n");

	eio = create_refused(fx, EIO);
	enospc = create_refused(fx, ENOSPC);

	assert_err(fx, eio, ERR_FAILED, WRITTEN "EIO (Input/output error)", LOG_HINT);
	assert_int_equal(err_kind(enospc), ERR_NO_INSTANCE);
}

static void device_of_that_uuid_exists(void **state)
{
	static const char hint[] = "see 'mdevadm list'; a device that was just removed may need a "
				   "moment to go";
	struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *told = NULL;
	_cleanup_(err_freep) struct err *seen = NULL;
	make_parent(fx);

	told = create_refused(fx, EEXIST);
	make_device(fx);
	seen = create_refused(fx, EIO);

	assert_err(fx, told, ERR_EXISTS, "Device already exists: " WRITTEN "EEXIST (File exists)",
		   hint);
	assert_err(fx, seen, ERR_EXISTS,
		   "Device already exists: " WRITTEN "EIO (Input/output error)", hint);
}

static void parent_that_is_going_is_not_found(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	make_parent(fx);

	e = create_refused(fx, ENODEV);

	assert_err(fx, e, ERR_NOT_FOUND,
		   "the parent is going away: " WRITTEN "ENODEV (No such device)",
		   "load its driver again and see 'mdevadm types'");
}

int create_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(create_writes_the_uuid_and_sees_the_device),
		fixture_test(create_is_not_believed_without_a_device),
		fixture_test(create_is_not_believed_with_a_device_of_another_type),
		fixture_test(create_names_what_is_missing),
		fixture_test(lack_of_room_is_a_lack_of_instances_whatever_the_number),
		fixture_test(without_instances_every_errno_is_a_lack_of_them),
		fixture_test(device_of_another_size_is_given_as_the_reason),
		fixture_test(errno_with_instances_left_is_no_lack_of_them),
		fixture_test(number_that_cannot_be_read_explains_nothing),
		fixture_test(device_of_that_uuid_exists),
		fixture_test(parent_that_is_going_is_not_found),
	};

	return cmocka_run_group_tests_name("create", tests, NULL, NULL);
}
