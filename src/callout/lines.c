/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lines.h"

static void pass_on(struct lines *lines)
{
	lines->line[lines->length] = '\0';
	lines->length = 0;
	lines->sink(lines->data, lines->line);
}

void lines_add(struct lines *lines, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size && !lines->is_cut; i++) {
		if (++lines->total > lines->max) {
			lines->is_cut = true;
		} else if (bytes[i] == '\n') {
			pass_on(lines);
		} else {
			/* A NUL would end the line for whoever prints it. */
			lines->line[lines->length] = '?';
			if (bytes[i])
				lines->line[lines->length] = bytes[i];
			lines->length++;
			if (lines->length == LINES_LENGTH_MAX)
				pass_on(lines);
		}
	}
}

void lines_end(struct lines *lines)
{
	if (lines->length)
		pass_on(lines);
}
