/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct option_help helps[] = {
	{ OPT_PARENT, "its parent device, where several define it" },
	{ OPT_TYPE, "give it another type" },
	{ OPT_JSONFILE, "replace all of it by the definition in FILE" },
	{ OPT_DEFINED, "change the definition (default; with --live: both)" },
	{ 0 },
};

#define ATTR_CHANGES (OPT_BIT(OPT_ADDATTR) | OPT_BIT(OPT_DELATTR))
#define STARTS	     (OPT_BIT(OPT_AUTO) | OPT_BIT(OPT_MANUAL))
#define ALONE	     (STARTS | OPT_BIT(OPT_LIVE) | OPT_BIT(OPT_JSONFILE))

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_UUID) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_LIVE), OPT_BIT(OPT_JSONFILE) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_AUTO), OPT_BIT(OPT_MANUAL) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_ADDATTR), OPT_BIT(OPT_DELATTR) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_JSONFILE), STARTS | ATTR_CHANGES },
	{ RULE_EXCLUDES, OPT_BIT(OPT_VALUE), OPT_BIT(OPT_DELATTR) },
	{ RULE_EXCLUDES, ALONE, OPT_BIT(OPT_INDEX) | OPT_BIT(OPT_VALUE) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_LIVE) | OPT_BIT(OPT_JSONFILE), OPT_BIT(OPT_TYPE) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_VALUE), OPT_BIT(OPT_ADDATTR) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_ADDATTR), OPT_BIT(OPT_VALUE) },
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_TYPE) | OPT_BIT(OPT_JSONFILE) | STARTS | ATTR_CHANGES },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_INDEX), ATTR_CHANGES },
	{ 0 },
};

static enum modify_attr attr_change(const struct values *values)
{
	if (option_is_given(values, OPT_ADDATTR))
		return MODIFY_ATTR_ADD;
	return option_is_given(values, OPT_DELATTR) ? MODIFY_ATTR_DELETE : MODIFY_ATTR_NONE;
}

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	const enum device_start start =
		option_is_given(values, OPT_AUTO) ? DEVICE_START_AUTO : DEVICE_START_MANUAL;
	const struct modify_request request = {
		.uuid = values->uuid,
		.parent = values->parent,
		.type = values->type,
		.jsonfile = values->jsonfile,
		.attr_change = attr_change(values),
		.attr_name = values->attr_name,
		.attr_value = values->attr_value,
		.attr_index = values->attr_index,
		.start = values->given & STARTS ? &start : NULL,
		.is_live = option_is_given(values, OPT_LIVE),
		.is_defined = option_is_given(values, OPT_DEFINED),
		.force = option_is_given(values, OPT_FORCE),
	};

	return op_modify(invocation->ops, &request);
}

const struct command command_modify = {
	.name = "modify",
	.summary = "change a definition, or a running device",
	.options = OPT_BIT(OPT_UUID) | OPT_BIT(OPT_PARENT) | OPT_BIT(OPT_TYPE) |
		   OPT_BIT(OPT_ADDATTR) | OPT_BIT(OPT_DELATTR) | OPT_BIT(OPT_INDEX) |
		   OPT_BIT(OPT_VALUE) | OPT_BIT(OPT_AUTO) | OPT_BIT(OPT_MANUAL) |
		   OPT_BIT(OPT_JSONFILE) | OPT_BIT(OPT_LIVE) | OPT_BIT(OPT_DEFINED) |
		   OPT_BIT(OPT_FORCE),
	.helps = helps,
	.rules = rules,
	.run = run,
};
