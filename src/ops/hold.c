/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "drain.h"
#include "start.h"

/* Devices that come back, in several threads. */
struct restore {
	const struct lock *lock;
	const struct drain_request *request;
	const struct hold *hold;
};

static bool has(const struct device_list *list, const struct uuid *uuid)
{
	for (size_t i = 0; i < list->count; i++)
		if (uuid_is_equal(&list->items[i]->uuid, uuid))
			return true;
	return false;
}

/* One of the hold that was struck meanwhile is not wanted any more. */
static bool is_struck(const struct ops *ops, const struct restore *restore, const struct uuid *uuid)
{
	return has(&restore->hold->devices, uuid) &&
	       !hold_has(ops->env, restore->hold->parent, uuid);
}

static err_t restore_one(struct ops *ops, const struct device *dev, void *data)
{
	const struct restore *restore = data;
	const struct start_how how = { .force = restore->request->force, .ignores_hold = true };
	_cleanup_(claim_freep) struct claim *claim = NULL;
	bool was_there;
	struct err *e = claim_under_parent(ops, &dev->uuid, restore->lock, &claim);

	if (e || is_struck(ops, restore, &dev->uuid))
		return e;
	e = start_prepare(ops, claim);
	if (!e && !runs_as_defined(claim->running, dev))
		return start_claimed(ops, claim, dev, &how);
	return e ? e : hold_strike(ops->env, &dev->uuid, &was_there);
}

/* What ran, as it ran, and what is defined as auto besides. */
static err_t list_wanted(const struct ops *ops, const struct hold *hold, struct device_list *ret)
{
	_cleanup_(device_list_clear) struct device_list defined = { 0 };
	struct err *e = store_load_all(ops->store, NULL, hold->parent, &defined);

	for (size_t i = 0; i < hold->devices.count; i++)
		device_list_add(ret, device_copy(hold->devices.items[i]));
	for (size_t i = 0; i < defined.count; i++)
		if (defined.items[i]->start == DEVICE_START_AUTO &&
		    !has(ret, &defined.items[i]->uuid))
			device_list_add(ret, take(defined.items[i]));
	return e;
}

static err_t start_wanted(struct ops *ops, const struct drain_request *request,
			  const struct lock *lock, const struct hold *hold)
{
	_cleanup_(device_list_clear) struct device_list wanted = { 0 };
	struct restore restore = { .lock = lock, .request = request, .hold = hold };
	struct err *e = list_wanted(ops, hold, &wanted);

	if (e || !wanted.count)
		return e;
	return batch_run(ops, &wanted, request->jobs, "start", restore_one, &restore);
}

err_t restore_held(struct ops *ops, const struct drain_request *request, const struct lock *lock,
		   const struct hold *hold)
{
	const struct wait_request wait = { .parent = request->parent,
					   .timeout_ms = request->timeout_ms };
	_cleanup_(hold_freep) struct hold *nothing = hold_new(request->parent, "");
	struct err *e = op_wait(ops, &wait);

	if (!e)
		hold_take_registration(ops->env, request->parent);
	if (!e)
		e = start_wanted(ops, request, lock, hold);
	if (!e)
		e = hold_remove(ops->env, request->parent);
	/* It registered once more before the hold was lifted: nobody else starts what is auto. */
	if (!e && hold_take_registration(ops->env, request->parent))
		e = start_wanted(ops, request, lock, nothing);
	return e;
}

static err_t lock_exclusively(struct ops *ops, const char *parent, struct lock **ret)
{
	const struct deadline deadline = lock_deadline(ops->env);
	struct err *e = open_locks(ops);

	return e ? e : lock_parent(ops->locks, parent, LOCK_EXCLUSIVE, &deadline, ret);
}

static err_t resume(struct ops *ops, const struct drain_request *request)
{
	_cleanup_(lock_freep) struct lock *lock = NULL;
	_cleanup_(hold_freep) struct hold *hold = NULL;
	struct err *e = lock_exclusively(ops, request->parent, &lock);

	if (!e)
		e = hold_load(ops->env, request->parent, &hold);
	if (e)
		return e;
	if (!hold)
		return err_hint(err_new(ERR_EXISTS, "it is not held"),
				"there is nothing to resume");
	e = restore_held(ops, request, lock, hold);
	return err_hint(e, "it stays held; run 'mdevadm resume %s' again when that is mended",
			request->parent);
}

err_t op_resume(struct ops *ops, const struct drain_request *request)
{
	struct err *e = resume(ops, request);

	journal_parent(ops, "resume", request->parent, e);
	return err_wrap(e, "cannot resume parent '%s'", request->parent);
}

/* One that is held already keeps what is to be brought back. */
static err_t hold_parent(struct ops *ops, const char *parent, const char *reason)
{
	_cleanup_(lock_freep) struct lock *lock = NULL;
	_cleanup_(hold_freep) struct hold *hold = NULL;
	struct err *e = lock_exclusively(ops, parent, &lock);

	if (!e)
		e = hold_load(ops->env, parent, &hold);
	if (e)
		return e;
	if (!hold)
		hold = hold_new(parent, reason);
	free(hold->reason);
	hold->reason = mem_strdup(reason);
	return hold_save(ops->env, hold);
}

err_t op_hold(struct ops *ops, const char *parent, const char *reason)
{
	struct err *e = hold_parent(ops, parent, reason);

	journal_parent(ops, "hold", parent, e);
	return err_wrap(e, "cannot hold parent '%s'", parent);
}

err_t op_held_reason(struct ops *ops, const char *parent, char **ret)
{
	_cleanup_(hold_freep) struct hold *hold = NULL;
	struct err *e = hold_load(ops->env, parent, &hold);

	if (!e)
		*ret = hold ? take(hold->reason) : NULL;
	return e;
}
