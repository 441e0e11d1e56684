/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "model/name.h"

static const struct poptOption options[] = { OPTION_JOBS, COMMON_OPTIONS, POPT_TABLEEND };

static err_t run(struct invocation *invocation)
{
	const char *parent = invocation->values->argument;
	struct err *e = name_check_parent(parent);
	unsigned jobs;

	if (!e)
		e = option_jobs(invocation->values, &jobs);
	return e ? e : op_start_parent(invocation->ops, parent, jobs);
}

const struct command command_start_parent_mdevs = {
	.name = "start-parent-mdevs",
	.summary = "start the devices of a parent that are defined as auto",
	.argument = "PARENT",
	.options = options,
	.run = run,
	.is_hidden = true,
};
