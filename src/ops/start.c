/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "start.h"

#include <errno.h>
#include <string.h>

#include "base/interrupt.h"

/* How long a device that is taken back may need to go. */
#define ROLL_BACK_MS 30000
/* How long the kernel may still count a device that was just stopped. */
#define STUCK_MS  500
#define LINGER_MS 5000
#define RETRY_MS  20

/* What a start has in hand. */
struct start {
	const struct claim *claim;
	const struct device *dev;
	struct record *record;
};

/*
 * After a removal, the UUID and the instance come back only when the last reference to the device
 * goes. Until then create says EEXIST of a device that nobody can see, or that none is left.
 */
static bool may_pass(const struct ops *ops, const struct uuid *uuid, const struct err *e)
{
	_cleanup_(device_freep) struct device *dev = NULL;
	struct err *look;

	if (err_errnum(e) == EEXIST) {
		look = mdev_find(ops->sysfs, uuid, &dev);
		err_free(look);
		return !look && (!dev || dev->state == DEVICE_STATE_REMOVING);
	}
	return (err_errnum(e) == ENOSPC || err_errnum(e) == EUSERS) &&
	       record_was_just_stopped(ops->env, uuid);
}

static err_t create(struct ops *ops, const struct device *dev)
{
	const struct deadline deadline = deadline_in(LINGER_MS);
	struct err *e = mdev_create(ops->sysfs, dev);

	while (e && !deadline_is_over(&deadline) && !interrupt_is_pending() &&
	       may_pass(ops, &dev->uuid, e)) {
		err_free(e);
		deadline_sleep(&deadline, RETRY_MS);
		e = mdev_create(ops->sysfs, dev);
	}
	return e;
}

/* The record says what was made before anything is written to it. */
static err_t configure(struct ops *ops, const struct start *start)
{
	const struct device *dev = start->dev;
	struct err *e;

	start->record->inode = mdev_inode(ops->sysfs, dev->parent, &dev->uuid);
	e = record_save(ops->env, start->record);
	if (!e)
		e = interrupt_check();
	if (!e)
		e = mdev_write_attrs(ops->sysfs, dev);
	if (!e && dev->attr_count &&
	    mdev_inode(ops->sysfs, dev->parent, &dev->uuid) != start->record->inode)
		e = err_new(ERR_FAILED, "the device went away while its attributes were written");
	if (e)
		return e;
	start->record->state = RECORD_RUNNING;
	return record_save(ops->env, start->record);
}

/* Creates and configures the device; on failure leaves no half-configured one behind. */
static err_t bring_up(struct ops *ops, void *data)
{
	const struct start *start = data;
	const struct deadline deadline = deadline_in(ROLL_BACK_MS);
	struct err *e = record_save(ops->env, start->record);
	struct err *undo;

	if (e)
		return e;
	e = create(ops, start->dev);
	if (e && (err_errnum(e) == EEXIST ||
		  !mdev_inode(ops->sysfs, start->dev->parent, &start->dev->uuid)))
		return err_also(e, record_remove(ops->env, &start->dev->uuid));
	if (!e)
		e = configure(ops, start);
	if (!e)
		return NULL;
	undo = remove_claimed(ops, start->claim, start->dev, &deadline);
	undo = err_wrap(undo, "the device is there without all its attributes");
	return err_also(
		e, err_hint(undo, "'mdevadm stop --uuid %s' removes it", start->dev->uuid.text));
}

/* The words in which it exists already are mdevctl's: scripts look for them. */
static err_t exists_already(const struct device *running, const char *parent, const char *type)
{
	const char *has_type = running->type ? running->type : "unknown";
	struct err *e;

	if (running->state == DEVICE_STATE_STUCK)
		return err_hint(err_new(ERR_EXISTS,
					"Device already exists and is stuck on parent "
					"'%s': something removed it while it was being "
					"created",
					running->parent),
				"only unloading the driver of parent '%s' removes it",
				running->parent);
	if (parent && strcmp(running->parent, parent) != 0)
		e = err_new(ERR_EXISTS, "Device exists under different parent '%s'",
			    running->parent);
	else if (type && strcmp(has_type, type) != 0)
		e = err_new(ERR_EXISTS, "Device exists with different type '%s'", has_type);
	else
		e = err_new(ERR_EXISTS, "Device already exists on parent '%s'", running->parent);
	return err_hint(e, "'mdevadm stop --uuid %s' stops it", running->uuid.text);
}

bool runs_as_defined(const struct device *running, const struct device *dev)
{
	return running && running->state == DEVICE_STATE_RUNNING && running->type &&
	       strcmp(running->parent, dev->parent) == 0 && strcmp(running->type, dev->type) == 0;
}

/*
 * One that is still going is waited for. One that looks stuck may be going as well: its remove
 * file goes a moment before the rest.
 */
