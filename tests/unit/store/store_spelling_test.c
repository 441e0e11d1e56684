/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files whose name is a UUID, but not in the canonical spelling. */
#include "suites.h"

#define UPPER	      "00000000-0000-4000-8000-00000000000A"
#define DIGITS	      "0000000000004000800000000000000a"
#define OF_TYPE(type) "{\"mdev_type\": \"" type "\"}"

static char *type_of(const struct fixture *fx)
{
	_cleanup_(store_freep) struct store *store = open_store(fx);
	_cleanup_(device_freep) struct device *dev = NULL;
	const struct uuid uuid = fixture_uuid(UUID_A);

	assert_ok(store_load(store, "P", &uuid, &dev));
	assert_non_null(dev);
	assert_string_equal(dev->uuid.text, UUID_A);
	return take(dev->type);
}

static void load_all(const struct fixture *fx, struct device_list *ret)
{
	_cleanup_(store_freep) struct store *store = open_store(fx);

	assert_ok(store_load_all(store, NULL, NULL, ret));
}

static err_t save(const struct fixture *fx, enum store_save mode)
{
	_cleanup_(store_freep) struct store *store = open_store(fx);
	_cleanup_(device_freep) struct device *dev = make_device(UUID_A, "new");

	return store_save(store, dev, mode);
}

static void other_spelling_is_that_uuids_definition(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(store_freep) struct store *store = NULL;
	_cleanup_(strlist_clear) struct strlist parents = { 0 };
	_cleanup_(mem_freep) char *type = NULL;
	const struct uuid uuid = fixture_uuid(UUID_A);
	fixture_write(fx, P "/" DIGITS, OF_TYPE("digits"));
	store = open_store(fx);

	type = type_of(fx);
	assert_ok(store_find(store, &uuid, &parents));

	assert_string_equal(type, "digits");
	assert_int_equal(parents.count, 1);
}

static void other_spelling_is_listed_and_warned_about(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	fixture_write(fx, P "/" UPPER, OF_TYPE("upper"));

	load_all(fx, &devices);

	assert_int_equal(devices.count, 1);
	assert_string_equal(devices.items[0]->uuid.text, UUID_A);
	assert_int_equal(fx->warning_count, 1);
	assert_warning(fx, 0, ERR_INVALID,
		       "'ROOT/" P "/" UPPER "' is not in the canonical spelling",
		       "rename it to '" UUID_A "'; the next change of it does so, too");
}

static void canonical_spelling_counts(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	_cleanup_(mem_freep) char *type = NULL;
	fixture_write(fx, P "/" UPPER, OF_TYPE("upper"));
	fixture_write(fx, P "/" UUID_A, OF_TYPE("canonical"));

	type = type_of(fx);
	load_all(fx, &devices);

	assert_string_equal(type, "canonical");
	assert_int_equal(devices.count, 1);
	assert_string_equal(devices.items[0]->type, "canonical");
	assert_int_equal(fx->warning_count, 1);
	assert_warning(fx, 0, ERR_INVALID,
		       "'ROOT/" P "/" UPPER "' is ignored: '" UUID_A
		       "' is the same UUID's definition",
		       "remove one of them");
}

static void first_of_several_other_spellings_counts(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	_cleanup_(mem_freep) char *type = NULL;
	fixture_write(fx, P "/" DIGITS, OF_TYPE("digits"));
	fixture_write(fx, P "/" UPPER, OF_TYPE("upper"));

	type = type_of(fx);
	load_all(fx, &devices);

	assert_string_equal(type, "upper");
	assert_int_equal(devices.count, 1);
	assert_string_equal(devices.items[0]->type, "upper");
	assert_int_equal(fx->warning_count, 2);
}

static void other_spelling_is_renamed_by_the_next_change(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(mem_freep) char *type = NULL;
	fixture_write(fx, P "/" UPPER, OF_TYPE("old"));

	assert_ok(save(fx, STORE_SAVE_REPLACE));

	type = type_of(fx);
	assert_string_equal(type, "new");
	assert_false(fixture_has(fx, P "/" UPPER));
	assert_int_equal(fixture_count(fx, P), 1);
}

static void new_definition_does_not_come_beside_another_spelling(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	fixture_write(fx, P "/" UPPER, OF_TYPE("old"));

	e = save(fx, STORE_SAVE_NEW);

	assert_err(fx, e, ERR_EXISTS, "'ROOT/" P "/" UPPER "' is there already", NULL);
	assert_int_equal(fixture_count(fx, P), 1);
}

static void all_spellings_are_removed_together(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(store_freep) struct store *store = NULL;
	const struct uuid uuid = fixture_uuid(UUID_A);
	fixture_write(fx, P "/" UPPER, OF_TYPE("upper"));
	fixture_write(fx, P "/" DIGITS, OF_TYPE("digits"));
	fixture_write(fx, P "/" UUID_A, OF_TYPE("canonical"));
	fixture_write(fx, P "/" UUID_B, OF_TYPE("another"));
	store = open_store(fx);

	assert_ok(store_remove(store, "P", &uuid));

	assert_int_equal(fixture_count(fx, P), 1);
	assert_true(fixture_has(fx, P "/" UUID_B));
}

static void other_spellings_alone_are_removed_together(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(store_freep) struct store *store = NULL;
	const struct uuid uuid = fixture_uuid(UUID_A);
	fixture_write(fx, P "/" UPPER, OF_TYPE("upper"));
	fixture_write(fx, P "/" DIGITS, OF_TYPE("digits"));
	store = open_store(fx);

	assert_ok(store_remove(store, "P", &uuid));

	assert_int_equal(fixture_count(fx, P), 0);
}

int store_spelling_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(other_spelling_is_that_uuids_definition),
		fixture_test(other_spelling_is_listed_and_warned_about),
		fixture_test(canonical_spelling_counts),
		fixture_test(first_of_several_other_spellings_counts),
		fixture_test(other_spelling_is_renamed_by_the_next_change),
		fixture_test(new_definition_does_not_come_beside_another_spelling),
		fixture_test(all_spellings_are_removed_together),
		fixture_test(other_spellings_alone_are_removed_together),
	};

	return cmocka_run_group_tests_name("store_spelling", tests, NULL, NULL);
}
