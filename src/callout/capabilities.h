/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the callouts say that they can do for a type on a parent. */
#pragma once

#include "call.h"

enum support {
	SUPPORT_PLAIN,	   /* it knows nothing of versions: it is called to see */
	SUPPORT_VERSIONED, /* it is for this type, and for these actions and events */
	SUPPORT_ABSENT,
};

struct capabilities {
	enum support support;
	unsigned actions; /* a bit for each */
	unsigned events;
};

/* Of one type on one parent. */
struct knowledge {
	char *type;
	char *parent;
	bool is_complete;	      /* false while somebody asks */
	struct capabilities *scripts; /* as many as there are callouts */
	struct err *refusal;	      /* of those that had to be ended; NULL if there are none */
	atomic_bool is_told;	      /* that has been warned about */
	struct knowledge *next;
};

void knowledge_free(struct knowledge *knowledge);

static inline bool capabilities_has_action(const struct capabilities *capabilities,
					   enum action action)
{
	return capabilities->actions & (1U << action);
}

static inline bool capabilities_has_event(const struct capabilities *capabilities, enum event event)
{
	return capabilities->events & (1U << event);
}

/*
 * Asks all callouts, once a type and parent; what is returned is @callouts'. Must not be called
 * with @callouts locked. @call has the UUID, type and parent.
 */
struct knowledge *capabilities_ask(struct callouts *callouts, const struct call *call);
