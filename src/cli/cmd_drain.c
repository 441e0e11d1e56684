/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <unistd.h>

#include "command.h"
#include "report.h"

/* Drain itself failed, not the command: as timeout(1) and env(1) have it. */
#define STATUS_DRAIN_FAILED 125

static const struct option_help helps[] = {
	{ OPT_TIMEOUT,
	  "wait at most SEC seconds for each removal, and for the parent to come back (30)" },
	{ 0 },
};

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_PARENT) },
	{ 0 },
};

static err_t preview(struct invocation *invocation)
{
	_cleanup_(device_list_clear) struct device_list devices = { 0 };

	TRY(op_drain_preview(invocation->ops, invocation->values->parent, &devices));
	for (size_t i = 0; i < devices.count && invocation->report; i++)
		report_add_planned(invocation->report, "stop", devices.items[i]->uuid.text,
				   devices.items[i]->parent);
	for (size_t i = 0; i < devices.count; i++)
		fprintf(output_stream(invocation->output), "would stop %s\n",
			devices.items[i]->uuid.text);
	return NULL;
}

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	const struct drain_request request = {
		.parent = values->parent,
		.reason = values->reason,
		.command = values->command,
		/* Of a document nothing else may be part. */
		.output = invocation->report ? STDERR_FILENO : -1,
		.jobs = values->jobs,
		.force = option_is_given(values, OPT_FORCE),
		.timeout_ms = values->timeout_ms,
		.wait_users_ms = values->wait_users_ms,
	};
	int status = 0;
	struct err *e;

	if (option_is_given(values, OPT_DRY_RUN))
		return preview(invocation);
	e = op_drain(invocation->ops, &request, &status);
	if (request.command)
		invocation->exit_status = status ? status : STATUS_DRAIN_FAILED;
	return e;
}

const struct command command_drain = {
	.name = "drain",
	.summary = "stop a parent's devices, run a command, start them again",
	.examples = { "drain 06:00.0 -- nvidia-smi --gpu-reset -i 0", "drain 06:00.0 --dry-run" },
	.options = OPT_BIT(OPT_REASON) | OPT_BIT(OPT_DRY_RUN) | OPT_BIT(OPT_WAIT_USERS) |
		   OPT_BIT(OPT_TIMEOUT) | OPT_BIT(OPT_JOBS) | OPT_BIT(OPT_FORCE),
	.helps = helps,
	.rules = rules,
	.argument = OPT_PARENT,
	.run = run,
	.takes_command = true,
};
