/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The completion of command lines: scripts for shells, and the values that these ask for. */
#pragma once

#include "command.h"

/*
 * A script is a frame, src/cli/completion.SHELL, with the tables of commands and options in the
 * place of its line "# TABLES". It asks for values that only the machine knows with
 * "mdevadm complete OPTION -- COMMAND [WORD...]".
 */

/* ERR_USAGE if there is no script for that shell. */
err_t completion_print_script(FILE *stream, const char *shell);

/* A command line that is being written, and what its author wants a value for. */
struct completion {
	const struct option_spec *spec;
	const char *command;
	char *const *words; /* the others; NULL ends them */
	const struct values *values;
	const struct env *env;
	struct ops *ops;
	struct output *output;
};

/* Whether there is something to print for options of that kind. */
bool completion_has_values(enum option_kind kind);
/* Prints "VALUE<TAB>DESCRIPTION" lines; what cannot be learnt is left out. */
void completion_print_values(const struct completion *completion);
