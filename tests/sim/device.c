/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A device, its directory and links, and the instance that it takes. */
#include "device.h"

#include <stdlib.h>
#include <string.h>

#include "attr.h"
#include "life.h"
#include "pool.h"
#include "vfio.h"

struct device *device_ref(struct device *dev)
{
	dev->refs++;
	return dev;
}

void device_unref(struct device *dev)
{
	if (!--dev->refs)
		free(dev);
}

static void unref_data(void *data)
{
	device_unref(data);
}

void device_subject(const struct device *dev, struct subject *ret)
{
	ret->uuid = dev->uuid;
	ret->type = dev->type->name;
	ret->parent = dev->type->parent->name;
}

static void node_subject(const struct node *node, struct subject *ret)
{
	device_subject(node->data, ret);
}

static int uevent_show(struct node *node, struct text *ret)
{
	const struct device *dev = node->data;

	if (dev->is_bound)
		text_printf(ret, "DRIVER=%s\n", dev->type->parent->driver);
	return 0;
}

static const struct node_ops uevent_ops = {
	.show = uevent_show,
	.store = life_store_uevent,
	.subject = node_subject,
	.release = unref_data,
};

static const struct node_ops remove_ops = {
	.store = life_store_remove,
	.subject = node_subject,
	.release = unref_data,
	.store_dead = true,
};

static const struct node_ops index_ops = {
	.release = unref_data,
};

static void device_bind(struct sim *sim, struct device *dev, const struct device_wish *wish)
{
	struct parent *parent = dev->type->parent;
	struct node *driver = node_find(&sim->tree, sim->bus_drivers, parent->driver);

	node_link(&sim->tree, dev->dir, "driver", driver);
	if (!node_find(&sim->tree, driver, dev->uuid))
		dev->driver_link = node_link(&sim->tree, driver, dev->uuid, dev->dir);
	if (parent->is_vfio && (!wish || !wish->has_no_group))
		vfio_add(sim, dev, wish);
	for (size_t i = 0; i < dev->type->n_attrs; i++)
		attr_add(sim, dev, &dev->type->attrs[i]);
	dev->is_bound = true;
}

/* An attribute's top component may be shared with power/, which the core owns. */
static void remove_attrs(struct sim *sim, struct device *dev)
{
	for (size_t i = 0; i < dev->type->n_attrs; i++) {
		const char *name = dev->type->attrs[i].name;
		char *top = memory_copy_bytes(name, strcspn(name, "/"));

		if (strcmp(top, "power") != 0)
			node_remove_name(&sim->tree, dev->dir, top);
		free(top);
	}
}

static void remove_node(struct sim *sim, struct node **link)
{
	node_remove(&sim->tree, *link);
	*link = NULL;
}

void device_unbind(struct sim *sim, struct device *dev)
{
	if (!dev->is_bound || !dev->dir)
		return;
	dev->is_bound = false;
	node_remove_name(&sim->tree, dev->dir, "driver");
	remove_node(sim, &dev->driver_link);
	vfio_release(sim, dev);
	remove_attrs(sim, dev);
}

void device_add_remove_file(struct sim *sim, struct device *dev)
{
	node_file(&sim->tree, dev->dir, "remove", 0200, &remove_ops, device_ref(dev));
}

/* Old kernels let a second parent have the same UUID; the bus has one link only. */
void device_link(struct sim *sim, struct device *dev)
{
	if (!node_find(&sim->tree, sim->bus_devices, dev->uuid))
		dev->bus_link = node_link(&sim->tree, sim->bus_devices, dev->uuid, dev->dir);
}

void device_unlink(struct sim *sim, struct device *dev)
{
	remove_node(sim, &dev->bus_link);
}

static void list_add(struct parent *parent, struct device *dev)
{
	dev->next = parent->devices;
	if (dev->next)
		dev->next->prev = dev;
	parent->devices = dev;
}

static void list_remove(struct parent *parent, struct device *dev)
{
	*(dev->prev ? &dev->prev->next : &parent->devices) = dev->next;
	if (dev->next)
		dev->next->prev = dev->prev;
	dev->next = dev->prev = NULL;
}

