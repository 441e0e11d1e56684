/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fixture.h"
#include "suites.h"

static void file_is_read_whole_with_its_nul_bytes(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(mem_freep) char *data = NULL;
	size_t size = 0;
	fixture_write_bytes(fx, "file", "a\0b\n", 4);

	assert_ok(dir_read(fx->dir, "file", 100, &data, &size));

	assert_int_equal(size, 4);
	assert_memory_equal(data, "a\0b\n\0", 5);
}

static void empty_file_is_read_as_an_empty_text(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(mem_freep) char *data = NULL;
	size_t size = 1;
	fixture_write(fx, "file", "");

	assert_ok(dir_read(fx->dir, "file", 100, &data, &size));

	assert_int_equal(size, 0);
	assert_string_equal(data, "");
}

static void file_of_just_the_maximum_is_read(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(mem_freep) char *data = NULL;
	size_t size;
	fixture_write(fx, "file", "12345");

	assert_ok(dir_read(fx->dir, "file", 5, &data, &size));

	assert_int_equal(size, 5);
	assert_string_equal(data, "12345");
}

static void file_of_one_byte_more_than_the_maximum_is_refused(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	char *data = NULL;
	fixture_write(fx, "file", "123456");

	e = dir_read(fx->dir, "file", 5, &data, NULL);

	assert_err(fx, e, ERR_INVALID, "'ROOT/file' is larger than 5 bytes", NULL);
	assert_null(data);
}

/* Such as those of procfs: their size is only known at the end. */
static void file_that_says_it_is_empty_is_read_to_its_end(void **state)
{
	_cleanup_(dir_freep) struct dir *proc = NULL;
	_cleanup_(mem_freep) char *data = NULL;
	size_t size = 0;
	(void)state;
	assert_ok(dir_open("/proc/self", &proc));

	assert_ok(dir_read(proc, "status", 1 << 20, &data, &size));

	assert_true(size > 100);
	assert_int_equal(strlen(data), size);
}

static void file_that_says_it_is_empty_is_bounded_too(void **state)
{
	_cleanup_(dir_freep) struct dir *proc = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	char *data = NULL;
	(void)state;
	assert_ok(dir_open("/proc/self", &proc));

	e = dir_read(proc, "status", 10, &data, NULL);

	assert_err(NULL, e, ERR_INVALID, "'/proc/self/status' is larger than 10 bytes", NULL);
}

static void missing_file_is_named(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	char *data = NULL;

	e = dir_read(fx->dir, "file", 5, &data, NULL);

	assert_err(fx, e, ERR_FAILED, "cannot open 'ROOT/file': ENOENT (No such file or directory)",
		   NULL);
	assert_int_equal(err_errnum(e), ENOENT);
}

static void directory_is_no_file(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	char *data = NULL;

	e = dir_read(fx->dir, "etc", 5, &data, NULL);

	assert_err(fx, e, ERR_INVALID, "'ROOT/etc' is a directory, not a regular file", NULL);
}

/* It must not wait for somebody to write, either. */
static void fifo_is_no_file(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	char *data = NULL;
	fixture_make_node(fx, "fifo", S_IFIFO | 0600, 0);

	e = dir_read(fx->dir, "fifo", 5, &data, NULL);

	assert_err(fx, e, ERR_INVALID, "'ROOT/fifo' is a FIFO, not a regular file", NULL);
}

static void device_node_is_no_file(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	char *data = NULL;
	if (geteuid() != 0)
		skip();
	fixture_make_node(fx, "zero", S_IFCHR | 0600, makedev(1, 5));

	e = dir_read(fx->dir, "zero", 5, &data, NULL);

	assert_err(fx, e, ERR_INVALID, "'ROOT/zero' is a device node, not a regular file", NULL);
}

static void link_is_not_followed(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	char *data = NULL;
	fixture_write(fx, "file", "x");
	fixture_link(fx, "file", "link");

	e = dir_read(fx->dir, "link", 5, &data, NULL);

	assert_non_null(e);
	assert_int_equal(err_errnum(e), ELOOP);
	assert_string_equal(err_hint_text(e), "put a regular file in its place");
	assert_null(data);
}

struct pipe_writer {
	int fd;
	size_t count;
};

static void *write_to_pipe(void *data)
{
	struct pipe_writer *writer = data;
	bool done = false;

	for (size_t i = 0; i < writer->count && !done; i++)
		done = write(writer->fd, "0123456789", 10) != 10;
	close(writer->fd);
	return NULL;
}

