/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "listing.h"
#include "table.h"

static const struct option_help helps[] = {
	{ OPT_UUID, "only this device" },
	{ OPT_PARENT, "only devices of this parent" },
	{ 0 },
};

static const struct rule rules[] = {
	TABLE_RULES,
	{ RULE_END, 0, 0 },
};

static void print_attrs(struct output *output, const struct device *dev)
{
	FILE *stream = output_stream(output);

	if (!dev->attr_count)
		return;
	fputs("  Attrs:\n", stream);
	for (size_t i = 0; i < dev->attr_count; i++) {
		_cleanup_(json_freep) json_t *attr = json_new_object();

		json_put(attr, dev->attrs[i].name, json_new_string(dev->attrs[i].value));
		fprintf(stream, "    @{%zu}: ", i);
		output_json_line(output, attr);
	}
}

/* Why nothing may be started on the parent. */
static void print_held(struct invocation *invocation, const char *parent)
{
	_cleanup_(mem_freep) char *reason = op_held_reason(invocation->ops, parent);

	if (!reason)
		return;
	fputs("  Held: ", output_stream(invocation->output));
	output_text(invocation->output, reason);
	fputc('\n', output_stream(invocation->output));
}

static void print_device(struct invocation *invocation, const struct device *dev, bool defined,
			 bool verbose)
{
	struct output *output = invocation->output;
	FILE *stream = output_stream(output);

	fprintf(stream, "%s ", dev->uuid.text);
	output_text(output, dev->parent);
	fputc(' ', stream);
	output_text(output, dev->type);
	fprintf(stream, " %s", device_start_name(dev->start));
	if (defined && dev->state != DEVICE_STATE_ABSENT)
		fputs(" (active)", stream);
	if (!defined && dev->is_defined)
		fputs(" (defined)", stream);
	if (dev->is_incomplete)
		fputs(" (incomplete)", stream);
	if (dev->state == DEVICE_STATE_STUCK)
		fputs(" (stuck)", stream);
	fputc('\n', stream);
	if (verbose) {
		print_attrs(output, dev);
		print_held(invocation, dev->parent);
	}
}

/* [{PARENT: [{UUID: {…}}, …], …}] of a list that is sorted by parent. */
static json_t *devices_to_json(const struct device_list *devices)
{
	json_t *json = json_new_array();
	json_t *parents = NULL;
	json_t *of_parent = NULL;

	for (size_t i = 0; i < devices->count; i++) {
		const struct device *dev = devices->items[i];
		json_t *named = json_new_object();

		if (!parents) {
			parents = json_new_object();
			json_append(json, parents);
		}
		if (i == 0 || strcmp(devices->items[i - 1]->parent, dev->parent) != 0) {
			of_parent = json_new_array();
			json_put(parents, dev->parent, of_parent);
		}
		json_put(named, dev->uuid.text, device_to_json(dev));
		json_append(of_parent, named);
	}
	return json;
}

/* One device that was asked for by its UUID is printed alone: that is a definition file. */
static void print_json(struct output *output, const struct device_list *devices, bool of_uuid)
{
	_cleanup_(json_freep) json_t *json = NULL;

	if (of_uuid && devices->count == 1)
		json = device_to_json(devices->items[0]);
	else
		json = devices_to_json(devices);
	output_json(output, json);
}

/* Programs that read what is listed find nothing new. */
static void tell_person_of_absence(const struct invocation *invocation)
{
	if (isatty(STDOUT_FILENO) && isatty(STDERR_FILENO))
		invocation_tell(invocation, op_explain_absence(invocation->ops, NULL));
}

/* Those that run, or with --defined those that are defined. */
static err_t list_as_table(struct invocation *invocation, const struct list_request *request)
{
	_cleanup_(status_list_clear) struct status_list list = { 0 };
	const struct status_request wanted = {
		.kind = request->defined ? STATUS_OF_DEFINITIONS : STATUS_OF_RUNNING,
		.uuids = request->uuids,
		.uuid_count = request->uuid_count,
		.parent = request->parent,
		.has_group = request->has_group,
		.wants_users = true,
		.wants_drift = true,
		.wants_since = true,
	};

	TRY(op_status(invocation->ops, &wanted, &list));
	return listing_print_devices(invocation, &list);
}

static err_t list_as_text(struct invocation *invocation, const struct list_request *request)
{
	const struct values *values = invocation->values;
	_cleanup_(device_list_clear) struct device_list devices = { 0 };

	TRY(op_list(invocation->ops, request, &devices));
	if (!devices.count)
		tell_person_of_absence(invocation);
	if (option_is_given(values, OPT_DUMPJSON))
		print_json(invocation->output, &devices, values->device_count == 1);
	else
		for (size_t i = 0; i < devices.count; i++)
			print_device(invocation, devices.items[i], request->defined,
				     option_is_given(values, OPT_VERBOSE));
	return NULL;
}

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	_cleanup_(mem_freep) struct uuid *uuids = values_copy_uuids(values);
	const struct list_request request = {
		.uuids = uuids,
		.uuid_count = values->device_count,
		.parent = values->parent,
		.has_group = values->finds_names,
		.defined = option_is_given(values, OPT_DEFINED),
		.wants_attrs = option_is_given(values, OPT_VERBOSE) ||
			       option_is_given(values, OPT_DUMPJSON),
	};

	TRY(listing_is_wanted(invocation) ? list_as_table(invocation, &request)
					  : list_as_text(invocation, &request));
	return invocation_check_strict(invocation);
}

const struct command command_list = {
	.name = "list",
	.summary = "list the devices that run, or the definitions",
	.examples = { "list --parent 06:00.0", "list --defined --verbose" },
	.options = OPT_BIT(OPT_DEFINED) | OPT_BIT(OPT_UUID) | OPT_BIT(OPT_PARENT) |
		   OPT_BIT(OPT_VERBOSE) | OPT_BIT(OPT_DUMPJSON) | OPT_BIT(OPT_STRICT) |
		   TABLE_OPTIONS,
	.helps = helps,
	.rules = rules,
	.argument = OPT_UUID,
	.takes_many = true,
	.run = run,
};
