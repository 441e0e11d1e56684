/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the operations share. */
#pragma once

#include <pthread.h>

#include "callout/callout.h"
#include "kernel/mdev.h"
#include "lock/hold.h"
#include "lock/lock.h"
#include "lock/record.h"
#include "ops/ops.h"
#include "store/store.h"

/* What scripts were asked about, and notifiers are yet to be told of. */
struct operations {
	struct callout_operation **items;
	size_t count;
};

struct ops {
	const struct env *env;
	struct store *store;
	struct sysfs *sysfs;
	struct callouts *callouts;
	struct locks *locks;	       /* NULL until the first claim: listing needs none */
	pthread_mutex_t mutex;	       /* of unannounced */
	struct operations unannounced; /* those under a parent's lock; told with the end of all */
};

/*
 * A device that this run alone may change, and what it is, read under the locks. Whoever wants
 * to touch the kernel claims so; see claim_device().
 */
struct claim {
	struct lock **parents; /* the lock of parent_names' item of the same place */
	struct strlist parent_names;
	const struct lock *parent_lock; /* of one who claimed under it; borrowed */
	struct lock *device;
	struct device *running; /* NULL if the kernel has none */
	struct record *record;	/* NULL if there is none */
	struct strlist defined; /* the parents on which it is defined */
	struct operations operations;
	struct ops *ops; /* whose operations they are; borrowed */
};

/*
 * Locks the parents concerned (shared, in byte order): @parent unless it is NULL, those of the
 * definitions, that of the running device and that of its record; then the device. If the parents
 * are others once they are locked, it lets go and starts over. Before Linux 5.2, whose creates and
 * removes are not safe against each other's parents, the parents' locks are exclusive.
 */
err_t claim_device(struct ops *ops, const struct uuid *uuid, const char *parent,
		   struct claim **ret);
/* The same with a time limit of its own. */
err_t claim_device_until(struct ops *ops, const struct uuid *uuid, const char *parent,
			 const struct deadline *deadline, struct claim **ret);
/* The same for one who has the parent's exclusive lock, @parent_lock, which stays his. */
err_t claim_under_parent(struct ops *ops, const struct uuid *uuid, const struct lock *parent_lock,
			 struct claim **ret);
/* Locks the device alone: for what touches only definitions. */
err_t claim_definition(struct ops *ops, const struct uuid *uuid, struct claim **ret);
/*
 * Lets go of the locks, and then tells the notifiers what was done under them; if the parent's lock
 * is somebody else's, ops_free() does that.
 */
void claim_free(struct claim *claim);
DEFINE_CLEANUP(struct claim *, claim_free)

/*
 * Removes @dev, which is claimed, from the kernel and from the records. Of the locks, a removal
 * that blocks keeps what it needs.
 */
err_t remove_claimed(struct ops *ops, const struct claim *claim, const struct device *dev,
		     const struct deadline *deadline);
/*
 * Takes away what a start that died has left, if that surely is what is there and nobody uses it,
 * and warns of it; otherwise warns of what was found. No scripts are asked. Afterwards
 * claim->running is what there is.
 */
err_t repair_claimed(struct ops *ops, struct claim *claim);
/* Opens the locks: for those who lock without a claim. Signals wait from here on. */
err_t open_locks(struct ops *ops);

typedef err_t (*action_fn)(struct ops *ops, void *data);

/*
 * Runs @run as @action on @dev: the place where scripts are asked before (and can refuse, unless
 * @force) and told afterwards. @claim is that on the device; with its end the notifiers are told.
 */
err_t action_run(struct ops *ops, struct claim *claim, enum action action, const struct device *dev,
		 bool force, action_fn run, void *data);
/*
 * The same for a change of the running device @dev to its attributes, which a script makes, and
 * then @run unless it is NULL.
 */
err_t action_run_live(struct ops *ops, struct claim *claim, const struct device *dev, bool force,
		      action_fn run, void *data);
/* Tells the notifiers, and empties it; no lock is held any more. */
void operations_announce(struct operations *operations);
/* Leaves them for the end of all. Called from any thread. */
void operations_leave(struct ops *ops, struct operations *operations);

/* Logs an action on a whole parent. */
void journal_parent(const struct ops *ops, const char *action, const char *parent,
		    const struct err *e);

/* The definition in @jsonfile, for @uuid on @parent. */
err_t read_jsonfile(const char *jsonfile, const struct uuid *uuid, const char *parent,
		    struct device **ret);
/*
 * The frame of an operation that makes something new. @asked is the request's UUID: if it is unset
 * one is made. *ret_given is what @jsonfile says, NULL without one.
 */
err_t begin_new(const struct uuid *asked, const char *jsonfile, const char *parent,
		struct uuid *ret_uuid, struct device **ret_given);
/* Names in @e, if that is set, what it was about; else tells in *ret_made a UUID that was made. */
err_t end_new(struct err *e, const char *verb, const struct uuid *asked, const char *parent,
	      const struct uuid *uuid, struct uuid *ret_made);
/* The only parent of @claim's definitions, or @parent, which must be one. */
err_t choose_definition(const struct claim *claim, const char *parent, const char **ret);
/* Warns if the parent is there and has no such type. */
void warn_of_missing_type(const struct ops *ops, const struct device *dev);
