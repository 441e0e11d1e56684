/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stream of bytes cut into lines. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Longer lines are parted. */
#define LINES_LENGTH_MAX 2048

/* Zero-initialised but for max, sink and data. */
struct lines {
	size_t max; /* bytes that are passed on; the rest is dropped */
	void (*sink)(void *data, const char *line);
	void *data;
	char line[LINES_LENGTH_MAX + 1];
	size_t length;
	size_t total;
	bool is_cut; /* something was dropped */
};

void lines_add(struct lines *lines, const char *bytes, size_t size);
/* Passes on a last line that has no newline. */
void lines_end(struct lines *lines);
