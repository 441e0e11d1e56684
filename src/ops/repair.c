/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A record that says "starting", found by one who holds the device's lock, is that of a start that
 * died: whoever starts a device keeps the lock until the record says something else.
 */
#include "repair.h"

#include <string.h>

#include "base/limits.h"
#include "journal.h"
#include "kernel/mdev.h"
#include "kernel/users.h"
#include "write.h"

/* Whether what runs is what the dead start made. */
static err_t is_its_device(const struct claim *claim, bool *ret)
{
	const struct record *record = claim->record;
	const struct device *running = claim->running;
	ino_t inode;

	*ret = false;
	if (running->state != DEVICE_STATE_RUNNING ||
	    strcmp(running->parent, record->dev->parent) != 0)
		return NULL;
	if (!record->inode) {
		*ret = running->type && strcmp(running->type, record->dev->type) == 0;
		return NULL;
	}
	TRY(mdev_inode(claim->ops->sysfs, running->parent, &claim->uuid, &inode));
	*ret = inode == record->inode;
	return NULL;
}

static void say_left(const struct claim *claim, const char *reason)
{
	const char *uuid = claim->uuid.text;

	env_warn(claim->ops->env,
		 err_hint(err_new(ERR_FAILED,
				  "the start of %s by process %d did not end, and %s: it is left "
				  "as it is",
				  uuid, (int)claim->record->pid, reason),
			  "see whether it is of use, else 'mdevadm stop --uuid %s'", uuid));
}

/* Drops what the record says of the start. */
static err_t clear(struct claim *claim)
{
	record_set_stopped(claim->record);
	return record_save(claim->ops->env, claim->record);
}

static err_t remove_half_made(struct claim *claim)
{
	const struct env *env = claim->ops->env;
	const struct deadline deadline = deadline_in(UNDO_MS);
	int pid = (int)claim->record->pid;
	bool goes_on = false;
	struct err *e = write_remove(claim, claim->running->parent, &deadline, &goes_on);

	journal_device(env, "repair", &claim->uuid, claim->running->parent, e);
	TRY(err_wrap(e, "what a start that died has left cannot be removed"));
	device_free(take(claim->running));
	env_warn(env, err_new(ERR_FAILED,
			      "%s was left half made by a start that died (process %d): it was "
			      "removed",
			      claim->uuid.text, pid));
	return clear(claim);
}

static err_t repair_start(struct claim *claim)
{
	_cleanup_(users_freep) struct users *users = users_new(claim->ops->env, claim->ops->sysfs);
	_cleanup_(mem_freep) char *who = NULL;
	bool is_its;

	TRY(is_its_device(claim, &is_its));
	if (!is_its) {
		say_left(claim, "what runs is not what it made");
		return NULL;
	}
	if (!claim_covers(claim, claim->running->parent)) {
		say_left(claim, "its device is on a parent that this run does not touch");
		return NULL;
	}
	TRY(users_of(users, claim->running, &who));
	if (who) {
		say_left(claim, "its device is in use");
		return NULL;
	}
	return remove_half_made(claim);
}

err_t repair_claimed(struct claim *claim)
{
	const struct record *record = claim->record;
	ino_t inode;

	if (record->state == RECORD_NOTHING)
		return NULL;
	if (!claim->running)
		return clear(claim);
	if (record->state == RECORD_STARTING)
		return repair_start(claim);
	TRY(mdev_inode(claim->ops->sysfs, claim->running->parent, &claim->uuid, &inode));
	return inode == record->inode ? NULL : clear(claim);
}

/* Whether the record is of a device of @parent that is gone. */
static err_t is_forgotten(const struct ops *ops, const struct uuid *uuid, const char *parent,
			  bool *ret)
{
	_cleanup_(record_freep) struct record *record = NULL;
	_cleanup_(device_freep) struct device *running = NULL;

	*ret = false;
	TRY(record_load(ops->env, uuid, &record));
	if (!record || record->state == RECORD_NOTHING ||
	    (parent && strcmp(record->dev->parent, parent) != 0))
		return NULL;
	TRY(mdev_find(ops->sysfs, uuid, &running));
	*ret = !running;
	return NULL;
}

/* One that somebody else has in hand is his to clear. */
static err_t clear_forgotten(struct ops *ops, const struct uuid *uuid, const char *parent)
{
	static const struct cover nothing = { 0 };
	const struct deadline none = deadline_in(0);
	_cleanup_(claim_freep) struct claim *claim = NULL;
	bool is_so;
	struct err *e;

	TRY(is_forgotten(ops, uuid, parent, &is_so));
	if (!is_so)
		return NULL;
	e = claim_under(ops, uuid, &nothing, &none, &claim);
	if (e && err_kind(e) == ERR_BUSY) {
		err_free(e);
		return NULL;
	}
	TRY(e);
	return claim->running ? NULL : repair_claimed(claim);
}

void repair_forgotten(struct ops *ops, const char *parent)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	env_warn(ops->env, record_list(ops->env, &names));
	for (size_t i = 0; i < names.count; i++) {
		struct uuid uuid;

		if (uuid_parse(names.items[i], &uuid))
			env_warn(ops->env, clear_forgotten(ops, &uuid, parent));
	}
}
