/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suites.h"

static err_t save(const struct fixture *fx, const char *type, enum store_save mode)
{
	_cleanup_(store_freep) struct store *store = open_store(fx);
	_cleanup_(device_freep) struct device *dev = make_device(UUID_A, type);

	return store_save(store, dev, mode);
}

static err_t remove_it(const struct fixture *fx)
{
	_cleanup_(store_freep) struct store *store = open_store(fx);
	const struct uuid uuid = fixture_uuid(UUID_A);

	return store_remove(store, "P", &uuid);
}

static void check_content(const struct fixture *fx, const char *type)
{
	_cleanup_(mem_freep) char *text = fixture_read(fx, P "/" UUID_A);
	_cleanup_(mem_freep) char *expected = mem_printf("{\n"
							 "  \"mdev_type\": \"%s\",\n"
							 "  \"start\": \"manual\",\n"
							 "  \"attrs\": []\n"
							 "}",
							 type);

	assert_string_equal(text, expected);
}

static void directories_are_made_for_the_first_definition(void **state)
{
	const struct fixture *fx = *state;

	assert_ok(save(fx, "T", STORE_SAVE_NEW));

	check_content(fx, "T");
	assert_int_equal(fixture_count(fx, TOP), 1);
	assert_int_equal(fixture_count(fx, P), 1);
}

static void saved_definition_is_loaded_by_the_same_store(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(store_freep) struct store *store = open_store(fx);
	_cleanup_(device_freep) struct device *dev = make_device(UUID_A, "T");
	_cleanup_(device_freep) struct device *loaded = NULL;

	assert_ok(store_save(store, dev, STORE_SAVE_NEW));
	assert_ok(store_load(store, "P", &dev->uuid, &loaded));

	assert_string_equal(loaded->type, "T");
}

static void new_definition_replaces_none(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	assert_ok(save(fx, "old", STORE_SAVE_NEW));

	e = save(fx, "new", STORE_SAVE_NEW);

	assert_err(fx, e, ERR_EXISTS, "'ROOT/" P "/" UUID_A "' is there already", NULL);
	check_content(fx, "old");
}

