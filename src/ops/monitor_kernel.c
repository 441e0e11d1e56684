/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events and looks tell of the same things, each in its own time. A look notes with what it saw the
 * number of the last event before it: events up to that one have nothing new to tell. Of a later
 * one the inode says whether it is of the device that was seen.
 */
#include <string.h>

#include "base/limits.h"
#include "claim.h"
#include "kernel/mdev.h"
#include "monitor_private.h"
#include "state/record.h"

/* Of a device that is not there. */
static const char *absent_state(const struct record *record)
{
	return record && record->drained ? "drained" : "stopped";
}

static const char *present_state(const struct env *env, const struct device *dev,
				 const struct record *record)
{
	bool is_started = record && record->state == RECORD_STARTING &&
			  strcmp(record->dev->parent, dev->parent) == 0;

	if (dev->state == DEVICE_STATE_REMOVING)
		return "removing";
	if (dev->state == DEVICE_STATE_STUCK)
		return "stuck";
	if (is_started)
		return record_has_living_maker(env, record) ? "starting" : "incomplete";
	/* The kernel gives it a type when its driver has it. */
	return dev->type ? "running" : "starting";
}

static enum device_start start_of(const struct monitor *monitor, const struct device *dev)
{
	const struct item *definition =
		inventory_find(&monitor->inventory, MONITOR_DEFINITION, &dev->uuid, dev->parent);

	return definition && definition->is_there ? definition->start : DEVICE_START_MANUAL;
}

static bool is_odd(enum device_state state)
{
	return state == DEVICE_STATE_REMOVING || state == DEVICE_STATE_STUCK;
}

/*
 * @dev, which is borrowed and NULL if it is not there, as an item. Whatever is removed looks stuck
 * and removing for a moment: only what stays so is that.
 */
static err_t describe_device(struct monitor *monitor, const struct uuid *uuid, const char *parent,
			     const struct device *dev, struct item *ret)
{
	const struct env *env = monitor->ops->env;
	_cleanup_(record_freep) struct record *record = NULL;
	ino_t inode = 0;

	monitor_warn(monitor, record_load(env, uuid, &record));
	if (dev)
		TRY(mdev_inode(monitor->ops->sysfs, parent, uuid, &inode));
	*ret = (struct item){
		.parent = mem_strdup(parent),
		.type = dev && dev->type ? mem_strdup(dev->type) : NULL,
		.state = mem_strdup(dev ? present_state(env, dev, record) : absent_state(record)),
		.start = dev ? start_of(monitor, dev) : DEVICE_START_MANUAL,
		.inode = inode,
		.is_there = dev != NULL,
	};
	if (dev && is_odd(dev->state))
		ret->odd_since = deadline_in(0);
	return NULL;
}

static err_t look_at_device(struct monitor *monitor, const struct uuid *uuid, const char *parent,
			    struct item *ret)
{
	_cleanup_(device_freep) struct device *dev = NULL;

	TRY(mdev_find_below(monitor->ops->sysfs, parent, uuid, &dev));
	return describe_device(monitor, uuid, parent, dev, ret);
}

static err_t look_at_parent(struct monitor *monitor, const char *parent, struct item *ret)
{
	ino_t inode;
	size_t types;

	TRY(sysfs_count_types(monitor->ops->sysfs, parent, &types, &inode));
	*ret = (struct item){
		.parent = mem_strdup(parent),
		.state = mem_strdup(inode ? "present" : "absent"),
		.types = types,
		.inode = inode,
		.is_there = inode != 0,
	};
	return NULL;
}

/* Sees what is there; what looks as if it was going stays as it was told, until it has stayed so.
 */
