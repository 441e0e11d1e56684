/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks between processes. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "fixture.h"
#include "lock/lock.h"
#include "suites.h"

#define PROCESSES 50
#define ROUNDS	  4

enum what {
	WHAT_DEVICE,
	WHAT_PARENT,
};

struct job {
	const struct fixture *fx;
	enum what what;
};

static err_t take_lock(const struct locks *locks, enum what what, struct lock **ret)
{
	const struct deadline deadline = deadline_in(30000);
	struct uuid uuid;

	if (what == WHAT_PARENT)
		return lock_parent(locks, "P", LOCK_EXCLUSIVE, &deadline, ret);
	return uuid_parse(UUID_A, &uuid) ? lock_device(locks, &uuid, &deadline, ret)
					 : err_new(ERR_INVALID, "no UUID");
}

/* Reads, lets others run, and writes: without the lock, increments get lost. */
static int increment(const struct fixture *fx)
{
	_cleanup_(fd_closep) int fd = openat(fx->dir->fd, "counter", O_RDWR | O_CLOEXEC);
	char text[24] = "";
	unsigned long count;
	_cleanup_(mem_freep) char *next = NULL;

	if (fd < 0 || pread(fd, text, sizeof(text) - 1, 0) < 0 ||
	    !str_to_number(text, 1000000, &count))
		return -1;
	sched_yield();
	next = mem_printf("%lu", count + 1);
	return pwrite(fd, next, strlen(next), 0) == (ssize_t)strlen(next) ? 0 : -1;
}

static int increment_under_lock(void *data)
{
	const struct job *job = data;
	_cleanup_(locks_freep) struct locks *locks = NULL;
	struct err *e = locks_open(job->fx->env, &locks);

	for (int i = 0; i < ROUNDS && !e; i++) {
		struct lock *lock = NULL;

		e = take_lock(locks, job->what, &lock);
		if (!e && increment(job->fx) < 0)
			e = err_new(ERR_FAILED, "cannot increment");
		lock_free(lock);
	}
	if (e)
		print_error("%s\n", err_message(e));
	err_free(e);
	return e != NULL;
}

static void check_no_increment_is_lost(const struct fixture *fx, enum what what)
{
	struct job job = { .fx = fx, .what = what };
	_cleanup_(mem_freep) char *text = NULL;
	pid_t pids[PROCESSES];
	int failed = 0;
	fixture_write(fx, "counter", "0");

	for (size_t i = 0; i < PROCESSES; i++)
		pids[i] = fixture_fork(increment_under_lock, &job);
	for (size_t i = 0; i < PROCESSES; i++)
		failed += fixture_wait(pids[i]);

	text = fixture_read(fx, "counter");
	assert_int_equal(failed, 0);
	assert_int_equal(strtol(text, NULL, 10), PROCESSES * ROUNDS);
}

/* The file is unlinked and made anew all the time: nobody may lock one that has no name. */
static void fifty_processes_lose_nothing_under_the_lock_of_a_device(void **state)
{
	check_no_increment_is_lost(*state, WHAT_DEVICE);
}

static void fifty_processes_lose_nothing_under_the_lock_of_a_parent(void **state)
{
	check_no_increment_is_lost(*state, WHAT_PARENT);
}

struct thread_job {
	const struct locks *locks;
	const struct fixture *fx;
	int failed;
	pthread_t thread;
};

static void *increment_in_thread(void *data)
{
	struct thread_job *job = data;

	for (int i = 0; i < 25; i++) {
		struct lock *lock = NULL;
		struct err *e = take_lock(job->locks, WHAT_DEVICE, &lock);

		job->failed += e || increment(job->fx) < 0;
		err_free(e);
		lock_free(lock);
	}
	return NULL;
}

static void threads_keep_each_other_out_too(void **state)
{
	const struct fixture *fx = *state;
	_cleanup_(locks_freep) struct locks *locks = NULL;
	_cleanup_(mem_freep) char *text = NULL;
	struct thread_job jobs[8];
	int failed = 0;
	fixture_write(fx, "counter", "0");
	assert_ok(locks_open(fx->env, &locks));

	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++) {
		jobs[i] = (struct thread_job){ .locks = locks, .fx = fx };
		assert_int_equal(
			pthread_create(&jobs[i].thread, NULL, increment_in_thread, &jobs[i]), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++) {
		pthread_join(jobs[i].thread, NULL);
		failed += jobs[i].failed;
	}

	text = fixture_read(fx, "counter");
	assert_int_equal(failed, 0);
	assert_int_equal(strtol(text, NULL, 10), 200);
}

/* Says by the directory "got" that it has the lock, and keeps it until "let-go" is there. */
static int wait_for_device(void *data)
{
	const struct fixture *fx = data;
	_cleanup_(locks_freep) struct locks *locks = NULL;
	struct lock *lock = NULL;
	struct err *e = locks_open(fx->env, &locks);

	if (!e)
		e = take_lock(locks, WHAT_DEVICE, &lock);
	if (!e && mkdirat(fx->dir->fd, "got", 0755) < 0)
		e = err_new(ERR_FAILED, "cannot make it");
	while (!e && faccessat(fx->dir->fd, "let-go", F_OK, 0) < 0)
		sched_yield();
	lock_free(lock);
	err_free(e);
	return e != NULL;
}

