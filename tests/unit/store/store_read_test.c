/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is read of the definitions, and what of it is warned about. */
#include <string.h>
#include <sys/stat.h>

#include "suites.h"

#define DEFINITION "{\"mdev_type\": \"T\", \"start\": \"auto\", \"attrs\": [{\"a\": \"1\"}]}"

/* The way out of a definition that cannot be read. */
#define WAY_OUT                                                                          \
	"mend 'ROOT/" P "/" UUID_A "'; or 'mdevadm modify --uuid " UUID_A " --parent P " \
	"--jsonfile FILE' replaces it, and 'mdevadm undefine' removes it"

static err_t load(const struct fixture *fx, struct device **ret)
{
	_cleanup_(store_freep) struct store *store = open_store(fx);
	const struct uuid uuid = fixture_uuid(UUID_A);

	return store_load(store, "P", &uuid, ret);
}

static void load_all(const struct fixture *fx, const char *uuid_text, const char *parent,
		     struct device_list *ret)
{
	_cleanup_(store_freep) struct store *store = open_store(fx);
	struct uuid uuid = { 0 };

	if (uuid_text)
		uuid = fixture_uuid(uuid_text);
	assert_ok(store_load_all(store, uuid_text ? &uuid : NULL, parent, ret));
}

static void check_refused(const struct fixture *fx, enum err_kind kind, const char *message,
			  const char *hint)
{
	_cleanup_(err_freep) struct err *e = NULL;
	struct device *dev = NULL;

	e = load(fx, &dev);

	assert_err(fx, e, kind, message, hint);
	assert_null(dev);
}

static void definition_is_loaded_with_its_uuid_and_parent(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_freep) struct device *dev = NULL;
	fixture_write(fx, P "/" UUID_A, DEFINITION);

	assert_ok(load(fx, &dev));

	assert_string_equal(dev->uuid.text, UUID_A);
	assert_string_equal(dev->parent, "P");
	assert_string_equal(dev->type, "T");
	assert_int_equal(dev->start, DEVICE_START_AUTO);
	assert_int_equal(dev->attr_count, 1);
	assert_true(dev->is_defined);
}

static void what_is_not_defined_is_no_error(void **state)
{
	const struct fixture *fx = *state;
	const char *const dirs[] = { "etc", TOP, P };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		static struct device untouched;
		struct device *dev = &untouched;

		fixture_make_dir(fx, dirs[i]);
		assert_ok(load(fx, &dev));
		assert_null(dev);
	}
}

static void without_a_directory_nothing_is_defined(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	_cleanup_(strlist_clear) struct strlist parents = { 0 };
	_cleanup_(store_freep) struct store *store = open_store(fx);
	const struct uuid uuid = fixture_uuid(UUID_A);

	assert_ok(store_load_all(store, NULL, NULL, &devices));
	assert_ok(store_find(store, &uuid, &parents));

	assert_int_equal(devices.count, 0);
	assert_int_equal(parents.count, 0);
	assert_int_equal(fx->warning_count, 0);
	assert_false(fixture_has(fx, TOP));
}

static void definition_of_just_1_mib_is_loaded(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(mem_freep) char *text = mem_printf("%-1048577s", DEFINITION);
	_cleanup_(device_freep) struct device *dev = NULL;
	fixture_write_bytes(fx, P "/" UUID_A, text, DEVICE_JSON_MAX);

	assert_ok(load(fx, &dev));

	assert_string_equal(dev->type, "T");
}

static void definition_of_one_byte_more_is_refused(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(mem_freep) char *text = mem_printf("%-1048577s", DEFINITION);
	fixture_write_bytes(fx, P "/" UUID_A, text, DEVICE_JSON_MAX + 1);

	check_refused(fx, ERR_INVALID, "'ROOT/" P "/" UUID_A "' is larger than 1048576 bytes",
		      WAY_OUT);
}

