/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void mem_exhausted(void)
{
	static const char message[] = "mdevadm: out of memory\n";
	ssize_t ignored = write(STDERR_FILENO, message, sizeof(message) - 1);

	(void)ignored;
	_exit(1);
}

void *mem_alloc(size_t size)
{
	void *memory = malloc(size ? size : 1);

	if (!memory)
		mem_exhausted();
	return memory;
}

void *mem_zalloc(size_t size)
{
	return memset(mem_alloc(size), 0, size);
}

void *mem_resize(void *old, size_t count, size_t size)
{
	void *memory = reallocarray(old, count ? count : 1, size);

	if (!memory)
		mem_exhausted();
	return memory;
}

void *mem_grow(void *old, size_t count, size_t size)
{
	/* It is full whenever the count reaches a power of two. */
	if (count & (count - 1))
		return old;
	return mem_resize(old, count ? count * 2 : 1, size);
}

char *mem_strdup(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(mem_alloc(size), text, size);
}

char *mem_copy(const char *text)
{
	return text ? mem_strdup(text) : NULL;
}

char *mem_vprintf(const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		mem_exhausted();
	return text;
}

char *mem_printf(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = mem_vprintf(format, args);
	va_end(args);
	return text;
}

void mem_freep(void *pointer)
{
	void **at = pointer;

	free(*at);
	*at = NULL;
}
