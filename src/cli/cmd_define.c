/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct option_help helps[] = {
	{ OPT_UUID, "the device (default: a new UUID, printed)" },
	{ OPT_MANUAL, "start it only when asked to (default)" },
	{ OPT_ADDATTR, "an attribute of it; may be repeated" },
	{ 0 },
};

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_UUID) | OPT_BIT(OPT_PARENT) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_AUTO), OPT_BIT(OPT_MANUAL) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_JSONFILE),
	  OPT_BIT(OPT_TYPE) | OPT_BIT(OPT_AUTO) | OPT_BIT(OPT_MANUAL) | OPT_BIT(OPT_ADDATTR) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_JSONFILE), OPT_BIT(OPT_PARENT) },
	{ 0 },
};

/* One that runs so already is what is wanted. */
static err_t start_now(struct invocation *invocation, const struct uuid *uuid)
{
	const struct values *values = invocation->values;
	const struct start_request request = {
		.uuid = *uuid,
		.parent = values->parent,
		.force = option_is_given(values, OPT_FORCE),
		.ensures = true,
	};
	_cleanup_(started_clear) struct started started = { 0 };

	return err_wrap(op_start(invocation->ops, &request, &started), "it is defined");
}

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	const struct define_request request = {
		.uuid = values->uuid,
		.parent = values->parent,
		.type = values->type,
		.jsonfile = values->jsonfile,
		.changes = values->changes,
		.change_count = values->change_count,
		.is_auto = option_is_given(values, OPT_AUTO),
		.replaces = option_is_given(values, OPT_REPLACE),
		.force = option_is_given(values, OPT_FORCE),
	};
	struct uuid made;

	TRY(op_define(invocation->ops, &request, &made));
	if (uuid_is_set(&made))
		output_made(invocation->output, &made, "defined", "undefine");
	if (!option_is_given(values, OPT_NOW))
		return NULL;
	return start_now(invocation, uuid_is_set(&made) ? &made : &values->uuid);
}

const struct command command_define = {
	.name = "define",
	.summary = "keep a definition of a device",
	.examples = { "define --parent 06:00.0 --type V100D-1Q --auto",
		      "define -p mtty -t mtty-1 --addattr power/control=auto --now" },
	.options = OPT_BIT(OPT_UUID) | OPT_BIT(OPT_PARENT) | OPT_BIT(OPT_TYPE) | OPT_BIT(OPT_AUTO) |
		   OPT_BIT(OPT_MANUAL) | OPT_BIT(OPT_ADDATTR) | OPT_BIT(OPT_JSONFILE) |
		   OPT_BIT(OPT_NOW) | OPT_BIT(OPT_REPLACE) | OPT_BIT(OPT_FORCE),
	.makes_device = true,
	.helps = helps,
	.rules = rules,
	.run = run,
};
