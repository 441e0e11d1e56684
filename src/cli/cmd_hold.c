/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_PARENT) },
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_REASON) },
	{ 0 },
};

static err_t run(struct invocation *invocation)
{
	return op_hold(invocation->ops, invocation->values->parent, invocation->values->reason);
}

const struct command command_hold = {
	.name = "hold",
	.summary = "let nothing be started on a parent",
	.examples = { "hold 06:00.0 --reason 'the card is being replaced'" },
	.options = OPT_BIT(OPT_REASON),
	.rules = rules,
	.argument = OPT_PARENT,
	.run = run,
};