static void broken_definition_is_named_with_its_line(void **state)
{
	const struct fixture *fx = *state;
	fixture_write(fx, P "/" UUID_A, "{\"mdev_type\": \"T\",\n\"attrs\": [{\"a\": 1}]}");

	check_refused(fx, ERR_INVALID,
		      "'ROOT/" P "/" UUID_A "', line 2: the value of attribute 'a' is not a string",
		      "put it in quotes");
}

static void empty_definition_is_refused(void **state)
{
	const struct fixture *fx = *state;
	fixture_write(fx, P "/" UUID_A, "");

	check_refused(fx, ERR_INVALID, "'ROOT/" P "/" UUID_A "' is empty", WAY_OUT);
}

static void directory_is_no_definition(void **state)
{
	const struct fixture *fx = *state;
	fixture_make_dir(fx, P "/" UUID_A);

	check_refused(fx, ERR_INVALID, "'ROOT/" P "/" UUID_A "' is a directory, not a regular file",
		      WAY_OUT);
}

static void fifo_is_no_definition(void **state)
{
	const struct fixture *fx = *state;
	fixture_make_node(fx, P "/" UUID_A, S_IFIFO | 0600, 0);

	check_refused(fx, ERR_INVALID, "'ROOT/" P "/" UUID_A "' is a FIFO, not a regular file",
		      WAY_OUT);
}

static void link_that_leads_nowhere_is_no_definition(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	struct device *dev = NULL;
	fixture_link(fx, "../../../definition", P "/" UUID_A);

	e = load(fx, &dev);

	assert_non_null(e);
	assert_int_equal(err_kind(e), ERR_INVALID);
	assert_int_equal(err_errnum(e), 0);
	assert_non_null(strstr(err_message(e), "is a link to '../../../definition'"));
	assert_null(dev);
}

static void all_are_sorted_by_parent_and_uuid(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	fixture_write(fx, TOP "/Q/" UUID_A, DEFINITION);
	fixture_write(fx, P "/" UUID_B, DEFINITION);
	fixture_write(fx, P "/" UUID_A, DEFINITION);

	load_all(fx, NULL, NULL, &devices);

	assert_int_equal(devices.count, 3);
	assert_string_equal(devices.items[0]->parent, "P");
	assert_string_equal(devices.items[0]->uuid.text, UUID_A);
	assert_string_equal(devices.items[1]->uuid.text, UUID_B);
	assert_string_equal(devices.items[2]->parent, "Q");
	assert_true(devices.items[2]->is_defined);
	assert_int_equal(fx->warning_count, 0);
}

static void one_uuid_or_parent_alone_can_be_asked_for(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_list_clear) struct device_list of_uuid = { 0 };
	_cleanup_(device_list_clear) struct device_list of_parent = { 0 };
	_cleanup_(device_list_clear) struct device_list of_both = { 0 };
	_cleanup_(device_list_clear) struct device_list of_none = { 0 };
	fixture_write(fx, TOP "/Q/" UUID_A, DEFINITION);
	fixture_write(fx, P "/" UUID_B, DEFINITION);
	fixture_write(fx, P "/" UUID_A, DEFINITION);

	load_all(fx, UUID_A, NULL, &of_uuid);
	load_all(fx, NULL, "P", &of_parent);
	load_all(fx, UUID_B, "P", &of_both);
	load_all(fx, UUID_B, "Q", &of_none);

	assert_int_equal(of_uuid.count, 2);
	assert_int_equal(of_parent.count, 2);
	assert_int_equal(of_both.count, 1);
	assert_int_equal(of_none.count, 0);
}

static void broken_definition_spoils_no_other(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	fixture_write(fx, P "/" UUID_A, "{");
	fixture_write(fx, P "/" UUID_B, DEFINITION);

	load_all(fx, NULL, NULL, &devices);

	assert_int_equal(devices.count, 1);
	assert_string_equal(devices.items[0]->uuid.text, UUID_B);
	assert_int_equal(fx->warning_count, 1);
	assert_warning(fx, 0, ERR_INVALID,
		       UUID_A " on parent 'P' is defined, but cannot be read: 'ROOT/" P "/" UUID_A
			      "', line 1, column 1: it ends too early",
		       WAY_OUT);
}

