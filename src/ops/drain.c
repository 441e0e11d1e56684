/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The hold is written before the first device is stopped and says all that is needed to bring
 * them back: a drain that dies at any point leaves a held parent, and op_resume() goes on.
 */
#include "drain.h"

#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "batch.h"
#include "command.h"
#include "stop.h"

/* The devices of a parent, claimed one and all. */
struct claims {
	struct claim **items;
	size_t count;
};

static void claims_clear(struct claims *claims)
{
	for (size_t i = claims->count; i > 0; i--)
		claim_free(claims->items[i - 1]);
	free(claims->items);
	*claims = (struct claims){ 0 };
}

err_t op_drain_preview(struct ops *ops, const char *parent, struct device_list *ret)
{
	const struct list_request request = { .parent = parent };
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = sysfs_open_parent(ops->sysfs, parent, &dir);

	if (!e)
		e = op_list(ops, &request, ret);
	return err_wrap(e, "cannot drain parent '%s'", parent);
}

/* In the order of the UUIDs, so that two drains cannot wait for each other. */
static err_t claim_all(struct ops *ops, const char *parent, const struct lock *lock,
		       struct claims *ret)
{
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	const struct list_request request = { .parent = parent };
	struct err *e = op_list(ops, &request, &devices);

	ret->items = mem_zalloc(devices.count * sizeof(struct claim *));
	for (size_t i = 0; i < devices.count && !e; i++) {
		struct claim *claim;

		e = claim_under_parent(ops, &devices.items[i]->uuid, lock, &claim);
		if (!e)
			ret->items[ret->count++] = claim;
	}
	return e;
}

/* Whether that is there which the drain has to stop. */
static bool has_device(const struct claim *claim, const char *parent)
{
	return claim->running && claim->running->state == DEVICE_STATE_RUNNING &&
	       strcmp(claim->running->parent, parent) == 0;
}

/* Looks at all before anything is changed. */
static err_t check_unused(const struct ops *ops, const char *parent, const struct claims *claims,
			  const struct users *users)
{
	struct err *in_use = NULL;
	struct err *e = NULL;

	for (size_t i = 0; i < claims->count && !e; i++) {
		const struct claim *claim = claims->items[i];
		_cleanup_(mem_freep) char *who = NULL;

		if (!has_device(claim, parent))
			continue;
		e = users_of(users, ops->sysfs, claim->running, &who);
		if (!e && who)
			in_use = err_also(in_use, err_new(ERR_IN_USE, "%s is in use by %s",
							  claim->running->uuid.text, who));
	}
	return err_also(err_hint(in_use, "end that first; nothing was changed"), e);
}

/* The device as it has to be started again. */
static struct device *as_it_runs(const struct ops *ops, const struct claim *claim)
{
	const struct device *running = claim->running;
	struct device *dev = NULL;

	if (claim->record)
		return device_copy(claim->record->dev);
	env_warn(ops->env, store_load(ops->store, running->parent, &running->uuid, &dev));
	if (!dev)
		env_warn(ops->env,
			 err_new(ERR_FAILED,
				 "the attributes of %s are unknown: it will be started without",
				 running->uuid.text));
	return dev ? dev : device_copy(running);
}

static void add_to_hold(struct hold *hold, struct device *dev)
{
	for (size_t i = 0; i < hold->devices.count; i++) {
		if (!uuid_is_equal(&hold->devices.items[i]->uuid, &dev->uuid))
			continue;
		device_free(hold->devices.items[i]);
		hold->devices.items[i] = dev;
		return;
	}
	device_list_add(&hold->devices, dev);
}

static struct claim *find_claim(const struct claims *claims, const struct uuid *uuid)
{
	for (size_t i = 0; i < claims->count; i++)
		if (claims->items[i]->running &&
		    uuid_is_equal(&claims->items[i]->running->uuid, uuid))
			return claims->items[i];
	return NULL;
}

struct stops {
	const struct claims *claims;
	struct stop_how how;
};

static err_t stop_one(struct ops *ops, const struct device *dev, void *data)
{
	const struct stops *stops = data;

	return stop_claimed(ops, find_claim(stops->claims, &dev->uuid), &stops->how);
}

/* Writes the hold, then stops what runs. */
static err_t hold_and_stop(struct ops *ops, const struct drain_request *request,
			   const struct claims *claims, const struct users *users,
			   struct hold *hold)
{
	struct stops stops = { .claims = claims,
			       .how = { .force = request->force,
					.timeout_ms = request->timeout_ms,
					.users = users } };
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	struct err *e;

	for (size_t i = 0; i < claims->count; i++) {
		if (!has_device(claims->items[i], request->parent))
			continue;
		device_list_add(&devices, device_copy(claims->items[i]->running));
		add_to_hold(hold, as_it_runs(ops, claims->items[i]));
	}
	e = hold_save(ops->env, hold);
	if (e || !devices.count)
		return e;
	return batch_run(ops, &devices, request->jobs, "stop", stop_one, &stops);
}

/* Empties the parent and leaves it held. */
static err_t empty(struct ops *ops, const struct drain_request *request, const struct lock *lock,
		   struct hold *hold)
{
	_cleanup_(users_freep) struct users *users = NULL;
	_cleanup_(claims_clear) struct claims claims = { 0 };
	struct err *e = claim_all(ops, request->parent, lock, &claims);

	for (size_t i = 0; i < claims.count && !e; i++)
		e = repair_claimed(ops, claims.items[i]);
	if (!e)
		e = users_read(ops->env, &users);
	if (!e)
		e = check_unused(ops, request->parent, &claims, users);
	if (!e)
		e = interrupt_check();
	return e ? e : hold_and_stop(ops, request, &claims, users, hold);
}

/* Only if it came so far. */
static err_t say_held(const struct ops *ops, const char *parent, struct err *e)
{
	_cleanup_(hold_freep) struct hold *hold = NULL;

	err_free(hold_load(ops->env, parent, &hold));
	if (!hold)
		return e;
	return err_hint(e, "parent '%s' stays held; 'mdevadm resume %s' starts its devices again",
			parent, parent);
}

static err_t drain_locked(struct ops *ops, const struct drain_request *request,
			  const struct lock *lock, int *ret_status)
{
	_cleanup_(hold_freep) struct hold *hold = NULL;
	_cleanup_(dir_freep) struct dir *parent = NULL;
	struct err *e = sysfs_open_parent(ops->sysfs, request->parent, &parent);

	if (!e)
		e = hold_load(ops->env, request->parent, &hold);
	if (e)
		return e;
	if (!hold)
		hold = hold_new(request->parent,
				request->reason ? request->reason : "it is drained");

	e = empty(ops, request, lock, hold);
	if (!e && request->command)
		e = command_run(request->command, ret_status);
	if (!e && request->command)
		e = restore_held(ops, request, lock, hold);
	return e ? say_held(ops, request->parent, e) : NULL;
}

err_t op_drain(struct ops *ops, const struct drain_request *request, int *ret_status)
{
	const struct deadline deadline = lock_deadline(ops->env);
	_cleanup_(lock_freep) struct lock *lock = NULL;
	struct err *e = open_locks(ops);

	*ret_status = 0;
	if (!e)
		e = lock_parent(ops->locks, request->parent, LOCK_EXCLUSIVE, &deadline, &lock);
	if (!e)
		e = drain_locked(ops, request, lock, ret_status);
	journal_parent(ops, "drain", request->parent, e);
	return err_wrap(e, "cannot drain parent '%s'", request->parent);
}
