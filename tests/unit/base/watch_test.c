/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/watch.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "fixture.h"
#include "suites.h"

static struct watch *watch_dir(const struct fixture *fx, const char *path)
{
	_cleanup_(mem_freep) char *whole = fixture_path(fx, path);
	struct watch *watch = NULL;

	assert_ok(watch_open(&watch));
	assert_ok(watch_add(watch, whole));
	return watch;
}

static bool has_changed(struct watch *watch)
{
	bool changed, lost;

	assert_ok(watch_read(watch, &changed, &lost));
	assert_false(lost);
	return changed;
}

static void nothing_has_changed_in_a_directory_at_rest(void **state)
{
	const struct fixture *fx = *state;
	fixture_write(fx, "etc/a", "1");
	_cleanup_(watch_freep) struct watch *watch = watch_dir(fx, "etc");

	assert_false(has_changed(watch));
}

static void what_comes_changes_and_goes_is_told_each_time(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(watch_freep) struct watch *watch = watch_dir(fx, "etc");

	fixture_write(fx, "etc/a", "1");
	assert_true(has_changed(watch));
	fixture_write(fx, "etc/a", "2");
	assert_true(has_changed(watch));
	fixture_remove(fx, "etc/a");
	assert_true(has_changed(watch));
	assert_false(has_changed(watch));
}

static void temporary_files_do_not_count(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(watch_freep) struct watch *watch = watch_dir(fx, "etc");

	fixture_write(fx, "etc/.a.new", "1");

	assert_false(has_changed(watch));
}

static void file_that_is_being_written_is_told_when_it_is_closed(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(watch_freep) struct watch *watch = watch_dir(fx, "etc");
	int fd = openat(fx->dir->fd, "etc/a", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_false(has_changed(watch));
	assert_int_equal(write(fd, "1", 1), 1);
	assert_false(has_changed(watch));
	close(fd);
	assert_true(has_changed(watch));
}

static void links_are_told_at_once(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(watch_freep) struct watch *watch = watch_dir(fx, "etc");

	fixture_link(fx, "elsewhere", "etc/a");

	assert_true(has_changed(watch));
}

/* Step by step, as it comes into being; what else comes on the way is of no interest. */
static void directory_that_is_yet_to_come_is_waited_for(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(watch_freep) struct watch *watch = watch_dir(fx, "run/a/b");
	_cleanup_(mem_freep) char *path = fixture_path(fx, "run/a/b");

	fixture_make_dir(fx, "run/other");
	assert_false(has_changed(watch));
	fixture_make_dir(fx, "run/a");
	assert_true(has_changed(watch));
	assert_ok(watch_add(watch, path));
	fixture_make_dir(fx, "run/a/c");
	assert_false(has_changed(watch));
	fixture_make_dir(fx, "run/a/b");
	assert_true(has_changed(watch));
	assert_ok(watch_add(watch, path));
	fixture_write(fx, "run/a/b/file", "1");
	assert_true(has_changed(watch));
}

static void directory_that_comes_again_is_watched_again(void **state)
{
	const struct fixture *fx = *state;
	fixture_make_dir(fx, "run/a");
	_cleanup_(watch_freep) struct watch *watch = watch_dir(fx, "run/a");
	_cleanup_(mem_freep) char *path = fixture_path(fx, "run/a");

	assert_int_equal(rmdir(path), 0);
	assert_true(has_changed(watch));
	assert_ok(watch_add(watch, path));
	fixture_make_dir(fx, "run/a");
	assert_true(has_changed(watch));
	assert_ok(watch_add(watch, path));
	fixture_write(fx, "run/a/file", "1");
	assert_true(has_changed(watch));
}

int watch_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(nothing_has_changed_in_a_directory_at_rest),
		fixture_test(what_comes_changes_and_goes_is_told_each_time),
		fixture_test(temporary_files_do_not_count),
		fixture_test(file_that_is_being_written_is_told_when_it_is_closed),
		fixture_test(links_are_told_at_once),
		fixture_test(directory_that_is_yet_to_come_is_waited_for),
		fixture_test(directory_that_comes_again_is_watched_again),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
