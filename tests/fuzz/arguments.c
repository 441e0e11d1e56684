/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Command lines, a word a line: each is read, asks for help, or is refused with a way out. */
#include "arguments.h"
#include "fuzz.h"

#define WORDS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(mem_freep) char *input = fuzz_text(data, size);
	struct values values = VALUES_DEFAULT;
	const struct command *command = &command_none;
	char *words[WORDS_MAX + 1] = { NULL };
	char *rest = input;
	struct err *e;

	for (int i = 0; i < WORDS_MAX && rest; i++)
		words[i] = strsep(&rest, "\n");
	e = arguments_read(words, &command, &values);
	MUST(command);
	MUST(e || command != &command_none || arguments_ask(&values));
	MUST(!e || err_hint_text(e));
	MUST(!e || err_kind(e) == ERR_USAGE || err_kind(e) == ERR_INVALID);
	err_free(e);
	values_clear(&values);
	return 0;
}
