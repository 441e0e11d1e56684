/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For LD_PRELOAD: the allocation number $FAIL_ALLOCATION (from 1; 0 is none) of the program fails.
 * The file $FAIL_ALLOCATION_FILE is written to when it does, and at the end with their count.
 * Programs that this one runs have all their allocations.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the allocator is called inside of glibc: dlsym() would allocate. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

/* Here they must be: nobody passes anything to malloc(). */
static atomic_ulong count;
static unsigned long failing;
static bool counts;
static char file[4096];

static void __attribute__((constructor)) begin(void)
{
	const char *number = getenv("FAIL_ALLOCATION");
	const char *path = getenv("FAIL_ALLOCATION_FILE");

	if (!number || !path || strlen(path) >= sizeof(file))
		return;
	failing = strtoul(number, NULL, 10);
	strcpy(file, path);
	unsetenv("LD_PRELOAD");
	unsetenv("FAIL_ALLOCATION");
	counts = true;
}

static void note(const char *what, unsigned long number)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	dprintf(fd, "%s %lu\n", what, number);
	close(fd);
}

static void __attribute__((destructor)) end(void)
{
	unsigned long all = count;

	if (!counts)
		return;
	counts = false;
	note("count", all);
}

static bool fails(void)
{
	if (!counts || ++count != failing)
		return false;
	/* Only this one. */
	counts = false;
	note("failed", failing);
	counts = true;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
	return fails() ? NULL : __libc_calloc(number, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t number, size_t size)
{
	size_t all;

	if (__builtin_mul_overflow(number, size, &all)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(old, all);
}
