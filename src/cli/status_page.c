/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "status_page.h"

#include <string.h>

#include "base/json.h"
#include "columns.h"

#define RED   "\033[31m"
#define GREEN "\033[32m"
#define PLAIN "\033[0m"

static void print_entry(struct output *output, const char *name, const char *value)
{
	fprintf(output_stream(output), "  %-12s ", name);
	output_text(output, value);
	fputc('\n', output_stream(output));
}

static void print_known_entry(struct output *output, const char *name, const char *value)
{
	if (value)
		print_entry(output, name, value);
}

static void print_owner(struct output *output, const struct device_status *status)
{
	_cleanup_(mem_freep) char *since = show_time(status->since);
	_cleanup_(mem_freep) char *text = NULL;

	if (!status->is_running)
		return;
	text = mem_printf("by %s%s%s", status->has_record ? "mdevadm" : "another program",
			  since ? ", " : "", since ? since : "");
	print_entry(output, "Started:", text);
}

static void print_definitions(struct output *output, const struct device_status *status)
{
	_cleanup_(mem_freep) char *on = strlist_join(&status->definitions, "");
	_cleanup_(mem_freep) char *text = mem_printf(
		"on %s, %s", on,
		status->is_unreadable ? "cannot be read" : device_start_name(status->start));

	print_entry(output, "Defined:", status->definitions.count ? text : "no");
}

static void print_nodes(struct output *output, const struct device_status *status)
{
	for (size_t i = 0; i < status->nodes.count; i++) {
		_cleanup_(mem_freep) char *node = mem_printf("/dev/%s", status->nodes.items[i]);

		print_entry(output, i ? "" : "Nodes:", node);
	}
}

static const char *say_unused(const struct device_status *status)
{
	if (status->is_used == ANSWER_NO)
		return "nobody";
	return status->nodes.count ? "not known: not all processes can be seen"
				   : "not known: it has no node of VFIO";
}

static void print_users(struct output *output, const struct device_status *status)
{
	if (!status->is_running)
		return;
	if (status->is_used != ANSWER_YES)
		print_entry(output, "Used by:", say_unused(status));
	for (size_t i = 0; i < status->user_count; i++) {
		const struct user *user = &status->users[i];
		_cleanup_(mem_freep) char *text = show_user(user->pid, user->command, user->domain);

		print_entry(output, i ? "" : "Used by:", text);
	}
}

static void print_attr_lines(struct output *output, const struct device_status *status)
{
	const struct device *dev = status->dev;
	const char *name = status->is_running ? "Begun with:" : "Attributes:";

	for (size_t i = 0; i < dev->attr_count; i++) {
		_cleanup_(mem_freep) char *text =
			mem_printf("%s=%s", dev->attrs[i].name, dev->attrs[i].value);

		print_entry(output, i ? "" : name, text);
	}
}

static void print_notes(struct output *output, const struct device_status *status)
{
	if (status->has_parent == ANSWER_NO)
		print_entry(output, "Note:", "its parent is not there");
	if (status->is_held)
		print_entry(output, "Note:", "its parent is held: nothing is started there");
	if (device_status_has_conflict(status))
		print_entry(output, "Note:", "it is defined on another parent as well");
}

static void print_line(struct output *output, const char *mark, const char *color, const char *what,
		       const char *value)
{
	FILE *stream = output_stream(output);

	fprintf(stream, "  %s%s ", color, mark);
	output_text(output, what);
	fputs(": ", stream);
	output_text(output, value);
	fprintf(stream, "%s\n", *color ? PLAIN : "");
}

static void print_difference(struct output *output, const struct difference *difference,
			     bool has_colors)
{
	if (difference->defined)
		print_line(output, "-", has_colors && !difference->unknown ? RED : "",
			   difference->what, difference->defined);
	if (difference->unknown)
		print_line(output, "?", "", difference->what, difference->unknown);
	else
		print_line(output, "+", has_colors ? GREEN : "", difference->what,
			   difference->running ? difference->running : "");
}

void status_differences_print(struct output *output, const struct device_status *status,
			      bool has_colors)
{
	for (size_t i = 0; i < status->difference_count; i++)
		print_difference(output, &status->differences[i], has_colors);
}

static const char *drift_of(const struct device_status *status)
{
	switch (device_status_drift(status)) {
	case ANSWER_YES:
		return "otherwise than defined ('-' defined, '+' running, '?' not known):";
	case ANSWER_UNKNOWN:
		return "as defined, as far as can be told:";
	default:
		return "as defined";
	}
}

void status_page_print(struct output *output, const struct device_status *status)
{
	const struct device *dev = status->dev;

	fprintf(output_stream(output), "%s: %s%s\n", dev->uuid.text,
		status_state_name(status->state), device_status_is_idle(status) ? ", idle" : "");
	print_known_entry(output, "Parent:", dev->parent);
	print_known_entry(output, "Function of:", status->physical);
	print_known_entry(output, "Type:", dev->type);
	print_definitions(output, status);
	print_owner(output, status);
	print_known_entry(output, "Driver:", status->driver);
	print_known_entry(output, "IOMMU group:", status->group);
	print_nodes(output, status);
	print_users(output, status);
	print_attr_lines(output, status);
	print_notes(output, status);
	if (status->is_running && status->definitions.count)
		print_entry(output, "Runs:", drift_of(status));
	status_differences_print(output, status, false);
}
