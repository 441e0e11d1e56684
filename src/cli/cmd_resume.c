/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct option_help helps[] = {
	{ OPT_TIMEOUT, "wait at most SEC seconds for the parent to come back (30)" },
	{ 0 },
};

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_PARENT) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_ABANDON),
	  OPT_BIT(OPT_TIMEOUT) | OPT_BIT(OPT_JOBS) | OPT_BIT(OPT_FORCE) },
	{ 0 },
};

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	const struct resume_request request = {
		.parent = values->parent,
		.jobs = values->jobs,
		.force = option_is_given(values, OPT_FORCE),
		.is_abandoned = option_is_given(values, OPT_ABANDON),
		.timeout_ms = values->timeout_ms,
	};

	return op_resume(invocation->ops, &request);
}

const struct command command_resume = {
	.name = "resume",
	.summary = "start again what ran on a held parent, and lift the hold",
	.examples = { "resume 06:00.0", "resume --abandon 06:00.0" },
	.options = OPT_BIT(OPT_ABANDON) | OPT_BIT(OPT_TIMEOUT) | OPT_BIT(OPT_JOBS) |
		   OPT_BIT(OPT_FORCE),
	.helps = helps,
	.rules = rules,
	.argument = OPT_PARENT,
	.run = run,
};
