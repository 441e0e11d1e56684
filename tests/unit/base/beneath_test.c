/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dir_open_beneath() in both its forms: with openat2(), and in a child process whose kernel
 * says, by a seccomp filter, that it has none, as those before Linux 5.6 do.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/dir.h"
#include "fixture.h"
#include "suites.h"

#define ANY (-1)

struct expectation {
	const char *path;
	int errnum; /* 0 if it is to be opened, ANY if only that it is not matters */
};

static const struct expectation files_below[] = {
	{ "file", 0 },
	{ "sub/file", 0 },
	{ "sub/deeper/file", 0 },
};

static const struct expectation ways_out[] = {
	{ "../outside", EXDEV },
	{ "sub/../../outside", EXDEV },
	{ "sub/deeper/../../../outside", EXDEV },
	{ "/dev/null", EXDEV },
};

static const struct expectation links_at_the_end[] = {
	{ "link-to-file", ELOOP },
	{ "link-to-outside", ELOOP },
	{ "sub/link-up", ELOOP },
	{ "dangling", ELOOP },
};

static const struct expectation links_on_the_way[] = {
	{ "link-to-sub/file", ELOOP },
	{ "link-to-parent/outside", ELOOP },
	{ "sub/link-to-root/dev/null", ELOOP },
};

static const struct expectation missing_files[] = {
	{ "none", ENOENT },
	{ "none/file", ENOENT },
	{ "file/below", ENOTDIR },
	{ "sub", EISDIR },
};

struct place {
	struct dir *dir;
	const struct expectation *expected;
	size_t count;
};

static struct dir *make_tree(const struct fixture *fx)
{
	struct dir *dir;

	fixture_write(fx, "outside", "");
	fixture_write(fx, "d/file", "");
	fixture_write(fx, "d/sub/file", "");
	fixture_write(fx, "d/sub/deeper/file", "");
	fixture_link(fx, "file", "d/link-to-file");
	fixture_link(fx, "../outside", "d/link-to-outside");
	fixture_link(fx, "../file", "d/sub/link-up");
	fixture_link(fx, "nowhere", "d/dangling");
	fixture_link(fx, "sub", "d/link-to-sub");
	fixture_link(fx, "..", "d/link-to-parent");
	fixture_link(fx, "/", "d/sub/link-to-root");
	assert_ok(dir_open_at(fx->dir, "d", &dir));
	return dir;
}

static bool is_as_expected(const struct dir *dir, const struct expectation *expected)
{
	_cleanup_(fd_closep) int fd = -1;
	_cleanup_(err_freep) struct err *e = dir_open_beneath(dir, expected->path, &fd);
	int errnum = e ? err_errnum(e) : 0;

	if ((fd >= 0) == !e && (errnum == expected->errnum || (e && expected->errnum == ANY)))
		return true;
	print_error("'%s': %s\n", expected->path, e ? err_message(e) : "it was opened");
	return false;
}

/* How many of the expectations are not met. */
static int count_mismatches(void *data)
{
	const struct place *place = data;
	int mismatches = 0;

	for (size_t i = 0; i < place->count; i++)
		mismatches += !is_as_expected(place->dir, &place->expected[i]);
	return mismatches;
}

static int count_mismatches_without_openat2(void *data)
{
	struct sock_filter instructions[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { .len = ARRAY_SIZE(instructions), .filter = instructions };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0)
		return 126;
	return count_mismatches(data);
}

static void check_new(const struct fixture *fx, const struct expectation *expected, size_t count)
{
	_cleanup_(dir_freep) struct dir *dir = make_tree(fx);
	struct place place = { .dir = dir, .expected = expected, .count = count };

	assert_int_equal(count_mismatches(&place), 0);
}

static void check_old(const struct fixture *fx, const struct expectation *expected, size_t count)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct place place = { .expected = expected, .count = count };

	assert_ok(dir_open_at(fx->dir, "d", &dir));
	place.dir = dir;
	assert_int_equal(fixture_wait(fixture_fork(count_mismatches_without_openat2, &place)), 0);
}

static void check(const struct fixture *fx, const struct expectation *expected, size_t count)
{
	check_new(fx, expected, count);
	check_old(fx, expected, count);
}

static void file_below_is_opened(void **state)
{
	check(*state, files_below, ARRAY_SIZE(files_below));
}

static void no_path_leads_out(void **state)
{
	check(*state, ways_out, ARRAY_SIZE(ways_out));
}

static void link_at_the_end_is_not_followed(void **state)
{
	check(*state, links_at_the_end, ARRAY_SIZE(links_at_the_end));
}

static void link_on_the_way_is_not_followed(void **state)
{
	check_new(*state, links_on_the_way, ARRAY_SIZE(links_on_the_way));
	check_old(*state, links_on_the_way, ARRAY_SIZE(links_on_the_way));
}

static void what_is_missing_or_no_file_is_refused(void **state)
{
	check(*state, missing_files, ARRAY_SIZE(missing_files));
}

static void full_path_and_errno_are_named(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	int fd = -1;

	e = dir_open_beneath(fx->dir, "a/b", &fd);

	assert_err(fx, e, ERR_FAILED, "cannot open 'ROOT/a/b': ENOENT (No such file or directory)",
		   NULL);
	assert_int_equal(fd, -1);
}

static void opened_file_is_writable_and_keeps_its_content(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(mem_freep) char *text = NULL;
	_cleanup_(fd_closep) int fd = -1;
	fixture_write(fx, "d/file", "old text");

	assert_ok(dir_open_beneath(fx->dir, "d/file", &fd));
	assert_int_equal(write(fd, "new", 3), 3);

	text = fixture_read(fx, "d/file");
	assert_string_equal(text, "new text");
}

int beneath_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(file_below_is_opened),
		fixture_test(no_path_leads_out),
		fixture_test(link_at_the_end_is_not_followed),
		fixture_test(link_on_the_way_is_not_followed),
		fixture_test(what_is_missing_or_no_file_is_refused),
		fixture_test(full_path_and_errno_are_named),
		fixture_test(opened_file_is_writable_and_keeps_its_content),
	};

	return cmocka_run_group_tests_name("beneath", tests, NULL, NULL);
}
