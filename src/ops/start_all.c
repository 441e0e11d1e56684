/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting and stopping many devices. */
#include <string.h>

#include "base/interrupt.h"
#include "batch.h"
#include "start.h"
#include "stop.h"

#define LOOK_MS 200

/*
 * Waits for the claim a moment at a time, and looks between whether the parent has become held: a
 * drain that has its lock may be waiting for udev, and udev for this run. Then *ret stays NULL.
 */
static err_t claim_unless_held(struct ops *ops, const struct device *dev, struct claim **ret)
{
	const struct deadline deadline = lock_deadline(ops->env);
	bool is_held = false;
	struct err *e;

	do {
		const struct deadline moment = deadline_in(LOOK_MS);
		bool is_last = deadline_is_over(&deadline);

		e = claim_device_until(ops, &dev->uuid, dev->parent, &moment, ret);
		if (!e || err_kind(e) != ERR_BUSY || is_last || interrupt_is_pending())
			return e;
		err_free(e);
		e = hold_note_registration(ops->env, dev->parent, &is_held);
	} while (!e && !is_held);
	return e;
}

/* The definition is read again under the lock: it may have changed since it was listed. */
static err_t start_defined(struct ops *ops, const struct device *listed, void *data)
{
	const struct start_all_request *request = data;
	_cleanup_(claim_freep) struct claim *claim = NULL;
	_cleanup_(device_freep) struct device *dev = NULL;
	struct err *e = request->only_auto
				? claim_unless_held(ops, listed, &claim)
				: claim_device(ops, &listed->uuid, listed->parent, &claim);

	if (e || !claim)
		return e;
	e = start_prepare(ops, claim);
	if (!e)
		e = store_load(ops->store, listed->parent, &listed->uuid, &dev);
	if (e || !dev || (request->only_auto && dev->start != DEVICE_START_AUTO) ||
	    runs_as_defined(claim->running, dev))
		return e;
	return start_claimed(ops, claim, dev, &(struct start_how){ .force = request->force });
}

/* Adds the definitions that are wanted. */
static err_t list_wanted(const struct ops *ops, const struct start_all_request *request,
			 struct device_list *ret)
{
	_cleanup_(device_list_clear) struct device_list all = { 0 };
	struct err *e = store_load_all(ops->store, NULL, request->parent, &all);

	for (size_t i = 0; i < all.count; i++)
		if (!request->only_auto || all.items[i]->start == DEVICE_START_AUTO)
			device_list_add(ret, take(all.items[i]));
	ret->left_out = all.left_out;
	return e;
}

err_t op_start_all(struct ops *ops, const struct start_all_request *request)
{
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	_cleanup_(dir_freep) struct dir *parent = NULL;
	struct start_all_request copy = *request;
	struct err *e = list_wanted(ops, request, &devices);

	/* Said once, and not of each device. */
	if (!e && devices.count && request->parent)
		e = err_wrap(sysfs_open_parent(ops->sysfs, request->parent, &parent),
			     "cannot start the devices of parent '%s'", request->parent);
	if (!e && devices.count)
		e = batch_run(ops, &devices, request->jobs, "start", start_defined, &copy);
	if (!e && devices.left_out)
		e = err_new(ERR_PARTIAL, "%zu definitions could not be read", devices.left_out);
	return e;
}

err_t op_start_parent(struct ops *ops, const char *parent, unsigned jobs)
{
	const struct start_all_request request = { .parent = parent,
						   .only_auto = true,
						   .jobs = jobs };
	bool noted = false;
	struct err *e = hold_note_registration(ops->env, parent, &noted);

	if (e)
		return e;
	if (noted) {
		env_warn(ops->env, err_hint(err_new(ERR_BUSY,
						    "parent '%s' is held: its devices are started "
						    "when the hold is lifted",
						    parent),
					    "'mdevadm resume %s' lifts it", parent));
		return NULL;
	}
	return op_start_all(ops, &request);
}

struct stop_all {
	const struct stop_all_request *request;
	const struct users *users;
};

static err_t stop_listed(struct ops *ops, const struct device *listed, void *data)
{
	const struct stop_all *all = data;
	_cleanup_(claim_freep) struct claim *claim = NULL;
	bool was_held;
	struct err *e = claim_device(ops, &listed->uuid, NULL, &claim);

	if (!e)
		e = repair_claimed(ops, claim);
	/* It has gone meanwhile, or is another one: then nothing of what was listed is left. */
	if (e || !claim->running || strcmp(claim->running->parent, listed->parent) != 0)
		return e;
	e = stop_claimed(ops, claim,
			 &(struct stop_how){ .force = all->request->force,
					     .timeout_ms = all->request->timeout_ms,
					     .users = all->users });
	return e ? e : hold_strike(ops->env, &listed->uuid, &was_held);
}

err_t op_stop_all(struct ops *ops, const struct stop_all_request *request)
{
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	_cleanup_(users_freep) struct users *users = NULL;
	const struct list_request list = { .parent = request->parent };
	struct stop_all all = { .request = request };
	struct err *e = op_list(ops, &list, &devices);

	if (e || !devices.count)
		return e;
	env_warn(ops->env, users_read(ops->env, &users));
	all.users = users;
	return batch_run(ops, &devices, request->jobs, "stop", stop_listed, &all);
}
