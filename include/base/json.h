/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON texts: strict reading, errors that name the line. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"

/* json_t values are owned by reference count; _cleanup_(json_freep). */
static inline void json_freep(json_t **json)
{
	json_decref(*json);
}

/*
 * Parses @text. @source names it in errors ("'FILE', line N: …"). Repeated keys and anything
 * behind the value are errors (ERR_INVALID).
 */
err_t json_parse(const char *text, size_t size, const char *source, json_t **ret);

/*
 * The line (from 1) of the value under the top-level key @key of the JSON object @text, or of
 * element @index of the array there if @index is not negative. 1 if it is not found.
 */
size_t json_line_of(const char *text, const char *key, long index);

/* With an indentation of two spaces and no newline at the end; owned by the caller. */
char *json_to_text(const json_t *json);
/* In one line, without blanks; owned by the caller. */
char *json_to_line(const json_t *json);

/* Like the _new functions of jansson, whose results may be NULL; these never return NULL. */
json_t *json_new_object(void);
json_t *json_new_array(void);
/* @text must be UTF-8; what is not is written as \xNN. */
json_t *json_new_string(const char *text);
/* Take @value. */
void json_put(json_t *object, const char *key, json_t *value);
void json_append(json_t *array, json_t *value);
