/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Beside a parent's lock there is its gate. Every try for the lock passes through the gate, which
 * lets any number of shared holders through at once. Only one who has to wait for the exclusive
 * lock shuts it, and keeps it shut until he has the lock: so those who come later cannot overtake
 * him for ever, and nobody else ever finds the gate shut.
 *
 * Waiting is trying again after a pause: flock() alone has no time limit, and a timer that
 * interrupts it would need a signal.
 *
 * A device's lock file is unlinked, but only by its exclusive holder: that way, no two runs can
 * both hold "the" lock on different files. Whoever gets a lock checks that the name still is this
 * file, and else starts over. The files of parents stay.
 */
#include "lock/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/rundir.h"
#include "holders.h"

struct locks {
	const struct env *env;
	struct dir *all;
	struct dir *parents;
	struct dir *gates;
	struct dir *devices;
};

struct lock {
	const struct locks *locks;
	const struct dir *dir; /* borrowed from the locks */
	char *name;
	int fd;
	bool is_had;	     /* and its loss worth a line in the log */
	bool is_exclusive;   /* a parent's */
	atomic_bool is_left; /* to a child */
	bool unlinks; /* the exclusive lock of a device, of which nobody would miss the file */
};

static err_t open_dirs(struct locks *locks)
{
	TRY(rundir_make(locks->env, "lock", &locks->all));
	TRY(dir_make_at(locks->all, "parents", 0755, &locks->parents));
	TRY(dir_make_at(locks->all, "gates", 0755, &locks->gates));
	return dir_make_at(locks->all, "devices", 0755, &locks->devices);
}

err_t locks_open(const struct env *env, struct locks **ret)
{
	_cleanup_(locks_freep) struct locks *locks = mem_zalloc(sizeof(*locks));
	struct err *e;

	locks->env = env;
	e = open_dirs(locks);
	if (e)
		return err_hint(err_wrap(e, "cannot keep other runs out"),
				"'%s/mdevadm' must be a directory that this user can write to",
				env->dir[ENV_DIR_RUN]);
	*ret = take(locks);
	return NULL;
}

void locks_free(struct locks *locks)
{
	if (!locks)
		return;
	dir_free(locks->all);
	dir_free(locks->parents);
	dir_free(locks->gates);
	dir_free(locks->devices);
	free(locks);
}

struct deadline lock_deadline(const struct env *env)
{
	return deadline_in(env->nested ? 0 : env->lock_timeout_ms);
}

static err_t open_lock(const struct locks *locks, const struct dir *dir, const char *name,
		       struct lock **ret)
{
	_cleanup_(lock_freep) struct lock *lock = mem_zalloc(sizeof(*lock));

	lock->locks = locks;
	lock->dir = dir;
	lock->name = mem_strdup(name);
	lock->fd =
		openat(dir->fd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600);
	if (lock->fd < 0)
		return dir_err(dir, "open", name);
	*ret = take(lock);
	return NULL;
}

/* Whether the name still is this file. */
static err_t is_current(const struct lock *lock, bool *ret)
{
	struct stat held;
	struct stat named;

	if (fstat(lock->fd, &held) < 0)
		return dir_err(lock->dir, "look at", lock->name);
	if (fstatat(lock->dir->fd, lock->name, &named, AT_SYMLINK_NOFOLLOW) == 0) {
		*ret = held.st_dev == named.st_dev && held.st_ino == named.st_ino;
		return NULL;
	}
	if (errno != ENOENT)
		return dir_err(lock->dir, "look at", lock->name);
	*ret = false;
	return NULL;
}

/* Once, without waiting. */
static err_t try_flock(const struct lock *lock, int operation, bool *ret)
{
	*ret = flock(lock->fd, operation | LOCK_NB) == 0;
	if (!*ret && errno != EWOULDBLOCK && errno != EINTR)
		return dir_err(lock->dir, "lock", lock->name);
	return NULL;
}

/* A try for a parent's lock that passes through its gate. */
static err_t try_through_gate(const struct lock *lock, int operation, bool *ret)
{
	_cleanup_(lock_freep) struct lock *gate = NULL;

	TRY(open_lock(lock->locks, lock->locks->gates, lock->name, &gate));
	TRY(try_flock(gate, LOCK_SH, ret));
	return *ret ? try_flock(lock, operation, ret) : NULL;
}

