/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Under the exclusive lock of the parent, and of its physical function, as a drain: between stop
 * and start nobody else can take the room. Hold, parent and type are looked at before the stop;
 * what else keeps the definition from being started shows then, and the device is started again as
 * it ran.
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

static err_t check_whole(const struct claim *claim)
{
	if (claim->running->type && claim->running->state == DEVICE_STATE_RUNNING)
		return NULL;
	return err_hint(err_new(ERR_FAILED, "it is not whole: it is going, or stuck"),
			"'mdevadm stop %s' says more", claim->uuid.text);
}

/* As it is defined on the parent where it runs. */
static err_t load_defined(const struct claim *claim, struct device **ret)
{
	const char *parent;

	TRY(choose_definition(&claim->defined, claim->running->parent, &parent));
	TRY(store_load(claim->ops->store, parent, &claim->uuid, ret));
	return *ret ? NULL : does_not_run(&claim->uuid);
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

/* What it was is known to nobody any more, if it is not defined. */
static err_t say_lost(struct err *e, const struct device *ran)
{
	_cleanup_(mem_freep) char *line = device_to_line(ran);

	return err_also(
		err_wrap(e, "it was stopped, and cannot be started again"),
		err_hint(err_new(ERR_FAILED, "it ran on parent '%s' as %s", ran->parent, line),
			 "'mdevadm start --uuid %s --parent %s --jsonfile -' reads that",
			 ran->uuid.text, ran->parent));
}

static err_t start_again(struct claim *claim, const struct device *dev, const struct device *ran,
			 const struct start_how *how)
{
	struct err *e = start_claimed(claim, dev, how);
	struct err *failed;

	if (!e || err_has_effect(e))
		return e;
	if (dev == ran)
		return say_lost(e, ran);
	failed = start_claimed(claim, ran, how);
	if (failed)
		return say_lost(err_also(e, failed), ran);
	return err_wrap(e, "it runs again as it did");
}

static err_t restart_claimed(struct claim *claim, const struct restart_request *request)
{
	const struct stop_how stop = { .force = request->force,
				       .deadline = deadline_in(request->timeout_ms) };
	const struct start_how start = { .force = request->force };
	_cleanup_(device_freep) struct device *defined = NULL;
	_cleanup_(device_freep) struct device *ran = NULL;
	const struct device *dev;

	TRY(check_whole(claim));
	ran = device_copy(claim->running);
	TRY(as_ran_learn(claim->ops, ran, request->force));
	if (request->is_defined)
		TRY(load_defined(claim, &defined));
	dev = defined ? defined : ran;
	TRY(err_wrap(check_startable(claim, dev), "it was not stopped"));
	TRY(interrupt_check());
	TRY(stop_claimed(claim, &stop));
	device_free(take(claim->running));
	return start_again(claim, dev, ran, &start);
}

/* Where it runs is only sure under the lock: *ret is false if it had moved. */
static err_t try_restart(struct ops *ops, const struct restart_request *request, bool *ret)
{
	const struct deadline deadline = lock_deadline(ops->env);
	_cleanup_(device_freep) struct device *running = NULL;
	_cleanup_(mem_freep) char *physical = NULL;
	_cleanup_(cover_clear) struct cover cover = { 0 };
	_cleanup_(claim_freep) struct claim *claim = NULL;

	TRY(mdev_find(ops->sysfs, &request->uuid, &running));
	if (!running)
		return does_not_run(&request->uuid);
	TRY(sysfs_physical_function(ops->sysfs, running->parent, &physical));
	TRY(cover_parent(ops, physical ? physical : running->parent, LOCK_EXCLUSIVE, &deadline,
			 &cover));
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
