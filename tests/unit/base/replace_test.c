/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dir_replace(): what a reader sees, and what stays when it fails. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/dir.h"
#include "fixture.h"
#include "suites.h"

/* What dir_read() would be called with. */
#define MAX 100000

/* Puts @text in @dir/file by way of @temp_dir/.temp. */
static err_t replace_in(const struct dir *dir, const struct dir *temp_dir, const char *text,
			bool must_be_new)
{
	const struct dir_content content = {
		.temp_dir = temp_dir,
		.temp = ".temp",
		.data = text,
		.size = strlen(text),
		.max = MAX,
		.must_be_new = must_be_new,
		.is_durable = true,
	};

	return dir_replace(dir, "file", &content);
}

/* Puts @text in d/file by way of .temp. */
static err_t replace(const struct fixture *fx, const char *text, bool must_be_new)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = dir_open_at(fx->dir, "d", &dir);

	return e ? e : replace_in(dir, fx->dir, text, must_be_new);
}

static void check_content(const struct fixture *fx, const char *expected)
{
	_cleanup_(mem_freep) char *text = fixture_read(fx, "d/file");

	assert_string_equal(text, expected);
	assert_false(fixture_has(fx, ".temp"));
}

static struct stat look(const struct fixture *fx, const char *path)
{
	struct stat st;

	assert_int_equal(fstatat(fx->dir->fd, path, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st;
}

/* Whatever the umask is. */
static void new_file_has_mode_0644(void **state)
{
	const struct fixture *fx = *state;
	mode_t mask = umask(0077);
	fixture_make_dir(fx, "d");

	assert_ok(replace(fx, "new", false));

	umask(mask);
	check_content(fx, "new");
	assert_int_equal(look(fx, "d/file").st_mode, S_IFREG | 0644);
}

static void replaced_file_has_the_new_content_alone(void **state)
{
	const struct fixture *fx = *state;
	fixture_write(fx, "d/file", "a long old text");

	assert_ok(replace(fx, "new", false));

	check_content(fx, "new");
	assert_int_equal(fixture_count(fx, "d"), 1);
}

static void mode_and_owner_of_what_is_replaced_stay(void **state)
{
	const struct fixture *fx = *state;
	struct stat st;
	fixture_write(fx, "d/file", "old");
	if (fchownat(fx->dir->fd, "d/file", 65534, 12345, 0) < 0)
		skip();
	assert_int_equal(fchmodat(fx->dir->fd, "d/file", 0640, 0), 0);

	assert_ok(replace(fx, "new", false));

	st = look(fx, "d/file");
	check_content(fx, "new");
	assert_int_equal(st.st_mode, S_IFREG | 0640);
	assert_int_equal(st.st_uid, 65534);
	assert_int_equal(st.st_gid, 12345);
}

/* Who has the old one open goes on reading the old one. */
static void open_file_keeps_its_content(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(fd_closep) int fd = -1;
	char text[4] = "";
	fixture_write(fx, "d/file", "old");
	fd = openat(fx->dir->fd, "d/file", O_RDONLY | O_CLOEXEC);

	assert_ok(replace(fx, "new", false));

	assert_int_equal(read(fd, text, 3), 3);
	assert_string_equal(text, "old");
}

static void link_is_replaced_and_not_followed(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(mem_freep) char *text = NULL;
	fixture_write(fx, "d/target", "target");
	fixture_link(fx, "target", "d/file");

	assert_ok(replace(fx, "new", false));

	check_content(fx, "new");
	assert_int_equal(look(fx, "d/file").st_mode, S_IFREG | 0644);
	text = fixture_read(fx, "d/target");
	assert_string_equal(text, "target");
}

static void leftover_of_a_dead_run_is_no_hindrance(void **state)
{
	const struct fixture *fx = *state;
	fixture_write(fx, "d/file", "old");
	fixture_write(fx, ".temp", "half of a text that is longer");

	assert_ok(replace(fx, "new", false));

	check_content(fx, "new");
}

/* Else a link that somebody planted would have its target written. */
static void link_in_place_of_the_temporary_file_is_not_followed(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(mem_freep) char *text = NULL;
	fixture_write(fx, "d/file", "old");
	fixture_write(fx, "victim", "victim");
	fixture_link(fx, "victim", ".temp");

	assert_ok(replace(fx, "new", false));

	check_content(fx, "new");
	text = fixture_read(fx, "victim");
	assert_string_equal(text, "victim");
}

static void directory_in_place_of_the_temporary_file_is_named(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	_cleanup_(mem_freep) char *text = NULL;
	fixture_write(fx, "d/file", "old");
	fixture_make_dir(fx, ".temp");

	e = replace(fx, "new", false);

	assert_err(fx, e, ERR_FAILED, "cannot make 'ROOT/.temp': EISDIR (Is a directory)",
		   "a directory is there, where a file is wanted");
	text = fixture_read(fx, "d/file");
	assert_string_equal(text, "old");
}

static void failed_replace_leaves_no_temporary_file(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	fixture_make_dir(fx, "d/file");

	e = replace(fx, "new", false);

	assert_err(fx, e, ERR_FAILED, "cannot replace 'ROOT/d/file': EISDIR (Is a directory)",
		   "a directory is there, where a file is wanted");
	assert_int_equal(err_errnum(e), EISDIR);
	assert_false(fixture_has(fx, ".temp"));
	assert_int_equal(look(fx, "d/file").st_mode & S_IFMT, S_IFDIR);
}

static void file_that_must_be_new_replaces_nothing(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	fixture_write(fx, "d/file", "old");

	e = replace(fx, "new", true);

	assert_err(fx, e, ERR_FAILED, "cannot replace 'ROOT/d/file': EEXIST (File exists)", NULL);
	assert_int_equal(err_errnum(e), EEXIST);
	check_content(fx, "old");
}

static void file_that_must_be_new_is_made(void **state)
{
	const struct fixture *fx = *state;
	fixture_make_dir(fx, "d");

	assert_ok(replace(fx, "new", true));

	check_content(fx, "new");
}

struct watch {
	const struct fixture *fx;
	atomic_bool ends;
	atomic_ulong torn;
	atomic_ulong seen[2]; /* how often all of it was 'a', or 'b' */
	unsigned long awaited[2];
};

static void *watch_file(void *data)
{
	struct watch *watch = data;

	while (!atomic_load(&watch->ends)) {
		char text[8192] = "";
		int fd = openat(watch->fx->dir->fd, "d/file", O_RDONLY | O_CLOEXEC);
		ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text));

		if (got != 4096 || memchr(text, text[0] == 'a' ? 'b' : 'a', 4096))
			atomic_fetch_add(&watch->torn, 1);
		else
			atomic_fetch_add(&watch->seen[text[0] == 'b'], 1);
		if (fd >= 0)
			close(fd);
	}
	return NULL;
}