/* Those who have a lock that keeps @operation from being had; NULL if there are none any more. */
static char *blockers(const struct lock *lock, int operation)
{
	_cleanup_(lock_freep) struct lock *gate = NULL;
	const struct env *env = lock->locks->env;
	char *who = holders_describe(env, lock->fd, operation == LOCK_SH);

	if (who || lock->dir != lock->locks->parents)
		return who;
	err_free(open_lock(lock->locks, lock->locks->gates, lock->name, &gate));
	return gate ? holders_describe(env, gate->fd, true) : NULL;
}

static err_t busy(const struct lock *lock, int operation)
{
	bool is_parent = lock->dir == lock->locks->parents || lock->dir == lock->locks->gates;
	_cleanup_(mem_freep) char *who = blockers(lock, operation);
	struct err *e = err_new(ERR_BUSY, "%s%s%s is locked by %s",
				is_parent			    ? "parent '"
				: lock->dir == lock->locks->devices ? "device "
								    : "the ",
				lock->name, is_parent ? "'" : "",
				who ? who : "a process that has just gone");

	if (lock->locks->env->nested)
		return err_hint(e, "a script that mdevadm runs cannot wait for it: "
				   "do this after the operation");
	if (who && strstr(who, HOLDERS_ENDED))
		return err_hint(
			e, "a drain's command goes on until it ends, and a removal until those "
			   "who have the device open close it: end that");
	return err_hint(e, "wait longer with --lock-timeout SEC, or end that process");
}

/* *ret: there is time for another try. An error is that of a signal. */
static err_t pause_before_next(const struct deadline *deadline, int64_t *pause_ms, bool *ret)
{
	TRY(interrupt_check());
	*ret = !deadline_is_over(deadline);
	if (*ret)
		deadline_sleep(deadline, *pause_ms);
	if (*pause_ms < LOCK_PAUSE_MAX_MS)
		*pause_ms *= 2;
	return NULL;
}

typedef err_t (*try_fn)(const struct lock *lock, int operation, bool *ret);

/* *ret is false when the time is over. */
static err_t wait_for(const struct lock *lock, int operation, try_fn try,
		      const struct deadline *deadline, bool *ret)
{
	int64_t pause_ms = LOCK_PAUSE_MIN_MS;
	bool has_time = true;

	TRY(try(lock, operation, ret));
	while (!*ret && has_time) {
		TRY(pause_before_next(deadline, &pause_ms, &has_time));
		if (has_time)
			TRY(try(lock, operation, ret));
	}
	return NULL;
}

static err_t lock_shared(const struct lock *lock, const struct deadline *deadline, bool *ret)
{
	return wait_for(lock, LOCK_SH, try_through_gate, deadline, ret);
}

static err_t lock_exclusive(const struct lock *lock, const struct deadline *deadline, bool *ret)
{
	_cleanup_(lock_freep) struct lock *gate = NULL;

	TRY(try_through_gate(lock, LOCK_EX, ret));
	if (*ret || deadline_is_over(deadline))
		return NULL;
	TRY(open_lock(lock->locks, lock->locks->gates, lock->name, &gate));
	TRY(wait_for(gate, LOCK_EX, try_flock, deadline, ret));
	return *ret ? wait_for(lock, LOCK_EX, try_flock, deadline, ret) : NULL;
}

static err_t get_parent(const struct locks *locks, const char *parent, enum lock_mode mode,
			const struct deadline *deadline, struct lock **ret)
{
	_cleanup_(lock_freep) struct lock *lock = NULL;
	bool got;

	TRY(open_lock(locks, locks->parents, parent, &lock));
	TRY(mode == LOCK_SHARED ? lock_shared(lock, deadline, &got)
				: lock_exclusive(lock, deadline, &got));
	if (!got)
		return busy(lock, mode == LOCK_SHARED ? LOCK_SH : LOCK_EX);
	lock->is_had = true;
	lock->is_exclusive = mode == LOCK_EXCLUSIVE;
	*ret = take(lock);
	return NULL;
}

