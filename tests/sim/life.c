/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life cycle of devices: create and remove. */
#include "life.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "vfio.h"

bool life_parse_uuid(const char *uuid, char ret[UUID_LEN + 1])
{
	char lower[UUID_LEN + 1] = { 0 };

	for (int i = 0; i < UUID_LEN; i++) {
		unsigned char c = (unsigned char)uuid[i];
		bool is_hyphen = i == 8 || i == 13 || i == 18 || i == 23;

		if (is_hyphen ? c != '-' : !isxdigit(c))
			return false;
		lower[i] = (char)tolower(c);
	}
	memcpy(ret, lower, sizeof(lower));
	return true;
}

static void flight_begin(struct sim *sim, struct parent *parent)
{
	unsigned long *counts = sim->log.counts;

	parent->busy++;
	counts[COUNT_IN_FLIGHT]++;
	if (counts[COUNT_IN_FLIGHT_MAX] < counts[COUNT_IN_FLIGHT])
		counts[COUNT_IN_FLIGHT_MAX] = counts[COUNT_IN_FLIGHT];
}

static void flight_end(struct sim *sim, struct parent *parent)
{
	parent->busy--;
	sim->log.counts[COUNT_IN_FLIGHT]--;
	pthread_cond_broadcast(&sim->changed);
}

static struct device *find_rival(struct sim *sim, const struct type *type, const char *uuid)
{
	/* Before 4.18 each parent looked at its own children only. */
	if (sim->is_legacy)
		return device_find_on(sim, type->parent, uuid);
	return device_find(sim, uuid);
}

static int create_check(struct sim *sim, const struct type *type, const char *uuid)
{
	unsigned long *counts = sim->log.counts;
	struct device *rival;

	device_reap(sim);
	rival = find_rival(sim, type, uuid);
	if (rival) {
		counts[COUNT_DOUBLE_CREATE] += rival->state == DEVICE_CREATING;
		counts[COUNT_CREATE_DURING_REMOVE] += rival->state == DEVICE_REMOVING;
	}
	if (type->parent->state != PARENT_REGISTERED) {
		counts[COUNT_CREATE_DURING_UNREGISTER]++;
		if (!sim->is_legacy)
			return -ENODEV;
	}
	if (rival)
		return -EEXIST;
	return pool_check(type);
}

static int create_finish(struct sim *sim, struct device *dev, const struct subject *subject)
{
	int err;

	if (dev->state == DEVICE_GONE)
		return -ENODEV; /* vanished meanwhile */
	err = fault_take_error(&sim->faults, FAULT_PROBE, subject);
	if (err) {
		device_delete(sim, dev, 0);
		return err;
	}
	device_complete(sim, dev);
	/* Legacy rules let this happen. */
	sim->log.counts[COUNT_ORPHANS] += dev->type->parent->state == PARENT_GONE;
	return 0;
}

static int create(struct call *call, struct type *type, const char *uuid)
{
	struct sim *sim = call->sim;
	const struct subject subject = { uuid, type->parent->name, type->name, NULL };
	struct device *dev;
	int err;

	err = fault_take_error(&sim->faults, FAULT_CREATE, &subject);
	if (!err)
		err = create_check(sim, type, uuid);
	if (err)
		return err;

	dev = device_ref(device_add(sim, type, uuid, NULL));
	flight_begin(sim, type->parent);
	call_sleep(call, fault_delay(&sim->faults, FAULT_CREATE, &subject));
	err = create_finish(sim, dev, &subject);
	flight_end(sim, type->parent);
	device_unref(dev);
	return err;
}

int life_add(struct sim *sim, struct type *type, const char *uuid, const struct device_wish *wish,
	     struct device **ret)
{
	int err = create_check(sim, type, uuid);

	if (!err && wish->has_group && vfio_group_is_taken(sim, wish->group))
		err = -EBUSY;
	if (err)
		return err;
	*ret = device_add(sim, type, uuid, wish);
	device_complete(sim, *ret);
	return 0;
}

ssize_t life_store_create(struct call *call, struct node *node, const char *buf, size_t len)
{
	struct log *log = &call->sim->log;
	struct text path = { 0 };
	char uuid[UUID_LEN + 1];
	int err = -EINVAL;

	node_path(node, &path);
	log_begin(log, call->pid, "create-begin", path.data, buf, len);
	/* A 37th byte is taken for the newline, whatever it is. */
	if ((len == UUID_LEN || len == UUID_LEN + 1) && life_parse_uuid(buf, uuid))
		err = create(call, node->data, uuid);
	log_event(log, call->pid, "create-end", path.data, buf, len, err);
	log->counts[err ? COUNT_FAILED_CREATES : COUNT_CREATES]++;
	text_free(&path);
	return err ? err : (ssize_t)len;
}

/* As the kernel's kstrtoul() with base 0: one newline may follow, no blank may be there. */
static bool parse_number(const char *buf, unsigned long *ret)
{
	const char *digits = buf + (*buf == '+');
	unsigned long value;
	char *end;

	if (!isdigit((unsigned char)*digits))
		return false;
	errno = 0;
	value = strtoul(digits, &end, 0);
	if (*end == '\n')
		end++;
	if (*end || errno)
		return false;
	*ret = value;
	return true;
}

