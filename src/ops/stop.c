/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stop.h"

#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "kernel/users.h"

#define LOOK_MS 100

/* Who cannot be seen cannot be named; the kernel waits for them all the same. */
static err_t check_unused(const struct ops *ops, const struct device *dev,
			  const struct users *users)
{
	_cleanup_(users_freep) struct users *own = NULL;
	_cleanup_(mem_freep) char *who = NULL;
	struct err *e = users ? NULL : users_read(ops->env, &own);

	if (e) {
		err_free(e);
		return NULL;
	}
	e = users_of(users ? users : own, ops->sysfs, dev, &who);
	if (e || !who)
		return e;
	return err_hint(err_new(ERR_IN_USE, "it is in use by %s", who),
			"end that first, or wait for it with --wait-users SEC");
}

/* What a stop has in hand. */
struct stop {
	const struct claim *claim;
	const struct device *dev;
	int timeout_ms;
};

static err_t take_down(struct ops *ops, void *data)
{
	const struct stop *stop = data;
	const struct deadline deadline = deadline_in(stop->timeout_ms);

	return remove_claimed(ops, stop->claim, stop->dev, &deadline);
}

/* What scripts are told of the attributes: what was started, else what is defined. */
static err_t describe(const struct ops *ops, const struct claim *claim, struct device **ret)
{
	const struct device *running = claim->running;
	const struct record *record = claim->record;
	_cleanup_(device_freep) struct device *dev = NULL;
	struct err *e;

	if (record && record->state == RECORD_RUNNING) {
		*ret = device_copy(record->dev);
		return NULL;
	}
	e = store_load(ops->store, running->parent, &running->uuid, &dev);
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

/* The removal that is under way is somebody else's, or that of a run that gave up waiting. */
static err_t wait_for_removal(struct ops *ops, const struct claim *claim, int timeout_ms)
{
	const struct deadline deadline = deadline_in(timeout_ms);
	const struct device *running = claim->running;
	bool gone = false;
	struct err *e =
		mdev_wait_gone(ops->sysfs, running->parent, &running->uuid, &deadline, &gone);

	return e || gone ? e : mdev_removal_blocks();
}

err_t stop_claimed(struct ops *ops, struct claim *claim, const struct stop_how *how)
{
	_cleanup_(device_freep) struct device *dev = NULL;
	struct stop stop = { .claim = claim, .timeout_ms = how->timeout_ms };
	struct err *e;

	if (claim->running->state == DEVICE_STATE_REMOVING)
		return wait_for_removal(ops, claim, how->timeout_ms);
	e = check_unused(ops, claim->running, how->users);
	if (!e)
		e = describe(ops, claim, &dev);
	if (e)
		return e;
	stop.dev = dev;
	return action_run(ops, claim, ACTION_STOP, dev, how->force, take_down, &stop);
}

static err_t not_running(const struct claim *claim)
{
	if (claim->defined.count)
		return err_hint(err_new(ERR_EXISTS, "it is defined and does not run"),
				"there is nothing to stop");
	return err_hint(err_new(ERR_NOT_FOUND, "there is no such device"),
			"'mdevadm list' shows what runs");
}

static err_t stop(struct ops *ops, const struct stop_request *request)
{
	_cleanup_(claim_freep) struct claim *claim = NULL;
	bool was_running;
	bool was_held = false;
	struct err *e = claim_device(ops, &request->uuid, NULL, &claim);

	if (e)
		return e;
	was_running = claim->running != NULL;
	e = repair_claimed(ops, claim);
	if (e)
		return e;
	if (claim->running)
		e = stop_claimed(ops, claim,
				 &(struct stop_how){ .force = request->force,
						     .timeout_ms = request->timeout_ms });
	/* Whoever stops it does not want a drain to bring it back. */
	if (!e)
		e = hold_strike(ops->env, &request->uuid, &was_held);
	return e || was_running || was_held ? e : not_running(claim);
}

/* Without a lock while it waits: others may go on with the device. */
static err_t stop_when_unused(struct ops *ops, const struct stop_request *request)
{
	const struct deadline deadline = deadline_in(request->wait_users_ms);
	struct err *e = stop(ops, request);

	while (e && err_kind(e) == ERR_IN_USE && !deadline_is_over(&deadline) &&
	       !interrupt_is_pending()) {
		err_free(e);
		deadline_sleep(&deadline, LOOK_MS);
		e = stop(ops, request);
	}
	return e;
}

err_t op_stop(struct ops *ops, const struct stop_request *request)
{
	return err_wrap(stop_when_unused(ops, request), "cannot stop %s", request->uuid.text);
}
