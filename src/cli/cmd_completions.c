/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "completion.h"

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_WORD) },
	{ 0 },
};

static err_t run(struct invocation *invocation)
{
	return completion_print_script(output_stream(invocation->output), invocation->values->word);
}

const struct command command_completions = {
	.name = "completions",
	.summary = "print the completion script of a shell: bash, zsh or fish",
	.rules = rules,
	.argument = OPT_WORD,
	.run = run,
	.is_hidden = true,
	.has_no_ops = true,
};
