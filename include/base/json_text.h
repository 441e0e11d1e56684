/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON as text: where something stands in it. The texts are valid: json_parse_loosely() has read
 * them. Of any other text these functions find something or nothing, and never leave it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Borrowed from the text, without blanks around it. */
struct json_span {
	const char *at;
	size_t size;
};

struct json_member {
	struct json_span key; /* with its quotes */
	struct json_span value;
};

/* Points *ret into the object or array that @text is; false if it is none that begins so. */
bool json_enter(const char *text, char bracket, const char **ret);
/* The next of its members, or elements, from *at on, which moves behind it; false at the end. */
bool json_next_member(const char **at, struct json_member *ret);
bool json_next_element(const char **at, struct json_span *ret);

/* What the key stands for, owned by the caller; a NUL character as U+0001. */
char *json_key_text(const struct json_span *key);

/*
 * The value that counts under the top-level key @key of the object @text; at is NULL without one.
 */
struct json_span json_find(const char *text, const char *key);
/*
 * The line (from 1) of the value that counts under the top-level key @key of the object @text, or
 * of element @index of the array there if @index is not negative. 1 if it is not found.
 */
size_t json_line_of(const char *text, const char *key, long index);

/* Takes the blanks out, but not those in strings. */
void json_squeeze(char *text);
/*
 * A copy of the same size, owned by the caller, in which numbers are 0 and NUL characters in keys
 * are U+0001: jansson has limits for what we only hand on.
 */
char *json_loosen(const char *text, size_t size);
