/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>

#include "base/str.h"
#include "command.h"
#include "model/name.h"

static const struct poptOption options[] = {
	{ "uuid", 'u', POPT_ARG_STRING, NULL, OPT_UUID, "the device", "UUID" },
	{ "parent", 'p', POPT_ARG_STRING, NULL, OPT_PARENT,
	  "its parent device, where several define it", "PARENT" },
	{ "type", 't', POPT_ARG_STRING, NULL, OPT_TYPE, "give it another type", "TYPE" },
	{ "addattr", '\0', POPT_ARG_STRING, NULL, OPT_ADDATTR, "add an attribute", "NAME" },
	{ "delattr", '\0', POPT_ARG_NONE, NULL, OPT_DELATTR, "delete an attribute", NULL },
	{ "index", 'i', POPT_ARG_STRING, NULL, OPT_INDEX,
	  "where to add or delete (default: at the end)", "N" },
	{ "value", '\0', POPT_ARG_STRING, NULL, OPT_VALUE, "the added attribute's value", "VALUE" },
	{ "auto", 'a', POPT_ARG_NONE, NULL, OPT_AUTO, "start it when the parent appears", NULL },
	{ "manual", 'm', POPT_ARG_NONE, NULL, OPT_MANUAL, "start it only when asked to", NULL },
	{ "jsonfile", '\0', POPT_ARG_STRING, NULL, OPT_JSONFILE,
	  "replace all of it by the definition in FILE", "FILE" },
	{ "live", 'l', POPT_ARG_NONE, NULL, OPT_LIVE, "change the running device", NULL },
	{ "defined", 'd', POPT_ARG_NONE, NULL, OPT_DEFINED,
	  "change the definition (default; with --live: both)", NULL },
	OPTION_FORCE,
	COMMON_OPTIONS,
	POPT_TABLEEND
};

#define ALONE (OPT_BIT(OPT_AUTO) | OPT_BIT(OPT_MANUAL) | OPT_BIT(OPT_LIVE) | OPT_BIT(OPT_JSONFILE))

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, 0, OPT_BIT(OPT_UUID) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_LIVE), OPT_BIT(OPT_JSONFILE) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_AUTO), OPT_BIT(OPT_MANUAL) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_ADDATTR), OPT_BIT(OPT_DELATTR) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_JSONFILE),
	  OPT_BIT(OPT_AUTO) | OPT_BIT(OPT_MANUAL) | OPT_BIT(OPT_ADDATTR) | OPT_BIT(OPT_DELATTR) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_VALUE), OPT_BIT(OPT_DELATTR) },
	{ RULE_EXCLUDES, ALONE, OPT_BIT(OPT_INDEX) | OPT_BIT(OPT_VALUE) },
	{ RULE_EXCLUDES, OPT_BIT(OPT_LIVE) | OPT_BIT(OPT_JSONFILE), OPT_BIT(OPT_TYPE) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_VALUE), OPT_BIT(OPT_ADDATTR) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_ADDATTR), OPT_BIT(OPT_VALUE) },
	{ RULE_NEEDS_ONE_OF, 0,
	  OPT_BIT(OPT_AUTO) | OPT_BIT(OPT_MANUAL) | OPT_BIT(OPT_ADDATTR) | OPT_BIT(OPT_DELATTR) |
		  OPT_BIT(OPT_JSONFILE) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_JSONFILE), OPT_BIT(OPT_PARENT) },
	{ 0 },
};

static err_t read_index(const struct values *values, long *ret)
{
	const char *text = values->text[OPT_INDEX];
	_cleanup_(mem_freep) char *shown = NULL;
	unsigned long index;

	if (!text)
		return NULL;
	if (str_to_number(text, INT_MAX, &index)) {
		*ret = (long)index;
		return NULL;
	}
	shown = str_escape(text);
	return err_hint(err_new(ERR_USAGE, "--index: '%s' is not a number", shown),
			"'mdevadm list --defined --verbose' shows the indexes");
}

static err_t read_attr_change(const struct values *values, struct modify_request *request)
{
	struct err *e;

	if (option_is_given(values, OPT_DELATTR))
		request->attr_change = MODIFY_ATTR_DELETE;
	if (!option_is_given(values, OPT_ADDATTR))
		return NULL;
	request->attr_change = MODIFY_ATTR_ADD;
	request->attr_name = values->text[OPT_ADDATTR];
	request->attr_value = values->text[OPT_VALUE];
	e = name_check_attr(request->attr_name);
	return e ? e : name_check_value(request->attr_value);
}

static err_t run(struct invocation *invocation)
{
	static const enum device_start automatic = DEVICE_START_AUTO;
	static const enum device_start manual = DEVICE_START_MANUAL;
	const struct values *values = invocation->values;
	struct modify_request request = {
		.jsonfile = values->text[OPT_JSONFILE],
		.attr_index = -1,
		.is_live = option_is_given(values, OPT_LIVE),
		.is_defined = option_is_given(values, OPT_DEFINED),
		.force = option_is_given(values, OPT_FORCE),
	};
	struct err *e;

	if (option_is_given(values, OPT_AUTO))
		request.start = &automatic;
	if (option_is_given(values, OPT_MANUAL))
		request.start = &manual;
	e = option_device(values, &request.uuid, &request.parent, &request.type);
	if (!e)
		e = read_index(values, &request.attr_index);
	if (!e)
		e = read_attr_change(values, &request);
	return e ? e : op_modify(invocation->ops, &request);
}

const struct command command_modify = {
	.name = "modify",
	.summary = "change a definition, or a running device",
	.options = options,
	.rules = rules,
	.run = run,
};