static void file_that_is_named_like_no_uuid_is_warned_about(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	fixture_write(fx, P "/" UUID_A "~", DEFINITION);
	fixture_write(fx, P "/a\nb", DEFINITION);
	fixture_write(fx, P "/.hidden", DEFINITION);

	load_all(fx, NULL, "P", &devices);

	assert_int_equal(devices.count, 0);
	assert_int_equal(fx->warning_count, 2);
	bool escaped_first = strstr(err_message(fx->warnings[0]), "x0a") != NULL;
	assert_warning(fx, escaped_first ? 0 : 1, ERR_INVALID,
		       "'ROOT/" P "/a\\x0ab' is ignored: its name is no UUID",
		       "move it out of the definitions");
	assert_warning(fx, escaped_first ? 1 : 0, ERR_INVALID,
		       "'ROOT/" P "/" UUID_A "~' is ignored: its name is no UUID",
		       "move it out of the definitions");
}

static void file_beside_the_parents_is_warned_about(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	fixture_write(fx, TOP "/README", "");
	fixture_write(fx, P "/" UUID_A, DEFINITION);

	load_all(fx, NULL, NULL, &devices);

	assert_int_equal(devices.count, 1);
	assert_int_equal(fx->warning_count, 1);
	assert_warning(fx, 0, ERR_INVALID, "'ROOT/" TOP "/README' is no directory of definitions",
		       "a definition is a file 'ROOT/" TOP
		       "/PARENT/UUID': move it there, or out of "
		       "'ROOT/" TOP "'");
}

static void scripts_and_temporary_files_are_no_definitions(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	fixture_write(fx, TOP "/scripts.d/" UUID_A, DEFINITION);
	fixture_write(fx, TOP "/." UUID_A ".new", DEFINITION);

	load_all(fx, NULL, NULL, &devices);

	assert_int_equal(devices.count, 0);
	assert_int_equal(fx->warning_count, 0);
}

static void parents_of_a_uuid_are_found_without_reading(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(store_freep) struct store *store = NULL;
	_cleanup_(strlist_clear) struct strlist parents = { 0 };
	const struct uuid uuid = fixture_uuid(UUID_A);
	fixture_write(fx, TOP "/Q/" UUID_A, "broken");
	fixture_write(fx, TOP "/O/" UUID_B, DEFINITION);
	fixture_write(fx, TOP "/README", "");
	fixture_write(fx, P "/" UUID_A, DEFINITION);
	fixture_write(fx, TOP "/scripts.d/" UUID_A, DEFINITION);
	store = open_store(fx);

	assert_ok(store_find(store, &uuid, &parents));

	assert_int_equal(parents.count, 2);
	assert_string_equal(parents.items[0], "P");
	assert_string_equal(parents.items[1], "Q");
	assert_int_equal(fx->warning_count, 0);
}

int store_read_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(definition_is_loaded_with_its_uuid_and_parent),
		fixture_test(what_is_not_defined_is_no_error),
		fixture_test(without_a_directory_nothing_is_defined),
		fixture_test(definition_of_just_1_mib_is_loaded),
		fixture_test(definition_of_one_byte_more_is_refused),
		fixture_test(broken_definition_is_named_with_its_line),
		fixture_test(empty_definition_is_refused),
		fixture_test(directory_is_no_definition),
		fixture_test(fifo_is_no_definition),
		fixture_test(link_that_leads_nowhere_is_no_definition),
		fixture_test(all_are_sorted_by_parent_and_uuid),
		fixture_test(one_uuid_or_parent_alone_can_be_asked_for),
		fixture_test(broken_definition_spoils_no_other),
		fixture_test(file_that_is_named_like_no_uuid_is_warned_about),
		fixture_test(file_beside_the_parents_is_warned_about),
		fixture_test(scripts_and_temporary_files_are_no_definitions),
		fixture_test(parents_of_a_uuid_are_found_without_reading),
	};

	return cmocka_run_group_tests_name("store_read", tests, NULL, NULL);
}
