/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct poptOption options[] = { { "uuid", 'u', POPT_ARG_STRING, NULL, OPT_UUID,
					       "the device", "UUID" },
					     OPTION_FORCE,
					     COMMON_OPTIONS,
					     POPT_TABLEEND };

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_UUID) },
	{ 0 },
};

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	struct stop_request request = { .force = option_is_given(values, OPT_FORCE) };
	struct err *e = option_uuid(values, &request.uuid);

	return e ? e : op_stop(invocation->ops, &request);
}

const struct command command_stop = {
	.name = "stop",
	.summary = "remove a device; its definition stays",
	.options = options,
	.rules = rules,
	.run = run,
};
