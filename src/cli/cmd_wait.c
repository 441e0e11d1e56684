/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct poptOption options[] = {
	{ "parent", 'p', POPT_ARG_STRING, NULL, OPT_PARENT, "the parent to wait for", "PARENT" },
	{ "type", 't', POPT_ARG_STRING, NULL, OPT_TYPE, "and this type of it", "TYPE" },
	OPTION_TIMEOUT("wait at most SEC seconds (30)"),
	COMMON_OPTIONS,
	POPT_TABLEEND
};

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_PARENT) },
	{ 0 },
};

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	struct wait_request request = { .timeout_ms = TIMEOUT_DEFAULT_MS };
	struct err *e = option_parent(values, &request.parent);

	if (!e)
		e = option_type(values, &request.type);
	if (!e)
		e = option_seconds(values, OPT_TIMEOUT, &request.timeout_ms);
	return e ? e : op_wait(invocation->ops, &request);
}

const struct command command_wait = {
	.name = "wait",
	.summary = "wait until a parent, or a type of it, is there",
	.options = options,
	.rules = rules,
	.run = run,
};