/* Waits until nobody has the device open, as vfio_unregister_group_dev() does. */
static void wait_for_close(struct call *call, const struct device *dev)
{
	while (dev->opens && dev->state == DEVICE_REMOVING) {
		if (!call_wait(call, 1000))
			return;
	}
}

static void remove_finish(struct sim *sim, struct device *dev, const struct subject *subject)
{
	device_delete(sim, dev, fault_delay(&sim->faults, FAULT_LINGER, subject));
	sim->log.counts[COUNT_REMOVES]++;
}

static void remove_now(struct call *call, struct device *dev)
{
	struct sim *sim = call->sim;
	struct subject subject = { 0 };

	device_subject(dev, &subject);
	dev->state = DEVICE_REMOVING;
	flight_begin(sim, dev->type->parent);
	/* Until 5.1 the vendor was asked before anything was taken away. */
	if (!sim->is_legacy)
		device_unplug(sim, dev);
	call_sleep(call, fault_delay(&sim->faults, FAULT_REMOVE, &subject));
	wait_for_close(call, dev);
	if (dev->is_spoilt && dev->state == DEVICE_REMOVING)
		device_set_stuck(sim, dev);
	else if (dev->state == DEVICE_REMOVING && !fuse_session_exited(sim->session))
		remove_finish(sim, dev, &subject);
	flight_end(sim, dev->type->parent);
}

/*
 * The file has gone before this write, which came through a descriptor opened earlier. While
 * another's removal goes on the kernel lets the loser have its success too; it did nothing.
 */
static int remove_late(struct sim *sim, const struct device *dev)
{
	unsigned long *counts = sim->log.counts;

	counts[COUNT_REMOVE_DURING_REMOVE] += dev->state == DEVICE_REMOVING;
	counts[COUNT_REMOVE_DURING_CREATE] += dev->state == DEVICE_CREATING;
	return dev->state == DEVICE_REMOVING ? 0 : -ENODEV;
}

/* The rules since 5.2. */
static int remove_modern(struct call *call, struct device *dev, struct node *node)
{
	unsigned long *counts = call->sim->log.counts;

	if (node->dead)
		return remove_late(call->sim, dev);

	node_remove(&call->sim->tree, node); /* first of all, and for good */
	if (dev->state == DEVICE_CREATING) {
		counts[COUNT_REMOVE_DURING_CREATE]++;
		dev->is_spoilt = true;
		return -EAGAIN;
	}
	if (dev->state == DEVICE_STUCK)
		return -EAGAIN;
	if (dev->type->parent->state != PARENT_REGISTERED) {
		counts[COUNT_REMOVE_DURING_UNREGISTER]++;
		device_set_stuck(call->sim, dev);
		return -ENODEV;
	}
	remove_now(call, dev);
	return 0;
}

/* Two removes at once, until 5.1: the second puts the file back, and spoils the first. */
static int remove_twice(struct sim *sim, struct device *dev)
{
	sim->log.counts[COUNT_REMOVE_DURING_REMOVE]++;
	dev->is_spoilt = true;
	if (!node_find(&sim->tree, dev->dir, "remove"))
		device_add_remove_file(sim, dev);
	return -EAGAIN;
}

/* The rules up to 5.1. */
static int remove_legacy(struct call *call, struct device *dev, struct node *node)
{
	unsigned long *counts = call->sim->log.counts;

	if (dev->state == DEVICE_REMOVING)
		return remove_twice(call->sim, dev);
	if (node->dead || dev->state == DEVICE_GONE)
		return -ENODEV;
	counts[COUNT_REMOVE_DURING_CREATE] += dev->state == DEVICE_CREATING;
	if (dev->state != DEVICE_ACTIVE)
		return -EAGAIN;
	if (dev->type->parent->state == PARENT_UNREGISTERING) {
		counts[COUNT_REMOVE_DURING_UNREGISTER]++;
		counts[COUNT_CRASHES]++;
	}
	if (dev->opens)
		return -EBUSY;
	node_remove(&call->sim->tree, node);
	remove_now(call, dev);
	return 0;
}

static int remove_device(struct call *call, struct device *dev, struct node *node)
{
	struct subject subject = { 0 };
	int err = 0;

	device_subject(dev, &subject);
	if (!node->dead)
		err = fault_take_error(&call->sim->faults, FAULT_REMOVE, &subject);
	if (err)
		return err;
	if (call->sim->is_legacy)
		return remove_legacy(call, dev, node);
	return remove_modern(call, dev, node);
}

ssize_t life_store_remove(struct call *call, struct node *node, const char *buf, size_t len)
{
	struct log *log = &call->sim->log;
	struct text path = { 0 };
	unsigned long value = 0;
	int err = -EINVAL;

	node_path(node, &path);
	log_begin(log, call->pid, "remove-begin", path.data, buf, len);
	if (parse_number(buf, &value))
		err = value ? remove_device(call, node->data, node) : 0;
	log_event(log, call->pid, "remove-end", path.data, buf, len, err);
	log->counts[COUNT_FAILED_REMOVES] += err != 0;
	text_free(&path);
	return err ? err : (ssize_t)len;
}
