/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables of what --json would print, by libsmartcols. */
#pragma once

#include "command.h"

/* A key of the objects that are the rows. */
struct column {
	const char *name;
	const char *help;
	const char *heading; /* NULL: the name */
	bool is_default;
	bool is_number;
	bool is_in_tree; /* a tree tells it by the rows above */
	bool may_wrap;	 /* into several lines, where the terminal is too narrow */
	bool may_cut;	 /* where the terminal is too narrow */
	/* What is shown, owned by the caller; NULL: the value as it is. */
	char *(*show)(const json_t *row, bool is_terminal);
	/* A colour that libsmartcols knows; NULL: none. */
	const char *(*color)(const json_t *row);
};

/* Options with which a command prints a table where it would print text. */
#define TABLE_LAYOUT \
	(OPT_BIT(OPT_COLUMNS) | OPT_BIT(OPT_NOHEADINGS) | OPT_BIT(OPT_RAW) | OPT_BIT(OPT_TREE))
#define TABLE_OPTIONS (TABLE_LAYOUT | OPT_BIT(OPT_COLOR))
/* What they exclude. */
#define TABLE_RULES                                                                          \
	{ RULE_EXCLUDES, OPT_BIT(OPT_TREE), OPT_BIT(OPT_RAW) },                              \
		{ RULE_EXCLUDES, OPT_BIT(OPT_JSON), TABLE_OPTIONS | OPT_BIT(OPT_DUMPJSON) }, \
	{                                                                                    \
		RULE_EXCLUDES, OPT_BIT(OPT_DUMPJSON), TABLE_OPTIONS                          \
	}

bool table_is_wanted(const struct values *values);
bool table_wants_colors(const struct values *values);

struct table;

/*
 * @columns ends with one without a name; @defaults, unless it is NULL, says what is shown as
 * --columns would. ERR_USAGE if one is asked for that is not among them.
 */
err_t table_new(const struct values *values, const struct column *columns, const char *defaults,
		struct table **ret);
void table_free(struct table *table);
DEFINE_CLEANUP(struct table *, table_free)

/* Whether the column is shown: for what costs something to find out. */
bool table_has(const struct table *table, const char *name);
/* Whether nothing but the columns is asked for: table_print() prints them. */
bool table_is_help(const struct table *table);
/* Makes it a tree though the options do not say so. */
void table_be_tree(struct table *table);

#define TABLE_TOP ((size_t)-1)

/* Takes @row, and returns its number, for those that are below it in a tree. */
size_t table_add(struct table *table, json_t *row, size_t above);
/* The same of a row that has nothing but a name, or @row (taken) under another one. */
size_t table_add_group(struct table *table, const char *name, size_t above);
size_t table_add_named(struct table *table, const char *name, json_t *row, size_t above);
/* ERR_FAILED if libsmartcols is not there. */
err_t table_print(struct table *table, struct output *output);
