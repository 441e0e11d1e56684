/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct option_help helps[] = {
	{ OPT_PARENT, "its parent device, where several define it" },
	{ OPT_TYPE, "give it another type" },
	{ OPT_JSONFILE, "replace all of it by the definition in FILE" },
	{ OPT_DEFINED, "change the definition (default; with --live: both)" },
	{ 0 },
};

#define ATTRS_BY_NAME (OPT_BIT(OPT_SETATTR) | OPT_BIT(OPT_DELATTR_NAME))
#define ATTR_CHANGES  (OPT_BIT(OPT_ADDATTR) | OPT_BIT(OPT_DELATTR) | ATTRS_BY_NAME)
#define STARTS	      (OPT_BIT(OPT_AUTO) | OPT_BIT(OPT_MANUAL))
#define ALONE	      (STARTS | OPT_BIT(OPT_LIVE) | OPT_BIT(OPT_JSONFILE))

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_UUID) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_LIVE), OPT_BIT(OPT_JSONFILE) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_AUTO), OPT_BIT(OPT_MANUAL) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_ADDATTR) | ATTRS_BY_NAME, OPT_BIT(OPT_DELATTR) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_JSONFILE), STARTS | ATTR_CHANGES },
	{ RULE_EXCLUDES, OPT_BIT(OPT_VALUE), OPT_BIT(OPT_DELATTR) | ATTRS_BY_NAME },
	{ RULE_EXCLUDES, OPT_BIT(OPT_INDEX), ATTRS_BY_NAME },
	{ RULE_EXCLUDES, ALONE, OPT_BIT(OPT_INDEX) | OPT_BIT(OPT_VALUE) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_LIVE) | OPT_BIT(OPT_JSONFILE), OPT_BIT(OPT_TYPE) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_VALUE), OPT_BIT(OPT_ADDATTR) },
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_TYPE) | OPT_BIT(OPT_JSONFILE) | STARTS | ATTR_CHANGES },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_INDEX), OPT_BIT(OPT_ADDATTR) | OPT_BIT(OPT_DELATTR) },
	{ 0 },
};

static err_t modify(struct invocation *invocation, const struct uuid *uuid)
{
	const struct values *values = invocation->values;
	const enum device_start start =
		option_is_given(values, OPT_AUTO) ? DEVICE_START_AUTO : DEVICE_START_MANUAL;
	const struct modify_request request = {
		.uuid = *uuid,
		.parent = values->parent,
		.type = values->type,
		.jsonfile = values->jsonfile,
		.changes = values->changes,
		.change_count = values->change_count,
		.start = values->given & STARTS ? &start : NULL,
		.is_live = option_is_given(values, OPT_LIVE),
		.is_defined = option_is_given(values, OPT_DEFINED),
		.force = option_is_given(values, OPT_FORCE),
	};

	return op_modify(invocation->ops, &request);
}

static err_t run(struct invocation *invocation)
{
	return invocation_each_device(invocation, modify);
}

const struct command command_modify = {
	.name = "modify",
	.summary = "change a definition, or a running device",
	.examples = { "modify 6f1c9d0a --setattr nvidia/vgpu_params=frame_rate_limiter=0",
		      "modify 6f1c9d0a --auto" },
	.options = OPT_BIT(OPT_UUID) | OPT_BIT(OPT_PARENT) | OPT_BIT(OPT_TYPE) | ATTR_CHANGES |
		   OPT_BIT(OPT_INDEX) | OPT_BIT(OPT_VALUE) | OPT_BIT(OPT_AUTO) |
		   OPT_BIT(OPT_MANUAL) | OPT_BIT(OPT_JSONFILE) | OPT_BIT(OPT_LIVE) |
		   OPT_BIT(OPT_DEFINED) | OPT_BIT(OPT_FORCE),
	.helps = helps,
	.rules = rules,
	.argument = OPT_UUID,
	.takes_many = true,
	.run = run,
};
