/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "base/interrupt.h"
#include "base/limits.h"
#include "monitor_private.h"

/* So often a look is put off for events that came meanwhile. */
#define LOOKS_IN_VAIN_MAX 50

enum wakener {
	WAKENER_SIGNAL,
	WAKENER_READER,
	WAKENER_WATCH,
	WAKENER_EVENTS,
	WAKENER_COUNT,
};

static void monitor_clear(struct monitor *monitor)
{
	snapshot_clear(&monitor->snapshot);
	strlist_clear(&monitor->group);
	mem_freep(&monitor->holder);
	strlist_clear(&monitor->warned);
	device_list_clear(&monitor->changed_records);
	events_free(monitor->events);
	watch_free(monitor->watch);
	who_clear(&monitor->who);
}

/* Listens before it looks, so that nothing falls in between. */
static err_t open_sources(struct monitor *monitor)
{
	const struct env *env = monitor->ops->env;

	TRY(events_open(env, &monitor->events));
	if (monitor->request->wants_who)
		TRY(err_wrap(trace_open(env, &monitor->who.trace),
			     "cannot tell who creates and removes devices"));
	return watch_open(&monitor->watch);
}

/* When to look again whatever is told. */
static struct deadline next_look(const struct monitor *monitor)
{
	if (monitor->is_restless)
		return deadline_in(MONITOR_RESTLESS_MS);
	return deadline_in(monitor->events ? MONITOR_LOOK_MS : MONITOR_POLL_MS);
}

/* False if it has to be done again. */
static bool look_again(struct monitor *monitor)
{
	bool is_done;

	monitor_find_group(monitor);
	monitor_look_at_files(monitor);
	is_done = monitor_look_at_kernel(monitor, monitor->looks_in_vain >= LOOKS_IN_VAIN_MAX);
	monitor_look_at_changed(monitor);
	monitor->looks_in_vain = is_done ? 0 : monitor->looks_in_vain + 1;
	monitor->is_restless |= !is_done;
	return is_done;
}

/* False when it is over: a signal has come, nobody reads any more, or the time is up. */
static bool wait_for_change(const struct monitor *monitor, int signal_fd,
			    const struct deadline *look)
{
	struct pollfd fds[WAKENER_COUNT] = {
		[WAKENER_SIGNAL] = { .fd = signal_fd, .events = POLLIN },
		[WAKENER_READER] = { .fd = monitor->request->reader },
		[WAKENER_WATCH] = { .fd = watch_fd(monitor->watch), .events = POLLIN },
		[WAKENER_EVENTS] = { .fd = monitor->events ? events_fd(monitor->events) : -1,
				     .events = POLLIN },
	};
	int64_t left = deadline_left_ms(look);
	int64_t until_end = deadline_left_ms(&monitor->end);

	if (until_end != DEADLINE_NEVER && until_end < left)
		left = until_end;
	poll(fds, WAKENER_COUNT, (int)left);
	return !fds[WAKENER_SIGNAL].revents && !fds[WAKENER_READER].revents &&
	       !deadline_is_over(&monitor->end);
}

/* *ret_is_lost: something has come that cannot be known any more. */
static err_t handle_all(struct monitor *monitor, bool *ret_is_lost)
{
	_cleanup_(event_list_clear) struct event_list events = { 0 };
	bool has_changed, is_lost_watch, is_lost_event = false;

	if (monitor->events)
		TRY(events_read(monitor->events, &events, &is_lost_event));
	/* After the events that it explains. */
	monitor_read_traced(monitor);
	TRY(watch_read(monitor->watch, &has_changed, &is_lost_watch));
	if (has_changed) {
		monitor_look_at_files(monitor);
		monitor_look_at_changed(monitor);
	}
	for (size_t i = 0; i < events.count && !monitor_is_over(monitor); i++)
		monitor_handle_event(monitor, &events.items[i]);
	*ret_is_lost = is_lost_watch || is_lost_event;
	return NULL;
}

static void look_when_due(struct monitor *monitor, struct deadline *look, bool *has_lost)
{
	if (!*has_lost && !deadline_is_over(look))
		return;
	if (look_again(monitor) && *has_lost) {
		monitor_tell_itself(monitor, MONITOR_RESYNCHRONISED);
		*has_lost = false;
	}
	*look = next_look(monitor);
}

static err_t follow(struct monitor *monitor, int signal_fd)
{
	struct deadline look = next_look(monitor);
	bool has_lost = false;

	while (!monitor->is_left && wait_for_change(monitor, signal_fd, &look)) {
		bool was_restless = monitor->is_restless;
		bool is_lost;

		TRY(handle_all(monitor, &is_lost));
		has_lost |= is_lost;
		if (monitor->is_restless && !was_restless)
			look = next_look(monitor);
		look_when_due(monitor, &look, &has_lost);
	}
	return NULL;
}

static err_t watch_all(struct monitor *monitor)
{
	_cleanup_(fd_closep) int signal_fd = -1;

	interrupt_defer();
	TRY(interrupt_open(&signal_fd));
	TRY(open_sources(monitor));
	monitor->is_quiet = true;
	while (!look_again(monitor) && !monitor->is_left)
		;
	monitor->is_quiet = false;
	monitor_tell_itself(monitor, MONITOR_READY);
	if (!monitor->request->timeout_ms)
		return NULL;
	return follow(monitor, signal_fd);
}

err_t op_monitor(struct ops *ops, const struct monitor_request *request)
{
	_cleanup_(monitor_clear) struct monitor monitor = {
		.ops = ops,
		.request = request,
		/* Who does not want to wait wants to know what there is. */
		.end = deadline_in(request->timeout_ms ? request->timeout_ms : -1),
	};
	struct err *e = watch_all(&monitor);

	interrupt_forget();
	return err_also(e, trace_close(take(monitor.who.trace)));
}