static bool has_seen(void *data)
{
	struct watch *watch = data;

	return atomic_load(&watch->torn) > 0 ||
	       (atomic_load(&watch->seen[0]) >= watch->awaited[0] &&
		atomic_load(&watch->seen[1]) >= watch->awaited[1]);
}

/* The reader goes on all the time, and each content stays until it has been seen whole. */
static void reader_sees_all_of_the_old_or_all_of_the_new(void **state)
{
	const struct fixture *fx = *state;
	struct watch watch = { .fx = fx };
	char text[4097] = "";
	pthread_t thread;
	memset(text, 'a', 4096);
	fixture_write(fx, "d/file", text);
	assert_int_equal(pthread_create(&thread, NULL, watch_file, &watch), 0);

	for (int i = 0; i < 100; i++) {
		memset(text, i % 2 ? 'a' : 'b', 4096);
		assert_ok(replace(fx, text, false));
		watch.awaited[i % 2 == 0] = atomic_load(&watch.seen[i % 2 == 0]) + 1;
		fixture_await(has_seen, &watch);
	}

	atomic_store(&watch.ends, true);
	pthread_join(thread, NULL);
	assert_int_equal(watch.torn, 0);
}

/* A file system of four pages, of which one is left: too little for the new content. */
static int replace_on_full_disk(void *data)
{
	const struct fixture *fx = data;
	_cleanup_(mem_freep) char *path = fixture_path(fx, "small");
	_cleanup_(mem_freep) char *text = mem_zalloc(60001);
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	_cleanup_(mem_freep) char *now = NULL;
	bool has_temp = true;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", path, "tmpfs", 0, "size=16k") < 0)
		return 77;
	memset(text, 'x', 60000);
	e = dir_open(path, &dir);
	if (!e)
		e = replace_in(dir, dir, "old", false);
	if (e)
		return 1;

	e = replace_in(dir, dir, text, false);

	if (!e || err_errnum(e) != ENOSPC || !strstr(err_message(e), "cannot write '") ||
	    strcmp(err_hint_text(e), "make room on that file system") != 0)
		return 2;
	err_free(take(e));
	e = dir_read(dir, "file", 100, &now, NULL);
	if (e || strcmp(now, "old") != 0)
		return 3;
	err_free(take(e));
	e = dir_has(dir, ".temp", &has_temp);
	return e || has_temp ? 4 : 0;
}

