/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two passes under the parent's exclusive lock, which alone keeps other runs' writes away. The
 * first one looks at each device, and changes nothing; the second one stops them. The hold is
 * written between the two, and how a device comes back is in its record before it is stopped: a
 * drain that dies at any point leaves a held parent, and op_resume() goes on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "as_ran.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "batch.h"
#include "command.h"
#include "journal.h"
#include "kernel/mdev.h"
#include "repair.h"
#include "resume.h"
#include "start.h"
#include "stop.h"

/* As many descriptors as stopping or starting one device takes at most: locks, pipes, a script. */
#define DESCRIPTORS_A_JOB 24

struct drain {
	struct ops *ops;
	const struct drain_request *request;
	struct deadline deadline; /* for the locks, and for what is going by another's hand */
	struct cover cover;
	struct strlist parents;	    /* those that are drained: see list_group() */
	struct held *held;	    /* with this drain's part; NULL until it is written */
	struct users *users;	    /* of a pass */
	struct device_list devices; /* as they are to be started again */
	struct err *in_use;	    /* all that the first pass has found */
	unsigned jobs;
};

static err_t list_children(const struct ops *ops, const struct strlist *parents,
			   struct device_list *ret)
{
	for (size_t i = 0; i < parents->count; i++)
		TRY(mdev_list_children(ops->sysfs, parents->items[i], ret));
	return NULL;
}

err_t op_drain_preview(struct ops *ops, const char *parent, struct device_list *ret)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };
	struct err *e = check_group(ops, parent);

	if (!e)
		e = list_group(ops, parent, &parents);
	if (!e)
		e = list_children(ops, &parents, ret);
	return err_wrap(e, "cannot drain parent '%s'", parent);
}

static err_t stuck(const struct device *dev)
{
	return err_hint(err_new(ERR_FAILED,
				"%s is stuck: something removed it while it was being created, and "
				"only unloading the parent's driver removes it",
				dev->uuid.text),
			"'mdevadm stop --all --parent %s', load the driver anew, and then "
			"'mdevadm start-parent-mdevs %s'",
			dev->parent, dev->parent);
}

/*
 * Somebody else removes it. What looks stuck, or has no type, may be going as well: see STUCK_MS.
 */
static err_t wait_for_going(const struct drain *drain, struct claim *claim)
{
	const struct deadline moment = deadline_in(STUCK_MS);
	bool gone;

	if (claim->running->state == DEVICE_STATE_STUCK || !claim->running->type) {
		TRY(mdev_wait_gone(drain->ops->sysfs, claim->running->parent, &claim->uuid, &moment,
				   &gone));
		TRY(claim_look_again(claim));
	}
	if (!claim->running || claim->running->state != DEVICE_STATE_REMOVING)
		return NULL;
	TRY(mdev_wait_gone(drain->ops->sysfs, claim->running->parent, &claim->uuid,
			   &drain->deadline, &gone));
	if (!gone)
		return err_wrap(mdev_removal_blocks(), "%s", claim->uuid.text);
	return claim_look_again(claim);
}

/* Whether that is there which the drain has to stop. */
static bool has_device(const struct drain *drain, const struct claim *claim)
{
	return claim->running && strlist_has(&drain->parents, claim->running->parent);
}

static err_t learn_attrs(struct ops *ops, struct device *dev, void *data)
{
	const struct drain *drain = data;

	return as_ran_learn(ops, dev, drain->request->force);
}

static err_t check_has_type(const struct device *dev)
{
	if (dev->type)
		return NULL;
	return err_hint(err_new(ERR_FAILED, "%s has no type", dev->uuid.text),
			"see whether its driver is bound to it; 'mdevadm stop --uuid %s'",
			dev->uuid.text);
}

static err_t look_at_users(struct drain *drain, const struct device *dev)
{
	_cleanup_(mem_freep) char *who = NULL;

	TRY(users_of(drain->users, dev, &who));
	if (who)
		drain->in_use = err_also(drain->in_use, err_new(ERR_IN_USE, "%s is in use by %s",
								dev->uuid.text, who));
	return NULL;
}

static err_t look_at(struct drain *drain, const struct uuid *uuid)
{
	_cleanup_(claim_freep) struct claim *claim = NULL;

	TRY(claim_under(drain->ops, uuid, &drain->cover, &drain->deadline, &claim));
	if (has_device(drain, claim))
		TRY(wait_for_going(drain, claim));
	TRY(repair_claimed(claim));
	if (!has_device(drain, claim))
		return NULL;
	if (claim->running->state == DEVICE_STATE_STUCK)
		return stuck(claim->running);
	TRY(check_has_type(claim->running));
	TRY(look_at_users(drain, claim->running));
	device_list_add(&drain->devices, device_copy(claim->running));
	return interrupt_check();
}

