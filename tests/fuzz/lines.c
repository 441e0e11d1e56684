/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A script's messages give the same lines whatever the pieces are in which they come. */
#include "lines.h"
#include "fuzz.h"

struct text {
	char *bytes;
	size_t size;
};

static void keep_line(void *data, const char *line)
{
	struct text *text = data;
	size_t length = strlen(line) + 1;

	MUST(length <= LINES_LENGTH_MAX + 1);
	text->bytes = mem_resize(text->bytes, text->size + length, 1);
	memcpy(text->bytes + text->size, line, length);
	text->size += length;
}

/* Reads @size bytes, @piece at a time. */
static bool read_in_pieces(const uint8_t *data, size_t size, size_t piece, size_t max,
			   struct text *ret)
{
	struct lines *lines = mem_zalloc(sizeof(*lines));
	bool is_cut;

	lines->max = max;
	lines->sink = keep_line;
	lines->data = ret;
	for (size_t at = 0; at < size; at += piece)
		lines_add(lines, (const char *)data + at, size - at < piece ? size - at : piece);
	lines_end(lines);
	is_cut = lines->is_cut;
	free(lines);
	return is_cut;
}

/* The first two bytes say how long the pieces are, and how much is passed on. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text whole = { 0 };
	struct text pieces = { 0 };
	size_t max;
	bool is_cut;

	if (size < 2)
		return 0;
	max = (size_t)data[1] * 16;
	is_cut = read_in_pieces(data + 2, size - 2, size, max, &whole);
	MUST(is_cut == read_in_pieces(data + 2, size - 2, data[0] + 1U, max, &pieces));
	MUST(whole.size == pieces.size);
	MUST(!whole.size || memcmp(whole.bytes, pieces.bytes, whole.size) == 0);
	free(whole.bytes);
	free(pieces.bytes);
	return 0;
}
