/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The document that --json prints: docs/schema/report.json. One shape whatever the command, with
 * all keys always.
 */
#pragma once

#include <jansson.h>

#include "base/err.h"

struct report;

struct report *report_new(const char *command);
void report_free(struct report *report);
DEFINE_CLEANUP(struct report *, report_free)

/* Adds @object (taken) to the list of that name: parents, types, devices or results. */
void report_add(struct report *report, const char *list, json_t *object);
/* Sets another key of the document; takes @value. */
void report_put(struct report *report, const char *key, json_t *value);
/*
 * Adds @e (borrowed) and those behind it to the messages. @severity is error, warning or note;
 * @object is what it is about, unless the error says so itself, and may be NULL. May be called from
 * any thread.
 */
void report_add_err(struct report *report, const char *severity, const char *object,
		    const struct err *e);
void report_add_note(struct report *report, const char *text);
/* Adds what was done, or tried, to the results; from any thread. */
void report_add_result(struct report *report, const char *operation, const char *uuid,
		       const char *parent, const struct err *e);
/* The same of what would be done. */
void report_add_planned(struct report *report, const char *operation, const char *uuid,
			const char *parent);
/* Borrowed. */
const json_t *report_document(const struct report *report);
