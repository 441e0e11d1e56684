/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A monitor keeps what it has told of. Whatever wakes it up, an event, a changed directory or a
 * clock, makes it look again, and what differs is told. So what gets lost costs time, not truth.
 */
#pragma once

#include "base/watch.h"
#include "kernel/events.h"
#include "ops_private.h"
#include "snapshot.h"
#include "who.h"

struct monitor {
	struct ops *ops;
	const struct monitor_request *request;
	struct snapshot snapshot;
	struct strlist group; /* the parents that are wanted, unless all are */
	char *holder;	      /* the function whose hold holds the wanted parent as well, or NULL */
	struct strlist warned; /* what was warned about */
	struct events *events; /* NULL: there are none */
	struct watch *watch;
	struct deadline end;
	struct who who;
	struct device_list changed_records;
	unsigned looks_in_vain;
	bool is_quiet;	  /* nothing is told yet */
	bool is_left;	  /* it is over: nothing is told any more */
	bool is_restless; /* something is under way, and what becomes of it has no event */
	bool tells_looks; /* what is told now was found by a look at all */
};

/* monitor_tell.c */

bool monitor_wants(const struct monitor *monitor, const char *parent);
/* Looks for a signal and at the time, too. A look that finds so stops where it is. */
bool monitor_is_over(struct monitor *monitor);
/* Takes @e, which may be NULL, and warns of it, if that was not done before. */
void monitor_warn(struct monitor *monitor, struct err *e);
void monitor_read_traced(struct monitor *monitor);
/* Takes the strings of @seen: how @item is now. Tells if that is new. */
void monitor_see(struct monitor *monitor, struct item *item, struct item *seen);
/* The item is not there any more. */
void monitor_miss(struct monitor *monitor, struct item *item, const char *state);
/* The last part of a look: of this kind, what was not seen is not there. */
void monitor_miss_unseen(struct monitor *monitor, enum monitor_what what, const char *state);
/* The first part. */
void monitor_begin_look(struct monitor *monitor, enum monitor_what what);
/* For a look that failed: those of the parent (NULL: all) are as they were. */
void monitor_keep(struct monitor *monitor, enum monitor_what what, const char *parent);
void monitor_tell_itself(struct monitor *monitor, enum monitor_action action);

/* monitor_files.c: definitions, holds and records. Watches what is there. */
void monitor_look_at_files(struct monitor *monitor);

/* monitor_kernel.c: parents and devices. */

/* Which parents are wanted: before anything is looked at. */
void monitor_find_group(struct monitor *monitor);

/*
 * False, and nothing is told, if an event was sent meanwhile, unless it is @is_forced: then
 * something may be told twice.
 */
bool monitor_look_at_kernel(struct monitor *monitor, bool is_forced);
/* Those whose records have changed. */
void monitor_look_at_changed(struct monitor *monitor);
/* Each sets *ret to what is there, or was; the caller clears it. */
err_t monitor_look_at_parent(struct monitor *monitor, const char *parent, struct item *ret);
err_t monitor_look_at_device(struct monitor *monitor, const struct uuid *uuid, const char *parent,
			     struct item *ret);
/* The same of @dev, borrowed; NULL if it is not there. */
err_t monitor_describe_device(struct monitor *monitor, const struct uuid *uuid, const char *parent,
			      const struct device *dev, struct item *ret);
/* Sees what is there; what looks as if it was going stays as it was told, until it has stayed so.
 */
void monitor_see_present(struct monitor *monitor, struct item *item, struct item *seen);

/* monitor_event.c */
void monitor_handle_event(struct monitor *monitor, const struct event *event);