static void definition_is_replaced_with_its_mode_and_owner(void **state)
{
	const struct fixture *fx = *state;
	struct stat st;
	assert_ok(save(fx, "old", STORE_SAVE_NEW));
	assert_int_equal(fchmodat(fx->dir->fd, P "/" UUID_A, 0600, 0), 0);
	if (fchownat(fx->dir->fd, P "/" UUID_A, 1, 2, 0) < 0)
		skip();

	assert_ok(save(fx, "new", STORE_SAVE_REPLACE));

	check_content(fx, "new");
	assert_int_equal(fstatat(fx->dir->fd, P "/" UUID_A, &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(st.st_uid, 1);
	assert_int_equal(st.st_gid, 2);
}

/* A directory in the way makes the rename fail for root, too. */
static void failed_save_keeps_what_was_there(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	fixture_write(fx, P "/" UUID_A "/inside", "");

	e = save(fx, "new", STORE_SAVE_REPLACE);

	assert_err(fx, e, ERR_FAILED,
		   "cannot replace 'ROOT/" P "/" UUID_A "': EISDIR (Is a directory)",
		   "a directory is there, where a file is wanted");
	assert_int_equal(err_errnum(e), EISDIR);
	assert_true(fixture_has(fx, P "/" UUID_A "/inside"));
	assert_int_equal(fixture_count(fx, TOP), 1);
}

static void leftover_of_a_dead_run_is_no_hindrance(void **state)
{
	const struct fixture *fx = *state;
	fixture_write(fx, TOP "/." UUID_A ".new", "{\"mdev_ty");

	assert_ok(save(fx, "T", STORE_SAVE_NEW));

	check_content(fx, "T");
	assert_false(fixture_has(fx, TOP "/." UUID_A ".new"));
}

static void keys_that_are_not_ours_outlive_a_change(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(store_freep) struct store *store = NULL;
	_cleanup_(device_freep) struct device *dev = NULL;
	_cleanup_(mem_freep) char *text = NULL;
	const struct uuid uuid = fixture_uuid(UUID_A);
	fixture_write(fx, P "/" UUID_A, "{\"note\": [1], \"mdev_type\": \"T\"}");
	store = open_store(fx);
	assert_ok(store_load(store, "P", &uuid, &dev));
	dev->start = DEVICE_START_AUTO;

	assert_ok(store_save(store, dev, STORE_SAVE_REPLACE));

	text = fixture_read(fx, P "/" UUID_A);
	assert_string_equal(text, "{\n"
				  "  \"mdev_type\": \"T\",\n"
				  "  \"start\": \"auto\",\n"
				  "  \"attrs\": [],\n"
				  "  \"note\": [1]\n"
				  "}");
}

/* What could not be read again must not be written. */
static void definition_that_is_too_large_is_not_saved(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(store_freep) struct store *store = open_store(fx);
	_cleanup_(device_freep) struct device *dev = make_device(UUID_A, "T");
	_cleanup_(mem_freep) char *value = mem_alloc(DEVICE_JSON_MAX + 1);
	_cleanup_(err_freep) struct err *e = NULL;
	memset(value, 'x', DEVICE_JSON_MAX);
	value[DEVICE_JSON_MAX] = '\0';
	device_insert_attr(dev, 0, "a", value);

	e = store_save(store, dev, STORE_SAVE_NEW);

	assert_err(fx, e, ERR_INVALID, "'ROOT/" P "/" UUID_A "' would be larger than 1048576 bytes",
		   "use fewer or shorter attributes");
	assert_false(fixture_has(fx, TOP));
}

static void without_etc_nothing_can_be_saved(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	fixture_remove(fx, "etc");

	e = save(fx, "T", STORE_SAVE_NEW);

	assert_err(fx, e, ERR_FAILED, "cannot open 'ROOT/etc': ENOENT (No such file or directory)",
		   NULL);
}

/* Written with its usual indentation it would be too large to be read again. */
static void definition_that_can_be_read_can_be_written(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(store_freep) struct store *store = open_store(fx);
	_cleanup_(device_freep) struct device *dev = NULL;
	_cleanup_(mem_freep) char *text = mem_zalloc(DEVICE_JSON_MAX + 1);
	const struct uuid uuid = fixture_uuid(UUID_A);
	char *at = stpcpy(text, "{\"mdev_type\":\"T\",\"start\":\"auto\",\"attrs\":[{\"a\":\"0\"}");
	while (at < text + DEVICE_JSON_MAX - 20)
		at = stpcpy(at, ",{\"a\":\"1\"}");
	stpcpy(at, "],\"x\":1}");
	fixture_write(fx, P "/" UUID_A, text);
	assert_ok(store_load(store, "P", &uuid, &dev));
	device_remove_attr(dev, 0);

	assert_ok(store_save(store, dev, STORE_SAVE_REPLACE));

	device_free(take(dev));
	assert_ok(store_load(store, "P", &uuid, &dev));
	assert_string_equal(dev->attrs[0].value, "1");
	assert_int_equal(dev->foreign_count, 1);
}

static void removed_definition_is_gone_and_its_directory_is_not(void **state)
{
	const struct fixture *fx = *state;
	assert_ok(save(fx, "T", STORE_SAVE_NEW));

	assert_ok(remove_it(fx));

	assert_true(fixture_has(fx, P));
	assert_int_equal(fixture_count(fx, P), 0);
}

static void what_is_not_defined_cannot_be_removed(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *without_parent = NULL;
	_cleanup_(err_freep) struct err *e = NULL;

	without_parent = remove_it(fx);
	fixture_make_dir(fx, P);
	e = remove_it(fx);

	assert_err(fx, without_parent, ERR_NOT_FOUND, UUID_A " is not defined on parent 'P'", NULL);
	assert_err(fx, e, ERR_NOT_FOUND, UUID_A " is not defined on parent 'P'", NULL);
}

static void broken_definition_can_be_removed(void **state)
{
	const struct fixture *fx = *state;
	fixture_write(fx, P "/" UUID_A, "broken");

	assert_ok(remove_it(fx));

	assert_false(fixture_has(fx, P "/" UUID_A));
}

int store_save_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(directories_are_made_for_the_first_definition),
		fixture_test(saved_definition_is_loaded_by_the_same_store),
		fixture_test(new_definition_replaces_none),
		fixture_test(definition_is_replaced_with_its_mode_and_owner),
		fixture_test(failed_save_keeps_what_was_there),
		fixture_test(leftover_of_a_dead_run_is_no_hindrance),
		fixture_test(keys_that_are_not_ours_outlive_a_change),
		fixture_test(definition_that_is_too_large_is_not_saved),
		fixture_test(without_etc_nothing_can_be_saved),
		fixture_test(definition_that_can_be_read_can_be_written),
		fixture_test(removed_definition_is_gone_and_its_directory_is_not),
		fixture_test(what_is_not_defined_cannot_be_removed),
		fixture_test(broken_definition_can_be_removed),
	};

	return cmocka_run_group_tests_name("store_save", tests, NULL, NULL);
}
