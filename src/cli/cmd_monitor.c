/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "monitor_json.h"

static const struct option_help helps[] = {
	{ OPT_PARENT, "only what is of this parent" },
	{ OPT_TIMEOUT, "end after SEC seconds (default: never)" },
	{ 0 },
};

static void print_word(struct output *output, const char *name)
{
	fputc(' ', output_stream(output));
	output_text(output, name ? name : "-");
}

static void print_totals(FILE *stream, const struct monitor_event *event)
{
	fprintf(stream, " %zu parents, %zu devices, %zu definitions", event->parents,
		event->devices, event->definitions);
}

static void print_names(struct output *output, const struct monitor_event *event)
{
	FILE *stream = output_stream(output);

	if (uuid_is_set(&event->uuid))
		print_word(output, event->uuid.text);
	print_word(output, event->parent);
	if (uuid_is_set(&event->uuid))
		print_word(output, event->type);
	if (event->what == MONITOR_PARENT && event->action != MONITOR_REMOVED)
		fprintf(stream, " %zu types", event->types);
	else
		print_word(output, monitor_state(event));
}

static void print_who(struct output *output, const struct monitor_event *event)
{
	FILE *stream = output_stream(output);

	if (event->what != MONITOR_DEVICE || event->action == MONITOR_CHANGED)
		return;
	if (!event->pid) {
		fputs(" by unknown", stream);
		return;
	}
	fprintf(stream, " by pid %d (", (int)event->pid);
	output_text(output, event->command);
	fputc(')', stream);
}

static void print_event(struct output *output, const struct monitor_event *event, bool with_who)
{
	FILE *stream = output_stream(output);
	char time[MONITOR_TIME_SIZE];

	fprintf(stream, "%s %s %s", monitor_time(&event->at, time), monitor_what_name(event->what),
		monitor_action_name(event->action));
	if (event->what == MONITOR_ITSELF)
		print_totals(stream, event);
	else
		print_names(output, event);
	if (with_who)
		print_who(output, event);
	fputc('\n', stream);
}

static bool tell(void *data, const struct monitor_event *event)
{
	const struct invocation *invocation = data;
	const struct values *values = invocation->values;

	if (invocation->report)
		monitor_print_json(invocation->output, event);
	else
		print_event(invocation->output, event, option_is_given(values, OPT_WHO));
	return output_flush(invocation->output);
}

static err_t run(struct invocation *invocation)
{
	const struct values *values = invocation->values;
	const struct monitor_request request = {
		.parent = values->parent,
		.has_group = values->finds_names,
		.wants_who = option_is_given(values, OPT_WHO),
		.timeout_ms = option_is_given(values, OPT_TIMEOUT) ? values->timeout_ms : -1,
		.reader = STDOUT_FILENO,
		.tell = tell,
		.data = invocation,
	};

	return op_monitor(invocation->ops, &request);
}

const struct command command_monitor = {
	.name = "monitor",
	.summary = "tell when parents, devices, definitions and holds change",
	.examples = { "monitor --parent 06:00.0", "monitor --who" },
	.options = OPT_BIT(OPT_PARENT) | OPT_BIT(OPT_WHO) | OPT_BIT(OPT_TIMEOUT),
	.helps = helps,
	.argument = OPT_PARENT,
	.prints_lines = true,
	.run = run,
};
