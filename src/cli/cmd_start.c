/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct option_help helps[] = {
	{ OPT_UUID, "the device (default: a new UUID, printed)" },
	{ OPT_TYPE, "its type, if it is not defined" },
	{ OPT_JSONFILE, "start what FILE describes, without defining it" },
	{ OPT_ALL, "all that is defined (on PARENT)" },
	{ 0 },
};

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_UUID) | OPT_BIT(OPT_PARENT) | OPT_BIT(OPT_ALL) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_ALL),
	  OPT_BIT(OPT_UUID) | OPT_BIT(OPT_TYPE) | OPT_BIT(OPT_JSONFILE) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_JOBS), OPT_BIT(OPT_ALL) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_JSONFILE), OPT_BIT(OPT_TYPE) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_JSONFILE), OPT_BIT(OPT_PARENT) },
	{ 0 },
};

static err_t start_all(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	const struct start_all_request request = {
		.parent = values->parent,
		.jobs = values->jobs,
		.force = option_is_given(values, OPT_FORCE),
	};

	return op_start_all(invocation->ops, &request);
}

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	const struct start_request request = {
		.uuid = values->uuid,
		.parent = values->parent,
		.type = values->type,
		.jsonfile = values->jsonfile,
		.force = option_is_given(values, OPT_FORCE),
	};
	struct uuid made;

	if (option_is_given(values, OPT_ALL))
		return start_all(invocation);
	TRY(op_start(invocation->ops, &request, &made));
	output_made(invocation->output, &made);
	return NULL;
}

const struct command command_start = {
	.name = "start",
	.summary = "create a device, defined or not",
	.options = OPT_BIT(OPT_UUID) | OPT_BIT(OPT_PARENT) | OPT_BIT(OPT_TYPE) |
		   OPT_BIT(OPT_JSONFILE) | OPT_BIT(OPT_ALL) | OPT_BIT(OPT_JOBS) |
		   OPT_BIT(OPT_FORCE),
	.helps = helps,
	.rules = rules,
	.run = run,
};
