/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owned memory: allocation that cannot fail, and release at the end of a scope. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/*
 * Running out of memory ends the program with a message and status 1, so no caller
 * handles it. Bound what comes from outside before it is allocated.
 */
void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull));
void *mem_zalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *mem_resize(void *old, size_t count, size_t size) __attribute__((returns_nonnull));
/*
 * Room for one element more in an array of @count, which grows by doubling: always by this
 * function, one at a time.
 */
void *mem_grow(void *old, size_t count, size_t size) __attribute__((returns_nonnull));
char *mem_strdup(const char *text) __attribute__((malloc, returns_nonnull));
/* The same; NULL of NULL. */
char *mem_copy(const char *text) __attribute__((malloc));
char *mem_printf(const char *format, ...)
	__attribute__((malloc, returns_nonnull, format(printf, 1, 2)));
char *mem_vprintf(const char *format, va_list args)
	__attribute__((malloc, returns_nonnull, format(printf, 1, 0)));
/* Says so and ends the program; for libraries that report a failed allocation. */
void mem_exhausted(void) __attribute__((noreturn));

/* Calls @function with the variable's address at the end of its scope. */
#define _cleanup_(function) __attribute__((cleanup(function)))

/* Defines @function##p, which frees what the pointer points to. */
#define DEFINE_CLEANUP(type, function)                \
	static inline void function##p(type *pointer) \
	{                                             \
		function(*pointer);                   \
	}

/* Hands over ownership: yields the pointer and leaves NULL behind. */
#define take(pointer)                                   \
	({                                              \
		__typeof__(pointer) taken_ = (pointer); \
		(pointer) = NULL;                       \
		taken_;                                 \
	})

/* Frees what the pointer at @pointer points to, and makes it NULL. */
void mem_freep(void *pointer);

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
