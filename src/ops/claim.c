/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One rule for all that touches the kernel. Which parents are concerned is only known for sure
 * while they are locked: a definition may be added, or the device be started elsewhere, while
 * this run waits. So they are worked out twice, before and under the locks, until both agree.
 */
#include <stdlib.h>

#include "base/interrupt.h"
#include "context.h"

void claim_free(struct claim *claim)
{
	if (!claim)
		return;
	/* The device first: the reverse of the order in which they were taken. */
	lock_free(claim->device);
	for (size_t i = 0; i < claim->parent_count; i++)
		lock_free(claim->parents[i]);
	free(claim->parents);
	device_free(claim->running);
	strlist_clear(&claim->defined);
	free(claim);
}

/* From the first claim on, signals wait until what has been begun is done or undone. */
static err_t open_locks(struct ops *ops)
{
	if (ops->locks)
		return NULL;
	interrupt_defer();
	return locks_open(ops->env, &ops->locks);
}

/* Reads what there is of the device, and adds the parents concerned, sorted. */
static err_t look(const struct ops *ops, const struct uuid *uuid, const char *parent,
		  struct claim *claim, struct strlist *ret_parents)
{
	struct err *e;

	e = mdev_find(ops->sysfs, uuid, &claim->running);
	if (!e)
		e = store_find(ops->store, uuid, &claim->defined);
	if (e)
		return e;

	if (parent)
		strlist_add(ret_parents, mem_strdup(parent));
	if (claim->running)
		strlist_add(ret_parents, mem_strdup(claim->running->parent));
	for (size_t i = 0; i < claim->defined.count; i++)
		strlist_add(ret_parents, mem_strdup(claim->defined.items[i]));
	strlist_sort(ret_parents);
	return NULL;
}

static err_t lock_parents(const struct ops *ops, const struct strlist *parents,
			  const struct deadline *deadline, struct claim *claim)
{
	struct err *e = NULL;

	claim->parents = mem_zalloc(parents->count * sizeof(struct lock *));
	for (size_t i = 0; i < parents->count && !e; i++) {
		e = lock_parent(ops->locks, parents->items[i], LOCK_SHARED, deadline,
				&claim->parents[i]);
		if (!e)
			claim->parent_count++;
	}
	return e;
}

/* Once: *ret stays NULL if the parents were others under the locks. */
static err_t try_claim(const struct ops *ops, const struct uuid *uuid, const char *parent,
		       const struct deadline *deadline, struct claim **ret)
{
	_cleanup_(strlist_clear) struct strlist expected = { 0 };
	_cleanup_(strlist_clear) struct strlist found = { 0 };
	_cleanup_(claim_freep) struct claim *before = mem_zalloc(sizeof(*before));
	_cleanup_(claim_freep) struct claim *claim = mem_zalloc(sizeof(*claim));
	struct err *e;

	e = look(ops, uuid, parent, before, &expected);
	if (!e)
		e = lock_parents(ops, &expected, deadline, claim);
	if (!e)
		e = lock_device(ops->locks, uuid, deadline, &claim->device);
	if (!e)
		e = look(ops, uuid, parent, claim, &found);
	if (!e && strlist_is_equal(&expected, &found))
		*ret = take(claim);
	return e;
}

err_t claim_device(struct ops *ops, const struct uuid *uuid, const char *parent, struct claim **ret)
{
	const struct deadline deadline = lock_deadline(ops->env);
	struct claim *claim = NULL;
	struct err *e = open_locks(ops);

	while (!e && !claim) {
		e = try_claim(ops, uuid, parent, &deadline, &claim);
		if (!e && !claim && deadline_is_over(&deadline))
			e = err_hint(err_new(ERR_BUSY, "%s keeps changing its parent", uuid->text),
				     "try again, or wait longer with --lock-timeout SEC");
	}
	if (!e)
		*ret = claim;
	return e;
}

err_t claim_definition(struct ops *ops, const struct uuid *uuid, struct claim **ret)
{
	const struct deadline deadline = lock_deadline(ops->env);
	_cleanup_(claim_freep) struct claim *claim = mem_zalloc(sizeof(*claim));
	struct err *e = open_locks(ops);

	if (!e)
		e = lock_device(ops->locks, uuid, &deadline, &claim->device);
	if (!e)
		e = mdev_find(ops->sysfs, uuid, &claim->running);
	if (!e)
		e = store_find(ops->store, uuid, &claim->defined);
	if (!e)
		*ret = take(claim);
	return e;
}
