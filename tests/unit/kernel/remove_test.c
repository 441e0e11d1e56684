/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a removal comes to. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/limits.h"
#include "refuse.h"
#include "suites.h"

#define WRITE "cannot write '1' to '" SEEN "/remove': "

struct attempt {
	struct fixture *fx;
	int64_t timeout_ms;
	bool goes_on;
};

static struct err *remove_device(void *data)
{
	struct attempt *attempt = data;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(attempt->fx);
	const struct uuid uuid = fixture_uuid(UUID_A);
	const struct deadline deadline = deadline_in(attempt->timeout_ms);

	return mdev_remove(sysfs, "P", &uuid, NULL, 0, &deadline, &attempt->goes_on);
}

/* The driver answers @errnum to "1". */
static err_t remove_refused(struct attempt *attempt, int errnum)
{
	const struct refusal refusal = { SYS_write, 1, errnum };

	return refuse(&refusal, remove_device, attempt);
}

/* A thread that does something to the device when its removal has begun. */
struct later {
	struct fixture *fx;
	int64_t after_ms;
	const char *renamed;
};

static void *rename_later(void *data)
{
	const struct later *later = data;
	const struct deadline none = deadline_in(DEADLINE_NEVER);

	deadline_sleep(&none, later->after_ms);
	renameat(later->fx->dir->fd, later->renamed, later->fx->dir->fd, "gone");
	return NULL;
}

static void removal_writes_and_is_not_believed(void **state)
{
	struct attempt attempt = { .fx = *state, .goes_on = true };
	_cleanup_(err_freep) struct err *e = NULL;
	make_parent(attempt.fx);
	make_device(attempt.fx);

	e = remove_device(&attempt);

	assert_err(attempt.fx, e, ERR_FAILED,
		   "the kernel took the removal, but '" SEEN "' is there", LOG_HINT);
	assert_false(attempt.goes_on);
	check_content(attempt.fx, DEVICE "/remove", "1");
}

static void removal_of_what_is_gone_succeeds(void **state)
{
	struct attempt attempt = { .fx = *state, .goes_on = true };
	assert_ok(remove_device(&attempt));
	assert_false(attempt.goes_on);

	make_parent(attempt.fx);

	assert_ok(remove_device(&attempt));
}

static void without_sysfs_nothing_is_said_to_be_removed(void **state)
{
	struct attempt attempt = { .fx = *state };
	_cleanup_(err_freep) struct err *e = NULL;
	fixture_remove(attempt.fx, "sys");

	e = remove_device(&attempt);

	assert_err(attempt.fx, e, ERR_FAILED, "no sysfs at 'ROOT/sys'",
		   "mount it: mount -t sysfs sysfs ROOT/sys");
}

static void device_that_cannot_be_looked_at_is_not_gone(void **state)
{
	struct attempt attempt = { .fx = *state };
	_cleanup_(err_freep) struct err *e = NULL;
	_cleanup_(err_freep) struct err *no_parent = NULL;
	make_parent(attempt.fx);
	make_device_unreadable(attempt.fx);

	e = remove_device(&attempt);
	fixture_remove(attempt.fx, BUS "/P");
	fixture_link(attempt.fx, "P", BUS "/P");
	no_parent = remove_device(&attempt);

	assert_err(attempt.fx, e, ERR_FAILED,
		   "cannot open '" SEEN "/remove': ELOOP (Too many levels of symbolic links)",
		   NULL);
	assert_err(attempt.fx, no_parent, ERR_FAILED,
		   "cannot open 'ROOT/" BUS "/P': ELOOP (Too many levels of symbolic links)", NULL);
}

static struct err *wait_for_ever(void *data)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(data);
	const struct uuid uuid = fixture_uuid(UUID_A);
	const struct deadline never = deadline_in(DEADLINE_NEVER);
	bool is_gone = false;
	struct err *e = mdev_wait_gone(sysfs, "P", &uuid, &never, &is_gone);

	assert_false(is_gone);
	return e;
}

static void look_that_fails_ends_the_wait(void **state)
{
	static const struct refusal refusal = { .number = SYS_newfstatat, .errnum = EIO };
	struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	make_parent(fx);
	make_device(fx);

	e = refuse(&refusal, wait_for_ever, fx);

	assert_err(fx, e, ERR_FAILED, "cannot look at '" SEEN "': EIO (Input/output error)", NULL);
}

