/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/json.h"
#include "base/str.h"

struct output {
	FILE *stream;
	int errnum;	  /* of the first write that failed */
	struct uuid made; /* that nobody knows yet */
};

/* Stdio would drop what a non-blocking descriptor cannot take at once. */
static ssize_t write_waiting(void *cookie, const char *data, size_t size)
{
	struct output *output = cookie;
	size_t done = 0;

	while (done < size) {
		struct pollfd ready = { .fd = STDOUT_FILENO, .events = POLLOUT };
		ssize_t written = write(STDOUT_FILENO, data + done, size - done);

		if (written >= 0) {
			done += (size_t)written;
		} else if (errno == EAGAIN) {
			poll(&ready, 1, -1);
		} else if (errno != EINTR) {
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

err_t output_close(struct output *output)
{
	struct err *e = NULL;

	fclose(output->stream);
	if (output->errnum)
		e = err_hint_for_errnum(err_errno(output->errnum, "cannot write the output"));
	if (uuid_is_set(&output->made))
		e = err_wrap(e, "%s was made", output->made.text);
	free(output);
	return e;
}

void output_made(struct output *output, const struct uuid *made)
{
	if (!uuid_is_set(made))
		return;
	output->made = *made;
	fprintf(output->stream, "%s\n", made->text);
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

void output_json(struct output *output, const json_t *json)
{
	_cleanup_(mem_freep) char *text = json_to_text(json);

	fprintf(output->stream, "%s\n", text);
}
