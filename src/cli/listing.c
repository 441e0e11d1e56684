/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "listing.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "columns.h"
#include "report.h"

/* What is asked of types comes first. */
#define TYPES_COLUMNS "parent,name,framebuffer,max_instance,running,room,note"

bool listing_is_wanted(const struct invocation *invocation)
{
	return invocation->report || table_is_wanted(invocation->values);
}

/* --- the rows above others in a tree --- */

/* Where each of them is in the table. */
struct groups {
	struct strlist keys;
	size_t *rows;
};

static void groups_clear(struct groups *groups)
{
	strlist_clear(&groups->keys);
	free(groups->rows);
}

/* TABLE_TOP if there is none of that key. */
static size_t find_group(const struct groups *groups, const char *key)
{
	for (size_t i = groups->keys.count; i > 0; i--)
		if (strcmp(groups->keys.items[i - 1], key) == 0)
			return groups->rows[i - 1];
	return TABLE_TOP;
}

static void keep_group(struct groups *groups, const char *key, size_t row)
{
	groups->rows = mem_grow(groups->rows, groups->keys.count, sizeof(*groups->rows));
	groups->rows[groups->keys.count] = row;
	strlist_add(&groups->keys, mem_strdup(key));
}

/* The row called @name, below @above, which is added if it is not there yet. */
static size_t group_row(struct groups *groups, struct table *table, const char *name, size_t above)
{
	_cleanup_(mem_freep) char *key = mem_printf("%zu/%s", above, name);
	size_t row = find_group(groups, key);

	if (row == TABLE_TOP) {
		row = table_add_group(table, name, above);
		keep_group(groups, key, row);
	}
	return row;
}

/* --- devices --- */

static size_t row_above(struct groups *groups, struct table *table,
			const struct device_status *status)
{
	size_t row = TABLE_TOP;

	if (status->physical)
		row = group_row(groups, table, status->physical, row);
	row = group_row(groups, table, status->dev->parent, row);
	return group_row(groups, table, status->dev->type ? status->dev->type : "-", row);
}

/* Of what nobody uses it counts since when. */
static const char *default_columns(const struct values *values)
{
	return option_is_given(values, OPT_UNUSED) ? "+since" : NULL;
}

static err_t print_devices_table(struct invocation *invocation, const struct status_list *devices)
{
	_cleanup_(groups_clear) struct groups groups = { 0 };
	_cleanup_(table_freep) struct table *table = NULL;
	bool is_tree = option_is_given(invocation->values, OPT_TREE);

	TRY(table_new(invocation->values, device_columns, default_columns(invocation->values),
		      &table));
	for (size_t i = 0; i < devices->count; i++)
		table_add(table, device_status_to_json(devices->items[i]),
			  is_tree ? row_above(&groups, table, devices->items[i]) : TABLE_TOP);
	return table_print(table, invocation->output);
}

err_t listing_print_devices(struct invocation *invocation, const struct status_list *devices)
{
	if (!invocation->report)
		return print_devices_table(invocation, devices);
	for (size_t i = 0; i < devices->count; i++)
		report_add(invocation->report, "devices", device_status_to_json(devices->items[i]));
	return NULL;
}

/* --- parents and types --- */

static void report_parents(struct invocation *invocation, const struct parent_info_list *parents)
{
	for (size_t i = 0; i < parents->count; i++) {
		const struct parent_info *info = parents->items[i];

		report_add(invocation->report, "parents", parent_info_to_json(info));
		for (size_t j = 0; j < info->offer->type_count; j++)
			report_add(invocation->report, "types", type_info_to_json(info, j));
	}
}

/* The row of the card, if it is there. */
static size_t card_row(const struct groups *groups, const struct parent_info *info)
{
	return info->hardware.physical ? find_group(groups, info->hardware.physical) : TABLE_TOP;
}

static void add_types(struct table *table, const struct parent_info *info, size_t above)
{
	for (size_t i = 0; i < info->offer->type_count; i++)
		table_add_named(table, info->offer->types[i].id, type_info_to_json(info, i), above);
}

err_t listing_print_parents(struct invocation *invocation, const struct parent_info_list *parents,
			    bool has_types)
{
	_cleanup_(groups_clear) struct groups groups = { 0 };
	_cleanup_(table_freep) struct table *table = NULL;

	if (invocation->report) {
		report_parents(invocation, parents);
		return NULL;
	}
	TRY(table_new(invocation->values, parent_columns, has_types ? TYPES_COLUMNS : NULL,
		      &table));
	if (has_types)
		table_be_tree(table);
	for (size_t i = 0; i < parents->count; i++) {
		const struct parent_info *info = parents->items[i];
		size_t row = table_add(table, parent_info_to_json(info), card_row(&groups, info));

		keep_group(&groups, info->offer->name, row);
		if (has_types)
			add_types(table, info, row);
	}
	return table_print(table, invocation->output);
}

/* In a tree a type is called so; in a table it stands beside its parent. */
static void add_parent_types(struct table *table, struct groups *groups,
			     const struct parent_info *info)
{
	size_t row = table_add_group(table, info->offer->name, card_row(groups, info));

	keep_group(groups, info->offer->name, row);
	add_types(table, info, row);
}

err_t listing_print_types(struct invocation *invocation, const struct parent_info_list *parents)
{
	_cleanup_(groups_clear) struct groups groups = { 0 };
	_cleanup_(table_freep) struct table *table = NULL;

	if (invocation->report) {
		report_parents(invocation, parents);
		return NULL;
	}
	TRY(table_new(invocation->values, type_columns, NULL, &table));
	for (size_t i = 0; i < parents->count; i++) {
		const struct parent_info *info = parents->items[i];

		if (option_is_given(invocation->values, OPT_TREE)) {
			add_parent_types(table, &groups, info);
			continue;
		}
		for (size_t j = 0; j < info->offer->type_count; j++)
			table_add(table, type_info_to_json(info, j), TABLE_TOP);
	}
	return table_print(table, invocation->output);
}
