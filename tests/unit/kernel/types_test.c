/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suites.h"

static void read_parents(const struct fixture *fx, const char *parent, struct parent_list *ret)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);

	assert_ok(sysfs_read_parents(sysfs, parent, ret));
}

static void type_is_read_whole(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(parent_list_clear) struct parent_list parents = { 0 };
	const struct mdev_type *type;
	make_parent(fx);
	fixture_write(fx, TYPES "/T/name", " \ta name \n");
	fixture_write(fx, TYPES "/T/description", "\n one\n two\n");

	read_parents(fx, NULL, &parents);

	assert_int_equal(parents.count, 1);
	assert_string_equal(parents.items[0]->name, "P");
	assert_int_equal(parents.items[0]->type_count, 1);
	type = &parents.items[0]->types[0];
	assert_string_equal(type->id, "T");
	assert_int_equal(type->available_instances, 3);
	assert_string_equal(type->device_api, "vfio-pci");
	assert_string_equal(type->name, "a name");
	assert_string_equal(type->description, "one,  two");
}

static void name_and_description_need_not_be_there(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(parent_list_clear) struct parent_list parents = { 0 };
	make_parent(fx);

	read_parents(fx, "P", &parents);

	assert_string_equal(parents.items[0]->types[0].name, "");
	assert_string_equal(parents.items[0]->types[0].description, "");
	assert_int_equal(fx->warning_count, 0);
}

static void broken_type_spoils_no_other(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(parent_list_clear) struct parent_list parents = { 0 };
	make_parent(fx);
	fixture_write(fx, TYPES "/A/available_instances", "m\nany");

	read_parents(fx, NULL, &parents);

	assert_int_equal(parents.items[0]->type_count, 1);
	assert_string_equal(parents.items[0]->types[0].id, "T");
	assert_int_equal(fx->warning_count, 1);
	assert_warning(fx, 0, ERR_FAILED,
		       "type 'A' of parent 'P' is left out: 'ROOT/sys/class/mdev_bus/P/"
		       "mdev_supported_types/A/available_instances' has 'm\\x0aany', "
		       "which is no number",
		       LOG_HINT);
}

static void parent_that_has_gone_is_left_out(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(parent_list_clear) struct parent_list parents = { 0 };
	make_parent(fx);
	fixture_link(fx, "../../devices/gone", BUS "/gone");

	read_parents(fx, NULL, &parents);
	read_parents(fx, "absent", &parents);

	assert_int_equal(parents.count, 1);
	assert_int_equal(fx->warning_count, 0);
}

int types_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(type_is_read_whole),
		fixture_test(name_and_description_need_not_be_there),
		fixture_test(broken_type_spoils_no_other),
		fixture_test(parent_that_has_gone_is_left_out),
	};

	return cmocka_run_group_tests_name("types", tests, NULL, NULL);
}
