/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events and looks tell of the same things, each in its own time. A look counts when no event was
 * sent while it went on: then all events up to that one have nothing new to tell of what it told,
 * in whatever moment they come. Of a later one the inode says whether it is of the device that was
 * seen.
 */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "claim.h"
#include "kernel/mdev.h"
#include "monitor_private.h"
#include "state/record.h"

/* What a look has found; owns its items. */
struct sights {
	struct item *items;
	size_t count;
};

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

static void set_start(const struct monitor *monitor, const struct device *dev, struct item *item)
{
	const struct item *definition =
		snapshot_find(&monitor->snapshot, MONITOR_DEFINITION, &dev->uuid, dev->parent);

	item->is_defined = definition && definition->is_there && definition->is_defined;
	item->start = item->is_defined ? definition->start : DEVICE_START_MANUAL;
}

/*
 * Whatever is removed looks stuck and removing for a moment, and what is created has no type yet
 * when its event is about to be sent: only what stays so is that.
 */
static bool is_odd(const struct device *dev)
{
	return dev->state == DEVICE_STATE_REMOVING || dev->state == DEVICE_STATE_STUCK ||
	       !dev->type;
}

/* @dev, which is borrowed and NULL if it is not there, as an item. */
err_t monitor_describe_device(struct monitor *monitor, const struct uuid *uuid, const char *parent,
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
		.inode = inode,
		.is_there = dev != NULL,
	};
	if (dev)
		set_start(monitor, dev, ret);
	if (dev && is_odd(dev))
		ret->odd_since = deadline_in(0);
	return NULL;
}

err_t monitor_look_at_device(struct monitor *monitor, const struct uuid *uuid, const char *parent,
			     struct item *ret)
{
	_cleanup_(device_freep) struct device *dev = NULL;

	TRY(mdev_find_below(monitor->ops->sysfs, parent, uuid, &dev));
	return monitor_describe_device(monitor, uuid, parent, dev, ret);
}

err_t monitor_look_at_parent(struct monitor *monitor, const char *parent, struct item *ret)
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