static void release_instance(struct sim *sim, struct device *dev)
{
	pool_give_back(dev->type);
	remove_node(sim, &dev->index);
	device_unref(dev);
}

struct device *device_add(struct sim *sim, struct type *type, const char *uuid,
			  const struct device_wish *wish)
{
	struct parent *parent = type->parent;
	struct device *dev = memory_new(1, sizeof(*dev));
	struct tree *tree = &sim->tree;

	dev->refs = 1;
	dev->type = type;
	dev->group = -1;
	memcpy(dev->uuid, uuid, UUID_LEN);
	dev->index = node_file(tree, parent->index, uuid, 0, &index_ops, device_ref(dev));
	pool_take(type);
	list_add(parent, dev);
	sim->log.counts[COUNT_DEVICES]++;

	dev->dir = node_dir(tree, parent->dir, uuid);
	node_file(tree, dev->dir, "uevent", 0644, &uevent_ops, device_ref(dev));
	node_link(tree, dev->dir, "subsystem", sim->bus_mdev);
	device_add_remove_file(sim, dev);
	attr_add_power(sim, dev);
	device_link(sim, dev);
	device_bind(sim, dev, wish);
	return dev;
}

void device_complete(struct sim *sim, struct device *dev)
{
	if (dev->type->dir) {
		node_link(&sim->tree, dev->dir, "mdev_type", dev->type->dir);
		dev->type_link = node_link(&sim->tree, dev->type->devices, dev->uuid, dev->dir);
	}
	dev->state = DEVICE_ACTIVE;
	if (dev->is_spoilt)
		device_set_stuck(sim, dev);
}

void device_set_stuck(struct sim *sim, struct device *dev)
{
	if (dev->state == DEVICE_STUCK)
		return;
	dev->state = DEVICE_STUCK;
	sim->log.counts[COUNT_STUCK_DEVICES]++;
}

/* The kernel's order: mdev's own links, power and uevent, the bus; then the driver is asked. */
void device_unplug(struct sim *sim, struct device *dev)
{
	static const char *const names[] = { "remove", "mdev_type", "power",
					     "uevent", "subsystem", "driver" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		node_remove_name(&sim->tree, dev->dir, names[i]);
	remove_node(sim, &dev->type_link);
	remove_node(sim, &dev->bus_link);
	remove_node(sim, &dev->driver_link);
	vfio_unplug(sim, dev);
}

void device_delete(struct sim *sim, struct device *dev, unsigned int linger_ms)
{
	if (dev->state == DEVICE_GONE)
		return;
	if (dev->state == DEVICE_STUCK)
		sim->log.counts[COUNT_STUCK_DEVICES]--;
	dev->state = DEVICE_GONE;
	sim->log.counts[COUNT_DEVICES]--;
	sim->log.counts[COUNT_OPEN_DEVICES] -= dev->opens > 0;
	dev->type->parent->opens -= dev->opens;
	dev->opens = 0;

	vfio_release(sim, dev);
	remove_node(sim, &dev->type_link);
	remove_node(sim, &dev->bus_link);
	remove_node(sim, &dev->driver_link);
	remove_node(sim, &dev->dir);
	list_remove(dev->type->parent, dev);

	if (!linger_ms) {
		release_instance(sim, dev);
		return;
	}
	dev->lingers_until = clock_us() + 1000u * linger_ms;
	dev->next_lingering = sim->lingering;
	sim->lingering = dev;
}

void device_reap(struct sim *sim)
{
	struct device **link = &sim->lingering;
	uint64_t now = sim->lingering ? clock_us() : 0;

	while (*link) {
		struct device *dev = *link;

		if (dev->lingers_until > now) {
			link = &dev->next_lingering;
			continue;
		}
		*link = dev->next_lingering;
		release_instance(sim, dev);
	}
}

struct device *device_find_on(struct sim *sim, const struct parent *parent, const char *uuid)
{
	struct node *node = parent->index ? node_find(&sim->tree, parent->index, uuid) : NULL;

	return node ? node->data : NULL;
}

struct device *device_find(struct sim *sim, const char *uuid)
{
	struct device *dev = NULL;

	for (size_t i = 0; !dev && i < sim->n_parents; i++)
		dev = device_find_on(sim, &sim->parents[i], uuid);
	return dev;
}