static err_t wait_for_removal(struct ops *ops, struct claim *claim)
{
	const struct device *running = claim->running;
	const struct deadline deadline =
		deadline_in(running && running->state == DEVICE_STATE_STUCK ? STUCK_MS : LINGER_MS);
	bool gone = false;
	struct err *e;

	if (!running || running->state == DEVICE_STATE_RUNNING)
		return NULL;
	e = mdev_wait_gone(ops->sysfs, running->parent, &running->uuid, &deadline, &gone);
	if (e || (!gone && running->state == DEVICE_STATE_STUCK))
		return e;
	if (!gone)
		return err_hint(err_new(ERR_IN_USE,
					"Device already exists on parent '%s': its "
					"removal waits for those who have it open",
					running->parent),
				"end what uses the device; it goes then by itself");
	device_free(take(claim->running));
	return NULL;
}

err_t start_prepare(struct ops *ops, struct claim *claim)
{
	struct err *e = wait_for_removal(ops, claim);

	return e ? e : repair_claimed(ops, claim);
}

static err_t check_not_held(const struct ops *ops, const char *parent)
{
	_cleanup_(hold_freep) struct hold *hold = NULL;
	struct err *e = hold_load(ops->env, parent, &hold);

	if (e || !hold)
		return e;
	return err_hint(err_new(ERR_BUSY, "parent '%s' is held: %s", parent, hold->reason),
			"'mdevadm resume %s' lifts the hold", parent);
}

err_t start_claimed(struct ops *ops, struct claim *claim, const struct device *dev,
		    const struct start_how *how)
{
	_cleanup_(dir_freep) struct dir *parent = NULL;
	_cleanup_(record_freep) struct record *record = NULL;
	struct start start = { .claim = claim, .dev = dev };
	bool was_there;
	struct err *e;

	if (claim->running)
		return exists_already(claim->running, dev->parent, dev->type);
	e = how->ignores_hold ? NULL : check_not_held(ops, dev->parent);
	if (!e)
		e = sysfs_open_parent(ops->sysfs, dev->parent, &parent);
	if (e)
		return e;
	record = record_new(dev);
	start.record = record;
	e = action_run(ops, claim, ACTION_START, dev, how->force, bring_up, &start);
	/* It need not be brought back any more, there or elsewhere. */
	return e ? e : hold_strike(ops->env, &dev->uuid, &was_there);
}

/* The definition that is meant: of the asked-for parent and type if there is one. */
static err_t load_definition(const struct ops *ops, const struct start_request *request,
			     const struct claim *claim, struct device **ret)
{
	_cleanup_(device_freep) struct device *dev = NULL;
	const char *parent;
	struct err *e = choose_definition(claim, request->parent, &parent);

	if (!e)
		e = store_load(ops->store, parent, &request->uuid, &dev);
	if (e)
		return e;
	if (request->type && strcmp(request->type, dev->type) != 0)
		return err_hint(err_new(ERR_INVALID, "it is defined with type '%s', not '%s'",
					dev->type, request->type),
				"leave --type out, or change the definition with 'mdevadm modify'");
	*ret = take(dev);
	return NULL;
}

/* The device to start: what is defined, or else what parent and type say. */
static err_t describe(const struct ops *ops, const struct start_request *request,
		      const struct uuid *uuid, const struct claim *claim, struct device **ret)
{
	bool is_defined = request->parent ? strlist_has(&claim->defined, request->parent)
					  : claim->defined.count > 0;

	if (is_defined)
		return load_definition(ops, request, claim, ret);
	if (claim->running)
		return exists_already(claim->running, request->parent, request->type);
	if (request->parent && request->type) {
		*ret = device_new(uuid, request->parent, request->type);
		return NULL;
	}
	if (request->parent && !uuid_is_set(&request->uuid))
		return err_hint(err_new(ERR_USAGE, "no type is given"),
				"say which with --type; 'mdevadm types --parent %s' lists them",
				request->parent);
	if (request->parent)
		return err_hint(
			err_new(ERR_NOT_FOUND, "it is not defined on parent '%s'", request->parent),
			"define it, or say with --type what to start");
	return err_hint(err_new(ERR_NOT_FOUND, "it is not defined"),
			"define it, or say with --parent and --type what to start");
}

static err_t start(struct ops *ops, const struct start_request *request, const struct uuid *uuid,
		   struct device *given)
{
	_cleanup_(device_freep) struct device *dev = given;
	_cleanup_(claim_freep) struct claim *claim = NULL;
	struct err *e = claim_device(ops, uuid, request->parent, &claim);

	if (!e)
		e = start_prepare(ops, claim);
	if (!e && !dev)
		e = describe(ops, request, uuid, claim, &dev);
	return e ? e
		 : start_claimed(ops, claim, dev, &(struct start_how){ .force = request->force });
}

err_t op_start(struct ops *ops, const struct start_request *request, struct uuid *ret_made)
{
	struct device *given = NULL;
	struct uuid uuid;
	struct err *e =
		begin_new(&request->uuid, request->jsonfile, request->parent, &uuid, &given);

	if (!e)
		e = start(ops, request, &uuid, given);
	return end_new(e, "start", &request->uuid, request->parent, &uuid, ret_made);
}