static void stream_is_read_to_its_end_however_it_comes(void **state)
{
	_cleanup_(mem_freep) char *path = NULL;
	_cleanup_(mem_freep) char *data = NULL;
	_cleanup_(fd_closep) int reading = -1;
	struct pipe_writer writer = { .count = 20000 };
	pthread_t thread;
	size_t size = 0;
	int ends[2];
	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	reading = ends[0];
	writer.fd = ends[1];
	path = mem_printf("/proc/self/fd/%d", reading);
	assert_int_equal(pthread_create(&thread, NULL, write_to_pipe, &writer), 0);

	assert_ok(stream_read(path, 200000, &data, &size));

	pthread_join(thread, NULL);
	assert_int_equal(size, 200000);
	assert_int_equal(strlen(data), size);
	assert_string_equal(data + size - 10, "0123456789");
}

static void stream_without_end_is_bounded(void **state)
{
	_cleanup_(err_freep) struct err *e = NULL;
	char *data = NULL;
	(void)state;

	e = stream_read("/dev/zero", 100000, &data, NULL);

	assert_err(NULL, e, ERR_INVALID, "'/dev/zero' is larger than 100000 bytes", NULL);
	assert_null(data);
}

static void stream_may_be_behind_a_link(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(mem_freep) char *path = fixture_path(fx, "link");
	_cleanup_(mem_freep) char *data = NULL;
	fixture_write(fx, "file", "text");
	fixture_link(fx, "file", "link");

	assert_ok(stream_read(path, 100, &data, NULL));

	assert_string_equal(data, "text");
}

static void missing_stream_is_named(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(mem_freep) char *path = fixture_path(fx, "none");
	_cleanup_(err_freep) struct err *e = NULL;
	char *data = NULL;

	e = stream_read(path, 100, &data, NULL);

	assert_err(fx, e, ERR_FAILED, "cannot open 'ROOT/none': ENOENT (No such file or directory)",
		   NULL);
}

static void list_is_sorted_and_without_dot_files(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	fixture_write(fx, "d/b", "");
	fixture_write(fx, "d/a", "");
	fixture_write(fx, "d/.hidden", "");
	fixture_make_dir(fx, "d/c");
	assert_ok(dir_open_at(fx->dir, "d", &dir));

	assert_ok(dir_list(dir, &names));

	assert_int_equal(names.count, 3);
	assert_string_equal(names.items[0], "a");
	assert_string_equal(names.items[1], "b");
	assert_string_equal(names.items[2], "c");
}

static void missing_directory_cannot_be_listed(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(err_freep) struct err *e = NULL;

	e = dir_list_at(fx->dir, "none", &names);

	assert_err(fx, e, ERR_FAILED, "cannot open 'ROOT/none': ENOENT (No such file or directory)",
		   NULL);
}

static void directory_behind_a_link_is_opened_only_when_that_is_asked(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(dir_freep) struct dir *linked = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	struct dir *dir = NULL;
	fixture_make_dir(fx, "d/real");
	fixture_link(fx, "real", "d/link");

	assert_ok(dir_open_linked(fx->dir, "d/link", &linked));
	e = dir_open_at(linked, "../link", &dir);

	assert_err(fx, e, ERR_FAILED,
		   "cannot open 'ROOT/d/link/../link': ENOTDIR (Not a directory)", NULL);
	assert_null(dir);
}

