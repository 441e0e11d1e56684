/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who comes first at a parent's lock. */
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <unistd.h>

#include "fixture.h"
#include "lock/lock.h"
#include "suites.h"

/* One who asks for the parent's lock in a thread of its own. */
struct asker {
	const struct locks *locks;
	enum lock_mode mode;
	atomic_int *turns; /* counts who got the lock */
	int turn;	   /* its own, from 1 */
	bool failed;
	pthread_t thread;
};

static void *ask(void *data)
{
	const struct deadline deadline = deadline_in(20000);
	struct asker *asker = data;
	struct lock *lock = NULL;
	struct err *e = lock_parent(asker->locks, "P", asker->mode, &deadline, &lock);

	asker->failed = e != NULL;
	err_free(e);
	if (lock)
		asker->turn = atomic_fetch_add(asker->turns, 1) + 1;
	lock_free(lock);
	return NULL;
}

static void begin(struct asker *asker)
{
	assert_int_equal(pthread_create(&asker->thread, NULL, ask, asker), 0);
}

/* Whether somebody holds the gate. */
static bool is_gate_shut(void *data)
{
	const struct fixture *fx = data;
	_cleanup_(mem_freep) char *path = fixture_path(fx, "run/mdevadm/lock/gates/P");
	_cleanup_(fd_closep) int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0;
}

static void shared_holders_hold_it_together(void **state)
{
	const struct fixture *fx = *state;
	const struct deadline none = deadline_in(0);
	_cleanup_(locks_freep) struct locks *locks = NULL;
	_cleanup_(lock_freep) struct lock *one = NULL;
	_cleanup_(lock_freep) struct lock *other = NULL;
	assert_ok(locks_open(fx->env, &locks));

	assert_ok(lock_parent(locks, "P", LOCK_SHARED, &none, &one));
	assert_ok(lock_parent(locks, "P", LOCK_SHARED, &none, &other));

	assert_non_null(one);
	assert_non_null(other);
}

/* Of a shared holder, an exclusive request that waits for it, and a shared one that comes later. */
static void exclusive_waiter_comes_before_later_shared_ones(void **state)
{
	struct fixture *fx = *state;
	const struct deadline none = deadline_in(0);
	_cleanup_(locks_freep) struct locks *locks = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	struct lock *held = NULL;
	struct lock *lock = NULL;
	atomic_int turns = 0;
	struct asker exclusive = { .mode = LOCK_EXCLUSIVE, .turns = &turns };
	struct asker later[3];
	assert_ok(locks_open(fx->env, &locks));
	assert_ok(lock_parent(locks, "P", LOCK_SHARED, &none, &held));
	exclusive.locks = locks;
	begin(&exclusive);
	fixture_await(is_gate_shut, fx);

	e = lock_parent(locks, "P", LOCK_SHARED, &none, &lock);
	for (size_t i = 0; i < ARRAY_SIZE(later); i++) {
		later[i] = (struct asker){ locks, LOCK_SHARED, &turns, .turn = 0 };
		begin(&later[i]);
	}
	lock_free(held);

	pthread_join(exclusive.thread, NULL);
	assert_non_null(e);
	assert_int_equal(err_kind(e), ERR_BUSY);
	assert_int_equal(exclusive.turn, 1);
	for (size_t i = 0; i < ARRAY_SIZE(later); i++) {
		pthread_join(later[i].thread, NULL);
		assert_false(later[i].failed);
	}
}

struct stream {
	const struct locks *locks;
	atomic_bool ends;
	atomic_ulong turns;
	pthread_t threads[8];
};

/* So many of them that somebody always holds it. */
static void *hold_again_and_again(void *data)
{
	const struct deadline deadline = deadline_in(20000);
	struct stream *stream = data;

	while (!atomic_load(&stream->ends)) {
		struct lock *lock = NULL;
		struct err *e = lock_parent(stream->locks, "P", LOCK_SHARED, &deadline, &lock);

		err_free(e);
		atomic_fetch_add(&stream->turns, 1);
		deadline_sleep(&deadline, 5);
		lock_free(lock);
	}
	return NULL;
}

static bool does_stream_flow(void *data)
{
	struct stream *stream = data;

	return atomic_load(&stream->turns) >= 20;
}