static void see_present(struct monitor *monitor, struct item *item, struct item *seen)
{
	bool is_odd_now = seen->odd_since.at_ns != 0;

	if (is_odd_now && item->odd_since.at_ns)
		seen->odd_since = item->odd_since;
	monitor->is_restless |= strcmp(seen->state, "starting") == 0 || is_odd_now;
	if (is_odd_now && !monitor->is_quiet && deadline_ms_since(&seen->odd_since) < STUCK_MS) {
		item->odd_since = seen->odd_since;
		item->is_seen = true;
		item_clear(seen);
		return;
	}
	/* A device that is going has lost its type. */
	if (is_odd_now && !seen->type && item->type)
		seen->type = mem_strdup(item->type);
	monitor_see(monitor, item, seen);
}

static void look_at_parents(struct monitor *monitor, unsigned long long number)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	struct err *e = sysfs_list_parents(monitor->ops->sysfs, &names);

	if (e)
		monitor_keep(monitor, MONITOR_PARENT, NULL);
	monitor_warn(monitor, e);
	for (size_t i = 0; i < names.count; i++) {
		struct item seen = { 0 };
		struct item *item;

		if (!monitor_wants(monitor, names.items[i]))
			continue;
		e = look_at_parent(monitor, names.items[i], &seen);
		if (e)
			monitor_keep(monitor, MONITOR_PARENT, names.items[i]);
		monitor_warn(monitor, e);
		if (!seen.is_there) {
			item_clear(&seen);
			continue;
		}
		item = inventory_get(&monitor->inventory, MONITOR_PARENT, NULL, names.items[i]);
		item->number = number;
		see_present(monitor, item, &seen);
	}
}

static err_t look_at_children(struct monitor *monitor, const char *parent,
			      unsigned long long number)
{
	_cleanup_(device_list_clear) struct device_list children = { 0 };

	TRY(mdev_list_children(monitor->ops->sysfs, parent, &children));
	for (size_t i = 0; i < children.count; i++) {
		const struct device *dev = children.items[i];
		struct item seen = { 0 };
		struct item *item;

		TRY(describe_device(monitor, &dev->uuid, parent, dev, &seen));
		item = inventory_get(&monitor->inventory, MONITOR_DEVICE, &dev->uuid, parent);
		item->number = number;
		see_present(monitor, item, &seen);
	}
	return NULL;
}

/* While a driver goes, its parent is not listed any more and still has devices. */
static void list_homes(struct monitor *monitor, struct strlist *ret)
{
	struct err *e = sysfs_list_parents(monitor->ops->sysfs, ret);

	if (e)
		monitor_keep(monitor, MONITOR_DEVICE, NULL);
	monitor_warn(monitor, e);
	for (size_t i = 0; i < monitor->inventory.count; i++) {
		const struct item *item = monitor->inventory.items[i];

		if (item->what == MONITOR_DEVICE && item->is_there)
			strlist_add(ret, mem_strdup(item->parent));
	}
	strlist_sort(ret);
}

static void look_at_devices(struct monitor *monitor, unsigned long long number)
{
	_cleanup_(strlist_clear) struct strlist homes = { 0 };

	list_homes(monitor, &homes);
	for (size_t i = 0; i < homes.count; i++) {
		struct err *e;

		if (!monitor_wants(monitor, homes.items[i]))
			continue;
		e = look_at_children(monitor, homes.items[i], number);
		if (e)
			monitor_keep(monitor, MONITOR_DEVICE, homes.items[i]);
		monitor_warn(monitor, e);
	}
}

/* What was seen to be absent, with what a drain has left. */
static void miss_devices(struct monitor *monitor, unsigned long long number)
{
	for (size_t i = 0; i < monitor->inventory.count; i++) {
		struct item *item = monitor->inventory.items[i];
		_cleanup_(record_freep) struct record *record = NULL;

		if (item->what != MONITOR_DEVICE || item->is_seen)
			continue;
		item->odd_since = (struct deadline){ 0 };
		if (!item->is_there)
			continue;
		monitor_warn(monitor, record_load(monitor->ops->env, &item->uuid, &record));
		item->number = number;
		monitor_miss(monitor, item, absent_state(record));
	}
}

