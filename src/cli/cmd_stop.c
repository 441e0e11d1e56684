/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct option_help helps[] = {
	{ OPT_PARENT, "with --all: on this parent" },
	{ OPT_TIMEOUT, "wait at most SEC seconds for a removal that blocks (30)" },
	{ 0 },
};

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_UUID) | OPT_BIT(OPT_ALL) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_ALL), OPT_BIT(OPT_UUID) | OPT_BIT(OPT_WAIT_USERS) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_PARENT) | OPT_BIT(OPT_JOBS), OPT_BIT(OPT_ALL) },
	{ 0 },
};

static err_t stop_all(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	const struct stop_all_request request = {
		.parent = values->parent,
		.has_group = values->finds_names,
		.jobs = values->jobs,
		.force = option_is_given(values, OPT_FORCE),
		.timeout_ms = values->timeout_ms,
	};

	return op_stop_all(invocation->ops, &request);
}

static err_t stop(struct invocation *invocation, const struct uuid *uuid)
{
	const struct values *values = invocation->values;
	const struct stop_request request = {
		.uuid = *uuid,
		.ensures = option_is_given(values, OPT_ENSURE),
		.force = option_is_given(values, OPT_FORCE),
		.timeout_ms = values->timeout_ms,
		.wait_users_ms = values->wait_users_ms,
	};

	return op_stop(invocation->ops, &request);
}

static err_t run(struct invocation *invocation)
{
	struct err *e = option_is_given(invocation->values, OPT_ALL)
				? stop_all(invocation)
				: invocation_each_device(invocation, stop);

	invocation_set_changed(invocation);
	return e;
}

const struct command command_stop = {
	.name = "stop",
	.summary = "remove a device; its definition stays",
	.examples = { "stop 6f1c9d0a 7ab2", "stop --all --parent 06:00.0" },
	.options = OPT_BIT(OPT_UUID) | OPT_BIT(OPT_ALL) | OPT_BIT(OPT_PARENT) |
		   OPT_BIT(OPT_TIMEOUT) | OPT_BIT(OPT_WAIT_USERS) | OPT_BIT(OPT_JOBS) |
		   OPT_BIT(OPT_ENSURE) | OPT_BIT(OPT_DETAILED_EXITCODE) | OPT_BIT(OPT_FORCE),
	.helps = helps,
	.rules = rules,
	.argument = OPT_UUID,
	.takes_many = true,
	.run = run,
};
