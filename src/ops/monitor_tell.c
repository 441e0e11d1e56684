/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "base/interrupt.h"
#include "monitor_private.h"

/* So many different warnings are enough for anybody. */
#define WARNED_MAX 1000

bool monitor_wants(const struct monitor *monitor, const char *parent)
{
	return !monitor->request->parent || strlist_has(&monitor->group, parent);
}

bool monitor_is_over(struct monitor *monitor)
{
	monitor->is_left |= interrupt_is_pending() || deadline_is_over(&monitor->end);
	return monitor->is_left;
}

void monitor_warn(struct monitor *monitor, struct err *e)
{
	if (!e)
		return;
	if (monitor->warned.count == WARNED_MAX || strlist_has(&monitor->warned, err_message(e))) {
		err_free(e);
		return;
	}
	strlist_add(&monitor->warned, mem_strdup(err_message(e)));
	env_warn(monitor->ops->env, e);
}

void monitor_read_traced(struct monitor *monitor)
{
	bool is_lost = false;

	if (monitor->who.trace)
		monitor_warn(monitor,
			     trace_read(monitor->who.trace, &monitor->who.waiting, &is_lost));
	if (is_lost)
		monitor_warn(monitor, err_new(ERR_FAILED, "the kernel could not keep all that it "
							  "traced: some of who did what is not "
							  "known"));
}

/* What was done meanwhile may not have been read yet. */
static bool find_who(struct monitor *monitor, const struct monitor_event *event, struct traced *ret)
{
	struct who *who = &monitor->who;
	bool is_removal = event->action == MONITOR_REMOVED;

	if (!who->trace || event->what != MONITOR_DEVICE || event->action == MONITOR_CHANGED)
		return false;
	if (who_take(who, &event->uuid, is_removal, monitor->tells_looks, ret))
		return true;
	monitor_read_traced(monitor);
	return who_take(who, &event->uuid, is_removal, monitor->tells_looks, ret);
}

static void tell_event(struct monitor *monitor, struct monitor_event *event)
{
	struct traced traced;

	if (monitor->is_quiet || monitor->is_left)
		return;
	clock_gettime(CLOCK_REALTIME, &event->at);
	if (find_who(monitor, event, &traced)) {
		event->pid = traced.pid;
		event->command = traced.command;
	}
	monitor->is_left = !monitor->request->tell(monitor->request->data, event);
}

static void tell_item(struct monitor *monitor, const struct item *item, enum monitor_action action)
{
	struct monitor_event event = {
		.what = item->what,
		.action = action,
		.uuid = item->uuid,
		.parent = item->parent,
		.type = item->type,
		.is_defined = item->is_defined,
		.start = item->start,
		.state = item->state,
		.types = item->types,
	};

	tell_event(monitor, &event);
}

void monitor_tell_itself(struct monitor *monitor, enum monitor_action action)
{
	const struct snapshot *snapshot = &monitor->snapshot;
	struct monitor_event event = {
		.what = MONITOR_ITSELF,
		.action = action,
		.parents = snapshot_count(snapshot, MONITOR_PARENT),
		.devices = snapshot_count(snapshot, MONITOR_DEVICE),
		.definitions = snapshot_count(snapshot, MONITOR_DEFINITION),
	};

	tell_event(monitor, &event);
}

static bool is_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* A device's start mode is its definition's, of which is told by itself. */
static bool is_as_before(const struct item *item, const struct item *seen)
{
	if (item->what == MONITOR_DEFINITION && item->start != seen->start)
		return false;
	return is_same_text(item->type, seen->type) && is_same_text(item->state, seen->state) &&
	       is_same_text(item->parent, seen->parent) && item->types == seen->types &&
	       is_same_text(item->content, seen->content);
}

/* Not the same device any more, although there is one: the other's end was not seen. */
static bool is_another_one(const struct item *item, const struct item *seen)
{
	return item->is_there && item->inode && seen->inode && item->inode != seen->inode;
}

/* What events have to say of it stays, and what the look that is under way does with it. */
static void take_over(struct item *item, struct item *seen)
{
	struct item before = *item;

	*item = *seen;
	item->what = before.what;
	item->uuid = before.uuid;
	item->number = before.number;
	item->is_there = true;
	item->is_seen = true;
	item_clear(&before);
	*seen = (struct item){ 0 };
}

void monitor_see(struct monitor *monitor, struct item *item, struct item *seen)
{
	bool is_known;

	if (is_another_one(item, seen))
		monitor_miss(monitor, item, "stopped");
	is_known = item->is_there;
	if (is_known && is_as_before(item, seen)) {
		take_over(item, seen);
		return;
	}
	take_over(item, seen);
	tell_item(monitor, item, is_known ? MONITOR_CHANGED : MONITOR_ADDED);
}

void monitor_miss(struct monitor *monitor, struct item *item, const char *state)
{
	char *now = mem_strdup(state);

	mem_freep(&item->state);
	item->state = now;
	item->types = 0;
	item->is_defined = item->is_defined && item->what != MONITOR_DEFINITION;
	item->is_there = false;
	item->odd_since = (struct deadline){ 0 };
	item->gone_since = deadline_in(0);
	tell_item(monitor, item, MONITOR_REMOVED);
}

void monitor_begin_look(struct monitor *monitor, enum monitor_what what)
{
	for (size_t i = 0; i < monitor->snapshot.count; i++)
		if (monitor->snapshot.items[i]->what == what)
			monitor->snapshot.items[i]->is_seen = false;
}

void monitor_keep(struct monitor *monitor, enum monitor_what what, const char *parent)
{
	for (size_t i = 0; i < monitor->snapshot.count; i++) {
		struct item *item = monitor->snapshot.items[i];

		if (item->what == what && (!parent || strcmp(item->parent, parent) == 0))
			item->is_seen = true;
	}
}

void monitor_miss_unseen(struct monitor *monitor, enum monitor_what what, const char *state)
{
	for (size_t i = 0; i < monitor->snapshot.count; i++) {
		struct item *item = monitor->snapshot.items[i];

		if (item->what == what && item->is_there && !item->is_seen)
			monitor_miss(monitor, item, state);
	}
}
