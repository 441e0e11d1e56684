/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mutual exclusion between runs of the tool. */
#pragma once

#include "base/deadline.h"
#include "base/env.h"
#include "base/str.h"
#include "base/uuid.h"

/*
 * Locks are flock()s on files below /run/mdevadm/lock: they exclude all processes that share
 * /run, and threads, too, since every lock is an open file description of its own. They end
 * with lock_free(), or when the last process that has the description dies.
 *
 * Order, always: the choice, parents in byte order, then one device.
 */
struct locks;
struct lock;

enum lock_mode {
	LOCK_SHARED,
	LOCK_EXCLUSIVE,
};

/* Makes what is missing below /run. Fails if that cannot be used: nothing is changed unlocked. */
err_t locks_open(const struct env *env, struct locks **ret);
void locks_free(struct locks *locks);
DEFINE_CLEANUP(struct locks *, locks_free)

/*
 * When waiting that begins now has to end, as the command line and the environment say. A nested
 * run (struct env) does not wait at all: the one that waits for it may have the lock.
 */
struct deadline lock_deadline(const struct env *env);

/*
 * Wait for the lock until @deadline and fail with ERR_BUSY, naming the holders, when it is over.
 * One that waits for a parent's exclusive lock keeps out all that come later. What the lock
 * guards must be read after this returns.
 */
err_t lock_parent(const struct locks *locks, const char *parent, enum lock_mode mode,
		  const struct deadline *deadline, struct lock **ret);
/* Exclusive. */
err_t lock_device(const struct locks *locks, const struct uuid *uuid,
		  const struct deadline *deadline, struct lock **ret);

/* Exclusive, and taken before any other: for the one who chooses a parent by its room. */
err_t lock_choice(const struct locks *locks, const struct deadline *deadline, struct lock **ret);

/*
 * For a check, which takes no lock: adds the UUIDs of the devices whose lock's file is there though
 * nobody holds it, as it is after a run that was killed. It does no harm.
 */
err_t locks_list_left(const struct env *env, struct strlist *ret);

/*
 * A parent's lock remembers for as long as /run lives when it was marked last. That is for stops,
 * after which the kernel may still count a device for a moment: marked before and after.
 */
void lock_mark(const struct lock *lock);
/* Whether that was at most @ms ago. */
bool lock_was_marked(const struct lock *lock, long ms);

/*
 * The descriptor behind it, for a child that is to keep the lock longer than this process does:
 * then also tell lock_leave() of it.
 */
int lock_fd(const struct lock *lock);
/*
 * lock_free() leaves the lock to a child that shares it: a device's file stays where it is, and a
 * parent's exclusive lock becomes a shared one, so that what ends a hold is possible, without
 * letting another exclusive one in between. May be called from any thread.
 */
void lock_leave(struct lock *lock);
void lock_free(struct lock *lock);
DEFINE_CLEANUP(struct lock *, lock_free)
