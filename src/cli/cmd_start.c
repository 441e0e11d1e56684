/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct poptOption options[] = {
	{ "uuid", 'u', POPT_ARG_STRING, NULL, OPT_UUID, "the device (default: a new UUID, printed)",
	  "UUID" },
	{ "parent", 'p', POPT_ARG_STRING, NULL, OPT_PARENT, "its parent device", "PARENT" },
	{ "type", 't', POPT_ARG_STRING, NULL, OPT_TYPE, "its type, if it is not defined", "TYPE" },
	{ "jsonfile", '\0', POPT_ARG_STRING, NULL, OPT_JSONFILE,
	  "start what FILE describes, without defining it", "FILE" },
	{ "all", '\0', POPT_ARG_NONE, NULL, OPT_ALL, "all that is defined (on PARENT)", NULL },
	OPTION_JOBS,
	OPTION_FORCE,
	COMMON_OPTIONS,
	POPT_TABLEEND
};

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_UUID) | OPT_BIT(OPT_PARENT) | OPT_BIT(OPT_ALL) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_ALL),
	  OPT_BIT(OPT_UUID) | OPT_BIT(OPT_TYPE) | OPT_BIT(OPT_JSONFILE) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_JOBS), OPT_BIT(OPT_ALL) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_JSONFILE), OPT_BIT(OPT_TYPE) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_JSONFILE), OPT_BIT(OPT_PARENT) },
	{ 0 },
};

static err_t start_all(struct invocation *invocation, const struct start_request *one)
{
	struct start_all_request request = { .parent = one->parent, .force = one->force };
	struct err *e = option_jobs(invocation->values, &request.jobs);

	return e ? e : op_start_all(invocation->ops, &request);
}

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	struct start_request request = {
		.jsonfile = values->text[OPT_JSONFILE],
		.force = option_is_given(values, OPT_FORCE),
	};
	struct uuid made;
	struct err *e;

	e = option_device(values, &request.uuid, &request.parent, &request.type);
	if (e || option_is_given(values, OPT_ALL))
		return e ? e : start_all(invocation, &request);
	e = op_start(invocation->ops, &request, &made);
	if (!e && uuid_is_set(&made))
		output_made(invocation->output, &made, "started", "stop");
	return e;
}

const struct command command_start = {
	.name = "start",
	.summary = "create a device, defined or not",
	.options = options,
	.rules = rules,
	.run = run,
};
