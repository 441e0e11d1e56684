/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/str.h"

bool log_is_on(void)
{
	const char *level = secure_getenv("MDEVADM_LOG");

	if (!level || !*level)
		level = secure_getenv("MDEVCTL_LOG");
	return level && (strcasestr(level, "debug") || strcasestr(level, "trace"));
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t log_begin(void)
{
	return log_is_on() ? now_us() : 0;
}

/*
 * One write a line: several threads, and the scripts, write to the same stream. A reader that does
 * not read loses lines: locks may be had here, and must not wait for him.
 */
static void show(const char *text)
{
	_cleanup_(mem_freep) char *plain = str_escape(text);
	struct pollfd ready = { .fd = STDERR_FILENO, .events = POLLOUT };
	struct timespec now;
	struct tm when;

	if (poll(&ready, 1, LOG_PATIENCE_MS) <= 0)
		return;

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &when);
	dprintf(STDERR_FILENO, "debug: %02d:%02d:%02d.%06ld [%d] %s\n", when.tm_hour, when.tm_min,
		when.tm_sec, now.tv_nsec / 1000, (int)gettid(), plain);
}

/* The path is said already. */
static const char *answer_of(const struct err *e)
{
	return err_errnum(e) ? strerrorname_np(err_errnum(e)) : err_message(e);
}

err_t log_end(int64_t begin, struct err *e, const char *answer, const char *format, ...)
{
	_cleanup_(mem_freep) char *what = NULL;
	_cleanup_(mem_freep) char *line = NULL;
	int64_t took = begin ? now_us() - begin : 0;
	int errnum = errno;
	va_list args;

	if (!begin)
		return e;
	va_start(args, format);
	what = mem_vprintf(format, args);
	va_end(args);
	line = mem_printf("%s: %s (%lld.%03lld ms)", what, e ? answer_of(e) : answer,
			  (long long)(took / 1000), (long long)(took % 1000));
	show(line);
	errno = errnum;
	return e;
}

void log_line(const char *format, ...)
{
	_cleanup_(mem_freep) char *line = NULL;
	va_list args;

	if (!log_is_on())
		return;
	va_start(args, format);
	line = mem_vprintf(format, args);
	va_end(args);
	show(line);
}
