/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "model/name.h"

static const struct poptOption options[] = {
	OPTION_TIMEOUT("wait at most SEC seconds for the parent to come back (30)"), OPTION_JOBS,
	OPTION_FORCE, COMMON_OPTIONS, POPT_TABLEEND
};

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	struct drain_request request = { .parent = values->argument,
					 .force = option_is_given(values, OPT_FORCE),
					 .timeout_ms = TIMEOUT_DEFAULT_S * 1000 };
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
	.run = run,
};
