/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who wants a parent's lock first takes its gate, alone, and keeps it until the lock itself is
 * had. So one who waits for the exclusive lock keeps everybody who comes later at the gate, and
 * a stream of shared holders cannot starve it.
 *
 * A lock file may be unlinked, but only by its exclusive holder: that way, no two runs can both
 * hold "the" lock on different files. Whoever gets a lock checks that the name still is this
 * file, and else starts over.
 */
#include "lock/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dir.h"
#include "holders.h"
#include "state.h"
#include "wait.h"

#define PARENTS "parents"
#define GATES	"gates"
#define DEVICES "devices"

#define GATE_MS 1000

struct locks {
	const struct env *env;
	struct dir *dir;
};

struct lock {
	struct dir *dir;
	char *name;
	int fd;
	bool unlinks; /* exclusive, and nobody would miss the file */
};

err_t locks_open(const struct env *env, struct locks **ret)
{
	_cleanup_(locks_freep) struct locks *locks = mem_zalloc(sizeof(*locks));
	struct err *e;

	locks->env = env;
	e = state_make_dir(env, "lock", &locks->dir);
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
	dir_free(locks->dir);
	free(locks);
}

struct deadline lock_deadline(const struct env *env)
{
	return deadline_in(env->lock_timeout_ms);
}

static bool is_same_file(const struct lock *lock)
{
	struct stat held;
	struct stat named;

	return fstat(lock->fd, &held) == 0 &&
	       fstatat(lock->dir->fd, lock->name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

static err_t busy(const struct locks *locks, const struct lock *lock, const char *what)
{
	_cleanup_(mem_freep) char *holders = holders_describe(locks->env, lock->fd);

	if (locks->env->nested)
		return err_hint(err_new(ERR_BUSY, "%s is locked by %s", what, holders),
				"a script that mdevadm runs cannot wait for it: "
				"do this after the operation");
	return err_hint(err_new(ERR_BUSY, "%s is locked by %s", what, holders),
			"wait longer with --lock-timeout SEC, or end that process");
}

/* Opens, locks and checks the file @name in @dir; @what says in a message what it is. */
static err_t acquire(const struct locks *locks, const char *dir, const char *name,
		     enum lock_mode mode, const struct deadline *deadline, const char *what,
		     struct lock **ret)
{
	_cleanup_(lock_freep) struct lock *lock = mem_zalloc(sizeof(*lock));
	int operation = mode == LOCK_EXCLUSIVE ? LOCK_EX : LOCK_SH;
	struct err *e;

	lock->fd = -1;
	lock->name = mem_strdup(name);
	e = dir_make_at(locks->dir, dir, 0755, &lock->dir);
	if (e)
		return e;

	do {
		bool got;

		fd_closep(&lock->fd);
		lock->fd = openat(lock->dir->fd, name,
				  O_RDWR | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600);
		if (lock->fd < 0)
			return dir_err(lock->dir, "open", name);
		e = wait_for_flock(lock->fd, operation, deadline, &got);
		if (e)
			return err_wrap(e, "cannot lock %s", what);
		if (!got)
			return busy(locks, lock, what);
	} while (!is_same_file(lock));
	*ret = take(lock);
	return NULL;
}

err_t lock_parent(const struct locks *locks, const char *parent, enum lock_mode mode,
		  const struct deadline *deadline, struct lock **ret)
{
	_cleanup_(mem_freep) char *what = mem_printf("parent '%s'", parent);
	_cleanup_(lock_freep) struct lock *gate = NULL;
	const struct deadline moment = deadline_in(GATE_MS);
	const struct deadline *deadline_at_gate = deadline;
	const struct deadline none = deadline_in(0);
	struct err *e;

	/* A script that a run waits for must not wait for that run. */
	if (locks->env->nested)
		deadline = deadline_at_gate = &none;

	/* At the gate one waits a moment in any case: others pass it all the time. */
	if (deadline->at_ns != DEADLINE_NEVER && deadline->at_ns < moment.at_ns)
		deadline_at_gate = &moment;
	e = acquire(locks, GATES, parent, LOCK_EXCLUSIVE, deadline_at_gate, what, &gate);
	if (!e)
		e = acquire(locks, PARENTS, parent, mode, deadline, what, ret);
	return e;
}

err_t lock_device(const struct locks *locks, const struct uuid *uuid,
		  const struct deadline *deadline, struct lock **ret)
{
	_cleanup_(mem_freep) char *what = mem_printf("device %s", uuid->text);
	const struct deadline none = deadline_in(0);
	struct err *e;

	e = acquire(locks, DEVICES, uuid->text, LOCK_EXCLUSIVE,
		    locks->env->nested ? &none : deadline, what, ret);
	if (!e)
		(*ret)->unlinks = true;
	return e;
}

int lock_fd(const struct lock *lock)
{
	return lock->fd;
}

void lock_leave(struct lock *lock)
{
	lock->unlinks = false;
}

void lock_free(struct lock *lock)
{
	if (!lock)
		return;
	if (lock->fd >= 0 && lock->unlinks)
		unlinkat(lock->dir->fd, lock->name, 0);
	/* By close alone: a child that shares the description keeps the lock. */
	fd_closep(&lock->fd);
	dir_free(lock->dir);
	free(lock->name);
	free(lock);
}
