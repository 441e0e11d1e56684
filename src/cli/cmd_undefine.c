/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct option_help helps[] = {
	{ OPT_PARENT, "its parent device (default: all on which it is defined)" },
	{ 0 },
};

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_UUID) },
	{ 0 },
};

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	const struct undefine_request request = {
		.uuid = values->uuid,
		.parent = values->parent,
		.force = option_is_given(values, OPT_FORCE),
	};

	return op_undefine(invocation->ops, &request);
}

const struct command command_undefine = {
	.name = "undefine",
	.summary = "remove a definition; a running device stays",
	.options = OPT_BIT(OPT_UUID) | OPT_BIT(OPT_PARENT) | OPT_BIT(OPT_FORCE),
	.helps = helps,
	.rules = rules,
	.run = run,
};
