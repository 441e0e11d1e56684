/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lock/lock.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "fixture.h"
#include "suites.h"

#define DEVICE_FILE "run/mdevadm/lock/devices/" UUID_A

static struct locks *open_locks(const struct fixture *fx)
{
	struct locks *locks = NULL;

	assert_ok(locks_open(fx->env, &locks));
	return locks;
}

static struct lock *lock_now(const struct locks *locks, const char *text)
{
	const struct deadline none = deadline_in(0);
	const struct uuid uuid = fixture_uuid(text);
	struct lock *lock = NULL;

	assert_ok(lock_device(locks, &uuid, &none, &lock));
	return lock;
}

static err_t try_lock(const struct locks *locks, const char *text, int64_t ms)
{
	const struct deadline deadline = deadline_in(ms);
	const struct uuid uuid = fixture_uuid(text);
	struct lock *lock = NULL;
	struct err *e = lock_device(locks, &uuid, &deadline, &lock);

	lock_free(lock);
	return e;
}

/* /proc/locks may skip a lock while others elsewhere come and go. */
static err_t try_until_holder_is_named(const struct locks *locks)
{
	struct err *e = try_lock(locks, UUID_A, 0);

	for (int i = 0; i < 50 && e && strstr(err_message(e), "just gone"); i++) {
		err_free(e);
		e = try_lock(locks, UUID_A, 0);
	}
	return e;
}