static void stream_of_shared_holders_does_not_starve_an_exclusive_waiter(void **state)
{
	const struct fixture *fx = *state;
	const struct deadline deadline = deadline_in(5000);
	_cleanup_(locks_freep) struct locks *locks = NULL;
	_cleanup_(lock_freep) struct lock *lock = NULL;
	struct stream stream = { 0 };
	struct err *e;
	assert_ok(locks_open(fx->env, &locks));
	stream.locks = locks;
	for (size_t i = 0; i < ARRAY_SIZE(stream.threads); i++)
		assert_int_equal(
			pthread_create(&stream.threads[i], NULL, hold_again_and_again, &stream), 0);
	fixture_await(does_stream_flow, &stream);

	e = lock_parent(locks, "P", LOCK_EXCLUSIVE, &deadline, &lock);

	atomic_store(&stream.ends, true);
	lock_free(take(lock));
	for (size_t i = 0; i < ARRAY_SIZE(stream.threads); i++)
		pthread_join(stream.threads[i], NULL);
	assert_ok(e);
}

static void gate_is_open_again_once_the_lock_is_had(void **state)
{
	struct fixture *fx = *state;
	const struct deadline none = deadline_in(0);
	_cleanup_(locks_freep) struct locks *locks = NULL;
	_cleanup_(lock_freep) struct lock *lock = NULL;
	assert_ok(locks_open(fx->env, &locks));

	assert_ok(lock_parent(locks, "P", LOCK_EXCLUSIVE, &none, &lock));

	assert_true(fixture_has(fx, "run/mdevadm/lock/gates/P"));
	assert_false(is_gate_shut(fx));
}

/* Who gave up must not keep others at the gate. */
static void gate_is_open_again_once_the_waiter_has_given_up(void **state)
{
	struct fixture *fx = *state;
	const struct deadline none = deadline_in(0);
	_cleanup_(locks_freep) struct locks *locks = NULL;
	_cleanup_(lock_freep) struct lock *held = NULL;
	_cleanup_(lock_freep) struct lock *other = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	struct lock *lock = NULL;
	assert_ok(locks_open(fx->env, &locks));
	assert_ok(lock_parent(locks, "P", LOCK_SHARED, &none, &held));

	e = lock_parent(locks, "P", LOCK_EXCLUSIVE, &none, &lock);

	assert_non_null(e);
	assert_ok(lock_parent(locks, "P", LOCK_SHARED, &none, &other));
}

/* Only one who waits keeps others out: a lock that shared holders have does not. */
static void shared_request_without_time_passes_where_nobody_waits(void **state)
{
	const struct fixture *fx = *state;
	const struct deadline none = deadline_in(0);
	_cleanup_(mem_freep) char *path = NULL;
	_cleanup_(locks_freep) struct locks *locks = NULL;
	_cleanup_(lock_freep) struct lock *lock = NULL;
	_cleanup_(fd_closep) int gate = -1;
	assert_ok(locks_open(fx->env, &locks));
	fixture_write(fx, "run/mdevadm/lock/gates/P", "");
	path = fixture_path(fx, "run/mdevadm/lock/gates/P");
	gate = open(path, O_RDWR | O_CLOEXEC);

	/* Another one that passes just now. */
	assert_int_equal(flock(gate, LOCK_SH | LOCK_NB), 0);

	assert_ok(lock_parent(locks, "P", LOCK_SHARED, &none, &lock));
}

/* The same of an exclusive one: the lock itself is free. */
static void exclusive_request_without_time_passes_where_nobody_waits(void **state)
{
	const struct fixture *fx = *state;
	const struct deadline none = deadline_in(0);
	_cleanup_(mem_freep) char *path = NULL;
	_cleanup_(locks_freep) struct locks *locks = NULL;
	_cleanup_(lock_freep) struct lock *lock = NULL;
	_cleanup_(fd_closep) int gate = -1;
	assert_ok(locks_open(fx->env, &locks));
	fixture_write(fx, "run/mdevadm/lock/gates/P", "");
	path = fixture_path(fx, "run/mdevadm/lock/gates/P");
	gate = open(path, O_RDWR | O_CLOEXEC);

	assert_int_equal(flock(gate, LOCK_SH | LOCK_NB), 0);

	assert_ok(lock_parent(locks, "P", LOCK_EXCLUSIVE, &none, &lock));
}

int gate_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(shared_holders_hold_it_together),
		fixture_test(exclusive_waiter_comes_before_later_shared_ones),
		fixture_test(stream_of_shared_holders_does_not_starve_an_exclusive_waiter),
		fixture_test(gate_is_open_again_once_the_lock_is_had),
		fixture_test(gate_is_open_again_once_the_waiter_has_given_up),
		fixture_test(shared_request_without_time_passes_where_nobody_waits),
		fixture_test(exclusive_request_without_time_passes_where_nobody_waits),
	};

	return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