static void device_is_waited_for_until_it_or_its_parent_is_gone(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	const struct uuid uuid = fixture_uuid(UUID_A);
	const struct deadline none = deadline_in(0);
	bool there = true;
	bool gone = false;
	bool no_parent = false;
	make_parent(fx);
	make_device(fx);

	assert_ok(mdev_wait_gone(sysfs, "P", &uuid, &none, &there));
	fixture_remove(fx, DEVICE "/remove");
	fixture_remove(fx, DEVICE "/mdev_type");
	fixture_remove(fx, DEVICE);
	assert_ok(mdev_wait_gone(sysfs, "P", &uuid, &none, &gone));
	assert_ok(mdev_wait_gone(sysfs, "Q", &uuid, &none, &no_parent));

	assert_false(there);
	assert_true(gone);
	assert_true(no_parent);
}

/* Somebody else's removal (EAGAIN), or the parent's going (ENODEV), takes the device away. */
static void device_that_goes_after_a_refusal_is_removed(void **state)
{
	static const int errnums[] = { EAGAIN, ENODEV };
	struct attempt attempt = { .fx = *state };
	struct later later = { attempt.fx, OTHERS_REMOVAL_MS / 10, DEVICE };
	make_parent(attempt.fx);
	make_device(attempt.fx);

	for (size_t i = 0; i < ARRAY_SIZE(errnums); i++) {
		pthread_t thread;

		pthread_create(&thread, NULL, rename_later, &later);
		assert_ok(remove_refused(&attempt, errnums[i]));
		pthread_join(thread, NULL);
		assert_false(attempt.goes_on);
		assert_int_equal(renameat(attempt.fx->dir->fd, "gone", attempt.fx->dir->fd, DEVICE),
				 0);
	}
}

static void refusal_of_a_device_that_stays_is_told(void **state)
{
	static const char hint[] =
		"something else creates or removes it, or the parent's driver is "
		"going: see 'mdevadm list' and try again";
	struct attempt attempt = { .fx = *state, .goes_on = true };
	_cleanup_(err_freep) struct err *eagain = NULL;
	_cleanup_(err_freep) struct err *enodev = NULL;
	_cleanup_(err_freep) struct err *eio = NULL;
	make_parent(attempt.fx);
	make_device(attempt.fx);

	eagain = remove_refused(&attempt, EAGAIN);
	enodev = remove_refused(&attempt, ENODEV);
	eio = remove_refused(&attempt, EIO);

	assert_err(attempt.fx, eagain, ERR_FAILED,
		   WRITE "EAGAIN (Resource temporarily unavailable)", hint);
	assert_err(attempt.fx, enodev, ERR_FAILED, WRITE "ENODEV (No such device)", hint);
	assert_err(attempt.fx, eio, ERR_FAILED, WRITE "EIO (Input/output error)", LOG_HINT);
	assert_false(attempt.goes_on);
}

/* Before Linux 5.2. */
static void busy_device_is_tried_again_until_the_deadline(void **state)
{
	struct attempt attempt = { .fx = *state, .timeout_ms = 3 * RETRY_PAUSE_MS };
	const struct deadline deadline = deadline_in(attempt.timeout_ms);
	_cleanup_(err_freep) struct err *e = NULL;
	make_parent(attempt.fx);
	make_device(attempt.fx);

	e = remove_refused(&attempt, EBUSY);

	assert_err(attempt.fx, e, ERR_IN_USE, WRITE "EBUSY (Device or resource busy)",
		   "the driver refuses while the device is in use: end what uses it");
	assert_false(attempt.goes_on);
	assert_true(deadline_is_over(&deadline));
}

static void busy_device_that_goes_meanwhile_is_removed(void **state)
{
	struct attempt attempt = { .fx = *state, .timeout_ms = 20000 };
	struct later later = { attempt.fx, 3 * RETRY_PAUSE_MS, DEVICE };
	pthread_t thread;
	make_parent(attempt.fx);
	make_device(attempt.fx);

	pthread_create(&thread, NULL, rename_later, &later);
	assert_ok(remove_refused(&attempt, EBUSY));
	pthread_join(thread, NULL);
}