static void directory_is_made_once(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(dir_freep) struct dir *first = NULL;
	_cleanup_(dir_freep) struct dir *second = NULL;
	struct stat st;

	assert_ok(dir_make_at(fx->dir, "new", 0750, &first));
	assert_ok(dir_make_at(fx->dir, "new", 0700, &second));

	assert_int_equal(fstat(second->fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
}

static void file_in_the_way_of_a_directory_is_named(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	struct dir *dir = NULL;
	fixture_write(fx, "new", "");

	e = dir_make_at(fx->dir, "new", 0755, &dir);

	assert_err(fx, e, ERR_FAILED, "cannot open 'ROOT/new': ENOTDIR (Not a directory)", NULL);
}

static void dangling_link_is_something(void **state)
{
	const struct fixture *fx = *state;
	bool link = false;
	bool nowhere = true;
	fixture_link(fx, "nowhere", "link");

	assert_ok(dir_has(fx->dir, "link", &link));
	assert_ok(dir_has(fx->dir, "nowhere", &nowhere));

	assert_true(link);
	assert_false(nowhere);
}

static void nothing_is_below_a_file(void **state)
{
	const struct fixture *fx = *state;
	bool has = true;
	fixture_write(fx, "file", "");

	assert_ok(dir_has(fx->dir, "file/x", &has));

	assert_false(has);
}

static void look_that_fails_is_neither_yes_nor_no(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	bool has = true;
	fixture_link(fx, "loop", "loop");

	e = dir_has(fx->dir, "loop/x", &has);

	assert_err(fx, e, ERR_FAILED,
		   "cannot look at 'ROOT/loop/x': ELOOP (Too many levels of symbolic links)", NULL);
	assert_true(has);
}

static void link_is_read_to_its_end(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(mem_freep) char *target = NULL;
	fixture_link(fx, "../../devices/mtty", "d/link");

	assert_ok(dir_read_link(fx->dir, "d/link", &target));

	assert_string_equal(target, "../../devices/mtty");
}

static void file_is_no_link(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	char *target = NULL;
	fixture_write(fx, "file", "");

	e = dir_read_link(fx->dir, "file", &target);

	assert_err(fx, e, ERR_FAILED, "cannot read the link 'ROOT/file': EINVAL (Invalid argument)",
		   NULL);
	assert_null(target);
}

static void unlinked_file_is_gone(void **state)
{
	const struct fixture *fx = *state;
	fixture_write(fx, "file", "");

	assert_ok(dir_unlink(fx->dir, "file"));

	assert_false(fixture_has(fx, "file"));
}

static void missing_file_cannot_be_unlinked(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;

	e = dir_unlink(fx->dir, "file");

	assert_err(fx, e, ERR_FAILED,
		   "cannot remove 'ROOT/file': ENOENT (No such file or directory)", NULL);
}

static void renamed_file_keeps_its_content(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(mem_freep) char *text = NULL;
	fixture_write(fx, "old", "text");

	assert_ok(dir_rename(fx->dir, "old", "new"));

	text = fixture_read(fx, "new");
	assert_string_equal(text, "text");
	assert_false(fixture_has(fx, "old"));
}

static void rename_replaces_nothing(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	_cleanup_(mem_freep) char *text = NULL;
	fixture_write(fx, "old", "old");
	fixture_write(fx, "new", "new");

	e = dir_rename(fx->dir, "old", "new");

	assert_err(fx, e, ERR_FAILED, "cannot rename 'ROOT/old': EEXIST (File exists)", NULL);
	text = fixture_read(fx, "new");
	assert_string_equal(text, "new");
	assert_true(fixture_has(fx, "old"));
}

/* To root the advice to become root is none. */
static const char *rights_hint(void)
{
	return geteuid() ? "run it as root"
			 : "root is refused, too: 'lsattr' tells of an immutable file; else a "
			   "container, a security module or a file server forbids it";
}

static void check_hint(int errnum, const char *hint)
{
	_cleanup_(err_freep) struct err *e = err_hint_for_errnum(err_errno(errnum, "x"));

	assert_string_equal(err_hint_text(e) ? err_hint_text(e) : "none", hint);
}

static void errno_of_a_file_system_says_what_to_do(void **state)
{
	(void)state;

	check_hint(EACCES, rights_hint());
	check_hint(EPERM, rights_hint());
	check_hint(EROFS, "that file system is read-only: mount it writable");
	check_hint(ENOSPC, "make room on that file system");
	check_hint(EDQUOT, "make room on that file system");
	check_hint(EIO, "none");
	assert_ok(err_hint_for_errnum(NULL));
}

static void descriptors_are_closed_on_exec(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(fd_closep) int fd = -1;
	fixture_write(fx, "file", "");

	assert_ok(dir_open_at(fx->dir, "etc", &dir));
	assert_ok(dir_open_beneath(fx->dir, "file", &fd));

	assert_int_equal(fcntl(fx->dir->fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(dir->fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

int dir_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(file_is_read_whole_with_its_nul_bytes),
		fixture_test(empty_file_is_read_as_an_empty_text),
		fixture_test(file_of_just_the_maximum_is_read),
		fixture_test(file_of_one_byte_more_than_the_maximum_is_refused),
		cmocka_unit_test(file_that_says_it_is_empty_is_read_to_its_end),
		cmocka_unit_test(file_that_says_it_is_empty_is_bounded_too),
		fixture_test(missing_file_is_named),
		fixture_test(directory_is_no_file),
		fixture_test(fifo_is_no_file),
		fixture_test(device_node_is_no_file),
		fixture_test(link_is_not_followed),
		cmocka_unit_test(stream_is_read_to_its_end_however_it_comes),
		cmocka_unit_test(stream_without_end_is_bounded),
		fixture_test(stream_may_be_behind_a_link),
		fixture_test(missing_stream_is_named),
		fixture_test(list_is_sorted_and_without_dot_files),
		fixture_test(missing_directory_cannot_be_listed),
		fixture_test(directory_behind_a_link_is_opened_only_when_that_is_asked),
		fixture_test(directory_is_made_once),
		fixture_test(file_in_the_way_of_a_directory_is_named),
		fixture_test(dangling_link_is_something),
		fixture_test(nothing_is_below_a_file),
		fixture_test(look_that_fails_is_neither_yes_nor_no),
		fixture_test(link_is_read_to_its_end),
		fixture_test(file_is_no_link),
		fixture_test(unlinked_file_is_gone),
		fixture_test(missing_file_cannot_be_unlinked),
		fixture_test(renamed_file_keeps_its_content),
		fixture_test(rename_replaces_nothing),
		cmocka_unit_test(errno_of_a_file_system_says_what_to_do),
		fixture_test(descriptors_are_closed_on_exec),
	};

	return cmocka_run_group_tests_name("dir", tests, NULL, NULL);
}
