/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_PARENT) },
	{ 0 },
};

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;

	return op_start_parent(invocation->ops, values->parent, values->jobs);
}

const struct command command_start_parent_mdevs = {
	.name = "start-parent-mdevs",
	.summary = "start the devices of a parent that are defined as auto",
	.examples = { "start-parent-mdevs 0000:06:00.0" },
	.options = OPT_BIT(OPT_JOBS),
	.rules = rules,
	.argument = OPT_PARENT,
	.run = run,
};
