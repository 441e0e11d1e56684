/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What udev has run when a parent registers. It must not wait for a drain: the drain's command may
 * be waiting for udev, and udev for this run. So it looks at the hold between short waits for the
 * parent's lock, and waits for no other parent's.
 */
#include <string.h>

#include "base/interrupt.h"
#include "base/limits.h"
#include "batch.h"
#include "hold.h"
#include "kernel/mdev.h"
#include "repair.h"
#include "start.h"
#include "start_all.h"

struct auto_start {
	const char *parent;
	const struct cover *cover; /* NULL: each device is claimed by itself */
	struct deadline deadline;
	bool force;
};

/* A device that runs elsewhere need not be waited for: it cannot be started here. */
static err_t check_not_elsewhere(const struct ops *ops, const struct uuid *uuid, const char *parent)
{
	_cleanup_(device_freep) struct device *running = NULL;

	TRY(mdev_find(ops->sysfs, uuid, &running));
	if (!running || strcmp(running->parent, parent) == 0)
		return NULL;
	return err_hint(
		err_new(ERR_EXISTS, "Device exists under different parent '%s'", running->parent),
		"'mdevadm stop --uuid %s' stops it", uuid->text);
}

/* *ret stays NULL if the parent has become held. */
static err_t claim_unless_held(struct ops *ops, const struct uuid *uuid,
			       const struct auto_start *how, struct claim **ret)
{
	for (;;) {
		bool is_last = deadline_is_over(&how->deadline);
		const struct claim_request wanted = {
			.uuid = *uuid,
			.parent = how->parent,
			.is_impatient = true,
			.deadline = deadline_in(is_last ? 0 : HELD_LOOK_MS),
		};
		_cleanup_(holder_clear) struct holder holder = { 0 };
		struct err *e;

		TRY(check_not_elsewhere(ops, uuid, how->parent));
		e = claim_device(ops, &wanted, ret);
		if (!e || err_kind(e) != ERR_BUSY || is_last || interrupt_is_pending())
			return e;
		err_free(e);
		TRY(hold_look(ops, how->parent, &holder));
		if (holder.name)
			return NULL;
	}
}

static err_t start_auto_one(struct ops *ops, struct device *listed, void *data)
{
	const struct auto_start *how = data;
	const struct start_how start = { .force = how->force, .only_auto = true };
	_cleanup_(claim_freep) struct claim *claim = NULL;
	_cleanup_(holder_clear) struct holder holder = { 0 };

	if (how->cover)
		TRY(claim_under(ops, &listed->uuid, how->cover, &how->deadline, &claim));
	else
		TRY(claim_unless_held(ops, &listed->uuid, how, &claim));
	/* It may have become held between the last look and the claim. */
	TRY(hold_look(ops, how->parent, &holder));
	return claim && !holder.name ? start_defined(claim, how->parent, &start) : NULL;
}

static err_t list_auto(const struct ops *ops, const char *parent, struct device_list *ret)
{
	_cleanup_(device_list_clear) struct device_list all = { 0 };

	TRY(store_load_all(ops->store, NULL, parent, &all));
	for (size_t i = 0; i < all.count; i++)
		if (all.items[i]->start == DEVICE_START_AUTO)
			device_list_add(ret, take(all.items[i]));
	ret->left_out = all.left_out;
	return NULL;
}

/* Said once, and not of each device. */
err_t check_parent(const struct ops *ops, const char *parent)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	return err_wrap(sysfs_open_parent(ops->sysfs, parent, &dir),
			"cannot start the devices of parent '%s'", parent);
}

err_t start_auto(struct ops *ops, const char *parent, const struct cover *cover, unsigned jobs,
		 bool force)
{
	struct auto_start how = { .parent = parent,
				  .cover = cover,
				  .deadline = lock_deadline(ops->env),
				  .force = force };
	_cleanup_(device_list_clear) struct device_list devices = { 0 };

	TRY(list_auto(ops, parent, &devices));
	if (devices.count)
		TRY(check_parent(ops, parent));
	return batch_run(ops, &devices, jobs, "start", start_auto_one, &how);
}

static void warn_held(const struct ops *ops, const char *parent, const char *holder)
{
	env_warn(ops->env, err_hint(err_new(ERR_BUSY,
					    "parent '%s' is held: its devices are started when "
					    "the hold is lifted",
					    parent),
				    "'mdevadm resume %s' lifts it", holder));
}

err_t op_start_parent(struct ops *ops, const char *parent, unsigned jobs)
{
	_cleanup_(holder_clear) struct holder holder = { 0 };

	TRY(hold_look(ops, parent, &holder));
	if (holder.name) {
		warn_held(ops, parent, holder.name);
		return NULL;
	}
	repair_forgotten(ops, parent);
	return start_auto(ops, parent, NULL, jobs, false);
}
