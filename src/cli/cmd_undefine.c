/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct option_help helps[] = {
	{ OPT_PARENT, "its parent device (default: all on which it is defined)" },
	{ OPT_ALL, "all that is defined on PARENT" },
	{ OPT_NOW, "stop what runs first" },
	{ 0 },
};

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_UUID) | OPT_BIT(OPT_ALL) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_ALL), OPT_BIT(OPT_UUID) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_ALL), OPT_BIT(OPT_PARENT) },
	{ 0 },
};

static err_t undefine(struct invocation *invocation, const struct uuid *uuid)
{
	const struct values *values = invocation->values;
	const struct undefine_request request = {
		.uuid = *uuid,
		.parent = values->parent,
		.stops = option_is_given(values, OPT_NOW),
		.force = option_is_given(values, OPT_FORCE),
		.timeout_ms = values->timeout_ms,
	};

	return option_is_given(values, OPT_ALL) ? op_undefine_all(invocation->ops, &request)
						: op_undefine(invocation->ops, &request);
}

static err_t run(struct invocation *invocation)
{
	return invocation_each_device(invocation, undefine);
}

const struct command command_undefine = {
	.name = "undefine",
	.summary = "remove a definition; a running device stays",
	.examples = { "undefine 6f1c9d0a", "undefine --all --parent 06:00.0 --now" },
	.options = OPT_BIT(OPT_UUID) | OPT_BIT(OPT_PARENT) | OPT_BIT(OPT_ALL) | OPT_BIT(OPT_NOW) |
		   OPT_BIT(OPT_FORCE),
	.helps = helps,
	.rules = rules,
	.argument = OPT_UUID,
	.takes_many = true,
	.run = run,
};
