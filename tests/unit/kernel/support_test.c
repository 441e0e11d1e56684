/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suites.h"

#define PCI "sys/bus/pci/devices"
#define VF  "0000:41:00.4"
#define PF  "0000:41:00.0"

#define NO_DRIVER "no driver with mediated devices is loaded"
#define LOAD                                                                                  \
	"load that of the hardware: nvidia with its vGPU manager, kvmgt (Intel), vfio_ap or " \
	"vfio_ccw (s390), or the sample mtty"
#define NO_PARENT "no parent of mediated devices is registered"
#define SEE                                                                                       \
	"see whether the hardware is there and its driver loaded (nvidia with its vGPU manager, " \
	"kvmgt, vfio_ap, vfio_ccw, or the sample mtty); " LOG_HINT
#define NVIDIA(device)                                                                     \
	"the GPU '" device "' has NVIDIA's own interface instead of mediated devices, as " \
	"since Linux 6.8 with vGPU 17"
#define GUIDE                                                                             \
	"mdevadm cannot make vGPUs there: see NVIDIA's vGPU guide, and what its virtual " \
	"functions "                                                                      \
	"have in ROOT/" PCI "/*/nvidia"

/* A GPU of which @file is what its virtual function has. */
static void make_gpu(const struct fixture *fx, const char *file)
{
	_cleanup_(mem_freep) char *path = mem_printf("sys/devices/" VF "/nvidia/%s", file);

	fixture_write(fx, path, "");
	fixture_make_dir(fx, "sys/devices/" PF);
	fixture_link(fx, "../" PF, "sys/devices/" VF "/physfn");
	fixture_link(fx, "../" VF, "sys/devices/" PF "/virtfn0");
	fixture_link(fx, "../../../devices/" VF, PCI "/" VF);
	fixture_link(fx, "../../../devices/" PF, PCI "/" PF);
}

static err_t check_support(const struct fixture *fx)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);

	return sysfs_check_support(sysfs);
}

static err_t check_support_of(const struct fixture *fx, const char *parent)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);

	return sysfs_check_support_of(sysfs, parent);
}

static void empty_sysfs_means_no_driver(void **state)
{
	_cleanup_(err_freep) struct err *e = check_support(*state);

	assert_err(*state, e, ERR_NOT_FOUND, NO_DRIVER, LOAD);
}

static void core_without_parents_means_none_registered(void **state)
{
	_cleanup_(err_freep) struct err *with_class = NULL;
	_cleanup_(err_freep) struct err *with_bus = NULL;
	const struct fixture *fx = *state;

	fixture_make_dir(fx, BUS);
	with_class = check_support(fx);
	fixture_remove(fx, BUS);
	fixture_make_dir(fx, "sys/bus/mdev");
	with_bus = check_support(fx);

	assert_err(fx, with_class, ERR_NOT_FOUND, NO_PARENT, SEE);
	assert_err(fx, with_bus, ERR_NOT_FOUND, NO_PARENT, SEE);
}

static void any_parent_is_support(void **state)
{
	const struct fixture *fx = *state;
	make_parent(fx);

	assert_ok(check_support(fx));
	assert_ok(check_support_of(fx, "absent"));
}

static void sysfs_that_is_not_there_is_named(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	fixture_remove(fx, "sys");

	e = check_support(fx);

	assert_err(fx, e, ERR_NOT_FOUND, "no sysfs at 'ROOT/sys'",
		   "mount it: mount -t sysfs sysfs ROOT/sys");
}

static void either_file_shows_nvidias_interface(void **state)
{
	static const char *const files[] = { "creatable_vgpu_types", "current_vgpu_type" };
	const struct fixture *fx = *state;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		_cleanup_(mem_freep) char *path =
			mem_printf("sys/devices/" VF "/nvidia/%s", files[i]);
		_cleanup_(err_freep) struct err *e = NULL;
		if (i == 0)
			make_gpu(fx, files[i]);
		else
			fixture_write(fx, path, "0\n");

		e = check_support(fx);

		assert_err(fx, e, ERR_NOT_FOUND, NVIDIA(VF), GUIDE);
		fixture_remove(fx, path);
	}
}

static void gpu_beside_other_parents_is_told_by_its_name(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *function = NULL;
	_cleanup_(err_freep) struct err *physical = NULL;
	make_parent(fx);
	make_gpu(fx, "current_vgpu_type");

	function = check_support_of(fx, VF);
	physical = check_support_of(fx, PF);

	assert_err(fx, function, ERR_NOT_FOUND, NVIDIA(VF), GUIDE);
	assert_err(fx, physical, ERR_NOT_FOUND, NVIDIA(PF), GUIDE);
	assert_ok(check_support_of(fx, "absent"));
	assert_ok(check_support(fx));
}

static void missing_parent_has_the_reason_why_there_is_none(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(err_freep) struct err *e = NULL;
	struct dir *dir = NULL;

	e = sysfs_open_parent(sysfs, "P", &dir);

	assert_err(fx, e, ERR_NOT_FOUND, "Unable to find parent device 'P': " NO_DRIVER, LOAD);
}

int support_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(empty_sysfs_means_no_driver),
		fixture_test(core_without_parents_means_none_registered),
		fixture_test(any_parent_is_support),
		fixture_test(sysfs_that_is_not_there_is_named),
		fixture_test(either_file_shows_nvidias_interface),
		fixture_test(gpu_beside_other_parents_is_told_by_its_name),
		fixture_test(missing_parent_has_the_reason_why_there_is_none),
	};

	return cmocka_run_group_tests_name("support", tests, NULL, NULL);
}
