/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "start.h"

#include <errno.h>
#include <string.h>

#include "action.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "hold.h"
#include "kernel/mdev.h"
#include "repair.h"
#include "request.h"
#include "write.h"

/* What a start has in hand. */
struct start {
	struct claim *claim;
	const struct device *dev;
};

/*
 * After a removal, the UUID and the instance come back only when the last reference to the device
 * goes. Until then create says EEXIST of a device that nobody can see, or that none is left.
 */
static bool may_pass(const struct start *start, const struct err *e)
{
	_cleanup_(device_freep) struct device *dev = NULL;
	_cleanup_(err_freep) struct err *look = NULL;

	if (err_is(e, EEXIST)) {
		look = mdev_find(start->claim->ops->sysfs, &start->dev->uuid, &dev);
		return !look && (!dev || dev->state == DEVICE_STATE_REMOVING);
	}
	return err_kind(e) == ERR_NO_INSTANCE &&
	       lock_was_marked(cover_find(start->claim->cover, start->dev->parent)->lock,
			       LINGER_MS);
}

static err_t create(const struct start *start)
{
	const struct deadline deadline = deadline_in(LINGER_MS);
	struct err *e = write_create(start->claim, start->dev);

	while (e && !deadline_is_over(&deadline) && !interrupt_is_pending() && may_pass(start, e)) {
		err_free(e);
		deadline_sleep(&deadline, RETRY_PAUSE_MS);
		e = write_create(start->claim, start->dev);
	}
	return e;
}

/* The inode of the device that is being started. */
static err_t look_at_inode(const struct start *start, ino_t *ret)
{
	return mdev_inode(start->claim->ops->sysfs, start->dev->parent, &start->dev->uuid, ret);
}

static err_t check_same(const struct start *start)
{
	ino_t inode;

	TRY(look_at_inode(start, &inode));
	if (inode && inode == start->claim->record->inode)
		return NULL;
	return err_hint(err_new(ERR_FAILED, "the device went away while it was started"),
			"see 'journalctl -k', and start it again");
}

/* The record says what was made before anything is written to it. */
static err_t configure(const struct start *start)
{
	struct record *record = start->claim->record;
	const struct env *env = start->claim->ops->env;

	TRY(look_at_inode(start, &record->inode));
	TRY(record_save(env, record));
	TRY(interrupt_check());
	TRY(write_attrs(start->claim, start->dev));
	TRY(check_same(start));
	/* One write: it is complete, and need not be brought back any more, here or elsewhere. */
	record->state = RECORD_RUNNING;
	record_set_not_drained(record);
	return record_save(env, record);
}

/* Drops what the record says of the start; what a drain has to bring back stays. */
static err_t forget(const struct start *start)
{
	record_set_stopped(start->claim->record);
	return err_hint(err_wrap(record_save(start->claim->ops->env, start->claim->record),
				 "there is no device, but that cannot be noted"),
			"the next start or stop of %s does that", start->dev->uuid.text);
}

/* Takes back what was made of the device. */
static err_t roll_back(const struct start *start)
{
	const struct deadline deadline = deadline_in(UNDO_MS);
	const ino_t own = start->claim->record->inode;
	bool goes_on = false;
	ino_t inode;
	struct err *left;
	struct err *e;

	TRY(look_at_inode(start, &inode));
	/* Another program may have removed it, and made one of its own. */
	if (own && inode != own)
		return forget(start);
	e = write_remove(start->claim, start->dev->parent, &deadline, &goes_on);
	if (!e)
		return forget(start);
	/* Its hint says what ends it. */
	if (goes_on)
		return err_wrap(e, "the device is there without all its attributes");
	left = err_new(err_kind(e), "the device is there without all its attributes: %s",
		       err_message(e));
	err_free(e);
	return err_hint(left, "'mdevadm stop --uuid %s' removes it", start->dev->uuid.text);
}

/* Whether the failed create has left a device all the same. */
static err_t undo_create(const struct start *start, const struct err *e)
{
	ino_t inode = 0;

	if (!err_is(e, EEXIST))
		TRY(look_at_inode(start, &inode));
	return inode ? roll_back(start) : forget(start);
}