err_t lock_parent(const struct locks *locks, const char *parent, enum lock_mode mode,
		  const struct deadline *deadline, struct lock **ret)
{
	int64_t begin = log_begin();

	return log_end(begin, get_parent(locks, parent, mode, deadline, ret), "had",
		       "lock parent '%s' %s", parent,
		       mode == LOCK_SHARED ? "shared" : "exclusively");
}

static err_t get_device(const struct locks *locks, const struct uuid *uuid,
			const struct deadline *deadline, struct lock **ret)
{
	_cleanup_(lock_freep) struct lock *lock = NULL;

	for (;;) {
		bool got;

		TRY(open_lock(locks, locks->devices, uuid->text, &lock));
		TRY(wait_for(lock, LOCK_EX, try_flock, deadline, &got));
		if (!got)
			return busy(lock, LOCK_EX);
		TRY(is_current(lock, &lock->unlinks));
		if (lock->unlinks)
			break;
		lock_free(take(lock));
	}
	lock->is_had = true;
	*ret = take(lock);
	return NULL;
}

err_t lock_device(const struct locks *locks, const struct uuid *uuid,
		  const struct deadline *deadline, struct lock **ret)
{
	int64_t begin = log_begin();

	return log_end(begin, get_device(locks, uuid, deadline, ret), "had", "lock device %s",
		       uuid->text);
}

static err_t get_choice(const struct locks *locks, const struct deadline *deadline,
			struct lock **ret)
{
	_cleanup_(lock_freep) struct lock *lock = NULL;
	bool got;

	TRY(open_lock(locks, locks->all, "choice of a parent", &lock));
	TRY(wait_for(lock, LOCK_EX, try_flock, deadline, &got));
	if (!got)
		return busy(lock, LOCK_EX);
	lock->is_had = true;
	*ret = take(lock);
	return NULL;
}

err_t lock_choice(const struct locks *locks, const struct deadline *deadline, struct lock **ret)
{
	int64_t begin = log_begin();

	return log_end(begin, get_choice(locks, deadline, ret), "had", "lock the choice");
}

/* What cannot be noted makes a start give up sooner, and harms nothing. */
void lock_mark(const struct lock *lock)
{
	ssize_t ignored = pwrite(lock->fd, "", 1, 0);

	(void)ignored;
}

bool lock_was_marked(const struct lock *lock, long ms)
{
	struct timespec now;
	struct stat st;

	clock_gettime(CLOCK_REALTIME, &now);
	return fstat(lock->fd, &st) == 0 && st.st_size > 0 &&
	       labs(now.tv_sec - st.st_mtim.tv_sec) <= ms / 1000;
}

/* flock() lets go of the old lock before it takes the new one; the gate keeps others out. */
static err_t share(struct lock *lock)
{
	const struct deadline deadline = deadline_in(LOCK_SHARE_MS);
	_cleanup_(lock_freep) struct lock *gate = NULL;
	bool got;

	TRY(open_lock(lock->locks, lock->locks->gates, lock->name, &gate));
	TRY(wait_for(gate, LOCK_EX, try_flock, &deadline, &got));
	if (got)
		TRY(try_flock(lock, LOCK_SH, &got));
	return got ? NULL : busy(gate, LOCK_EX);
}

int lock_fd(const struct lock *lock)
{
	return lock->fd;
}

void lock_leave(struct lock *lock)
{
	atomic_store(&lock->is_left, true);
}

void lock_free(struct lock *lock)
{
	if (!lock)
		return;
	if (lock->is_had)
		log_line("let go of the lock on %s", lock->name);
	if (lock->is_left && lock->is_exclusive)
		env_warn(lock->locks->env,
			 err_wrap(share(lock),
				  "what goes on keeps parent '%s' to itself until it ends",
				  lock->name));
	if (lock->unlinks && !lock->is_left)
		unlinkat(lock->dir->fd, lock->name, 0);
	/* By close alone: a child that shares the description keeps the lock. */
	fd_closep(&lock->fd);
	free(lock->name);
	free(lock);
}