/* The first pass. */
static err_t look_at_all(struct drain *drain)
{
	_cleanup_(device_list_clear) struct device_list children = { 0 };

	TRY(list_children(drain->ops, &drain->parents, &children));
	for (size_t i = 0; i < children.count; i++)
		TRY(look_at(drain, &children.items[i]->uuid));
	TRY(err_hint(take(drain->in_use), "end that first, or wait for it with --wait-users SEC"));
	return batch_run(drain->ops, &drain->devices, drain->jobs, "tell the attributes of",
			 learn_attrs, drain);
}

/* Fewer jobs where descriptors are short: with none for one job, nothing is begun. */
static err_t reserve_descriptors(struct drain *drain)
{
	size_t wanted = (size_t)drain->request->jobs * DESCRIPTORS_A_JOB;
	_cleanup_(mem_freep) int *fds = mem_alloc(wanted * sizeof(*fds));
	int any = lock_fd(drain->cover.items[0].lock);
	size_t count = 0;
	int errnum = 0;

	while (count < wanted && !errnum) {
		fds[count] = fcntl(any, F_DUPFD_CLOEXEC, 0);
		if (fds[count] < 0)
			errnum = errno;
		else
			count++;
	}
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
	drain->jobs = (unsigned)(count / DESCRIPTORS_A_JOB);
	if (drain->jobs)
		return NULL;
	return err_hint(err_errno(errnum, "there are not enough descriptors"),
			"allow more, with 'ulimit -n' or the unit's LimitNOFILE=");
}

/* One that is there already, of a drain that ended or died, goes on under its name. */
static err_t write_hold(struct drain *drain)
{
	const struct drain_request *request = drain->request;
	_cleanup_(device_list_clear) struct device_list void_ones = { 0 };
	_cleanup_(held_freep) struct held *held = NULL;

	TRY(hold_load_living(drain->ops, request->parent, &held));
	if (!held || !held->drain) {
		TRY(list_drained(drain->ops, request->parent, NULL, &void_ones));
		TRY(strike_drained(drain->ops, request->parent, &void_ones));
	}
	if (!held)
		held = held_new(request->parent);
	if (!held->drain) {
		TRY(held_set_drain(held, request->reason ? request->reason : "it is drained"));
		TRY(held_save(drain->ops->env, held));
	}
	drain->held = take(held);
	return NULL;
}

/* One that is going has no type any more. */
static bool is_another(const struct device *running, const struct device *dev)
{
	return running->type && strcmp(running->type, dev->type) != 0;
}

static err_t stop_drained(struct ops *ops, struct device *dev, void *data)
{
	struct drain *drain = data;
	/* One of its own: with the hold written, giving up is worse than a longer wait. */
	const struct deadline deadline = lock_deadline(ops->env);
	const struct stop_how how = { .force = drain->request->force,
				      .deadline = deadline_in(drain->request->timeout_ms),
				      .users = drain->users,
				      .keeps_drained = true };
	_cleanup_(claim_freep) struct claim *claim = NULL;

	TRY(claim_under(ops, &dev->uuid, &drain->cover, &deadline, &claim));
	/* First: then it comes back, whatever dies or goes from here on. */
	record_set_drained(claim->record, dev, drain->held->parent, drain->held->name);
	TRY(record_save(ops->env, claim->record));
	if (!has_device(drain, claim))
		return NULL;
	if (strcmp(claim->running->parent, dev->parent) != 0 || is_another(claim->running, dev))
		return err_new(ERR_FAILED, "it is not what it was a moment ago");
	return stop_claimed(claim, &how);
}

/* What was seen is believed, and not that each stop succeeded. */
static err_t check_empty(const struct drain *drain)
{
	_cleanup_(device_list_clear) struct device_list children = { 0 };

	TRY(list_children(drain->ops, &drain->parents, &children));
	if (!children.count)
		return NULL;
	if (children.count == 1)
		return err_new(ERR_FAILED, "%s is still there", children.items[0]->uuid.text);
	return err_new(ERR_FAILED, "%s is still there, one of %zu", children.items[0]->uuid.text,
		       children.count);
}

/* The second pass. */
static err_t stop_all_on(struct drain *drain)
{
	users_free(drain->users);
	drain->users = users_new(drain->ops->env, drain->ops->sysfs);
	TRY(batch_run(drain->ops, &drain->devices, drain->jobs, "stop", stop_drained, drain));
	return check_empty(drain);
}