/* The number behind @before as N; owned by the caller. */
static char *without_numbers(const char *text, const char *before)
{
	const char *at = strstr(text, before);
	size_t digits;

	assert_non_null(at);
	at += strlen(before);
	digits = strspn(at, "0123456789");
	assert_true(digits > 0);
	return mem_printf("%.*sN%s", (int)(at - text), text, at + digits);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void directories_of_locks_are_made(void **state)
{
	const struct fixture *fx = *state;
	struct stat st;

	locks_free(open_locks(fx));

	assert_int_equal(fstatat(fx->dir->fd, "run/mdevadm/lock", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0755);
}

static void without_a_run_directory_nothing_can_be_locked(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	struct locks *locks = NULL;
	fixture_remove(fx, "run");
	mem_freep(&fx->env->root);
	fx->env->root = NULL;

	e = locks_open(fx->env, &locks);

	assert_err(fx, e, ERR_FAILED,
		   "cannot keep other runs out: cannot open 'ROOT/run': "
		   "ENOENT (No such file or directory)",
		   "'ROOT/run/mdevadm' must be a directory that this user can write to");
	assert_null(locks);
}

/* A root that somebody has just made: mdevctl does not need it either. */
static void run_directory_of_a_root_is_made(void **state)
{
	const struct fixture *fx = *state;
	fixture_remove(fx, "run");

	locks_free(open_locks(fx));

	assert_true(fixture_has(fx, "run/mdevadm/lock"));
}

static void file_in_the_way_of_the_locks_is_named(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	struct locks *locks = NULL;
	fixture_write(fx, "run/mdevadm/lock", "");

	e = locks_open(fx->env, &locks);

	assert_err(fx, e, ERR_FAILED,
		   "cannot keep other runs out: cannot open 'ROOT/run/mdevadm/lock': "
		   "ENOTDIR (Not a directory)",
		   "'ROOT/run/mdevadm' must be a directory that this user can write to");
}

static void lock_file_is_only_for_root(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	struct lock *lock = lock_now(locks, UUID_A);
	struct stat st;

	assert_int_equal(fstatat(fx->dir->fd, DEVICE_FILE, &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);

	lock_free(lock);
}

static void link_in_place_of_a_lock_file_is_not_followed(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	_cleanup_(err_freep) struct err *e = NULL;
	fixture_link(fx, "../../../../victim", DEVICE_FILE);

	e = try_lock(locks, UUID_A, 0);

	assert_non_null(e);
	assert_int_equal(err_kind(e), ERR_FAILED);
	assert_false(fixture_has(fx, "victim"));
}

static void device_is_locked_by_one_alone(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	struct lock *lock = lock_now(locks, UUID_A);
	_cleanup_(err_freep) struct err *e = NULL;

	e = try_lock(locks, UUID_A, 0);

	assert_non_null(e);
	assert_int_equal(err_kind(e), ERR_BUSY);

	lock_free(lock);
}

static void different_devices_do_not_wait_for_each_other(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	_cleanup_(lock_freep) struct lock *one = lock_now(locks, UUID_A);
	_cleanup_(lock_freep) struct lock *other = lock_now(locks, UUID_B);

	assert_non_null(one);
	assert_non_null(other);
}

static void different_parents_do_not_wait_for_each_other(void **state)
{
	const struct fixture *fx = *state;
	const struct deadline none = deadline_in(0);
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	_cleanup_(lock_freep) struct lock *one = NULL;
	_cleanup_(lock_freep) struct lock *other = NULL;

	assert_ok(lock_parent(locks, "P", LOCK_EXCLUSIVE, &none, &one));
	assert_ok(lock_parent(locks, "Q", LOCK_EXCLUSIVE, &none, &other));
}

static void freed_lock_can_be_had_again(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);

	lock_free(lock_now(locks, UUID_A));

	assert_ok(try_lock(locks, UUID_A, 0));
	lock_free(NULL);
}

static void file_of_a_device_is_gone_with_its_lock(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	struct lock *lock = lock_now(locks, UUID_A);
	bool before = fixture_has(fx, DEVICE_FILE);

	lock_free(lock);

	assert_true(before);
	assert_false(fixture_has(fx, DEVICE_FILE));
}

/* Who could not have the lock must leave the holder's file alone. */
static void file_of_a_device_is_left_by_who_gave_up(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	struct lock *lock = lock_now(locks, UUID_A);

	err_free(try_lock(locks, UUID_A, 0));

	assert_true(fixture_has(fx, DEVICE_FILE));

	lock_free(lock);
}

static void waiting_ends_with_the_deadline(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	struct lock *lock = lock_now(locks, UUID_A);
	_cleanup_(err_freep) struct err *e = NULL;
	int64_t began = now_ms();

	e = try_lock(locks, UUID_A, 50);

	assert_non_null(e);
	assert_int_equal(err_kind(e), ERR_BUSY);
	assert_in_range(now_ms() - began, 49, 10000);

	lock_free(lock);
}

static void nested_run_does_not_wait(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	struct lock *lock = lock_now(locks, UUID_A);
	_cleanup_(err_freep) struct err *e = NULL;
	int64_t began = now_ms();
	struct deadline deadline;
	struct uuid uuid = fixture_uuid(UUID_A);
	struct lock *none = NULL;
	fx->env->nested = true;
	fx->env->lock_timeout_ms = 5000;
	deadline = lock_deadline(fx->env);

	e = lock_device(locks, &uuid, &deadline, &none);

	assert_non_null(e);
	assert_int_equal(err_kind(e), ERR_BUSY);
	assert_string_equal(err_hint_text(e), "a script that mdevadm runs cannot wait for it: do "
					      "this after the operation");
	assert_true(now_ms() - began < 4000);

	lock_free(lock);
}

static void nested_run_gets_what_is_free(void **state)
{
	const struct fixture *fx = *state;
	const struct deadline none = deadline_in(0);
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	_cleanup_(lock_freep) struct lock *held = NULL;
	_cleanup_(lock_freep) struct lock *parent = NULL;
	fx->env->nested = true;
	assert_ok(lock_parent(locks, "P", LOCK_SHARED, &none, &held));

	assert_ok(lock_parent(locks, "P", LOCK_SHARED, &none, &parent));
	assert_ok(try_lock(locks, UUID_A, 0));
}

static void holder_of_a_device_is_named(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	struct lock *lock = lock_now(locks, UUID_A);
	_cleanup_(mem_freep) char *before =
		mem_printf("device " UUID_A " is locked by pid %d (", getpid());
	_cleanup_(mem_freep) char *command = NULL;
	_cleanup_(mem_freep) char *expected = NULL;
	_cleanup_(mem_freep) char *message = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	size_t size;
	assert_ok(stream_read("/proc/self/cmdline", 10000, &command, &size));
	if (size > 80 || strlen(command) + 1 != size)
		skip();

	e = try_until_holder_is_named(locks);

	expected = mem_printf("%s%s, N s)", before, command);
	message = without_numbers(err_message(e), ", ");
	assert_string_equal(message, expected);
	assert_string_equal(err_hint_text(e),
			    "wait longer with --lock-timeout SEC, or end that process");

	lock_free(lock);
}

/* In a root of its own there need not be a proc. */
static void holder_that_proc_does_not_tell_is_none_the_less_one(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	struct lock *lock = lock_now(locks, UUID_A);
	_cleanup_(err_freep) struct err *e = NULL;
	mem_freep(&fx->env->dir[ENV_DIR_PROC]);
	fx->env->dir[ENV_DIR_PROC] = fixture_path(fx, "proc");

	e = try_lock(locks, UUID_A, 0);

	assert_err(fx, e, ERR_BUSY,
		   "device " UUID_A " is locked by a process that 'ROOT/proc/locks' does not tell",
		   "wait longer with --lock-timeout SEC, or end that process");

	lock_free(lock);
}

/* A fake proc, with the lock of the file, whose numbers are put for DEV and INODE. */
static void fake_locks(const struct fixture *fx, const char *file, const char *format)
{
	_cleanup_(mem_freep) char *id = NULL;
	_cleanup_(mem_freep) char *text = NULL;
	struct stat st;

	assert_int_equal(fstatat(fx->dir->fd, file, &st, AT_SYMLINK_NOFOLLOW), 0);
	id = mem_printf("%02x:%02x:%lu", major(st.st_dev), minor(st.st_dev),
			(unsigned long)st.st_ino);
	for (const char *at = format; *at; at++) {
		_cleanup_(mem_freep) char *before = text;

		text = *at == '@' ? mem_printf("%s%s", before ? before : "", id)
				  : mem_printf("%s%c", before ? before : "", *at);
	}
	fixture_write(fx, "proc/locks", text ? text : "");
	mem_freep(&fx->env->dir[ENV_DIR_PROC]);
	fx->env->dir[ENV_DIR_PROC] = fixture_path(fx, "proc");
}

static void all_holders_are_named_and_no_waiters(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	struct lock *lock = lock_now(locks, UUID_A);
	_cleanup_(err_freep) struct err *e = NULL;
	fake_locks(fx, DEVICE_FILE,
		   "1: POSIX  ADVISORY  READ 7 00:01:1 0 EOF\n"
		   "2: FLOCK  ADVISORY  WRITE 10 @ 0 EOF\n"
		   "2: -> FLOCK  ADVISORY  WRITE 11 @ 0 EOF\n"
		   "3: FLOCK  ADVISORY  READ 0 @ 0 EOF\n"
		   "4: FLOCK  ADVISORY  READ 12 @1 0 EOF\n");

	e = try_lock(locks, UUID_A, 0);

	assert_err(fx, e, ERR_BUSY,
		   "device " UUID_A " is locked by pid 10 (ended; what it began goes on), "
		   "a process of another pid namespace",
		   "a drain's command goes on until it ends, and a removal until those who have "
		   "the device "
		   "open close it: end that");

	lock_free(lock);
}

static void holder_that_has_just_gone_is_not_named(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	struct lock *lock = lock_now(locks, UUID_A);
	_cleanup_(err_freep) struct err *e = NULL;
	fake_locks(fx, DEVICE_FILE, "");

	e = try_lock(locks, UUID_A, 0);

	assert_err(fx, e, ERR_BUSY, "device " UUID_A " is locked by a process that has just gone",
		   "wait longer with --lock-timeout SEC, or end that process");

	lock_free(lock);
}

static void long_command_of_a_holder_is_cut_and_escaped(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	struct lock *lock = lock_now(locks, UUID_A);
	_cleanup_(mem_freep) char *message = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	fake_locks(fx, DEVICE_FILE, "1: FLOCK  ADVISORY  WRITE 10 @ 0 EOF\n");
	fixture_write_bytes(fx, "proc/10/cmdline",
			    "a\0\x1b[2J\0"
			    "0123456789012345678901234567890123456789"
			    "0123456789012345678901234567890123456789\0",
			    88);
	fixture_write(fx, "proc/10/stat",
		      "10 (x) 1 ) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0\n");

	e = try_lock(locks, UUID_A, 0);

	message = without_numbers(err_message(e), "..., ");
	assert_string_equal(message, "device " UUID_A " is locked by pid 10 (a \\x1b[2J "
				     "0123456789012345678901234567890123456789"
				     "012345678901234567890123456789..., N s)");

	lock_free(lock);
}

static void parent_of_a_busy_lock_is_named(void **state)
{
	const struct fixture *fx = *state;
	const struct deadline none = deadline_in(0);
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	_cleanup_(lock_freep) struct lock *held = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	struct lock *lock = NULL;
	assert_ok(lock_parent(locks, "0000:00:02.0", LOCK_EXCLUSIVE, &none, &held));
	fake_locks(fx, "run/mdevadm/lock/parents/0000:00:02.0",
		   "1: FLOCK  ADVISORY  WRITE 10 @ 0 EOF\n");

	e = lock_parent(locks, "0000:00:02.0", LOCK_SHARED, &none, &lock);

	assert_err(fx, e, ERR_BUSY,
		   "parent '0000:00:02.0' is locked by pid 10 (ended; what "
		   "it began goes on)",
		   "a drain's command goes on until it ends, and a removal until those who have "
		   "the device "
		   "open close it: end that");
	assert_null(lock);
}

static void deadline_of_a_lock_is_that_of_the_run(void **state)
{
	const struct fixture *fx = *state;
	struct deadline deadline;

	fx->env->lock_timeout_ms = 0;
	deadline = lock_deadline(fx->env);
	assert_true(deadline_is_over(&deadline));

	fx->env->lock_timeout_ms = -1;
	deadline = lock_deadline(fx->env);
	assert_int_equal(deadline.at_ns, DEADLINE_NEVER);
}

/* Two at a time do not hinder each other, so neither is a reason for the other. */
static void only_exclusive_holders_are_named_to_one_who_wants_to_share(void **state)
{
	const struct fixture *fx = *state;
	const struct deadline none = deadline_in(0);
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	_cleanup_(lock_freep) struct lock *held = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	struct lock *lock = NULL;
	assert_ok(lock_parent(locks, "P", LOCK_EXCLUSIVE, &none, &held));
	fake_locks(fx, "run/mdevadm/lock/parents/P",
		   "1: FLOCK  ADVISORY  READ 10 @ 0 EOF\n"
		   "2: FLOCK  ADVISORY  WRITE 11 @ 0 EOF\n");

	e = lock_parent(locks, "P", LOCK_SHARED, &none, &lock);

	assert_err(fx, e, ERR_BUSY, "parent 'P' is locked by pid 11 (ended; what it began goes on)",
		   "a drain's command goes on until it ends, and a removal until those who have "
		   "the device "
		   "open close it: end that");
}

static void parent_remembers_that_it_was_marked(void **state)
{
	const struct fixture *fx = *state;
	const struct deadline none = deadline_in(0);
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	struct lock *one = NULL;
	_cleanup_(lock_freep) struct lock *later = NULL;
	assert_ok(lock_parent(locks, "P", LOCK_SHARED, &none, &one));
	assert_false(lock_was_marked(one, 5000));

	lock_mark(one);
	lock_free(one);

	assert_ok(lock_parent(locks, "P", LOCK_SHARED, &none, &later));
	assert_true(lock_was_marked(later, 5000));
}

static void mark_is_forgotten_after_its_time(void **state)
{
	const struct fixture *fx = *state;
	const struct deadline none = deadline_in(0);
	const struct timespec times[2] = { { .tv_sec = time(NULL) - 7 },
					   { .tv_sec = time(NULL) - 7 } };
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	_cleanup_(lock_freep) struct lock *lock = NULL;
	assert_ok(lock_parent(locks, "P", LOCK_SHARED, &none, &lock));
	lock_mark(lock);

	assert_int_equal(futimens(lock_fd(lock), times), 0);

	assert_false(lock_was_marked(lock, 5000));
}

/* As a removal's child does: a copy of the descriptor, which is closed later. */
static int leave_to_child(struct lock *lock)
{
	int child = fcntl(lock_fd(lock), F_DUPFD_CLOEXEC, 0);

	lock_leave(lock);
	lock_free(lock);
	return child;
}

static void exclusive_lock_that_is_left_to_a_child_is_shared_with_others(void **state)
{
	const struct fixture *fx = *state;
	const struct deadline none = deadline_in(0);
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	_cleanup_(lock_freep) struct lock *shared = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	_cleanup_(fd_closep) int child = -1;
	struct lock *lock = NULL;
	assert_ok(lock_parent(locks, "P", LOCK_EXCLUSIVE, &none, &lock));

	child = leave_to_child(lock);
	assert_true(child >= 0);

	assert_ok(lock_parent(locks, "P", LOCK_SHARED, &none, &shared));
	lock_free(take(shared));
	e = lock_parent(locks, "P", LOCK_EXCLUSIVE, &none, &lock);
	assert_int_equal(err_kind(e), ERR_BUSY);
}

/* Whoever waits at the gate would come in between. */
static void lock_that_is_left_stays_exclusive_while_another_one_waits_at_the_gate(void **state)
{
	const struct fixture *fx = *state;
	const struct deadline none = deadline_in(0);
	_cleanup_(locks_freep) struct locks *locks = open_locks(fx);
	_cleanup_(mem_freep) char *path = fixture_path(fx, "run/mdevadm/lock/gates/P");
	_cleanup_(err_freep) struct err *e = NULL;
	_cleanup_(fd_closep) int gate = -1;
	_cleanup_(fd_closep) int child = -1;
	struct lock *lock = NULL;
	assert_ok(lock_parent(locks, "P", LOCK_EXCLUSIVE, &none, &lock));
	gate = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(gate, LOCK_EX | LOCK_NB), 0);

	child = leave_to_child(lock);
	assert_true(child >= 0);

	assert_int_equal(flock(gate, LOCK_UN), 0);
	e = lock_parent(locks, "P", LOCK_SHARED, &none, &lock);
	assert_int_equal(err_kind(e), ERR_BUSY);
	assert_int_equal(fx->warning_count, 1);
}

int lock_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(directories_of_locks_are_made),
		fixture_test(without_a_run_directory_nothing_can_be_locked),
		fixture_test(run_directory_of_a_root_is_made),
		fixture_test(file_in_the_way_of_the_locks_is_named),
		fixture_test(lock_file_is_only_for_root),
		fixture_test(link_in_place_of_a_lock_file_is_not_followed),
		fixture_test(device_is_locked_by_one_alone),
		fixture_test(different_devices_do_not_wait_for_each_other),
		fixture_test(different_parents_do_not_wait_for_each_other),
		fixture_test(freed_lock_can_be_had_again),
		fixture_test(file_of_a_device_is_gone_with_its_lock),
		fixture_test(file_of_a_device_is_left_by_who_gave_up),
		fixture_test(waiting_ends_with_the_deadline),
		fixture_test(nested_run_does_not_wait),
		fixture_test(nested_run_gets_what_is_free),
		fixture_test(holder_of_a_device_is_named),
		fixture_test(holder_that_proc_does_not_tell_is_none_the_less_one),
		fixture_test(all_holders_are_named_and_no_waiters),
		fixture_test(holder_that_has_just_gone_is_not_named),
		fixture_test(long_command_of_a_holder_is_cut_and_escaped),
		fixture_test(parent_of_a_busy_lock_is_named),
		fixture_test(deadline_of_a_lock_is_that_of_the_run),
		fixture_test(only_exclusive_holders_are_named_to_one_who_wants_to_share),
		fixture_test(parent_remembers_that_it_was_marked),
		fixture_test(mark_is_forgotten_after_its_time),
		fixture_test(exclusive_lock_that_is_left_to_a_child_is_shared_with_others),
		fixture_test(lock_that_is_left_stays_exclusive_while_another_one_waits_at_the_gate),
	};

	return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}
