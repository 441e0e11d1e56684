/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of strings, and text that is safe to show. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

/* Owns its items; zero-initialised is empty. */
struct strlist {
	char **items;
	size_t count;
};

/* Takes @item. */
void strlist_add(struct strlist *list, char *item);
bool strlist_has(const struct strlist *list, const char *item);
/* The same of one that strlist_sort() has sorted. */
bool strlist_has_sorted(const struct strlist *list, const char *item);
/* Sorts by byte order and drops what is there twice. */
void strlist_sort(struct strlist *list);
bool strlist_is_equal(const struct strlist *a, const struct strlist *b);
/* "a, b, c", each between two @quote; owned by the caller. */
char *strlist_join(const struct strlist *list, const char *quote);
/* The same of the first @max; "a, b and more" if these are not all. */
char *strlist_join_some(const struct strlist *list, const char *quote, size_t max);
void strlist_clear(struct strlist *list);

/*
 * A copy, owned by the caller, in which control characters, characters that are not seen or change
 * the order of others, and bytes that are not UTF-8 are written as \xNN: so a name can neither
 * forge a line, nor command a terminal, nor show as another name.
 */
char *str_escape(const char *text);
/* True if str_escape() would change nothing. */
bool str_is_plain(const char *text);
bool str_is_utf8(const char *text);
bool str_starts_with(const char *text, const char *prefix);
/* Cuts the blanks and newlines at both ends. */
void str_trim(char *text);
/* Whether @text is like @pattern, where "x" is a hexadecimal digit. */
bool str_is_like(const char *text, const char *pattern);
/* Reads a whole decimal number of no sign in [0, @max]; false for anything else. */
bool str_to_number(const char *text, unsigned long max, unsigned long *ret);
/* The part behind the last slash, borrowed. */
const char *str_base_name(const char *path);
/*
 * The one of @among (which NULL ends) that was probably meant by @word: a few letters are wrong, or
 * the rest is missing; case does not count. NULL if none is near. Borrowed; the first of equals.
 */
const char *str_nearest(const char *word, const char *const *among);
const char *strlist_nearest(const struct strlist *among, const char *word);