/* Creates and configures the device; on failure leaves no half-configured one behind. */
static err_t bring_up(struct ops *ops, void *data)
{
	const struct start *start = data;
	struct record *record = start->claim->record;
	_cleanup_(record_freep) struct record *before = record_new(&record->uuid);
	struct err *e;

	if (record->drained)
		record_set_drained(before, record->drained, record->drained_of, record->hold);
	record_set_starting(record, ops->env, start->dev);
	TRY(record_save(ops->env, record));
	e = create(start);
	if (e)
		return err_also(e, undo_create(start, e));
	e = configure(start);
	if (!e)
		return NULL;
	if (before->drained)
		record_set_drained(record, before->drained, before->drained_of, before->hold);
	return err_also(e, roll_back(start));
}

/* The words in which it exists already are mdevctl's: scripts look for them. */
err_t start_exists_already(const struct device *running, const char *parent, const char *type)
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
static err_t wait_for_former(struct claim *claim)
{
	const struct device *running = claim->running;
	const struct deadline deadline =
		deadline_in(running && running->state == DEVICE_STATE_STUCK ? STUCK_MS : LINGER_MS);
	bool gone = false;

	if (!running || running->state == DEVICE_STATE_RUNNING)
		return NULL;
	TRY(mdev_wait_gone(claim->ops->sysfs, running->parent, &running->uuid, &deadline, &gone));
	if (!gone && running->state == DEVICE_STATE_STUCK)
		return NULL;
	if (!gone)
		return err_wrap(mdev_removal_blocks(), "Device already exists on parent '%s'",
				running->parent);
	device_free(take(claim->running));
	return NULL;
}

err_t start_prepare(struct claim *claim)
{
	TRY(wait_for_former(claim));
	return repair_claimed(claim);
}

static err_t check_not_held(const struct claim *claim, const char *parent)
{
	const struct covered *covered = cover_find(claim->cover, parent);
	_cleanup_(holder_clear) struct holder holder = { 0 };

	if (covered)
		TRY(hold_find(claim->ops->env, parent, covered->physical, &holder));
	if (!holder.name)
		return NULL;
	return err_hint(err_new(ERR_BUSY, "parent '%s' is held: %s", parent, holder.reason),
			"'mdevadm resume %s' lifts the hold", holder.name);
}

err_t start_claimed(struct claim *claim, const struct device *dev, const struct start_how *how)
{
	_cleanup_(dir_freep) struct dir *parent = NULL;
	struct start start = { .claim = claim, .dev = dev };

	if (claim->running)
		return start_exists_already(claim->running, dev->parent, dev->type);
	if (!how->ignores_hold)
		TRY(check_not_held(claim, dev->parent));
	TRY(sysfs_open_parent(claim->ops->sysfs, dev->parent, &parent));
	return action_run(claim->ops, ACTION_START, dev, how->force, bring_up, &start);
}

/* Whether a drain of another parent has stopped it, and will bring it back there. */
static err_t is_promised_elsewhere(const struct claim *claim, const char *parent, bool *ret)
{
	const struct record *record = claim->record;
	_cleanup_(held_freep) struct held *held = NULL;

	*ret = false;
	if (!record->drained || strcmp(record->drained->parent, parent) == 0)
		return NULL;
	TRY(held_load(claim->ops->env, record->drained_of, &held));
	*ret = held_has_drain(held, record->hold);
	return NULL;
}

err_t start_defined(struct claim *claim, const char *parent, const struct start_how *how)
{
	_cleanup_(device_freep) struct device *dev = NULL;
	bool is_promised = false;

	TRY(start_prepare(claim));
	if (how->only_auto)
		TRY(is_promised_elsewhere(claim, parent, &is_promised));
	if (is_promised)
		return NULL;
	/* It may have changed since it was listed. */
	TRY(store_load(claim->ops->store, parent, &claim->uuid, &dev));
	if (!dev || (how->only_auto && dev->start != DEVICE_START_AUTO) ||
	    runs_as_defined(claim->running, dev))
		return NULL;
	warn_of_oddities(claim->ops, dev);
	return start_claimed(claim, dev, how);
}