static void device_without_a_remove_file_and_with_a_link_is_stuck(void **state)
{
	struct attempt attempt = { .fx = *state, .goes_on = true };
	_cleanup_(err_freep) struct err *e = NULL;
	make_parent(attempt.fx);
	make_device(attempt.fx);
	fixture_remove(attempt.fx, DEVICE "/remove");

	e = remove_device(&attempt);

	assert_err(attempt.fx, e, ERR_FAILED,
		   "it is stuck: something removed it while it was being created, and the "
		   "kernel has taken its remove file away",
		   "only unloading the driver of parent 'P' removes it");
	assert_false(attempt.goes_on);
}

/* EAGAIN because the create was not done; the remove file went all the same. */
static void device_that_gets_stuck_by_the_removal_is_said_to_be(void **state)
{
	struct attempt attempt = { .fx = *state };
	struct later later = { attempt.fx, OTHERS_REMOVAL_MS / 10, DEVICE "/remove" };
	_cleanup_(err_freep) struct err *e = NULL;
	pthread_t thread;
	make_parent(attempt.fx);
	make_device(attempt.fx);

	pthread_create(&thread, NULL, rename_later, &later);
	e = remove_refused(&attempt, EAGAIN);
	pthread_join(thread, NULL);

	assert_non_null(e);
	assert_non_null(strstr(err_message(e), "it is stuck"));
}

static void removal_by_somebody_else_goes_on(void **state)
{
	struct attempt attempt = { .fx = *state };
	_cleanup_(err_freep) struct err *e = NULL;
	make_parent(attempt.fx);
	make_device(attempt.fx);
	fixture_remove(attempt.fx, DEVICE "/remove");
	fixture_remove(attempt.fx, LINK);

	e = remove_device(&attempt);

	assert_err(attempt.fx, e, ERR_IN_USE, "its removal is under way and has not ended",
		   "if something has the device open, end that; it goes then by itself");
	assert_true(attempt.goes_on);
}

/* A removal that blocks: the remove file is a FIFO that is full. */

static int make_blocking(struct fixture *fx)
{
	_cleanup_(mem_freep) char *path = fixture_path(fx, DEVICE "/remove");
	char page[4096] = { 0 };
	int fd;

	make_parent(fx);
	make_device(fx);
	fixture_remove(fx, DEVICE "/remove");
	fixture_make_node(fx, DEVICE "/remove", S_IFIFO | 0600, 0);
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	while (write(fd, page, sizeof(page)) > 0)
		;
	return fd;
}

/* The child of this process that goes on with the removal, as its error names it. */
static pid_t child_in(const struct err *e)
{
	const char *pid = strstr(err_message(e), "pid ");

	return pid ? (pid_t)strtol(pid + strlen("pid "), NULL, 10) : 0;
}

static void end_child(pid_t child)
{
	kill(child, SIGKILL);
	fixture_wait(child);
}

static void removal_that_blocks_is_left_to_the_child(void **state)
{
	struct attempt attempt = { .fx = *state, .timeout_ms = 300 };
	int fd = make_blocking(attempt.fx);
	_cleanup_(err_freep) struct err *e = remove_device(&attempt);
	_cleanup_(mem_freep) char *message = NULL;
	pid_t child = child_in(e);

	message = mem_printf("'" SEEN "' is still there: its removal has not ended within 1 s; "
			     "pid %d goes on with it",
			     (int)child);
	assert_err(attempt.fx, e, ERR_IN_USE, message,
		   "if something has the device open, end that; it goes then by itself");
	assert_true(attempt.goes_on);
	assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
	end_child(child);
	close(fd);
}

static void removal_has_its_chance_with_no_time_at_all(void **state)
{
	struct attempt attempt = { .fx = *state };
	const struct deadline moment = deadline_in(REMOVAL_MOMENT_MS - 10);
	int fd = make_blocking(attempt.fx);
	_cleanup_(err_freep) struct err *e = remove_device(&attempt);

	assert_true(deadline_is_over(&moment));
	assert_non_null(strstr(err_message(e), "has not ended within 0 s; pid "));
	assert_true(attempt.goes_on);
	end_child(child_in(e));
	close(fd);
}

