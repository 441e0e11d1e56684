/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct option_help helps[] = {
	{ OPT_PARENT, "the parent to wait for" },
	{ OPT_TYPE, "and this type of it" },
	{ OPT_INSTANCES, "until at least N of the type are left" },
	{ 0 },
};

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_PARENT) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_INSTANCES), OPT_BIT(OPT_TYPE) },
	{ 0 },
};

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	const struct wait_request request = {
		.parent = values->parent,
		.type = values->type,
		.instances = values->instances,
		.timeout_ms = values->timeout_ms,
	};

	return op_wait(invocation->ops, &request);
}

const struct command command_wait = {
	.name = "wait",
	.summary = "wait until a parent, or a type of it, is there",
	.examples = { "wait 06:00.0 --timeout 60", "wait 06:00.0 --type V100D-1Q --instances 2" },
	.options = OPT_BIT(OPT_PARENT) | OPT_BIT(OPT_TYPE) | OPT_BIT(OPT_INSTANCES) |
		   OPT_BIT(OPT_TIMEOUT),
	.helps = helps,
	.rules = rules,
	.argument = OPT_PARENT,
	.run = run,
};
