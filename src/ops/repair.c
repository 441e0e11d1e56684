/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A record that says "starting", found by one who holds the device's lock, is that of a start that
 * died: whoever starts a device keeps the lock until the record says something else.
 */
#include <string.h>

#include "context.h"
#include "journal.h"
#include "kernel/users.h"

#define REMOVE_MS 30000

/* Whether what runs is what the dead start made. */
static bool is_its_device(const struct ops *ops, const struct record *record,
			  const struct device *running)
{
	if (running->state != DEVICE_STATE_RUNNING)
		return false;
	if (record->inode)
		return mdev_inode(ops->sysfs, running->parent, &running->uuid) == record->inode;
	return strcmp(running->parent, record->dev->parent) == 0 && running->type &&
	       strcmp(running->type, record->dev->type) == 0;
}

/* *ret is true if nobody has it open, as far as can be seen. */
static err_t is_unused(const struct ops *ops, const struct device *running, bool *ret)
{
	_cleanup_(users_freep) struct users *users = NULL;
	_cleanup_(mem_freep) char *who = NULL;
	struct err *e = users_read(ops->env, &users);

	if (!e)
		e = users_of(users, ops->sysfs, running, &who);
	if (!e)
		*ret = who == NULL;
	return e;
}

static void say_left(const struct ops *ops, const struct record *record, const char *reason)
{
	const char *uuid = record->dev->uuid.text;

	env_warn(ops->env,
		 err_hint(err_new(ERR_FAILED,
				  "the start of %s by process %d did not end, and %s: it is left "
				  "as it is",
				  uuid, (int)record->pid, reason),
			  "see whether it is of use, else 'mdevadm stop --uuid %s'", uuid));
}

static err_t remove_half_made(struct ops *ops, struct claim *claim)
{
	const struct deadline deadline = deadline_in(REMOVE_MS);
	const struct record *record = claim->record;
	_cleanup_(mem_freep) char *object = NULL;
	bool unused = false;
	struct err *e = is_unused(ops, claim->running, &unused);

	if (e || !unused) {
		env_warn(ops->env, e);
		say_left(ops, record, "its device is in use");
		return NULL;
	}
	e = remove_claimed(ops, claim, claim->running, &deadline);
	object = mem_printf("%s on parent '%s'", record->dev->uuid.text, claim->running->parent);
	journal_write(ops->env, "repair", object, e);
	if (e)
		return err_wrap(e, "what a start that died has left cannot be removed");
	env_warn(ops->env,
		 err_new(ERR_FAILED,
			 "%s was left half made by a start that died (process %d): it was removed",
			 record->dev->uuid.text, (int)record->pid));
	device_free(take(claim->running));
	record_free(take(claim->record));
	return NULL;
}

/* A record whose device is gone or another one says nothing any more. */
static err_t forget(struct ops *ops, struct claim *claim)
{
	struct err *e = record_remove(ops->env, &claim->record->dev->uuid);

	record_free(take(claim->record));
	return e;
}

err_t repair_claimed(struct ops *ops, struct claim *claim)
{
	const struct record *record = claim->record;

	if (!record)
		return NULL;
	if (!claim->running)
		return forget(ops, claim);
	if (record->state == RECORD_RUNNING)
		return mdev_inode(ops->sysfs, claim->running->parent, &claim->running->uuid) ==
				       record->inode
			       ? NULL
			       : forget(ops, claim);
	if (is_its_device(ops, record, claim->running))
		return remove_half_made(ops, claim);
	say_left(ops, record, "what runs is not what it made");
	return NULL;
}
