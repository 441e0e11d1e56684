/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON values: reading them, with errors that name the line, and writing them. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* json_t values are owned by reference count; _cleanup_(json_freep). */
static inline void json_freep(json_t **json)
{
	json_decref(*json);
}

/*
 * Parses @text, whatever kind of value it is. @source names it in errors (ERR_INVALID, "'FILE',
 * line N, …"). Of a repeated key the last counts. NUL bytes may follow it, and nothing else.
 */
err_t json_parse(const char *text, size_t size, const char *source, json_t **ret);
/*
 * The same for a text parts of which are kept as they stand there (see json_text.h): numbers
 * may be of any size, and read as 0 if one is too large; strings may have NUL characters, which in
 * keys read as U+0001.
 */
err_t json_parse_loosely(const char *text, size_t size, const char *source, json_t **ret);

/* With an indentation of two spaces and no newline at the end; owned by the caller. */
char *json_to_text(const json_t *json);
/* In one line, without blanks; owned by the caller. */
char *json_to_line(const json_t *json);

/* Like the _new functions of jansson, whose results may be NULL; these never return NULL. */
json_t *json_new_object(void);
json_t *json_new_array(void);
/* @text must be UTF-8; what is not is written as \xNN. */
json_t *json_new_string(const char *text);
/* null if @text is NULL. */
json_t *json_new_text(const char *text);
json_t *json_new_number(long long number);
/* null if @number is negative. */
json_t *json_new_known(long number);
json_t *json_new_bool(bool is_true);
/* Take @value. */
void json_put(json_t *object, const char *key, json_t *value);
void json_append(json_t *array, json_t *value);
