/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Growing text, memory and errno names. */
#include "text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void text_reserve(struct text *text, size_t more)
{
	size_t need = text->len + more + 1;

	if (need <= text->size)
		return;
	while (text->size < need)
		text->size = text->size ? 2 * text->size : 128;
	text->data = realloc(text->data, text->size);
	if (!text->data)
		abort();
}

void text_add(struct text *text, const char *data, size_t len)
{
	text_reserve(text, len);
	if (len)
		memcpy(text->data + text->len, data, len);
	text->len += len;
	text->data[text->len] = '\0';
}

void text_add_string(struct text *text, const char *string)
{
	text_add(text, string, strlen(string));
}

void text_printf(struct text *text, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		abort();

	text_reserve(text, (size_t)len);
	va_start(args, format);
	vsnprintf(text->data + text->len, (size_t)len + 1, format, args);
	va_end(args);
	text->len += (size_t)len;
}

void text_add_escaped(struct text *text, const char *data, size_t len)
{
	if (!len)
		text_add_string(text, "-");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)data[i];

		if (c == '\n')
			text_add_string(text, "\\n");
		else if (c == '\\')
			text_add_string(text, "\\\\");
		else if (c > ' ' && c < 127)
			text_add(text, &data[i], 1);
		else
			text_printf(text, "\\x%02x", c);
	}
}

/* Reads what follows a backslash; returns how many bytes of @s that took. */
static size_t unescape(const char *s, char *ret)
{
	char hex[3] = { 0 };

	if (s[0] == 'x' && isxdigit((unsigned char)s[1]) && isxdigit((unsigned char)s[2])) {
		memcpy(hex, s + 1, 2);
		*ret = (char)strtoul(hex, NULL, 16);
		return 3;
	}
	*ret = '\\';
	if (s[0])
		*ret = s[0];
	if (s[0] == 'n')
		*ret = '\n';
	if (s[0] == 't')
		*ret = '\t';
	return s[0] ? 1 : 0;
}

void text_add_unescaped(struct text *text, const char *string)
{
	for (const char *s = string; *s; s++) {
		char c = *s;

		if (c == '\\')
			s += unescape(s + 1, &c);
		text_add(text, &c, 1);
	}
}

void text_make_plain(char *string)
{
	for (; *string; string++) {
		if ((unsigned char)*string < 0x20 || *string == 0x7f)
			*string = '?';
	}
}

void text_clear(struct text *text)
{
	text->len = 0;
}

void text_free(struct text *text)
{
	free(text->data);
	*text = (struct text){ 0 };
}

void *memory_new(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);

	if (!p)
		abort();
	return p;
}

char *memory_copy(const char *string)
{
	return memory_copy_bytes(string, strlen(string));
}

char *memory_copy_bytes(const char *data, size_t len)
{
	char *copy = memory_new(len + 1, 1);

	if (len)
		memcpy(copy, data, len);
	return copy;
}

int errno_by_name(const char *name)
{
	for (int e = 1; e < 256; e++) {
		const char *known = strerrorname_np(e);

		if (known && strcmp(known, name) == 0)
			return e;
	}
	return 0;
}

const char *errno_name(int error)
{
	const char *name = strerrorname_np(abs(error));

	if (!error)
		return "ok";
	return name ? name : "E?";
}

uint64_t clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}
