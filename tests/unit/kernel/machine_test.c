/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/machine.h"

#include <string.h>
#include <sys/stat.h>

#include "suites.h"

/* What there is of the fixture's machine. */
static void read_machine(const struct fixture *fx, struct machine *ret)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(users_freep) struct users *users = users_new(fx->env, sysfs);

	assert_ok(machine_read(sysfs, users, ret));
}

static const char *text_of(const struct fact_list *list, const char *name)
{
	const struct fact *fact = fact_list_find(list, name);

	assert_non_null(fact);
	return fact->text;
}

static void parents_types_and_devices_are_read(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(machine_clear) struct machine machine = { 0 };
	const struct machine_parent *parent;
	make_parent(fx);
	make_device(fx);
	fixture_write(fx, TYPES "/T/extra", "more\n");
	fixture_write(fx, "sys/devices/P/vendor", "0x10de\n");
	fixture_write(fx, DEVICE "/v/a", "1\n");
	fixture_write(fx, DEVICE "/power/control", "auto\n");
	fixture_write(fx, DEVICE "/power/runtime_status", "suspended\n");

	read_machine(fx, &machine);

	assert_int_equal(machine.count, 1);
	parent = machine.items;
	assert_string_equal(parent->self.name, "P");
	assert_true(parent->is_registered);
	assert_string_equal(text_of(&parent->self.facts, "path"), "devices/P");
	assert_string_equal(text_of(&parent->self.files, "vendor"), "0x10de\n");
	assert_int_equal(parent->types.count, 1);
	assert_string_equal(text_of(&parent->types.items[0].facts, "available"), "3\n");
	assert_string_equal(text_of(&parent->types.items[0].facts, "device_api"), "vfio-pci");
	assert_string_equal(text_of(&parent->types.items[0].files, "extra"), "more\n");
	assert_int_equal(parent->types.items[0].files.count, 1);
	assert_int_equal(parent->devices.count, 1);
	assert_string_equal(parent->devices.items[0].name, UUID_A);
	assert_string_equal(text_of(&parent->devices.items[0].facts, "type"), "T");
	assert_null(text_of(&parent->devices.items[0].facts, "iommu_group"));
	assert_string_equal(text_of(&parent->devices.items[0].files, "v/a"), "1\n");
	assert_int_equal(parent->devices.items[0].files.count, 2);
	assert_int_equal(machine_count_errors(&machine), 0);
}

/* Root could open it: that it has no right to be read is the reason. */
static void what_is_not_for_reading_is_not_read(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(machine_clear) struct machine machine = { 0 };
	_cleanup_(mem_freep) char *path = fixture_path(fx, DEVICE "/assign");
	const struct fact *fact;
	make_parent(fx);
	make_device(fx);
	fixture_write(fx, DEVICE "/assign", "secret");
	assert_int_equal(chmod(path, 0200), 0);
	fixture_make_node(fx, DEVICE "/pipe", S_IFIFO | 0600, 0);

	read_machine(fx, &machine);

	fact = fact_list_find(&machine.items[0].devices.items[0].files, "assign");
	assert_non_null(fact);
	assert_null(fact->text);
	assert_null(fact->error);
	assert_int_equal(fact->mode, 0200);
	assert_null(fact_list_find(&machine.items[0].devices.items[0].files, "pipe"));
	assert_int_equal(machine_count_errors(&machine), 0);
}

static void what_cannot_be_read_spoils_nothing_else(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(machine_clear) struct machine machine = { 0 };
	make_parent(fx);
	make_device_unreadable(fx);
	fixture_write(fx, TYPES "/U/available_instances", "1\n");
	fixture_link(fx, "Z", TYPES "/Z");

	read_machine(fx, &machine);

	assert_int_equal(machine.items[0].devices.count, 1);
	assert_non_null(fact_list_find(&machine.items[0].devices.items[0].facts, "type")->error);
	assert_int_equal(machine.items[0].types.count, 3);
	assert_string_equal(text_of(&machine.items[0].types.items[1].facts, "available"), "1\n");
	assert_non_null(fact_list_find(&machine.items[0].types.items[2].facts, "available")->error);
	assert_true(machine_count_errors(&machine) >= 2);
}

static void functions_of_a_card_belong_to_its_parent(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(machine_clear) struct machine machine = { 0 };
	make_parent(fx);
	fixture_write(fx, "sys/devices/F/sriov_numvfs", "2\n");
	fixture_make_dir(fx, "sys/devices/O");
	fixture_link(fx, "../F", "sys/devices/P/physfn");
	fixture_link(fx, "../F", "sys/devices/O/physfn");
	fixture_link(fx, "../O", "sys/devices/F/virtfn0");
	fixture_link(fx, "../P", "sys/devices/F/virtfn1");
	for (const char *name = "FOP"; *name; name++) {
		_cleanup_(mem_freep) char *target = mem_printf("../../../devices/%c", *name);
		_cleanup_(mem_freep) char *path = mem_printf("sys/bus/pci/devices/%c", *name);

		fixture_link(fx, target, path);
	}

	read_machine(fx, &machine);

	assert_int_equal(machine.count, 3);
	assert_string_equal(text_of(&machine.items[0].self.files, "sriov_numvfs"), "2\n");
	assert_false(machine.items[0].is_registered);
	assert_false(machine.items[1].is_registered);
	assert_string_equal(text_of(&machine.items[2].self.facts, "physfn"), "F");
	assert_string_equal(text_of(&machine.items[2].self.facts, "virtfn"), "1");
}

int machine_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(parents_types_and_devices_are_read),
		fixture_test(what_is_not_for_reading_is_not_read),
		fixture_test(what_cannot_be_read_spoils_nothing_else),
		fixture_test(functions_of_a_card_belong_to_its_parent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
