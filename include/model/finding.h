/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a check finds: what is not as it should be, where, and what to do about it. */
#pragma once

#include <stddef.h>

#include "base/json.h"

enum finding_severity {
	FINDING_NOTE,  /* worth knowing; nothing need be done */
	FINDING_FAULT, /* something does not work, or will not */
};

struct finding {
	enum finding_severity severity;
	const char *id; /* a short word that stays the same in all versions; borrowed */
	char *object;	/* the path, UUID or name that it is about */
	char *message;
	char *remedy; /* NULL if there is none */
};

/* Owns its findings; zero-initialised is empty. */
struct finding_list {
	struct finding *items;
	size_t count;
};

/*
 * Adds a finding for @e (taken), and one for each error behind it: message and advice are its own.
 * NULL adds nothing. What is there already is not added again.
 */
void finding_list_add(struct finding_list *list, enum finding_severity severity, const char *id,
		      const char *object, struct err *e);
/* By object; of one object faults first, then by id and message. */
void finding_list_sort(struct finding_list *list);
size_t finding_list_count(const struct finding_list *list, enum finding_severity severity);
void finding_list_clear(struct finding_list *list);

const char *finding_severity_name(enum finding_severity severity);
/* A message of the document that --json prints, but for its "operation"; a new reference. */
json_t *finding_to_json(const struct finding *finding);
