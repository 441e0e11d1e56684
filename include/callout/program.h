/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running one program within bounds of time and output. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* How much of its output, and of its error messages, is kept. */
#define PROGRAM_OUTPUT_MAX (1024 * 1024)

struct program_request {
	const char *path;
	char *const *arguments;
	char *const *environment;
	const char *input;
	size_t input_size;
	int64_t timeout_ms;
	bool ends_at_interrupt; /* soon after a signal that this run defers */
	bool is_impatient;	/* with children that outlive it: it is known for them */
	/* Called with each line of its standard error, without the newline. */
	void (*line)(void *data, const char *line);
	void *line_data;
};

enum program_end {
	PROGRAM_EXITED,
	PROGRAM_KILLED,	     /* by a signal that was not ours */
	PROGRAM_TIMED_OUT,   /* ended by us */
	PROGRAM_INTERRUPTED, /* ended by us */
};

struct program_result {
	enum program_end end;
	int code; /* the exit status, or the signal */
	char *output;
	size_t output_size;
	bool output_is_cut; /* it wrote more than was kept */
	bool errors_are_cut;
	bool left_children; /* they held its output open and had to be ended */
	bool lost_children; /* they hold it open, and have left its process group */
};

/*
 * Runs it in a process group of its own, as process_spawn() does, with no descriptors but standard
 * input, output and error. An error means that it could not be run, or that how it ended was lost,
 * and has the errno.
 */
err_t program_run(const struct program_request *request, struct program_result *ret);
void program_result_clear(struct program_result *result);
