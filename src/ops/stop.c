/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stop.h"

#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "journal.h"
#include "kernel/mdev.h"
#include "repair.h"
#include "write.h"

/* Who cannot be seen cannot be named; the kernel waits for them all the same. */
static err_t check_unused(const struct claim *claim, struct users *users)
{
	_cleanup_(users_freep) struct users *own = users_new(claim->ops->env, claim->ops->sysfs);
	_cleanup_(mem_freep) char *who = NULL;

	TRY(users_of(users ? users : own, claim->running, &who));
	if (!who)
		return NULL;
	return err_hint(err_new(ERR_IN_USE, "it is in use by %s", who),
			"end that first, or wait for it with --wait-users SEC");
}

/* What scripts are told of the attributes: what was started, else what is defined. */
static err_t describe_running(const struct claim *claim, struct device **ret)
{
	const struct device *running = claim->running;
	const struct record *record = claim->record;
	_cleanup_(device_freep) struct device *dev = NULL;
	struct err *e;

	if (record->state == RECORD_RUNNING) {
		*ret = device_copy(record->dev);
		return NULL;
	}
	e = store_load(claim->ops->store, running->parent, &running->uuid, &dev);
	if (e && err_kind(e) != ERR_INVALID)
		return e;
	err_free(e);
	if (!dev)
		dev = device_new(&running->uuid, running->parent,
				 running->type ? running->type : "");
	/* What is stopped is what runs, whatever it is defined as. */
	if (running->type && strcmp(dev->type, running->type) != 0) {
		free(dev->type);
		dev->type = mem_strdup(running->type);
	}
	*ret = take(dev);
	return NULL;
}

/* What a stop has in hand. */
struct stop {
	struct claim *claim;
	const struct device *dev;
	const struct stop_how *how;
	struct err *unnoted; /* the device is gone, and that could not be noted */
};

/* That the device is gone, in its record. */
static err_t note_gone(const struct stop *stop)
{
	struct record *record = stop->claim->record;

	record_set_stopped(record);
	if (!stop->how->keeps_drained)
		record_set_not_drained(record);
	return err_hint(err_wrap(record_save(stop->claim->ops->env, record),
				 "the stop took effect, the device is gone, but that cannot be "
				 "noted"),
			"'mdevadm stop --uuid %s' notes it", record->uuid.text);
}

static err_t take_down(struct ops *ops, void *data)
{
	struct stop *stop = data;
	bool goes_on = false;
	struct err *e;

	/* A script may have taken its time: somebody may have opened the device since. */
	if (callouts_are_there(ops->callouts))
		TRY(check_unused(stop->claim, stop->how->users));
	e = write_remove(stop->claim, stop->dev->parent, &stop->how->deadline, &goes_on);
	if (goes_on && stop->how->ret_goes_on)
		*stop->how->ret_goes_on = true;
	/* Scripts are told of the device, and not of its record. */
	if (!e)
		stop->unnoted = note_gone(stop);
	return e;
}

/* The removal that is under way is somebody else's, or that of a run that gave up waiting. */
static err_t wait_for_going_one(const struct stop *stop)
{
	const struct device *running = stop->claim->running;
	bool gone = false;

	TRY(mdev_wait_gone(stop->claim->ops->sysfs, running->parent, &running->uuid,
			   &stop->how->deadline, &gone));
	return gone ? note_gone(stop) : mdev_removal_blocks();
}

err_t stop_claimed(struct claim *claim, const struct stop_how *how)
{
	_cleanup_(device_freep) struct device *dev = NULL;
	struct stop stop = { .claim = claim, .how = how };
	struct err *e;

	if (claim->running->state == DEVICE_STATE_REMOVING)
		return wait_for_going_one(&stop);
	TRY(check_unused(claim, how->users));
	TRY(describe_running(claim, &dev));
	stop.dev = dev;
	e = action_run(claim->ops, ACTION_STOP, dev, how->force, take_down, &stop);
	return err_also(e, stop.unnoted);
}

static err_t not_running(const struct claim *claim)
{
	if (claim->defined.count)
		return err_hint(err_new(ERR_EXISTS, "it is defined and does not run"),
				"there is nothing to stop");
	return err_hint(err_new(ERR_NOT_FOUND, "there is no such device"),
			"'mdevadm list' shows what runs");
}

/* Whoever stops a device does not want a drain to bring it back. */
static err_t give_up_drained(struct claim *claim)
{
	_cleanup_(mem_freep) char *parent = mem_strdup(claim->record->drained->parent);
	struct err *e;

	record_set_not_drained(claim->record);
	e = record_save(claim->ops->env, claim->record);
	journal_device(claim->ops->env, "give up", &claim->uuid, parent, e);
	return e;
}

/* *ret_begun: the removal was begun, and goes on whatever the result is. */
static err_t stop(struct ops *ops, const struct stop_request *request,
		  const struct deadline *unused_deadline, bool *ret_begun)
{
	const struct claim_request wanted = { .uuid = request->uuid,
					      .deadline = lock_deadline(ops->env) };
	struct stop_how how = { .force = request->force, .ret_goes_on = ret_begun };
	_cleanup_(claim_freep) struct claim *claim = NULL;
	bool was_there;

	TRY(claim_device(ops, &wanted, &claim));
	was_there = claim->running != NULL;
	TRY(repair_claimed(claim));
	how.deadline = deadline_later(deadline_in(request->timeout_ms), *unused_deadline);
	if (claim->running)
		return stop_claimed(claim, &how);
	if (claim->record->drained)
		return give_up_drained(claim);
	return was_there || request->ensures ? NULL : not_running(claim);
}

/* Without a lock while it waits: others may go on with the device. */
static err_t stop_when_unused(struct ops *ops, const struct stop_request *request)
{
	const struct deadline deadline = deadline_in(request->wait_users_ms);
	bool is_begun = false;
	struct err *e = stop(ops, request, &deadline, &is_begun);

	while (e && err_kind(e) == ERR_IN_USE && !is_begun && !deadline_is_over(&deadline) &&
	       !interrupt_is_pending()) {
		err_free(e);
		deadline_sleep(&deadline, USERS_PAUSE_MS);
		e = stop(ops, request, &deadline, &is_begun);
	}
	return e;
}

err_t op_stop(struct ops *ops, const struct stop_request *request)
{
	return err_wrap(stop_when_unused(ops, request), "cannot stop %s", request->uuid.text);
}
