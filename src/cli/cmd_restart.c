/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct option_help helps[] = {
	{ OPT_DEFINED, "as its definition says (default: as it ran)" },
	{ OPT_TIMEOUT, "wait at most SEC seconds for a removal that blocks (30)" },
	{ 0 },
};

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_UUID) },
	{ 0 },
};

static err_t restart(struct invocation *invocation, const struct uuid *uuid)
{
	const struct values *values = invocation->values;
	const struct restart_request request = {
		.uuid = *uuid,
		.is_defined = option_is_given(values, OPT_DEFINED),
		.force = option_is_given(values, OPT_FORCE),
		.timeout_ms = values->timeout_ms,
		.wait_users_ms = values->wait_users_ms,
	};

	return op_restart(invocation->ops, &request);
}

static err_t run(struct invocation *invocation)
{
	return invocation_each_device(invocation, restart);
}

const struct command command_restart = {
	.name = "restart",
	.summary = "remove a device and create it again as it was",
	.examples = { "restart 6f1c9d0a", "restart 6f1c9d0a --defined" },
	.options = OPT_BIT(OPT_UUID) | OPT_BIT(OPT_DEFINED) | OPT_BIT(OPT_TIMEOUT) |
		   OPT_BIT(OPT_WAIT_USERS) | OPT_BIT(OPT_FORCE),
	.helps = helps,
	.rules = rules,
	.argument = OPT_UUID,
	.takes_many = true,
	.run = run,
};
