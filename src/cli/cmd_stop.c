/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct poptOption options[] = {
	{ "uuid", 'u', POPT_ARG_STRING, NULL, OPT_UUID, "the device", "UUID" },
	{ "all", '\0', POPT_ARG_NONE, NULL, OPT_ALL, "all that run (on PARENT)", NULL },
	{ "parent", 'p', POPT_ARG_STRING, NULL, OPT_PARENT, "with --all: on this parent",
	  "PARENT" },
	OPTION_TIMEOUT("wait at most SEC seconds for a removal that blocks (30)"),
	OPTION_WAIT_USERS,
	OPTION_JOBS,
	OPTION_FORCE,
	COMMON_OPTIONS,
	POPT_TABLEEND
};

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_UUID) | OPT_BIT(OPT_ALL) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_ALL), OPT_BIT(OPT_UUID) | OPT_BIT(OPT_WAIT_USERS) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_PARENT) | OPT_BIT(OPT_JOBS), OPT_BIT(OPT_ALL) },
	{ 0 },
};

static err_t stop_all(struct invocation *invocation, const struct stop_request *one)
{
	struct stop_all_request request = { .force = one->force, .timeout_ms = one->timeout_ms };
	struct err *e = option_parent(invocation->values, &request.parent);

	if (!e)
		e = option_jobs(invocation->values, &request.jobs);
	return e ? e : op_stop_all(invocation->ops, &request);
}

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	struct stop_request request = { .force = option_is_given(values, OPT_FORCE),
					.timeout_ms = TIMEOUT_DEFAULT_MS };
	struct err *e;

	e = option_uuid(values, &request.uuid);
	if (!e)
		e = option_seconds(values, OPT_TIMEOUT, &request.timeout_ms);
	if (!e)
		e = option_seconds(values, OPT_WAIT_USERS, &request.wait_users_ms);
	if (e)
		return e;
	return option_is_given(values, OPT_ALL) ? stop_all(invocation, &request)
						: op_stop(invocation->ops, &request);
}

const struct command command_stop = {
	.name = "stop",
	.summary = "remove a device; its definition stays",
	.options = options,
	.rules = rules,
	.run = run,
};
