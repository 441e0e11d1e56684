/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "listing.h"
#include "table.h"

static const struct option_help helps[] = {
	{ OPT_PARENT, "only this parent, with its card or virtual functions" },
	{ 0 },
};

static const struct rule rules[] = {
	TABLE_RULES,
	{ RULE_END, 0, 0 },
};

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	_cleanup_(parent_info_list_clear) struct parent_info_list parents = { 0 };
	const struct parents_request request = { .parent = values->parent, .wants_products = true };

	TRY(op_parents(invocation->ops, &request, &parents));
	if (!parents.count)
		TRY(op_explain_absence(invocation->ops, values->parent));
	TRY(listing_print_parents(invocation, &parents, option_is_given(values, OPT_WITH_TYPES)));
	return invocation_check_strict(invocation);
}

const struct command command_parents = {
	.name = "parents",
	.summary = "list parents, their hardware, and what room is left",
	.examples = { "parents --types", "parents --tree --columns +pci,nodedev" },
	.options =
		OPT_BIT(OPT_PARENT) | OPT_BIT(OPT_WITH_TYPES) | OPT_BIT(OPT_STRICT) | TABLE_OPTIONS,
	.helps = helps,
	.rules = rules,
	.argument = OPT_PARENT,
	.run = run,
};
