/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "model/name.h"

static const struct poptOption options[] = { { "reason", '\0', POPT_ARG_STRING, NULL, OPT_REASON,
					       "what to tell those who want to start", "TEXT" },
					     COMMON_OPTIONS,
					     POPT_TABLEEND };

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_REASON) },
	{ 0 },
};

static err_t run(struct invocation *invocation)
{
	const char *parent = invocation->values->argument;
	struct err *e = name_check_parent(parent);

	return e ? e : op_hold(invocation->ops, parent, invocation->values->text[OPT_REASON]);
}

const struct command command_hold = {
	.name = "hold",
	.summary = "let nothing be started on a parent",
	.argument = "PARENT",
	.options = options,
	.rules = rules,
	.run = run,
};
