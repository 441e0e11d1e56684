/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

static const struct poptOption options[] = {
	{ "uuid", 'u', POPT_ARG_STRING, NULL, OPT_UUID, "the device (default: a new UUID, printed)",
	  "UUID" },
	{ "parent", 'p', POPT_ARG_STRING, NULL, OPT_PARENT, "its parent device", "PARENT" },
	{ "type", 't', POPT_ARG_STRING, NULL, OPT_TYPE, "its type", "TYPE" },
	{ "auto", 'a', POPT_ARG_NONE, NULL, OPT_AUTO, "start it when the parent appears", NULL },
	{ "jsonfile", '\0', POPT_ARG_STRING, NULL, OPT_JSONFILE, "read the definition from FILE",
	  "FILE" },
	OPTION_FORCE,
	COMMON_OPTIONS,
	POPT_TABLEEND
};

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_UUID) | OPT_BIT(OPT_PARENT) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_JSONFILE), OPT_BIT(OPT_TYPE) | OPT_BIT(OPT_AUTO) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_JSONFILE), OPT_BIT(OPT_PARENT) },
	{ 0 },
};

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	struct define_request request = {
		.jsonfile = values->text[OPT_JSONFILE],
		.is_auto = option_is_given(values, OPT_AUTO),
		.force = option_is_given(values, OPT_FORCE),
	};
	struct uuid made;
	struct err *e;

	e = option_device(values, &request.uuid, &request.parent, &request.type);
	if (!e)
		e = op_define(invocation->ops, &request, &made);
	if (!e && uuid_is_set(&made))
		output_made(invocation->output, &made, "defined", "undefine");
	return e;
}

const struct command command_define = {
	.name = "define",
	.summary = "keep a definition of a device",
	.options = options,
	.rules = rules,
	.run = run,
};
