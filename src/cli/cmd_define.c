/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct option_help helps[] = {
	{ OPT_UUID, "the device (default: a new UUID, printed)" },
	{ 0 },
};

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_UUID) | OPT_BIT(OPT_PARENT) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_JSONFILE), OPT_BIT(OPT_TYPE) | OPT_BIT(OPT_AUTO) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_JSONFILE), OPT_BIT(OPT_PARENT) },
	{ 0 },
};

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	const struct define_request request = {
		.uuid = values->uuid,
		.parent = values->parent,
		.type = values->type,
		.jsonfile = values->jsonfile,
		.is_auto = option_is_given(values, OPT_AUTO),
		.force = option_is_given(values, OPT_FORCE),
	};
	struct uuid made;

	TRY(op_define(invocation->ops, &request, &made));
	output_made(invocation->output, &made);
	return NULL;
}

const struct command command_define = {
	.name = "define",
	.summary = "keep a definition of a device",
	.options = OPT_BIT(OPT_UUID) | OPT_BIT(OPT_PARENT) | OPT_BIT(OPT_TYPE) | OPT_BIT(OPT_AUTO) |
		   OPT_BIT(OPT_JSONFILE) | OPT_BIT(OPT_FORCE),
	.helps = helps,
	.rules = rules,
	.run = run,
};
