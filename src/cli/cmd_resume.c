/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "model/name.h"

static const struct poptOption options[] = {
	{ "abandon", '\0', POPT_ARG_NONE, NULL, OPT_ABANDON, "lift the hold, and start nothing",
	  NULL },
	OPTION_TIMEOUT("wait at most SEC seconds for the parent to come back (30)"),
	OPTION_JOBS,
	OPTION_FORCE,
	COMMON_OPTIONS,
	POPT_TABLEEND
};

static const struct rule rules[] = {
	{ RULE_EXCLUDES, OPT_BIT(OPT_ABANDON),
	  OPT_BIT(OPT_TIMEOUT) | OPT_BIT(OPT_JOBS) | OPT_BIT(OPT_FORCE) },
	{ 0 },
};

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	struct resume_request request = { .parent = values->argument,
					  .force = option_is_given(values, OPT_FORCE),
					  .is_abandoned = option_is_given(values, OPT_ABANDON),
					  .timeout_ms = TIMEOUT_DEFAULT_MS };
	struct err *e = name_check_parent(request.parent);

	if (!e)
		e = option_jobs(values, &request.jobs);
	if (!e)
		e = option_seconds(values, OPT_TIMEOUT, &request.timeout_ms);
	return e ? e : op_resume(invocation->ops, &request);
}

const struct command command_resume = {
	.name = "resume",
	.summary = "start again what ran on a held parent, and lift the hold",
	.argument = "PARENT",
	.options = options,
	.rules = rules,
	.run = run,
};
