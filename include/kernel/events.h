/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel, or udev, tells of parents and mediated devices: uevents. */
#pragma once

#include "base/env.h"
#include "base/uuid.h"

/*
 * A stream of events. They come from udev, when it is done with them, where its daemon runs, else
 * straight from the kernel. Some may get lost, and a daemon may end: who has to know looks as well.
 */
struct events;

enum event_kind {
	EVENT_CAME, /* of a device, "add"; of a parent, MDEV_STATE=registered */
	EVENT_WENT, /* "remove"; MDEV_STATE=unregistered */
	EVENT_OTHER,
};

struct event {
	enum event_kind kind;
	struct uuid uuid;	   /* unset: it is of a parent */
	char *parent;		   /* owned */
	unsigned long long number; /* of all events of the kernel; events of one device ascend */
};

/* Owns its events; zero-initialised is empty. */
struct event_list {
	struct event *items;
	size_t count;
};

void event_list_clear(struct event_list *list);

/* *ret is NULL if none can come: what is below /sys is not the running system's. Opens libudev. */
err_t events_open(const struct env *env, struct events **ret);
void events_free(struct events *events);
DEFINE_CLEANUP(struct events *, events_free)

/* Readable when there is something for events_read(); borrowed. */
int events_fd(const struct events *events);
/* Adds all that have come, in their order; *ret_is_lost: there were more. */
err_t events_read(struct events *events, struct event_list *ret, bool *ret_is_lost);
/* The number of the kernel's last event: what a look sees, events up to it have told. */
err_t events_last_number(const struct env *env, unsigned long long *ret);
