/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/str.h"

struct output {
	FILE *stream;
	bool is_quiet;
	int errnum; /* of the first write that failed */
	char *made; /* what is done, if a UUID was made for it */
	char *undo; /* a command */
};

/* Whether it takes anything; false with EINTR if a signal that is deferred ends the waiting. */
static bool is_awaited(void)
{
	struct pollfd ready = { .fd = STDOUT_FILENO, .events = POLLOUT };

	while (poll(&ready, 1, READER_LOOK_MS) == 0) {
		if (!interrupt_is_pending())
			continue;
		errno = EINTR;
		return false;
	}
	return true;
}

/* Stdio would drop what a non-blocking descriptor cannot take at once. */
static ssize_t write_waiting(void *cookie, const char *data, size_t size)
{
	struct output *output = cookie;
	size_t done = output->is_quiet ? size : 0;

	while (done < size) {
		ssize_t written =
			is_awaited() ? write(STDOUT_FILENO, data + done, size - done) : -1;

		if (written >= 0) {
			done += (size_t)written;
		} else if ((errno != EAGAIN && errno != EINTR) || interrupt_is_pending()) {
			if (!output->errnum)
				output->errnum = errno;
			return 0;
		}
	}
	return (ssize_t)size;
}

struct output *output_open(void)
{
	struct output *output = mem_zalloc(sizeof(*output));

	output->stream =
		fopencookie(output, "w", (cookie_io_functions_t){ .write = write_waiting });
	if (!output->stream)
		mem_exhausted();
	setvbuf(output->stream, NULL, _IOFBF, 65536);
	return output;
}

FILE *output_stream(struct output *output)
{
	return output->stream;
}

void output_be_quiet(struct output *output)
{
	fflush(output->stream);
	output->is_quiet = true;
}

void output_be_heard(struct output *output)
{
	fflush(output->stream);
	output->is_quiet = false;
}

void output_made(struct output *output, const struct uuid *uuid, const char *done, const char *undo)
{
	fprintf(output->stream, "%s\n", uuid->text);
	output->made = mem_printf("%s was %s, but that cannot be told", uuid->text, done);
	output->undo = mem_printf("'mdevadm %s --uuid %s'", undo, uuid->text);
}

static err_t lost(const struct output *output)
{
	struct err *e = err_errno(output->errnum, "cannot write the output");

	if (output->made)
		return err_hint(err_wrap(e, "%s", output->made), "%s undoes it", output->undo);
	return err_hint_for_errnum(e);
}

err_t output_close(struct output *output, bool *ret_is_left)
{
	struct err *e = NULL;

	fclose(output->stream);
	*ret_is_left = output->errnum == EPIPE && !output->made;
	if (output->errnum && !*ret_is_left)
		e = lost(output);
	free(output->made);
	free(output->undo);
	free(output);
	return e;
}

bool output_flush(struct output *output)
{
	return fflush(output->stream) == 0 && !output->errnum;
}

void output_text(struct output *output, const char *text)
{
	_cleanup_(mem_freep) char *escaped = str_is_plain(text) ? NULL : str_escape(text);

	fputs(escaped ? escaped : text, output->stream);
}

void output_json_line(struct output *output, const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	if (!text)
		mem_exhausted();
	output_text(output, text);
	fputc('\n', output->stream);
	free(text);
}

void output_document_line(struct output *output, const json_t *json)
{
	_cleanup_(mem_freep) char *text = json_to_line(json);

	fprintf(output->stream, "%s\n", text);
}

void output_json(struct output *output, const json_t *json)
{
	_cleanup_(mem_freep) char *text = json_to_text(json);

	fprintf(output->stream, "%s\n", text);
}
