/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/json.h"
#include "listing.h"
#include "table.h"

static const struct option_help helps[] = {
	{ OPT_PARENT, "only types of this parent" },
	{ 0 },
};

static const struct rule rules[] = {
	TABLE_RULES,
	{ RULE_END, 0, 0 },
};

static void print_field(struct output *output, const char *name, const char *value)
{
	fprintf(output_stream(output), "    %s: ", name);
	output_text(output, value);
	fputc('\n', output_stream(output));
}

static void print_type(struct output *output, const struct mdev_type *type)
{
	FILE *stream = output_stream(output);

	fputs("  ", stream);
	output_text(output, type->id);
	fprintf(stream, "\n    Available instances: %lu\n", type->available_instances);
	print_field(output, "Device API", type->device_api);
	if (*type->name)
		print_field(output, "Name", type->name);
	if (*type->description)
		print_field(output, "Description", type->description);
}

static void print_parent(struct invocation *invocation, const struct parent *parent)
{
	struct output *output = invocation->output;
	_cleanup_(mem_freep) char *reason = op_held_reason(invocation->ops, parent->name);

	output_text(output, parent->name);
	if (reason) {
		fputs(" (held: ", output_stream(output));
		output_text(output, reason);
		fputc(')', output_stream(output));
	}
	fputc('\n', output_stream(output));
	for (size_t i = 0; i < parent->type_count; i++)
		print_type(output, &parent->types[i]);
}

static err_t types_as_table(struct invocation *invocation)
{
	_cleanup_(parent_info_list_clear) struct parent_info_list parents = { 0 };
	const struct parents_request request = { .parent = invocation->values->parent };

	TRY(op_parents(invocation->ops, &request, &parents));
	if (!parents.count)
		invocation_tell(invocation,
				op_explain_absence(invocation->ops, invocation->values->parent));
	return listing_print_types(invocation, &parents);
}

static err_t types_as_text(struct invocation *invocation)
{
	_cleanup_(parent_list_clear) struct parent_list parents = { 0 };
	_cleanup_(json_freep) json_t *json = NULL;

	TRY(op_types(invocation->ops, invocation->values->parent, invocation->values->finds_names,
		     &parents));
	if (!parents.count)
		invocation_tell(invocation,
				op_explain_absence(invocation->ops, invocation->values->parent));
	if (option_is_given(invocation->values, OPT_DUMPJSON)) {
		json = parent_list_to_json(&parents);
		output_json(invocation->output, json);
	} else {
		for (size_t i = 0; i < parents.count; i++)
			print_parent(invocation, parents.items[i]);
	}
	return NULL;
}

static err_t run(struct invocation *invocation)
{
	TRY(listing_is_wanted(invocation) ? types_as_table(invocation) : types_as_text(invocation));
	return invocation_check_strict(invocation);
}

const struct command command_types = {
	.name = "types",
	.summary = "list parents, their types and how many instances are left",
	.examples = { "types", "types --parent 06:00.0 --dumpjson" },
	.options =
		OPT_BIT(OPT_PARENT) | OPT_BIT(OPT_DUMPJSON) | OPT_BIT(OPT_STRICT) | TABLE_OPTIONS,
	.helps = helps,
	.rules = rules,
	.run = run,
};
