/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Growing text, memory and errno names. Out of memory ends the program. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct text {
	char *data; /* always ends in a NUL that @len does not count; NULL while empty */
	size_t len;
	size_t size;
};

void text_add(struct text *text, const char *data, size_t len);
void text_add_string(struct text *text, const char *string);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Appends @data so that it has no blank and no unprintable byte; "-" if it is empty. */
void text_add_escaped(struct text *text, const char *data, size_t len);
/* Appends @string with \n, \t, \\ and \xHH turned into what they stand for. */
void text_add_unescaped(struct text *text, const char *string);
/* Puts a "?" in the place of each character that could command a terminal. */
void text_make_plain(char *string);
void text_clear(struct text *text);
void text_free(struct text *text);

void *memory_new(size_t count, size_t size); /* zeroed */
char *memory_copy(const char *string);
char *memory_copy_bytes(const char *data, size_t len); /* and a NUL */

/* The errno called @name, or 0. */
int errno_by_name(const char *name);
/* "ok" for 0; @error may be negative. */
const char *errno_name(int error);

uint64_t clock_us(void);
