/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "monitor_private.h"
#include "state/held.h"
#include "state/record.h"

#define CANNOT_BE_READ "cannot be read"

/* Without it, changes there are found a moment later. */
static void watch_place(struct monitor *monitor, char *path)
{
	monitor_warn(monitor, watch_add(monitor->watch, path));
	free(path);
}

/* What the file says; @seen has the parent already. */
static void describe_definition(struct monitor *monitor, const struct uuid *uuid, struct item *seen)
{
	_cleanup_(device_freep) struct device *dev = NULL;
	_cleanup_(err_freep) struct err *e =
		store_load(monitor->ops->store, seen->parent, uuid, &dev);

	seen->is_there = e || dev;
	seen->state = mem_strdup(e ? CANNOT_BE_READ : "defined");
	if (e)
		seen->content = mem_strdup(err_message(e));
	if (!dev)
		return;
	seen->type = mem_strdup(dev->type);
	seen->is_defined = true;
	seen->start = dev->start;
	seen->content = device_to_definition(dev);
}

static err_t look_at_definition(struct monitor *monitor, const char *parent,
				const struct uuid *uuid)
{
	struct item *item = snapshot_find(&monitor->snapshot, MONITOR_DEFINITION, uuid, parent);
	struct item seen = { 0 };

	TRY(store_stamp(monitor->ops->store, parent, uuid, &seen.stamp));
	if (item && item->is_there && dir_stamp_is_equal(&item->stamp, &seen.stamp)) {
		item->is_seen = true;
		return NULL;
	}
	seen.parent = mem_strdup(parent);
	describe_definition(monitor, uuid, &seen);
	if (!seen.is_there) {
		item_clear(&seen);
		return NULL;
	}
	if (!item)
		item = snapshot_get(&monitor->snapshot, MONITOR_DEFINITION, uuid, parent);
	monitor_see(monitor, item, &seen);
	return NULL;
}

static err_t look_at_place(struct monitor *monitor, const char *parent)
{
	const struct store *store = monitor->ops->store;
	_cleanup_(device_list_clear) struct device_list defined = { 0 };

	watch_place(monitor, store_place(store, parent));
	TRY(store_list(store, parent, &defined));
	for (size_t i = 0; i < defined.count && !monitor_is_over(monitor); i++)
		TRY(look_at_definition(monitor, parent, &defined.items[i]->uuid));
	return NULL;
}

static void see_definitions(struct monitor *monitor)
{
	const struct store *store = monitor->ops->store;
	_cleanup_(strlist_clear) struct strlist parents = { 0 };
	struct err *e;

	monitor_begin_look(monitor, MONITOR_DEFINITION);
	watch_place(monitor, store_place(store, NULL));
	e = store_list_parents(store, &parents);
	if (e)
		monitor_keep(monitor, MONITOR_DEFINITION, NULL);
	monitor_warn(monitor, e);
	for (size_t i = 0; i < parents.count && !monitor_is_over(monitor); i++) {
		if (!monitor_wants(monitor, parents.items[i]))
			continue;
		e = look_at_place(monitor, parents.items[i]);
		if (e)
			monitor_keep(monitor, MONITOR_DEFINITION, parents.items[i]);
		monitor_warn(monitor, e);
	}
	monitor_miss_unseen(monitor, MONITOR_DEFINITION, "not defined");
}

static void look_at_hold(struct monitor *monitor, const char *parent)
{
	_cleanup_(held_freep) struct held *held = NULL;
	_cleanup_(err_freep) struct err *e = held_load(monitor->ops->env, parent, &held);
	struct item seen = { .parent = mem_strdup(parent) };
	const char *reason = held ? held_reason(held) : NULL;

	if (!e && !held) {
		item_clear(&seen);
		return;
	}
	seen.state = mem_strdup(e ? CANNOT_BE_READ : reason ? reason : "is being lifted");
	monitor_see(monitor, snapshot_get(&monitor->snapshot, MONITOR_HOLD, NULL, parent), &seen);
}

