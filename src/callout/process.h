/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running one program within bounds of time and output. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* How much of its output, and of its error messages, is kept. */
#define PROCESS_OUTPUT_MAX (1024 * 1024)

struct process_request {
	const char *path;
	char *const *arguments;
	char *const *environment;
	const char *input;
	size_t input_size;
	int64_t timeout_ms;
	bool ends_at_interrupt; /* soon after a signal that this run defers */
	/* Called with each line of its standard error, without the newline. */
	void (*line)(void *data, const char *line);
	void *line_data;
};

enum process_end {
	PROCESS_EXITED,
	PROCESS_KILLED,	     /* by a signal that was not ours */
	PROCESS_TIMED_OUT,   /* ended by us */
	PROCESS_INTERRUPTED, /* ended by us */
};

struct process_result {
	enum process_end end;
	int code; /* the exit status, or the signal */
	char *output;
	size_t output_size;
	bool is_cut;	    /* it wrote more than was kept */
	bool left_children; /* they held its output open and were ended */
};

/*
 * Runs it in a process group of its own, with signals at their defaults and no descriptors but
 * standard input, output and error. An error means that it could not be run, and has the errno.
 */
err_t process_run(const struct process_request *request, struct process_result *ret);
void process_result_clear(struct process_result *result);