static void find_group(struct monitor *monitor)
{
	const struct monitor_request *request = monitor->request;

	if (!request->parent)
		return;
	monitor_warn(monitor, list_meant(monitor->ops, request->parent, request->has_group,
					 &monitor->group));
	strlist_sort(&monitor->group);
}

void monitor_look_at_kernel(struct monitor *monitor)
{
	unsigned long long number = 0;

	if (monitor->events)
		monitor_warn(monitor, events_last_number(monitor->ops->env, &number));
	monitor->is_restless = false;
	monitor->tells_looks = true;
	find_group(monitor);
	monitor_begin_look(monitor, MONITOR_PARENT);
	monitor_begin_look(monitor, MONITOR_DEVICE);
	look_at_parents(monitor, number);
	look_at_devices(monitor, number);
	miss_devices(monitor, number);
	monitor_miss_unseen(monitor, MONITOR_PARENT, "absent");
	inventory_forget(&monitor->inventory);
	monitor->tells_looks = false;
}

void monitor_look_at_changed(struct monitor *monitor)
{
	for (size_t i = 0; i < monitor->changed_records.count; i++) {
		const struct uuid *uuid = &monitor->changed_records.items[i]->uuid;
		struct item *item = inventory_find(&monitor->inventory, MONITOR_DEVICE, uuid, NULL);
		struct item seen = { 0 };

		if (!item || !item->is_there)
			continue;
		monitor_warn(monitor, look_at_device(monitor, uuid, item->parent, &seen));
		if (seen.is_there && seen.inode == item->inode)
			see_present(monitor, item, &seen);
		item_clear(&seen);
	}
	device_list_clear(&monitor->changed_records);
}

/* Whether what is there now is what was told of, and stays. */
static bool is_still_that(const struct item *item, const struct item *seen)
{
	return item->is_there && seen->is_there && !seen->odd_since.at_ns && seen->inode &&
	       seen->inode == item->inode;
}

/* It has come, and what is there now may be gone already. */
static void handle_coming(struct monitor *monitor, struct item *item, struct item *seen)
{
	if (item->is_there)
		monitor_miss(monitor, item, item->what == MONITOR_PARENT ? "absent" : "stopped");
	seen->odd_since = (struct deadline){ 0 };
	monitor_see(monitor, item, seen);
	monitor->is_restless |= strcmp(item->state, "running") != 0;
}

static void handle_new(struct monitor *monitor, const struct event *event, struct item *item,
		       struct item *seen)
{
	item->number = event->number;
	if (event->kind == EVENT_CAME)
		handle_coming(monitor, item, seen);
	else if (item->is_there)
		monitor_miss(monitor, item, seen->state);
}

/*
 * The event that a device has gone comes a moment before the last of it goes: what is odd then is
 * gone.
 */
static err_t look_for_event(struct monitor *monitor, const struct event *event, struct item *ret)
{
	if (!uuid_is_set(&event->uuid))
		return look_at_parent(monitor, event->parent, ret);
	TRY(look_at_device(monitor, &event->uuid, event->parent, ret));
	if (event->kind != EVENT_WENT || !ret->odd_since.at_ns)
		return NULL;
	item_clear(ret);
	return describe_device(monitor, &event->uuid, event->parent, NULL, ret);
}

void monitor_handle_event(struct monitor *monitor, const struct event *event)
{
	bool is_device = uuid_is_set(&event->uuid);
	struct item *item;
	struct item seen = { 0 };
	struct err *e;

	if (!monitor_wants(monitor, event->parent))
		return;
	e = look_for_event(monitor, event, &seen);
	if (e) {
		monitor_warn(monitor, e);
		return;
	}
	item = inventory_get(&monitor->inventory, is_device ? MONITOR_DEVICE : MONITOR_PARENT,
			     is_device ? &event->uuid : NULL, event->parent);
	if (event->kind != EVENT_OTHER && event->number > item->number &&
	    !is_still_that(item, &seen))
		handle_new(monitor, event, item, &seen);
	else if (item->is_there && seen.is_there)
		see_present(monitor, item, &seen);
	item_clear(&seen);
}