void monitor_see_present(struct monitor *monitor, struct item *item, struct item *seen)
{
	bool is_odd_now = seen->odd_since.at_ns != 0;
	bool is_passing;

	if (is_odd_now && item->odd_since.at_ns)
		seen->odd_since = item->odd_since;
	is_passing = is_odd_now && deadline_ms_since(&seen->odd_since) < STUCK_MS;
	monitor->is_restless |= is_passing || strcmp(seen->state, "starting") == 0;
	if (is_passing && !monitor->is_quiet) {
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

/* Takes the strings of @seen; what is surely not there is passed over. */
static void add_sight(struct sights *sights, enum monitor_what what, const struct uuid *uuid,
		      struct item *seen)
{
	if (!seen->is_there) {
		item_clear(seen);
		return;
	}
	seen->what = what;
	if (uuid)
		seen->uuid = *uuid;
	sights->items = mem_grow(sights->items, sights->count, sizeof(*sights->items));
	sights->items[sights->count++] = *seen;
}

static void sights_clear(struct sights *sights)
{
	for (size_t i = 0; i < sights->count; i++)
		item_clear(&sights->items[i]);
	free(sights->items);
}

static void look_at_parents(struct monitor *monitor, const struct strlist *names,
			    struct sights *ret)
{
	for (size_t i = 0; i < names->count; i++) {
		struct item seen = { 0 };
		struct err *e;

		if (monitor_is_over(monitor))
			return;
		if (!monitor_wants(monitor, names->items[i]))
			continue;
		e = monitor_look_at_parent(monitor, names->items[i], &seen);
		if (e)
			monitor_keep(monitor, MONITOR_PARENT, names->items[i]);
		monitor_warn(monitor, e);
		add_sight(ret, MONITOR_PARENT, NULL, &seen);
	}
}

static err_t look_at_children(struct monitor *monitor, const char *parent, struct sights *ret)
{
	_cleanup_(device_list_clear) struct device_list children = { 0 };

	TRY(mdev_list_children(monitor->ops->sysfs, parent, &children));
	for (size_t i = 0; i < children.count && !monitor_is_over(monitor); i++) {
		const struct device *dev = children.items[i];
		struct item seen = { 0 };

		TRY(monitor_describe_device(monitor, &dev->uuid, parent, dev, &seen));
		add_sight(ret, MONITOR_DEVICE, &dev->uuid, &seen);
	}
	return NULL;
}

/* While a driver goes, its parent is not listed any more and still has devices. */
static void add_homes(const struct monitor *monitor, struct strlist *names)
{
	for (size_t i = 0; i < monitor->snapshot.count; i++) {
		const struct item *item = monitor->snapshot.items[i];

		if (item->what == MONITOR_DEVICE && item->is_there)
			strlist_add(names, mem_strdup(item->parent));
	}
	strlist_sort(names);
}

static void look_at_devices(struct monitor *monitor, const struct strlist *homes,
			    struct sights *ret)
{
	for (size_t i = 0; i < homes->count && !monitor_is_over(monitor); i++) {
		struct err *e;

		if (!monitor_wants(monitor, homes->items[i]))
			continue;
		e = look_at_children(monitor, homes->items[i], ret);
		if (e)
			monitor_keep(monitor, MONITOR_DEVICE, homes->items[i]);
		monitor_warn(monitor, e);
	}
}

static void look_around(struct monitor *monitor, struct sights *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	struct err *e = sysfs_list_parents(monitor->ops->sysfs, &names);

	if (e) {
		monitor_keep(monitor, MONITOR_PARENT, NULL);
		monitor_keep(monitor, MONITOR_DEVICE, NULL);
	}
	monitor_warn(monitor, e);
	look_at_parents(monitor, &names, ret);
	add_homes(monitor, &names);
	look_at_devices(monitor, &names, ret);
}

static void see_all(struct monitor *monitor, struct sights *sights, unsigned long long number)
{
	for (size_t i = 0; i < sights->count; i++) {
		struct item *seen = &sights->items[i];
		const struct uuid *uuid = uuid_is_set(&seen->uuid) ? &seen->uuid : NULL;
		struct item *item =
			snapshot_get(&monitor->snapshot, seen->what, uuid, seen->parent);

		monitor_see_present(monitor, item, seen);
		if (item->is_there)
			item->number = number;
	}
}

/* What was seen to be absent, with what a drain has left. */
static void miss_devices(struct monitor *monitor, unsigned long long number)
{
	for (size_t i = 0; i < monitor->snapshot.count; i++) {
		struct item *item = monitor->snapshot.items[i];
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

void monitor_find_group(struct monitor *monitor)
{
	const struct monitor_request *request = monitor->request;
	char *holder = NULL;

	if (!request->parent)
		return;
	monitor_warn(monitor, list_meant(monitor->ops, request->parent, request->has_group,
					 &monitor->group));
	strlist_sort(&monitor->group);
	monitor_warn(monitor,
		     sysfs_physical_function(monitor->ops->sysfs, request->parent, &holder));
	/* A function that has gone is still told of as one of the other's. */
	if (!holder)
		return;
	mem_freep(&monitor->holder);
	monitor->holder = holder;
}

static unsigned long long last_number(struct monitor *monitor)
{
	unsigned long long number = 0;

	if (monitor->events)
		monitor_warn(monitor, events_last_number(monitor->ops->env, &number));
	return number;
}

bool monitor_look_at_kernel(struct monitor *monitor, bool is_forced)
{
	_cleanup_(sights_clear) struct sights sights = { 0 };
	unsigned long long number = last_number(monitor);

	monitor_begin_look(monitor, MONITOR_PARENT);
	monitor_begin_look(monitor, MONITOR_DEVICE);
	look_around(monitor, &sights);
	if (monitor_is_over(monitor))
		return true;
	if (!is_forced && last_number(monitor) != number)
		return false;
	monitor->is_restless = false;
	monitor->tells_looks = true;
	see_all(monitor, &sights, number);
	miss_devices(monitor, number);
	monitor_miss_unseen(monitor, MONITOR_PARENT, "absent");
	snapshot_forget(&monitor->snapshot);
	monitor->tells_looks = false;
	return true;
}

void monitor_look_at_changed(struct monitor *monitor)
{
	for (size_t i = 0; i < monitor->changed_records.count && !monitor_is_over(monitor); i++) {
		const struct uuid *uuid = &monitor->changed_records.items[i]->uuid;
		struct item *item = snapshot_find(&monitor->snapshot, MONITOR_DEVICE, uuid, NULL);
		struct item seen = { 0 };

		if (!item || !item->is_there)
			continue;
		monitor_warn(monitor, monitor_look_at_device(monitor, uuid, item->parent, &seen));
		if (seen.is_there && seen.inode == item->inode)
			monitor_see_present(monitor, item, &seen);
		item_clear(&seen);
	}
	device_list_clear(&monitor->changed_records);
}
