/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "model/name.h"

/* Drain itself failed, not the command: as timeout(1) and env(1) have it. */
#define STATUS_DRAIN_FAILED 125

static const struct poptOption options[] = {
	{ "reason", '\0', POPT_ARG_STRING, NULL, OPT_REASON, "what to tell those who want to start",
	  "TEXT" },
	{ "dry-run", '\0', POPT_ARG_NONE, NULL, OPT_DRY_RUN, "only show what would be stopped",
	  NULL },
	OPTION_WAIT_USERS,
	OPTION_TIMEOUT("wait at most SEC seconds for each removal, and for the parent to come "
		       "back (30)"),
	OPTION_JOBS,
	OPTION_FORCE,
	COMMON_OPTIONS,
	POPT_TABLEEND
};

static err_t preview(struct invocation *invocation)
{
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	struct err *e = op_drain_preview(invocation->ops, invocation->values->argument, &devices);

	for (size_t i = 0; i < devices.count && !e; i++)
		fprintf(output_stream(invocation->output), "would stop %s\n",
			devices.items[i]->uuid.text);
	return e;
}

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	struct drain_request request = {
		.parent = values->argument,
		.reason = values->text[OPT_REASON],
		.command = values->rest,
		.force = option_is_given(values, OPT_FORCE),
		.timeout_ms = TIMEOUT_DEFAULT_MS,
	};
	int status = 0;
	struct err *e = name_check_parent(request.parent);

	if (!e)
		e = option_jobs(values, &request.jobs);
	if (!e)
		e = option_seconds(values, OPT_TIMEOUT, &request.timeout_ms);
	if (!e)
		e = option_seconds(values, OPT_WAIT_USERS, &request.wait_users_ms);
	if (e)
		return e;
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
	.argument = "PARENT",
	.options = options,
	.run = run,
	.takes_command = true,
};
