/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life cycle of parents, and what befalls devices from elsewhere. */
#include <errno.h>
#include <string.h>

#include "life.h"
#include "parent.h"

ssize_t life_store_uevent(struct call *call, struct node *node, const char *buf, size_t len)
{
	struct text path = { 0 };

	node_path(node, &path);
	log_event(&call->sim->log, call->pid, "uevent", path.data, buf, len, 0);
	text_free(&path);
	return (ssize_t)len;
}

ssize_t life_store_unbind(struct call *call, struct node *node, const char *buf, size_t len)
{
	struct sim *sim = call->sim;
	struct device *dev = NULL;
	struct text path = { 0 };
	char uuid[UUID_LEN + 1];

	if (len >= UUID_LEN && life_parse_uuid(buf, uuid) &&
	    node_find(&sim->tree, node->parent, uuid))
		dev = device_find(sim, uuid);
	if (dev)
		device_unbind(sim, dev);
	node_path(node, &path);
	log_event(&sim->log, call->pid, "unbind", path.data, buf, len, dev ? 0 : ENODEV);
	text_free(&path);
	return dev ? (ssize_t)len : -ENODEV;
}

/*
 * Devices that a legacy unregister did not see stay behind, and nobody is left to remove them.
 * One whose create goes on still is counted when that is done.
 */
static void count_orphans(struct sim *sim, const struct parent *parent)
{
	for (const struct device *dev = parent->devices; dev; dev = dev->next)
		sim->log.counts[COUNT_ORPHANS] += !dev->is_listed && dev->state == DEVICE_ACTIVE;
}

static void delete_children(struct sim *sim, struct parent *parent)
{
	struct device *next;

	for (struct device *dev = parent->devices; dev; dev = next) {
		next = dev->next;
		/* One that is being created or removed, which legacy rules let happen, is not ours.
		 */
		if (dev->is_listed && dev->state != DEVICE_REMOVING &&
		    dev->state != DEVICE_CREATING)
			device_delete(sim, dev, 0);
	}
}

/* As mdev_unregister_parent(): since 5.2 it waits for those under way, and lets none begin. */
static int unregister(struct call *call, struct parent *parent)
{
	struct sim *sim = call->sim;
	const struct subject subject = { .parent = parent->name };

	parent->state = PARENT_UNREGISTERING;
	while (parent->busy && !sim->is_legacy) {
		if (!call_wait(call, 1000))
			return -EINTR;
	}
	if (parent->opens) {
		parent->state = PARENT_REGISTERED;
		return -EBUSY;
	}
	for (struct device *dev = parent->devices; dev; dev = dev->next)
		dev->is_listed = true;
	call_sleep(call, fault_delay(&sim->faults, FAULT_UNREGISTER, &subject));
	delete_children(sim, parent);
	count_orphans(sim, parent);
	parent_hide(sim, parent);
	return 0;
}

int life_unregister(struct call *call, struct parent *parent)
{
	struct sim *sim = call->sim;
	const struct subject subject = { .parent = parent->name };
	int err;

	if (parent->state != PARENT_REGISTERED)
		return -ENODEV;
	log_begin(&sim->log, call->pid, "unregister-begin", parent->name, NULL, 0);
	err = fault_take_error(&sim->faults, FAULT_UNREGISTER, &subject);
	if (!err)
		err = parent->opens ? -EBUSY : unregister(call, parent);
	sim->log.counts[COUNT_UNREGISTERS] += !err;
	log_event(&sim->log, call->pid, "unregister-end", parent->name, NULL, 0, err);
	return err;
}

int life_register(struct call *call, struct parent *parent)
{
	struct sim *sim = call->sim;
	int err = parent->state == PARENT_GONE ? 0 : -EEXIST;

	if (!err) {
		parent_show(sim, parent);
		sim->log.counts[COUNT_REGISTERS]++;
	}
	log_event(&sim->log, call->pid, "register", parent->name, NULL, 0, err);
	return err;
}

int life_open(struct sim *sim, struct device *dev)
{
	if (dev->state != DEVICE_ACTIVE && dev->state != DEVICE_STUCK)
		return -ENODEV;
	sim->log.counts[COUNT_OPEN_DEVICES] += !dev->opens;
	dev->opens++;
	dev->type->parent->opens++;
	return 0;
}

int life_close(struct sim *sim, struct device *dev)
{
	if (!dev->opens)
		return -EINVAL;
	dev->opens--;
	dev->type->parent->opens--;
	sim->log.counts[COUNT_OPEN_DEVICES] -= !dev->opens;
	pthread_cond_broadcast(&sim->changed);
	return 0;
}

int life_vanish(struct sim *sim, struct device *dev)
{
	if (dev->state == DEVICE_GONE)
		return -ENODEV;
	device_delete(sim, dev, 0);
	pthread_cond_broadcast(&sim->changed);
	return 0;
}

int life_stick(struct sim *sim, struct device *dev)
{
	if (dev->state != DEVICE_ACTIVE)
		return -ENODEV;
	node_remove_name(&sim->tree, dev->dir, "remove");
	device_set_stuck(sim, dev);
	return 0;
}

int life_unlink(struct sim *sim, struct device *dev)
{
	if (!dev->bus_link)
		return -ENODEV;
	device_unlink(sim, dev);
	return 0;
}

int life_relink(struct sim *sim, struct device *dev)
{
	if (dev->bus_link || (dev->state != DEVICE_ACTIVE && dev->state != DEVICE_STUCK))
		return -ENODEV;
	device_link(sim, dev);
	return dev->bus_link ? 0 : -EEXIST;
}
