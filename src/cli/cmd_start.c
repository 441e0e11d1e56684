/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct option_help helps[] = {
	{ OPT_UUID, "the device (default: a new UUID, printed)" },
	{ OPT_PARENT, "its parent device (default: of those with that type, the emptiest)" },
	{ OPT_TYPE, "its type, if it is not defined" },
	{ OPT_JSONFILE, "start what FILE describes, without defining it" },
	{ OPT_ALL, "all that is defined (on PARENT)" },
	{ 0 },
};

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0,
	  OPT_BIT(OPT_UUID) | OPT_BIT(OPT_PARENT) | OPT_BIT(OPT_TYPE) | OPT_BIT(OPT_ALL) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_ALL),
	  OPT_BIT(OPT_UUID) | OPT_BIT(OPT_TYPE) | OPT_BIT(OPT_JSONFILE) | OPT_BIT(OPT_WAIT) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_JOBS), OPT_BIT(OPT_ALL) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_JSONFILE), OPT_BIT(OPT_TYPE) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_JSONFILE), OPT_BIT(OPT_PARENT) },
	{ 0 },
};

static err_t start_all(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	const struct start_all_request request = {
		.parent = values->parent,
		.has_group = values->finds_names,
		.jobs = values->jobs,
		.force = option_is_given(values, OPT_FORCE),
	};

	return op_start_all(invocation->ops, &request);
}

static err_t start(struct invocation *invocation, const struct uuid *uuid)
{
	const struct values *values = invocation->values;
	const struct start_request request = {
		.uuid = *uuid,
		.parent = values->parent,
		.type = values->type,
		.jsonfile = values->jsonfile,
		.chooses = values->finds_names,
		.ensures = option_is_given(values, OPT_ENSURE),
		.force = option_is_given(values, OPT_FORCE),
		.wait_ms = values->wait_ms,
	};
	_cleanup_(started_clear) struct started started = { 0 };

	/* mdevctl does not choose. */
	if (!values->finds_names && !request.parent && !uuid_is_set(uuid))
		return hint_help(err_new(ERR_USAGE, "--uuid, --parent or --all is missing"),
				 invocation->command);
	TRY(op_start(invocation->ops, &request, &started));
	if (started.parent)
		invocation_note(invocation, "started on parent '%s'", started.parent);
	if (uuid_is_set(&started.made))
		output_made(invocation->output, &started.made, "started", "stop");
	return NULL;
}

static err_t run(struct invocation *invocation)
{
	struct err *e = option_is_given(invocation->values, OPT_ALL)
				? start_all(invocation)
				: invocation_each_device(invocation, start);

	invocation_set_changed(invocation);
	return e;
}

const struct command command_start = {
	.name = "start",
	.summary = "create a device, defined or not",
	.examples = { "start 6f1c9d0a", "start --type V100D-1Q --wait 30" },
	.options = OPT_BIT(OPT_UUID) | OPT_BIT(OPT_PARENT) | OPT_BIT(OPT_TYPE) |
		   OPT_BIT(OPT_JSONFILE) | OPT_BIT(OPT_ALL) | OPT_BIT(OPT_JOBS) |
		   OPT_BIT(OPT_WAIT) | OPT_BIT(OPT_ENSURE) | OPT_BIT(OPT_DETAILED_EXITCODE) |
		   OPT_BIT(OPT_FORCE),
	.helps = helps,
	.rules = rules,
	.argument = OPT_UUID,
	.takes_many = true,
	.run = run,
};
