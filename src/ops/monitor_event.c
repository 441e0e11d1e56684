/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "monitor_private.h"

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
		return monitor_look_at_parent(monitor, event->parent, ret);
	TRY(monitor_look_at_device(monitor, &event->uuid, event->parent, ret));
	if (event->kind != EVENT_WENT || !ret->odd_since.at_ns)
		return NULL;
	item_clear(ret);
	return monitor_describe_device(monitor, &event->uuid, event->parent, NULL, ret);
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
	if (e)
		seen = (struct item){ .parent = mem_strdup(event->parent),
				      .state = mem_strdup("cannot be read") };
	monitor_warn(monitor, e);
	item = snapshot_get(&monitor->snapshot, is_device ? MONITOR_DEVICE : MONITOR_PARENT,
			    is_device ? &event->uuid : NULL, event->parent);
	if (event->kind != EVENT_OTHER && event->number > item->number &&
	    !is_still_that(item, &seen))
		handle_new(monitor, event, item, &seen);
	else if (item->is_there && seen.is_there)
		monitor_see_present(monitor, item, &seen);
	item_clear(&seen);
}
