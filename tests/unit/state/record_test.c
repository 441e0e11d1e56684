/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "state/record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "suites.h"

#define DEVICES "run/mdevadm/devices"
#define FILE_A	DEVICES "/" UUID_A

static struct device *device(const char *parent, const char *type)
{
	const struct uuid uuid = fixture_uuid(UUID_A);

	return device_new(&uuid, parent, type);
}

static struct record *new_record(void)
{
	const struct uuid uuid = fixture_uuid(UUID_A);

	return record_new(&uuid);
}

static struct record *load(const struct fixture *fx)
{
	const struct uuid uuid = fixture_uuid(UUID_A);
	struct record *record = NULL;

	assert_ok(record_load(fx->env, &uuid, &record));
	return record;
}

static err_t try_load(const struct fixture *fx)
{
	const struct uuid uuid = fixture_uuid(UUID_A);
	struct record *record = NULL;
	struct err *e = record_load(fx->env, &uuid, &record);

	assert_null(record);
	return e;
}

static void no_record_is_none(void **state)
{
	const struct fixture *fx = *state;

	assert_null(load(fx));
	fixture_make_dir(fx, DEVICES);
	assert_null(load(fx));
}

static void start_is_remembered_with_its_attributes(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_freep) struct device *dev = device("P", "T");
	_cleanup_(record_freep) struct record *record = new_record();
	_cleanup_(record_freep) struct record *loaded = NULL;
	device_insert_attr(dev, 0, "a/b", "1");
	device_insert_attr(dev, 1, "a/b", "2");
	record_set_starting(record, fx->env, dev);
	record->inode = 7;

	assert_ok(record_save(fx->env, record));

	loaded = load(fx);
	assert_int_equal(loaded->state, RECORD_STARTING);
	assert_string_equal(loaded->dev->parent, "P");
	assert_string_equal(loaded->dev->type, "T");
	assert_int_equal(loaded->dev->attr_count, 2);
	assert_string_equal(loaded->dev->attrs[1].value, "2");
	assert_int_equal(loaded->inode, 7);
	assert_int_equal(loaded->pid, getpid());
	assert_true(record_has_living_maker(fx->env, loaded));
	assert_null(loaded->drained);
}

static void drained_part_stays_while_a_start_comes_and_goes(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_freep) struct device *drained = device("P", "T");
	_cleanup_(device_freep) struct device *dev = device("Q", "U");
	_cleanup_(record_freep) struct record *record = new_record();
	_cleanup_(record_freep) struct record *during = NULL;
	_cleanup_(record_freep) struct record *after = NULL;
	record_set_drained(record, drained, "PF", "the drain");
	record_set_starting(record, fx->env, dev);
	assert_ok(record_save(fx->env, record));
	during = load(fx);

	record_set_stopped(record);
	assert_ok(record_save(fx->env, record));

	after = load(fx);
	assert_string_equal(during->dev->parent, "Q");
	assert_string_equal(during->drained->parent, "P");
	assert_int_equal(after->state, RECORD_NOTHING);
	assert_null(after->dev);
	assert_string_equal(after->drained->type, "T");
	assert_string_equal(after->hold, "the drain");
	assert_string_equal(after->drained_of, "PF");
}

static void record_that_says_nothing_is_removed(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_freep) struct device *dev = device("P", "T");
	_cleanup_(record_freep) struct record *record = new_record();
	record_set_starting(record, fx->env, dev);
	record_set_drained(record, dev, "P", "the drain");
	assert_ok(record_save(fx->env, record));

	record_set_stopped(record);
	record_set_not_drained(record);
	assert_ok(record_save(fx->env, record));

	assert_false(fixture_has(fx, FILE_A));
	assert_ok(record_save(fx->env, record));
}

static void record_is_for_all_to_read(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_freep) struct device *dev = device("P", "T");
	_cleanup_(record_freep) struct record *record = new_record();
	struct stat st;
	record_set_starting(record, fx->env, dev);

	assert_ok(record_save(fx->env, record));

	assert_int_equal(fstatat(fx->dir->fd, FILE_A, &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0644);
	assert_int_equal(fixture_count(fx, DEVICES), 1);
}

