/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/limits.h"
#include "base/str.h"

/* More than a person reads. What does not fit any more is counted. */
#define WAITING_MAX (4 * 1024 * 1024)

struct messages {
	pthread_mutex_t mutex;
	char *waiting;
	size_t size;
	size_t room;
	unsigned long dropped;
};

struct messages *messages_open(void)
{
	struct messages *messages = mem_zalloc(sizeof(*messages));

	pthread_mutex_init(&messages->mutex, NULL);
	return messages;
}

/* A pipe that is ready takes PIPE_BUF bytes without waiting: pipe(7). */
static ssize_t write_some(const char *text, size_t size, int wait_ms)
{
	struct pollfd ready = { .fd = STDERR_FILENO, .events = POLLOUT };

	if (poll(&ready, 1, wait_ms) <= 0)
		return 0;
	return write(STDERR_FILENO, text, size < PIPE_BUF ? size : PIPE_BUF);
}

/* Where nobody can read it, it is lost, as with any program. */
static void flush(struct messages *messages, bool waits)
{
	int wait_ms = waits ? READER_LOOK_MS : 0;
	size_t done = 0;

	while (done < messages->size && !(waits && interrupt_is_pending())) {
		ssize_t written =
			write_some(messages->waiting + done, messages->size - done, wait_ms);

		if (written < 0 && errno != EAGAIN && errno != EINTR)
			written = (ssize_t)(messages->size - done);
		if (written <= 0 && !waits)
			break;
		done += written > 0 ? (size_t)written : 0;
	}
	if (!done)
		return;
	messages->size -= done;
	memmove(messages->waiting, messages->waiting + done, messages->size);
}

static void add_line(struct messages *messages, const char *line)
{
	size_t length = strlen(line);

	if (messages->size + length > WAITING_MAX) {
		messages->dropped++;
		return;
	}
	if (messages->size + length > messages->room) {
		messages->room = (messages->size + length) * 2;
		messages->waiting = mem_resize(messages->waiting, messages->room, 1);
	}
	memcpy(messages->waiting + messages->size, line, length);
	messages->size += length;
}

void messages_add(struct messages *messages, const char *prefix, const char *text)
{
	_cleanup_(mem_freep) char *plain_prefix = str_escape(prefix);
	_cleanup_(mem_freep) char *plain = str_escape(text);
	_cleanup_(mem_freep) char *line = mem_printf("%s: %s\n", plain_prefix, plain);

	pthread_mutex_lock(&messages->mutex);
	add_line(messages, line);
	flush(messages, false);
	pthread_mutex_unlock(&messages->mutex);
}

void messages_add_err(struct messages *messages, const char *prefix, const char *kind,
		      const struct err *e)
{
	for (; e; e = err_next(e)) {
		_cleanup_(mem_freep) char *line = mem_printf("%s%s", kind, err_message(e));

		messages_add(messages, prefix, line);
		if (err_advice(e))
			messages_add(messages, "hint", err_advice(e));
	}
}

void messages_end(struct messages *messages)
{
	flush(messages, true);
	if (messages->dropped) {
		_cleanup_(mem_freep) char *line =
			mem_printf("%lu lines were dropped: nobody read them\n", messages->dropped);

		add_line(messages, line);
		flush(messages, true);
	}
	pthread_mutex_destroy(&messages->mutex);
	free(messages->waiting);
	free(messages);
}