static bool has_got(void *data)
{
	const struct fixture *fx = data;

	return fixture_has(fx, "got");
}

/* Whether a second descriptor of the device's lock is open: somebody tries again and again. */
static bool does_somebody_wait(void *data)
{
	const struct fixture *fx = data;
	_cleanup_(strlist_clear) struct strlist fds = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct stat wanted;
	struct stat st;
	int found = 0;

	assert_int_equal(fstatat(fx->dir->fd, "run/mdevadm/lock/devices/" UUID_A, &wanted, 0), 0);
	assert_ok(dir_open("/proc/self/fd", &dir));
	assert_ok(dir_list(dir, &fds));
	for (size_t i = 0; i < fds.count; i++)
		found += fstatat(dir->fd, fds.items[i], &st, 0) == 0 &&
			 st.st_dev == wanted.st_dev && st.st_ino == wanted.st_ino;
	return found > 1;
}

/* A thread and no process, since that would inherit the first lock. */
static void *wait_in_thread(void *data)
{
	return wait_for_device(data) ? data : NULL;
}

/* The holder unlinks the file at the end: the waiter has then locked one that has no name. */
static void waiter_does_not_hold_a_file_that_was_unlinked(void **state)
{
	struct fixture *fx = *state;
	const struct deadline none = deadline_in(0);
	const struct uuid uuid = fixture_uuid(UUID_A);
	_cleanup_(locks_freep) struct locks *locks = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	struct lock *first = NULL;
	struct lock *third = NULL;
	void *failed = NULL;
	pthread_t waiter;
	assert_ok(locks_open(fx->env, &locks));
	assert_ok(lock_device(locks, &uuid, &none, &first));
	assert_int_equal(pthread_create(&waiter, NULL, wait_in_thread, fx), 0);
	fixture_await(does_somebody_wait, fx);

	lock_free(first);
	fixture_await(has_got, fx);
	e = lock_device(locks, &uuid, &none, &third);

	lock_free(third);
	fixture_make_dir(fx, "let-go");
	pthread_join(waiter, &failed);
	assert_null(failed);
	assert_non_null(e);
	assert_int_equal(err_kind(e), ERR_BUSY);
}

static void lock_of_a_killed_process_is_free(void **state)
{
	struct fixture *fx = *state;
	const struct deadline deadline = deadline_in(20000);
	const struct uuid uuid = fixture_uuid(UUID_A);
	_cleanup_(locks_freep) struct locks *locks = NULL;
	_cleanup_(lock_freep) struct lock *lock = NULL;
	pid_t holder = fixture_fork(wait_for_device, fx);
	assert_ok(locks_open(fx->env, &locks));
	fixture_await(has_got, fx);

	kill(holder, SIGKILL);

	assert_ok(lock_device(locks, &uuid, &deadline, &lock));
	assert_int_equal(fixture_wait(holder), 128 + SIGKILL);
}

static int become_another_program(void *data)
{
	(void)data;
	execl("/bin/sh", "sh", "-c", "exec sleep 20", NULL);
	return 127;
}

static bool has_execed(void *data)
{
	const pid_t *pid = data;
	_cleanup_(mem_freep) char *path = mem_printf("/proc/%d/comm", *pid);
	_cleanup_(mem_freep) char *name = NULL;

	assert_ok(stream_read(path, 100, &name, NULL));
	return strcmp(name, "sleep\n") == 0;
}

/* A script that goes on in the background must not keep the lock. */
static void program_that_is_started_does_not_inherit_a_lock(void **state)
{
	struct fixture *fx = *state;
	const struct deadline none = deadline_in(0);
	_cleanup_(locks_freep) struct locks *locks = NULL;
	_cleanup_(lock_freep) struct lock *again = NULL;
	struct lock *lock = NULL;
	struct err *e;
	pid_t program;
	assert_ok(locks_open(fx->env, &locks));
	assert_ok(lock_parent(locks, "P", LOCK_EXCLUSIVE, &none, &lock));
	program = fixture_fork(become_another_program, NULL);
	fixture_await(has_execed, &program);

	lock_free(lock);
	e = lock_parent(locks, "P", LOCK_EXCLUSIVE, &none, &again);

	kill(program, SIGKILL);
	fixture_wait(program);
	assert_ok(e);
}

int process_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(fifty_processes_lose_nothing_under_the_lock_of_a_device),
		fixture_test(fifty_processes_lose_nothing_under_the_lock_of_a_parent),
		fixture_test(threads_keep_each_other_out_too),
		fixture_test(waiter_does_not_hold_a_file_that_was_unlinked),
		fixture_test(lock_of_a_killed_process_is_free),
		fixture_test(program_that_is_started_does_not_inherit_a_lock),
	};

	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
