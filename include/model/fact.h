/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was looked for and either read or not: nothing is left out without a word. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/json.h"

struct fact {
	char *name;
	char *text;  /* NULL: not read */
	char *error; /* why it could not be read; NULL, without a text: it is not for reading */
	int errnum;  /* of that, 0 if there is none */
	mode_t mode; /* of the file that it is the text of, 0 if it is none */
};

/* Owns its items; zero-initialised is empty. */
struct fact_list {
	struct fact *items;
	size_t count;
};

/* Takes @text, or else @e; with neither it is one that is not for reading. */
void fact_list_add(struct fact_list *list, const char *name, mode_t mode, char *text,
		   struct err *e);
/* NULL if there is none of that name. */
const struct fact *fact_list_find(const struct fact_list *list, const char *name);
size_t fact_list_count_errors(const struct fact_list *list);
void fact_list_clear(struct fact_list *list);

/* The text; or {"error": TEXT, "errno": NAME}, or null. A new reference. */
json_t *fact_to_json(const struct fact *fact);
/* Puts all of them into the object. */
void fact_list_put(const struct fact_list *list, json_t *object);
/* {"error": TEXT, "errno": NAME}; a new reference. */
json_t *fact_error_to_json(const char *error, int errnum);
