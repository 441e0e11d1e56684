/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "table.h"

#include <ctype.h>
#include <libsmartcols/libsmartcols.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/library.h"

LIBRARY_NOTE(smartcols_note, "libsmartcols.so.1", "tables", "Prints tables and trees");

/* libsmartcols' functions, by their own names. */
struct smartcols {
	__typeof__(scols_new_table) *new_table;
	__typeof__(scols_unref_table) *unref_table;
	__typeof__(scols_table_set_stream) *set_stream;
	__typeof__(scols_table_enable_raw) *enable_raw;
	__typeof__(scols_table_enable_noheadings) *enable_noheadings;
	__typeof__(scols_table_enable_colors) *enable_colors;
	__typeof__(scols_table_enable_noencoding) *enable_noencoding;
	__typeof__(scols_table_new_column) *new_column;
	__typeof__(scols_table_new_line) *new_line;
	__typeof__(scols_line_refer_data) *refer_data;
	__typeof__(scols_line_get_cell) *get_cell;
	__typeof__(scols_cell_set_color) *set_color;
	__typeof__(scols_print_table) *print_table;
};

static err_t open_smartcols(struct smartcols *ret)
{
	const struct library_symbol symbols[] = {
		{ "scols_new_table", &ret->new_table },
		{ "scols_unref_table", &ret->unref_table },
		{ "scols_table_set_stream", &ret->set_stream },
		{ "scols_table_enable_raw", &ret->enable_raw },
		{ "scols_table_enable_noheadings", &ret->enable_noheadings },
		{ "scols_table_enable_colors", &ret->enable_colors },
		{ "scols_table_enable_noencoding", &ret->enable_noencoding },
		{ "scols_table_new_column", &ret->new_column },
		{ "scols_table_new_line", &ret->new_line },
		{ "scols_line_refer_data", &ret->refer_data },
		{ "scols_line_get_cell", &ret->get_cell },
		{ "scols_cell_set_color", &ret->set_color },
		{ "scols_print_table", &ret->print_table },
		{ 0 },
	};

	return err_hint(library_open("libsmartcols.so.1", "libsmartcols1", symbols),
			"or use --json");
}

static bool is_for_person(const struct values *values)
{
	return isatty(STDOUT_FILENO) && !option_is_given(values, OPT_RAW);
}

/* See https://no-color.org. */
bool table_wants_colors(const struct values *values)
{
	const char *no_color = secure_getenv("NO_COLOR");

	if (values->color != COLOR_AUTO)
		return values->color == COLOR_ALWAYS;
	return is_for_person(values) && !(no_color && *no_color);
}

struct row {
	json_t *json;
	char *name; /* in the place of what the first column has; NULL: it has that */
	bool is_group;
	size_t above;
	struct libscols_line *line;
};

struct table {
	const struct values *values;
	const struct column *all;
	const struct column **columns; /* those that are shown */
	size_t column_count;
	struct row *rows;
	size_t row_count;
	bool is_help;
	bool is_tree;
	bool is_terminal;
};

bool table_is_wanted(const struct values *values)
{
	return values->given & TABLE_OPTIONS;
}

static void add_column(struct table *table, const struct column *column)
{
	for (size_t i = 0; i < table->column_count; i++)
		if (table->columns[i] == column)
			return;
	table->columns = mem_grow(table->columns, table->column_count, sizeof(struct column *));
	table->columns[table->column_count++] = column;
}

static const struct column *find_column(const struct table *table, const char *name)
{
	for (const struct column *column = table->all; column->name; column++)
		if (strcasecmp(column->name, name) == 0)
			return column;
	return NULL;
}

static err_t no_such_column(const struct table *table, const char *name)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	struct err *e = err_new(ERR_USAGE, "--columns: there is no column '%s'", name);
	const char *meant;

	for (const struct column *column = table->all; column->name; column++)
		strlist_add(&names, mem_strdup(column->name));
	meant = strlist_nearest(&names, name);
	if (meant)
		e = err_hint(e, "did you mean '%s'? '--columns help' lists them", meant);
	return err_hint(e, "'--columns help' lists them");
}

static void add_defaults(struct table *table)
{
	for (const struct column *column = table->all; column->name; column++)
		if (column->is_default && !(table->is_tree && column->is_in_tree))
			add_column(table, column);
}

/* "a,b"; a "+" before them adds them to those that are shown by default. */
static err_t choose_columns(struct table *table, const char *list)
{
	_cleanup_(mem_freep) char *copy = mem_strdup(*list == '+' ? list + 1 : list);
	char *rest = copy;

	if (*list == '+')
		add_defaults(table);
	while (rest) {
		const char *name = strsep(&rest, ",");
		const struct column *column = find_column(table, name);

		if (!column)
			return no_such_column(table, name);
		add_column(table, column);
	}
	return NULL;
}

err_t table_new(const struct values *values, const struct column *columns, const char *defaults,
		struct table **ret)
{
	const char *chosen = values->columns ? values->columns : defaults;
	_cleanup_(table_freep) struct table *table = mem_zalloc(sizeof(*table));

	table->values = values;
	table->all = columns;
	table->is_terminal = is_for_person(values);
	table->is_tree = option_is_given(values, OPT_TREE);
	table->is_help = chosen && strcmp(chosen, "help") == 0;
	if (!chosen)
		add_defaults(table);
	else if (!table->is_help)
		TRY(choose_columns(table, chosen));
	*ret = take(table);
	return NULL;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->row_count; i++) {
		json_decref(table->rows[i].json);
		free(table->rows[i].name);
	}
	free(table->rows);
	free(table->columns);
	free(table);
}

