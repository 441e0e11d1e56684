/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Standard output that loses nothing. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "base/uuid.h"

/*
 * A stream to standard output. It waits where that is a full non-blocking pipe, and
 * output_close() tells of what could not be written.
 */
struct output;

struct output *output_open(void);
/* For printf(); borrowed. */
FILE *output_stream(struct output *output);
/* Drops what is written, from here on or until the other. */
void output_be_quiet(struct output *output);
void output_be_heard(struct output *output);
/*
 * Writes the UUID that was made, as a line: if it is lost, the error names it and what was @done.
 */
void output_made(struct output *output, const struct uuid *uuid, const char *done,
		 const char *undo);
/*
 * Writes what is buffered; ERR_FAILED if anything was lost, but where a reader has left that wanted
 * no more of a listing: *ret_is_left.
 */
err_t output_close(struct output *output, bool *ret_is_left);

/* Writes what is buffered; false if that, or something before, was lost. */
bool output_flush(struct output *output);

/* Writes @text with what is not printable escaped: for names from outside. */
void output_text(struct output *output, const char *text);
/* In one line without blanks, what is not printable escaped as in output_text(). */
void output_json_line(struct output *output, const json_t *json);
/* In one line without blanks, as JSON has it: for programs. */
void output_document_line(struct output *output, const json_t *json);
/* With an indentation of two spaces and a newline at the end. */
void output_json(struct output *output, const json_t *json);