static void content_that_could_not_be_read_again_is_not_written(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(mem_freep) char *text = mem_zalloc(MAX + 2);
	_cleanup_(err_freep) struct err *e = NULL;
	fixture_write(fx, "d/file", "old");
	memset(text, 'x', MAX + 1);

	e = replace(fx, text, false);

	assert_err(fx, e, ERR_INVALID, "'ROOT/d/file' would be larger than 100000 bytes", NULL);
	check_content(fx, "old");
	text[MAX] = '\0';
	assert_ok(replace(fx, text, false));
}

static void set_user_id_bits_of_what_is_replaced_stay(void **state)
{
	const struct fixture *fx = *state;
	fixture_write(fx, "d/file", "old");
	assert_int_equal(fchmodat(fx->dir->fd, "d/file", 07751, 0), 0);

	assert_ok(replace(fx, "new", false));

	assert_int_equal(look(fx, "d/file").st_mode, S_IFREG | 07751);
}

static void extended_attributes_of_what_is_replaced_stay(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(mem_freep) char *path = fixture_path(fx, "d/file");
	char value[10] = "";
	fixture_write(fx, "d/file", "old");
	if (setxattr(path, "user.note", "mine", 4, 0) < 0 ||
	    setxattr(path, "trusted.note", "root's", 6, 0) < 0)
		skip();

	assert_ok(replace(fx, "new", false));

	assert_int_equal(getxattr(path, "user.note", value, sizeof(value)), 4);
	assert_memory_equal(value, "mine", 4);
	assert_int_equal(getxattr(path, "trusted.note", value, sizeof(value)), 6);
	assert_memory_equal(value, "root's", 6);
}

static void full_disk_leaves_what_was_there(void **state)
{
	struct fixture *fx = *state;
	int status;
	fixture_make_dir(fx, "small");

	status = fixture_wait(fixture_fork(replace_on_full_disk, fx));

	if (status == 77)
		skip();
	assert_int_equal(status, 0);
}

int replace_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(new_file_has_mode_0644),
		fixture_test(replaced_file_has_the_new_content_alone),
		fixture_test(mode_and_owner_of_what_is_replaced_stay),
		fixture_test(open_file_keeps_its_content),
		fixture_test(link_is_replaced_and_not_followed),
		fixture_test(leftover_of_a_dead_run_is_no_hindrance),
		fixture_test(link_in_place_of_the_temporary_file_is_not_followed),
		fixture_test(directory_in_place_of_the_temporary_file_is_named),
		fixture_test(failed_replace_leaves_no_temporary_file),
		fixture_test(file_that_must_be_new_replaces_nothing),
		fixture_test(file_that_must_be_new_is_made),
		fixture_test(reader_sees_all_of_the_old_or_all_of_the_new),
		fixture_test(content_that_could_not_be_read_again_is_not_written),
		fixture_test(set_user_id_bits_of_what_is_replaced_stay),
		fixture_test(extended_attributes_of_what_is_replaced_stay),
		fixture_test(full_disk_leaves_what_was_there),
	};

	return cmocka_run_group_tests_name("replace", tests, NULL, NULL);
}