static void device_that_goes_while_the_write_blocks_is_removed(void **state)
{
	struct attempt attempt = { .fx = *state, .timeout_ms = DEADLINE_NEVER };
	struct later later = { attempt.fx, REMOVAL_MOMENT_MS / 4, DEVICE };
	int fd = make_blocking(attempt.fx);
	pthread_t thread;

	pthread_create(&thread, NULL, rename_later, &later);
	assert_ok(remove_device(&attempt));
	pthread_join(thread, NULL);
	close(fd); /* The child gets SIGPIPE. */
	assert_false(attempt.goes_on);
	waitpid(-1, NULL, 0);
}

/* The signal is pending in this thread alone, and goes with it. */
static void *interrupted_removal(void *data)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	raise(SIGTERM);
	return remove_device(data);
}

static void interrupted_removal_says_that_it_goes_on_and_nothing_of_users(void **state)
{
	struct attempt attempt = { .fx = *state, .timeout_ms = DEADLINE_NEVER };
	int fd = make_blocking(attempt.fx);
	_cleanup_(err_freep) struct err *e = NULL;
	_cleanup_(mem_freep) char *message = NULL;
	void *result = NULL;
	pthread_t thread;

	pthread_create(&thread, NULL, interrupted_removal, &attempt);
	pthread_join(thread, &result);
	e = result;
	message = mem_printf("interrupted by SIGTERM: the removal of " UUID_A " goes on (pid %d)",
			     (int)child_in(e));

	assert_err(attempt.fx, e, ERR_IN_USE, message,
		   "if something has the device open, end that; it goes then by itself");
	assert_true(attempt.goes_on);
	end_child(child_in(e));
	close(fd);
}

static void child_keeps_the_locks_and_what_it_needs_and_nothing_else(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	const struct uuid uuid = fixture_uuid(UUID_A);
	const struct deadline none = deadline_in(0);
	int fd = make_blocking(fx);
	int locks[] = { open("/dev/null", O_RDONLY | O_CLOEXEC),
			open("/dev/null", O_RDONLY | O_CLOEXEC) };
	_cleanup_(strlist_clear) struct strlist open_files = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(mem_freep) char *path = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	bool goes_on = false;

	e = mdev_remove(sysfs, "P", &uuid, locks, ARRAY_SIZE(locks), &none, &goes_on);
	path = mem_printf("/proc/%d/fd", (int)child_in(e));
	assert_ok(dir_open(path, &dir));
	assert_ok(dir_list(dir, &open_files));

	assert_int_equal(open_files.count, ARRAY_SIZE(locks) + 2);
	for (size_t i = 0; i < ARRAY_SIZE(locks); i++) {
		_cleanup_(mem_freep) char *name = mem_printf("%d", locks[i]);

		assert_true(strlist_has(&open_files, name));
		close(locks[i]);
	}
	end_child(child_in(e));
	close(fd);
}

int remove_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(removal_writes_and_is_not_believed),
		fixture_test(removal_of_what_is_gone_succeeds),
		fixture_test(without_sysfs_nothing_is_said_to_be_removed),
		fixture_test(device_that_cannot_be_looked_at_is_not_gone),
		fixture_test(look_that_fails_ends_the_wait),
		fixture_test(device_is_waited_for_until_it_or_its_parent_is_gone),
		fixture_test(device_that_goes_after_a_refusal_is_removed),
		fixture_test(refusal_of_a_device_that_stays_is_told),
		fixture_test(busy_device_is_tried_again_until_the_deadline),
		fixture_test(busy_device_that_goes_meanwhile_is_removed),
		fixture_test(device_without_a_remove_file_and_with_a_link_is_stuck),
		fixture_test(device_that_gets_stuck_by_the_removal_is_said_to_be),
		fixture_test(removal_by_somebody_else_goes_on),
		fixture_test(removal_that_blocks_is_left_to_the_child),
		fixture_test(removal_has_its_chance_with_no_time_at_all),
		fixture_test(device_that_goes_while_the_write_blocks_is_removed),
		fixture_test(interrupted_removal_says_that_it_goes_on_and_nothing_of_users),
		fixture_test(child_keeps_the_locks_and_what_it_needs_and_nothing_else),
	};

	return cmocka_run_group_tests_name("remove", tests, NULL, NULL);
}
