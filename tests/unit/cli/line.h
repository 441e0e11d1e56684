/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A command line that is read. */
#pragma once

#include "arguments.h"
#include "fixture.h"

#define U1 "11111111-1111-4111-8111-111111111111"
#define U2 "22222222-2222-4222-8222-222222222222"

/* The words, which NULL ends, and what came of them. */
struct line {
	char *words[16];
	const struct command *command;
	struct values values;
	struct err *e;
};

/* Of string literals, which are not written to. */
#define WORDS(...)                \
	(char *[16])              \
	{                         \
		__VA_ARGS__, NULL \
	}

static inline void line_read(struct line *line, char *const *words)
{
	*line = (struct line){ .command = &command_none, .values = VALUES_DEFAULT };
	memcpy(line->words, words, sizeof(line->words));
	line->e = arguments_read(line->words, &line->command, &line->values);
}

static inline void line_clear(struct line *line)
{
	values_clear(&line->values);
	err_free(line->e);
}

/* Reads @words, which must be right. */
static inline void line_read_well(struct line *line, char *const *words)
{
	line_read(line, words);
	assert_ok(take(line->e));
}

/* Reads @words, which must be refused with that message. */
static inline void line_read_refused(struct line *line, char *const *words, const char *message)
{
	line_read(line, words);
	if (!line->e)
		fail_msg("accepted: %s", message);
	assert_string_equal(err_message(line->e), message);
}