static void record_that_is_not_understood_is_named(void **state)
{
	static const char *const texts[] = {
		"{\"version\":1}",
		"{\"version\":1,\"state\":\"sleeping\"}",
		"{\"version\":1,\"state\":\"running\",\"parent\":\"P\"}",
		"{\"version\":1,\"state\":\"running\",\"parent\":\"..\",\"type\":\"T\",\"attrs\":[]"
		"}",
		"{\"version\":1,\"state\":\"running\",\"parent\":\"P\",\"type\":\"a/"
		"b\",\"attrs\":[]}",
		"{\"version\":1,\"state\":\"running\",\"parent\":\"P\",\"type\":\"T\",\"attrs\":7}",
		"{\"version\":1,\"state\":\"drained\",\"drained\":{\"parent\":\"P\",\"type\":\"T\","
		"\"attrs\":[]}}",
		"{\"state\":\"running\",\"parent\":\"P\",\"type\":\"T\",\"attrs\":[]}",
		"[]",
		"",
	};
	const struct fixture *fx = *state;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_(err_freep) struct err *e = NULL;
		fixture_write(fx, FILE_A, texts[i]);

		e = try_load(fx);

		assert_non_null(e);
		assert_int_equal(err_kind(e), ERR_INVALID);
		assert_non_null(strstr(err_hint_text(e), "remove '"));
	}
}

/* What it says is in force, although this program cannot read it. */
static void record_of_a_later_version_is_refused(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	fixture_write(fx, FILE_A, "{\"version\":2}");

	e = try_load(fx);

	assert_err(fx, e, ERR_FAILED, "'ROOT/" FILE_A "' was written by a later version of mdevadm",
		   "use that version, or restart the machine");
}

static void look_that_fails_is_not_no_record(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	fixture_link(fx, "devices", DEVICES);

	e = try_load(fx);

	assert_non_null(e);
	assert_int_equal(err_errnum(e), ELOOP);
	assert_int_equal(err_kind(e), ERR_FAILED);
}

static void what_could_not_be_read_again_is_not_written(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_freep) struct device *dev = device("P", "T");
	_cleanup_(record_freep) struct record *record = new_record();
	_cleanup_(mem_freep) char *value = mem_alloc(3 * DEVICE_JSON_MAX);
	_cleanup_(err_freep) struct err *e = NULL;
	memset(value, 'x', 3 * DEVICE_JSON_MAX - 1);
	value[3 * DEVICE_JSON_MAX - 1] = '\0';
	device_insert_attr(dev, 0, "a", value);
	record_set_starting(record, fx->env, dev);

	e = record_save(fx->env, record);

	assert_non_null(e);
	assert_int_equal(err_kind(e), ERR_INVALID);
	assert_false(fixture_has(fx, FILE_A));
}

/* The largest that may be defined, twice. */
static void both_parts_may_be_as_large_as_a_definition(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(device_freep) struct device *dev = device("P", "T");
	_cleanup_(record_freep) struct record *record = new_record();
	_cleanup_(record_freep) struct record *loaded = NULL;
	char value[4096] = "";
	memset(value, 'x', sizeof(value) - 1);
	for (size_t i = 0; i < DEVICE_JSON_MAX / sizeof(value) - 1; i++)
		device_insert_attr(dev, i, "a", value);
	record_set_starting(record, fx->env, dev);
	record_set_drained(record, dev, "P", "the drain");

	assert_ok(record_save(fx->env, record));

	loaded = load(fx);
	assert_int_equal(loaded->dev->attr_count, dev->attr_count);
	assert_int_equal(loaded->drained->attr_count, dev->attr_count);
}

int record_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(no_record_is_none),
		fixture_test(start_is_remembered_with_its_attributes),
		fixture_test(drained_part_stays_while_a_start_comes_and_goes),
		fixture_test(record_that_says_nothing_is_removed),
		fixture_test(record_is_for_all_to_read),
		fixture_test(record_that_is_not_understood_is_named),
		fixture_test(record_of_a_later_version_is_refused),
		fixture_test(look_that_fails_is_not_no_record),
		fixture_test(what_could_not_be_read_again_is_not_written),
		fixture_test(both_parts_may_be_as_large_as_a_definition),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