/* Only if it came so far. */
static err_t say_held(const struct drain *drain, struct err *e)
{
	const char *parent = drain->request->parent;
	_cleanup_(held_freep) struct held *held = NULL;

	if (!e)
		return NULL;
	err_free(held_load(drain->ops->env, parent, &held));
	if (!held || !held->drain)
		return e;
	return err_hint(e, "parent '%s' stays held; 'mdevadm resume %s' starts its devices again",
			parent, parent);
}

/* What is auto and fails is warned about; it is not what was stopped. */
static err_t bring_back(struct drain *drain)
{
	const struct resume_request request = { .parent = drain->request->parent,
						.jobs = drain->jobs,
						.force = drain->request->force,
						.timeout_ms = drain->request->timeout_ms };
	const struct deadline deadline = deadline_in(request.timeout_ms);
	struct err *failed = NULL;
	struct err *e;

	TRY(sysfs_wait_for_parent(drain->ops->sysfs, request.parent, NULL, 0, &deadline));
	e = resume_locked(drain->ops, &request, &drain->cover, drain->held, &failed);
	env_warn(drain->ops->env, failed);
	return e;
}

/* All that comes before the first change. */
static err_t prepare(struct drain *drain)
{
	TRY(reserve_descriptors(drain));
	TRY(look_at_all(drain));
	return interrupt_check();
}

static err_t drain_locked(struct drain *drain, int *ret_status)
{
	char *const *command = drain->request->command;
	struct err *e;

	TRY(check_group(drain->ops, drain->request->parent));
	TRY(cover_new_functions(drain->ops, drain->request->parent, &drain->deadline,
				&drain->cover));
	TRY(list_group(drain->ops, drain->request->parent, &drain->parents));
	TRY(err_wrap(prepare(drain), "nothing was changed"));
	e = write_hold(drain);
	if (!e)
		e = stop_all_on(drain);
	if (!e && command)
		e = command_run(drain->ops->env, command, drain->request->output, ret_status);
	if (!e && command)
		e = bring_back(drain);
	return say_held(drain, e);
}

static void drain_clear(struct drain *drain)
{
	cover_clear(&drain->cover);
	strlist_clear(&drain->parents);
	held_free(drain->held);
	users_free(drain->users);
	device_list_clear(&drain->devices);
	err_free(drain->in_use);
}

/* *ret_is_begun: something was changed. */
static err_t try_drain(struct ops *ops, const struct drain_request *request, int *ret_status,
		       bool *ret_is_begun)
{
	_cleanup_(drain_clear) struct drain drain = { .ops = ops,
						      .request = request,
						      .deadline = lock_deadline(ops->env),
						      .users = users_new(ops->env, ops->sysfs) };
	struct err *e;

	TRY(cover_parent(ops, request->parent, LOCK_EXCLUSIVE, &drain.deadline, &drain.cover));
	e = drain_locked(&drain, ret_status);
	*ret_is_begun = drain.held != NULL;
	return e;
}

/*
 * A mistyped name gets no lock. But the parent may be away because of another drain's command: then
 * its lock is worth waiting for.
 */
static err_t check_known(const struct ops *ops, const char *parent)
{
	_cleanup_(held_freep) struct held *held = NULL;
	struct err *e = check_group(ops, parent);
	struct err *unknown;

	if (!e || err_kind(e) != ERR_NOT_FOUND)
		return e;
	unknown = held_load(ops->env, parent, &held);
	if (!held)
		return err_also(e, unknown);
	err_free(e);
	return NULL;
}

/* Without a lock while it waits: others may go on with the parent. */
static err_t drain(struct ops *ops, const struct drain_request *request, int *ret_status)
{
	const struct deadline deadline = deadline_in(request->wait_users_ms);

	if (request->reason)
		TRY(held_check_reason(request->reason));
	if (request->command)
		TRY(command_check(request->command, ret_status));
	TRY(check_known(ops, request->parent));
	for (;;) {
		bool is_last = deadline_is_over(&deadline) || interrupt_is_pending();
		bool is_begun = false;
		struct err *e = try_drain(ops, request, ret_status, &is_begun);

		if (!e || err_kind(e) != ERR_IN_USE || is_begun || is_last)
			return e;
		err_free(e);
		deadline_sleep(&deadline, USERS_PAUSE_MS);
	}
}

err_t op_drain(struct ops *ops, const struct drain_request *request, int *ret_status)
{
	struct err *e;

	*ret_status = 0;
	e = drain(ops, request, ret_status);
	journal_parent(ops->env, "drain", request->parent, e);
	return err_wrap(e, "cannot drain parent '%s'", request->parent);
}
