/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One rule for all that touches the kernel. Which parents are concerned is only known for sure
 * while they are locked: a definition may be added, or the device be started elsewhere, while
 * this run waits. So they are worked out twice, before and under the locks, until both agree.
 */
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "context.h"

void claim_free(struct claim *claim)
{
	if (!claim)
		return;
	/* The device first: the reverse of the order in which they were taken. */
	lock_free(claim->device);
	for (size_t i = 0; claim->parents && i < claim->parent_names.count; i++)
		lock_free(claim->parents[i]);
	if (claim->parent_lock && claim->operations.count)
		operations_leave(claim->ops, &claim->operations);
	else
		operations_announce(&claim->operations);
	free(claim->parents);
	strlist_clear(&claim->parent_names);
	device_free(claim->running);
	record_free(claim->record);
	strlist_clear(&claim->defined);
	free(claim);
}

/* From the first claim on, signals wait until what has been begun is done or undone. */
err_t open_locks(struct ops *ops)
{
	if (ops->locks)
		return NULL;
	interrupt_defer();
	return locks_open(ops->env, &ops->locks);
}

/* Reads what there is of the device. */
static err_t look(const struct ops *ops, const struct uuid *uuid, struct claim *claim)
{
	struct err *e = mdev_find(ops->sysfs, uuid, &claim->running);

	if (!e)
		e = store_find(ops->store, uuid, &claim->defined);
	if (!e)
		e = record_load(ops->env, uuid, &claim->record);
	return e;
}

/* The parents concerned, sorted. */
static void list_parents(const struct claim *claim, const char *parent, struct strlist *ret)
{
	if (parent)
		strlist_add(ret, mem_strdup(parent));
	if (claim->running)
		strlist_add(ret, mem_strdup(claim->running->parent));
	if (claim->record)
		strlist_add(ret, mem_strdup(claim->record->dev->parent));
	for (size_t i = 0; i < claim->defined.count; i++)
		strlist_add(ret, mem_strdup(claim->defined.items[i]));
	strlist_sort(ret);
}

static err_t lock_parents(const struct ops *ops, const struct deadline *deadline,
			  struct claim *claim)
{
	enum lock_mode mode = ops->env->old_kernel ? LOCK_EXCLUSIVE : LOCK_SHARED;
	struct err *e = NULL;

	claim->parents = mem_zalloc(claim->parent_names.count * sizeof(struct lock *));
	for (size_t i = 0; i < claim->parent_names.count && !e; i++)
		e = lock_parent(ops->locks, claim->parent_names.items[i], mode, deadline,
				&claim->parents[i]);
	return e;
}

/* Once: *ret stays NULL if the parents were others under the locks. */
static err_t try_claim(const struct ops *ops, const struct uuid *uuid, const char *parent,
		       const struct deadline *deadline, struct claim **ret)
{
	_cleanup_(strlist_clear) struct strlist found = { 0 };
	_cleanup_(claim_freep) struct claim *before = mem_zalloc(sizeof(*before));
	_cleanup_(claim_freep) struct claim *claim = mem_zalloc(sizeof(*claim));
	struct err *e;

	e = look(ops, uuid, before);
	if (e)
		return e;
	list_parents(before, parent, &claim->parent_names);
	e = lock_parents(ops, deadline, claim);
	if (!e)
		e = lock_device(ops->locks, uuid, deadline, &claim->device);
	if (!e)
		e = look(ops, uuid, claim);
	if (e)
		return e;
	list_parents(claim, parent, &found);
	if (strlist_is_equal(&claim->parent_names, &found))
		*ret = take(claim);
	return NULL;
}

err_t claim_device_until(struct ops *ops, const struct uuid *uuid, const char *parent,
			 const struct deadline *deadline, struct claim **ret)
{
	struct claim *claim = NULL;
	struct err *e = open_locks(ops);

	while (!e && !claim) {
		e = try_claim(ops, uuid, parent, deadline, &claim);
		if (!e && !claim && deadline_is_over(deadline))
			e = err_hint(err_new(ERR_BUSY, "%s keeps changing its parent", uuid->text),
				     "try again, or wait longer with --lock-timeout SEC");
	}
	if (!e)
		*ret = claim;
	return e;
}

err_t claim_device(struct ops *ops, const struct uuid *uuid, const char *parent, struct claim **ret)
{
	const struct deadline deadline = lock_deadline(ops->env);

	return claim_device_until(ops, uuid, parent, &deadline, ret);
}

/* Of the parents, only the one that is locked is touched: the device's lock keeps the rest out. */
err_t claim_under_parent(struct ops *ops, const struct uuid *uuid, const struct lock *parent_lock,
			 struct claim **ret)
{
	struct err *e = claim_definition(ops, uuid, ret);

	if (!e)
		(*ret)->parent_lock = parent_lock;
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
		e = look(ops, uuid, claim);
	if (!e)
		*ret = take(claim);
	return e;
}

/* The parent's lock by name: for a removal that blocks and has to keep it. */
static struct lock *lock_of(const struct claim *claim, const char *parent)
{
	for (size_t i = 0; claim->parents && i < claim->parent_names.count; i++)
		if (strcmp(claim->parent_names.items[i], parent) == 0)
			return claim->parents[i];
	return NULL;
}

err_t remove_claimed(struct ops *ops, const struct claim *claim, const struct device *dev,
		     const struct deadline *deadline)
{
	const struct lock *parent =
		claim->parent_lock ? claim->parent_lock : lock_of(claim, dev->parent);
	int fds[2] = { lock_fd(claim->device) };
	size_t count = 1;
	struct err *e;

	if (parent)
		fds[count++] = lock_fd(parent);
	e = mdev_remove(ops->sysfs, dev->parent, &dev->uuid, fds, count, deadline);
	if (e && err_kind(e) == ERR_IN_USE)
		lock_leave(claim->device);
	if (e)
		return e;
	e = record_remove(ops->env, &dev->uuid);
	return err_also(e, record_note_stop(ops->env, &dev->uuid));
}