bool table_has(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table->column_count; i++)
		if (strcmp(table->columns[i]->name, name) == 0)
			return true;
	return false;
}

bool table_is_help(const struct table *table)
{
	return table->is_help;
}

void table_be_tree(struct table *table)
{
	table->is_tree = true;
}

static size_t add(struct table *table, const struct row *row)
{
	table->rows = mem_grow(table->rows, table->row_count, sizeof(*table->rows));
	table->rows[table->row_count] = *row;
	return table->row_count++;
}

size_t table_add(struct table *table, json_t *row, size_t above)
{
	return add(table, &(struct row){ .json = row, .above = above });
}

size_t table_add_group(struct table *table, const char *name, size_t above)
{
	return add(table,
		   &(struct row){ .name = mem_strdup(name), .is_group = true, .above = above });
}

size_t table_add_named(struct table *table, const char *name, json_t *row, size_t above)
{
	return add(table, &(struct row){ .json = row, .name = mem_strdup(name), .above = above });
}

/* --- what is in a cell --- */

/* Text, "yes" or "no", a number, or "a,b" of a list; owned by the caller, NULL for null. */
static char *text_of(const json_t *value)
{
	char *text = NULL;

	if (json_is_string(value))
		return str_escape(json_string_value(value));
	if (json_is_integer(value))
		return mem_printf("%lld", (long long)json_integer_value(value));
	if (json_is_boolean(value))
		return mem_strdup(json_is_true(value) ? "yes" : "no");
	for (size_t i = 0; i < json_array_size(value); i++) {
		_cleanup_(mem_freep) char *before = text;
		_cleanup_(mem_freep) char *next = text_of(json_array_get(value, i));

		text = mem_printf("%s%s%s", before ? before : "", before ? "," : "",
				  next ? next : "");
	}
	return text;
}

/* "-" where there is nothing, so that words can be counted. */
static char *cell_of(const struct table *table, const struct column *column, const json_t *row)
{
	char *text = column->show ? column->show(row, table->is_terminal)
				  : text_of(json_object_get(row, column->name));

	if (text && *text)
		return text;
	free(text);
	return mem_strdup("-");
}

static char *text_at(const struct table *table, const struct row *row, size_t column)
{
	if (row->name && column == 0)
		return str_escape(row->name);
	return row->is_group ? mem_strdup("") : cell_of(table, table->columns[column], row->json);
}

static const char *color_of(const struct column *column, const json_t *row)
{
	return column->color && row ? column->color(row) : NULL;
}

/* --- printing --- */

static char *heading_of(const struct column *column)
{
	char *heading = mem_strdup(column->heading ? column->heading : column->name);

	for (char *at = heading; *at; at++)
		*at = (char)(*at == '_' ? '-' : toupper((unsigned char)*at));
	return heading;
}

static void add_columns(const struct table *table, const struct smartcols *scols,
			struct libscols_table *drawn)
{
	for (size_t i = 0; i < table->column_count; i++) {
		const struct column *column = table->columns[i];
		_cleanup_(mem_freep) char *heading = heading_of(column);
		int flags = column->is_number ? SCOLS_FL_RIGHT : 0;

		if (i == 0 && table->is_tree)
			flags |= SCOLS_FL_TREE;
		if (column->may_cut)
			flags |= SCOLS_FL_TRUNC;
		if (column->may_wrap && table->is_terminal)
			flags |= SCOLS_FL_WRAP;
		if (!scols->new_column(drawn, heading, 0, flags))
			mem_exhausted();
	}
}

static void add_row(const struct table *table, const struct smartcols *scols,
		    struct libscols_table *drawn, struct row *row)
{
	bool is_below = table->is_tree && row->above != TABLE_TOP;
	struct libscols_line *above = is_below ? table->rows[row->above].line : NULL;

	row->line = scols->new_line(drawn, above);
	if (!row->line)
		mem_exhausted();
	for (size_t i = 0; i < table->column_count; i++) {
		const char *color = color_of(table->columns[i], row->json);

		scols->refer_data(row->line, i, text_at(table, row, i));
		if (color)
			scols->set_color(scols->get_cell(row->line, i), color);
	}
}

static void print_columns(const struct table *table, struct output *output)
{
	for (const struct column *column = table->all; column->name; column++)
		fprintf(output_stream(output), "%c %-14s %s\n", column->is_default ? '*' : ' ',
			column->name, column->help);
}

err_t table_print(struct table *table, struct output *output)
{
	struct libscols_table *drawn;
	struct smartcols scols;
	int error;

	if (table->is_help) {
		print_columns(table, output);
		return NULL;
	}
	TRY(open_smartcols(&scols));
	/* For the lines of trees, and the width of what is not ASCII. */
	setlocale(LC_CTYPE, "");
	drawn = scols.new_table();
	if (!drawn)
		mem_exhausted();
	scols.set_stream(drawn, output_stream(output));
	scols.enable_raw(drawn, option_is_given(table->values, OPT_RAW));
	scols.enable_noheadings(drawn, option_is_given(table->values, OPT_NOHEADINGS));
	scols.enable_colors(drawn, table_wants_colors(table->values));
	/* What is shown is escaped already, in the way of all texts of this program. */
	scols.enable_noencoding(drawn, 1);
	add_columns(table, &scols, drawn);
	for (size_t i = 0; i < table->row_count; i++)
		add_row(table, &scols, drawn, &table->rows[i]);
	error = scols.print_table(drawn);
	scols.unref_table(drawn);
	return error ? err_errno(-error, "cannot print the table") : NULL;
}