/* A virtual function is held by the hold of its physical function as well. */
static bool wants_hold(const struct monitor *monitor, const char *parent)
{
	return monitor_wants(monitor, parent) ||
	       (monitor->holder && strcmp(monitor->holder, parent) == 0);
}

static void see_holds(struct monitor *monitor)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };
	struct err *e;

	monitor_begin_look(monitor, MONITOR_HOLD);
	watch_place(monitor, held_place(monitor->ops->env));
	e = held_list(monitor->ops->env, &parents);
	if (e)
		monitor_keep(monitor, MONITOR_HOLD, NULL);
	monitor_warn(monitor, e);
	for (size_t i = 0; i < parents.count; i++)
		if (wants_hold(monitor, parents.items[i]))
			look_at_hold(monitor, parents.items[i]);
	monitor_miss_unseen(monitor, MONITOR_HOLD, "lifted");
}

static const char *state_of_record(const struct record *record)
{
	if (record->state == RECORD_NOTHING)
		return "drained";
	return record->state == RECORD_STARTING ? "starting" : "running";
}

/* False if there is none, or it is of a parent that is not wanted. @item: what it was, or NULL. */
static bool describe_record(struct monitor *monitor, const struct uuid *uuid,
			    const struct item *item, struct item *seen)
{
	_cleanup_(record_freep) struct record *record = NULL;
	_cleanup_(err_freep) struct err *e = record_load(monitor->ops->env, uuid, &record);
	const struct device *dev = !record ? NULL : record->dev ? record->dev : record->drained;

	/* Of what cannot be read, what was told of it says whether it is wanted. */
	if (e && (!monitor->request->parent || (item && item->is_there))) {
		seen->state = mem_strdup(CANNOT_BE_READ);
		seen->parent = item && item->parent ? mem_strdup(item->parent) : NULL;
	}
	if (!dev || !monitor_wants(monitor, dev->parent))
		return seen->state != NULL;
	seen->parent = mem_strdup(dev->parent);
	seen->type = mem_strdup(dev->type);
	seen->state = mem_strdup(state_of_record(record));
	return true;
}

/* What has a record may be another device by it: see monitor_look_at_changed(). */
static void look_at_record(struct monitor *monitor, const struct uuid *uuid)
{
	struct item *item = snapshot_find(&monitor->snapshot, MONITOR_RECORD, uuid, NULL);
	struct item seen = { 0 };
	struct err *e = record_stamp(monitor->ops->env, uuid, &seen.stamp);

	if (e) {
		monitor_warn(monitor, e);
		monitor_keep(monitor, MONITOR_RECORD, NULL);
		return;
	}
	if (item && item->is_there && dir_stamp_is_equal(&item->stamp, &seen.stamp)) {
		item->is_seen = true;
		return;
	}
	if (!describe_record(monitor, uuid, item, &seen))
		return;
	item = snapshot_get(&monitor->snapshot, MONITOR_RECORD, uuid, NULL);
	monitor_see(monitor, item, &seen);
	device_list_add(&monitor->changed_records, device_new(uuid, NULL, NULL));
}

static void see_records(struct monitor *monitor)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	struct err *e;

	monitor_begin_look(monitor, MONITOR_RECORD);
	watch_place(monitor, record_place(monitor->ops->env));
	e = record_list(monitor->ops->env, &names);
	if (e)
		monitor_keep(monitor, MONITOR_RECORD, NULL);
	monitor_warn(monitor, e);
	for (size_t i = 0; i < names.count && !monitor_is_over(monitor); i++) {
		struct uuid uuid;

		if (uuid_parse(names.items[i], &uuid))
			look_at_record(monitor, &uuid);
	}
	monitor_miss_unseen(monitor, MONITOR_RECORD, "removed");
}

void monitor_look_at_files(struct monitor *monitor)
{
	see_definitions(monitor);
	see_holds(monitor);
	see_records(monitor);
}
