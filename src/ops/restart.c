/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Under the parent's exclusive lock, as a drain: between stop and start nobody else can take the
 * room. All that would keep the device from being started is looked at before it is stopped.
 */
#include <string.h>

#include "as_ran.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "hold.h"
#include "kernel/mdev.h"
#include "repair.h"
#include "request.h"
#include "start.h"
#include "stop.h"

static err_t does_not_run(const struct uuid *uuid)
{
	return err_hint(err_new(ERR_NOT_FOUND, "it does not run"), "'mdevadm start %s' starts it",
			uuid->text);
}

/* As it ran, or as it is defined on the parent where it runs. */
static err_t describe(const struct claim *claim, const struct restart_request *request,
		      struct device **ret)
{
	const struct device *running = claim->running;
	const char *parent;

	if (!running->type || running->state != DEVICE_STATE_RUNNING)
		return err_hint(err_new(ERR_FAILED, "it is not whole: it is going, or stuck"),
				"'mdevadm stop %s' says more", claim->uuid.text);
	if (request->is_defined) {
		TRY(choose_definition(&claim->defined, running->parent, &parent));
		TRY(store_load(claim->ops->store, parent, &claim->uuid, ret));
		return *ret ? NULL : does_not_run(&claim->uuid);
	}
	*ret = device_copy(running);
	return as_ran_learn(claim->ops, *ret, request->force);
}

static err_t check_startable(const struct claim *claim, const struct device *dev)
{
	_cleanup_(holder_clear) struct holder holder = { 0 };
	_cleanup_(dir_freep) struct dir *parent = NULL;
	bool has_type;

	TRY(hold_look(claim->ops, dev->parent, &holder));
	if (holder.name)
		return err_hint(
			err_new(ERR_BUSY, "parent '%s' is held: %s", dev->parent, holder.reason),
			"'mdevadm resume %s' lifts the hold", holder.name);
	TRY(sysfs_open_parent(claim->ops->sysfs, dev->parent, &parent));
	TRY(sysfs_has_type(parent, dev->type, &has_type));
	if (has_type)
		return NULL;
	return sysfs_hint_type(
		err_new(ERR_NOT_FOUND, "parent '%s' has no type '%s'", dev->parent, dev->type),
		parent, dev->parent, dev->type);
}

static err_t restart_claimed(struct claim *claim, const struct restart_request *request)
{
	const struct stop_how stop = { .force = request->force,
				       .deadline = deadline_in(request->timeout_ms) };
	const struct start_how start = { .force = request->force };
	_cleanup_(device_freep) struct device *dev = NULL;

	TRY(describe(claim, request, &dev));
	TRY(err_wrap(check_startable(claim, dev), "it was not stopped"));
	TRY(interrupt_check());
	TRY(stop_claimed(claim, &stop));
	device_free(take(claim->running));
	return err_hint(err_wrap(start_claimed(claim, dev, &start),
				 "it was stopped, and cannot be started again"),
			"mend that, and start it with 'mdevadm start'");
}

/* Where it runs is only sure under the lock: *ret is false if it had moved. */
static err_t try_restart(struct ops *ops, const struct restart_request *request, bool *ret)
{
	const struct deadline deadline = lock_deadline(ops->env);
	_cleanup_(device_freep) struct device *running = NULL;
	_cleanup_(cover_clear) struct cover cover = { 0 };
	_cleanup_(claim_freep) struct claim *claim = NULL;

	TRY(mdev_find(ops->sysfs, &request->uuid, &running));
	if (!running)
		return does_not_run(&request->uuid);
	TRY(cover_parent(ops, running->parent, LOCK_EXCLUSIVE, &deadline, &cover));
	TRY(claim_under(ops, &request->uuid, &cover, &deadline, &claim));
	TRY(repair_claimed(claim));
	*ret = !claim->running || strcmp(claim->running->parent, running->parent) == 0;
	if (!*ret)
		return NULL;
	return claim->running ? restart_claimed(claim, request) : does_not_run(&request->uuid);
}

/* Without a lock while it waits for users: others may go on with the device. */
static err_t restart(struct ops *ops, const struct restart_request *request)
{
	const struct deadline deadline = deadline_in(request->wait_users_ms);

	for (;;) {
		bool is_last = deadline_is_over(&deadline) || interrupt_is_pending();
		bool is_done = false;
		struct err *e = try_restart(ops, request, &is_done);

		if (!e && is_done)
			return NULL;
		if (e && (err_kind(e) != ERR_IN_USE || is_last))
			return e;
		err_free(e);
		deadline_sleep(&deadline, USERS_PAUSE_MS);
	}
}

err_t op_restart(struct ops *ops, const struct restart_request *request)
{
	return err_wrap(restart(ops, request), "cannot restart %s", request->uuid.text);
}
