/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The words of the command line: which command, which options, and the help that is made of both.
 */
#pragma once

#include "command.h"

/*
 * Reads the words @argv, which NULL ends and which must outlive @values, for the command *@command,
 * or for the one that they name if that is command_none. --help, --version and "help" set the bit
 * of their option: then nothing else of @values counts. Otherwise all values have been checked.
 * ERR_USAGE or ERR_INVALID; *@command is as far as it was known.
 */
err_t arguments_read(char *const *argv, const struct command **command, struct values *values);
/* Whether to print the help or the version rather than to run the command. */
bool arguments_ask(const struct values *values);
/* On standard output; @name is what one types to call it, with @program at its beginning. */
void help_print(const struct command *command, const char *program, const char *name);

/* popt's tables of what a command takes. They point to each other and must stay where they are. */
struct option_tables {
	struct poptOption own[OPT_COUNT + 2];
	struct poptOption common[OPT_COUNT + 1];
};

void option_tables_fill(struct option_tables *tables, const struct command *command);
