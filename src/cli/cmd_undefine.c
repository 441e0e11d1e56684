/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct poptOption options[] = {
	{ "uuid", 'u', POPT_ARG_STRING, NULL, OPT_UUID, "the device", "UUID" },
	{ "parent", 'p', POPT_ARG_STRING, NULL, OPT_PARENT,
	  "its parent device (default: all on which it is defined)", "PARENT" },
	OPTION_FORCE,
	COMMON_OPTIONS,
	POPT_TABLEEND
};

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_UUID) },
	{ 0 },
};

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	struct undefine_request request = { .force = option_is_given(values, OPT_FORCE) };
	struct err *e;

	e = option_uuid(values, &request.uuid);
	if (!e)
		e = option_parent(values, &request.parent);
	return e ? e : op_undefine(invocation->ops, &request);
}

const struct command command_undefine = {
	.name = "undefine",
	.summary = "remove a definition; a running device stays",
	.options = options,
	.rules = rules,
	.run = run,
};
