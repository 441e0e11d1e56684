/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records are read as text:
 *
 *     "          bash-123     [001] .....  12.345678: add: (device_add+0x0/0x860) name="UUID"
 *     command="bash"\n"
 *
 * A command may have any bytes, newlines and quotes included. So a record is found by the function,
 * which with what is around it is longer than a command; what is before that is read from there
 * backwards, up to the hyphen before the pid; and the name behind it has a fixed length.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trace_private.h"

#define READ_SIZE 65536
/* A record that is longer is none. */
#define RECORD_MAX 4096
#define READS_MAX  64

struct trace {
	struct dir *top;
	char *name;
	int pipe;
	char *rest; /* what has been read of a record that is not whole */
};

void traced_list_add(struct traced_list *list, const struct traced *traced)
{
	list->items = mem_grow(list->items, list->count, sizeof(*list->items));
	list->items[list->count++] = *traced;
}

void traced_list_clear(struct traced_list *list)
{
	free(list->items);
	*list = (struct traced_list){ 0 };
}

/* Goes back from @at over a word and the blanks before it; to @begin at most. */
static const char *skip_word_back(const char *begin, const char *at)
{
	while (at > begin && !isspace((unsigned char)at[-1]))
		at--;
	while (at > begin && at[-1] == ' ')
		at--;
	return at;
}

/* The number before "[CPU] FLAGS TIME: ", which ends at @at; 0 if there is none. */
static pid_t pid_before(const char *begin, const char *at)
{
	unsigned long pid = 0;
	const char *end;

	while (at > begin && at[-1] == ' ')
		at--;
	for (int i = 0; i < 3; i++)
		at = skip_word_back(begin, at);
	end = at;
	while (at > begin && isdigit((unsigned char)at[-1]))
		at--;
	if (at == begin || at[-1] != '-' || at == end)
		return 0;
	for (; at < end; at++)
		pid = pid * 10 + (unsigned long)(*at - '0');
	return (pid_t)pid;
}

/* Reads " name="UUID" command="COMMAND"\n"; returns what is behind it, or NULL. */
static const char *parse_values(const char *at, struct traced *traced)
{
	static const char name[] = " name=\"", command[] = "\" command=\"";
	char uuid[UUID_LENGTH + 1];
	const char *end;

	if (!str_starts_with(at, name) || strlen(at) < sizeof(name) - 1 + UUID_LENGTH)
		return NULL;
	at += sizeof(name) - 1;
	memcpy(uuid, at, UUID_LENGTH);
	uuid[UUID_LENGTH] = '\0';
	at += UUID_LENGTH;
	if (!uuid_parse(uuid, &traced->uuid) || !str_starts_with(at, command))
		return NULL;
	at += sizeof(command) - 1;
	end = strstr(at, "\"\n");
	if (!end || end - at >= TRACED_COMMAND_MAX)
		return NULL;
	memcpy(traced->command, at, (size_t)(end - at));
	traced->command[end - at] = '\0';
	return end + 2;
}

/* The next record of one of the probes, whose function is @mark. */
static const char *find_record(const char *text, const char *mark, struct traced *traced)
{
	for (const char *at = text; (at = strstr(at, mark)); at++) {
		const char *bracket = strchr(at, ')');
		const char *end;

		*traced = (struct traced){ .pid = pid_before(text, at) };
		end = bracket && traced->pid ? parse_values(bracket + 1, traced) : NULL;
		if (end)
			return end;
	}
	return NULL;
}

const char *trace_parse(const char *text, struct traced *ret)
{
	struct traced added, removed;
	const char *after_add =
		find_record(text, " " TRACE_ADD ": (" TRACE_ADD_FUNCTION "+", &added);
	const char *after_remove =
		find_record(text, " " TRACE_REMOVE ": (" TRACE_REMOVE_FUNCTION "+", &removed);

	if (after_add && (!after_remove || after_add < after_remove)) {
		*ret = added;
		return after_add;
	}
	if (after_remove) {
		*ret = removed;
		ret->is_removal = true;
	}
	return after_remove;
}

static void trace_free(struct trace *trace)
{
	fd_closep(&trace->pipe);
	dir_free(trace->top);
	free(trace->name);
	free(trace->rest);
	free(trace);
}

err_t trace_close(struct trace *trace)
{
	struct err *e;

	if (!trace)
		return NULL;
	/* A buffer that is being read cannot be taken away. */
	close(trace->pipe);
	trace->pipe = -1;
	e = trace_tear_down(trace->top, trace->name);
	trace_free(trace);
	return e;
}

static err_t begin_trace(struct trace *trace)
{
	_cleanup_(dir_freep) struct dir *instance = NULL;

	TRY(trace_set_up(trace->top, trace->name, &instance));
	trace->pipe = openat(instance->fd, "trace_pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return trace->pipe < 0 ? dir_err(instance, "open", "trace_pipe") : NULL;
}

err_t trace_open(const struct env *env, struct trace **ret)
{
	_cleanup_(dir_freep) struct dir *top = NULL;
	struct trace *trace;
	struct err *e;

	TRY(trace_find(env, &top));
	TRY(trace_clean(env, top));
	trace = mem_zalloc(sizeof(*trace));
	trace->pipe = -1;
	trace->top = take(top);
	trace->name = trace_name(env);
	trace->rest = mem_strdup("");
	e = begin_trace(trace);
	if (e) {
		e = err_also(e, trace_tear_down(trace->top, trace->name));
		trace_free(trace);
		return e;
	}
	*ret = trace;
	return NULL;
}

/* Takes the whole records out of what has been read. */
static void parse_all(struct trace *trace, struct traced_list *ret, bool *ret_is_lost)
{
	const char *at = trace->rest;
	struct traced traced;
	const char *next;
	char *rest;

	while ((next = trace_parse(at, &traced))) {
		traced_list_add(ret, &traced);
		at = next;
	}
	if (strstr(trace->rest, " [LOST "))
		*ret_is_lost = true;
	if (strlen(at) > RECORD_MAX)
		at += strlen(at) - RECORD_MAX;
	rest = mem_strdup(at);
	free(trace->rest);
	trace->rest = rest;
}

/* The kernel prints no NUL bytes; what has some is cut there. */
static void append(struct trace *trace, const char *data, size_t size)
{
	char *whole = mem_printf("%s%.*s", trace->rest, (int)size, data);

	free(trace->rest);
	trace->rest = whole;
}

err_t trace_read(struct trace *trace, struct traced_list *ret, bool *ret_is_lost)
{
	_cleanup_(mem_freep) char *data = mem_alloc(READ_SIZE);
	ssize_t size = 0;

	*ret_is_lost = false;
	for (int i = 0; i < READS_MAX; i++) {
		size = read(trace->pipe, data, READ_SIZE);
		if (size <= 0)
			break;
		append(trace, data, (size_t)size);
		parse_all(trace, ret, ret_is_lost);
	}
	if (size < 0 && errno != EAGAIN && errno != EINTR)
		return err_errno(errno, "cannot read what the kernel traces");
	return NULL;
}
