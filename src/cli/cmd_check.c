/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "ops/check.h"
#include "report.h"

static const struct rule rules[] = {
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_OFFLINE), OPT_BIT(OPT_FILE) },
	{ RULE_NEEDS_ONE_OF, OPT_BIT(OPT_TYPES), OPT_BIT(OPT_OFFLINE) },
	{ 0 },
};

static void print_part(struct output *output, const char *before, const char *text)
{
	fputs(before, output_stream(output));
	output_text(output, text);
}

static void print_finding(struct output *output, const struct finding *finding)
{
	FILE *stream = output_stream(output);

	fprintf(stream, "%s: ", finding_severity_name(finding->severity));
	print_part(output, "", finding->message);
	print_part(output, "\n    where: ", finding->object);
	fprintf(stream, " (%s)\n", finding->id);
	if (finding->remedy) {
		print_part(output, "    remedy: ", finding->remedy);
		fputc('\n', stream);
	}
	fputc('\n', stream);
}

static const char *ending(size_t count)
{
	return count == 1 ? "" : "s";
}

/* What was looked at; files have no devices and scripts. */
static void print_end(struct invocation *invocation, const struct check_result *result)
{
	FILE *stream = output_stream(invocation->output);
	size_t faults = finding_list_count(&result->findings, FINDING_FAULT);
	size_t notes = finding_list_count(&result->findings, FINDING_NOTE);

	if (result->findings.count)
		fprintf(stream, "%zu fault%s and %zu note%s", faults, ending(faults), notes,
			ending(notes));
	else
		fputs("nothing found", stream);
	fprintf(stream, ": %zu definition%s", result->definitions, ending(result->definitions));
	if (!option_is_given(invocation->values, OPT_FILE))
		fprintf(stream, ", %zu device%s, %zu script%s", result->devices,
			ending(result->devices), result->scripts, ending(result->scripts));
	if (!option_is_given(invocation->values, OPT_OFFLINE) ||
	    option_is_given(invocation->values, OPT_TYPES))
		fprintf(stream, ", %zu parent%s", result->parents, ending(result->parents));
	fputc('\n', stream);
}

static err_t look(struct invocation *invocation, struct check_result *result)
{
	const struct values *values = invocation->values;
	const struct check_files_request request = {
		.files = values->files,
		.file_count = values->file_count,
		.types = values->types,
	};

	if (!option_is_given(values, OPT_FILE))
		return op_check(invocation->ops, result);
	return op_check_files(invocation->ops, &request, result);
}

static err_t run(struct invocation *invocation)
{
	_cleanup_(check_result_clear) struct check_result result = { 0 };

	TRY(look(invocation, &result));
	for (size_t i = 0; i < result.findings.count; i++) {
		const struct finding *finding = &result.findings.items[i];

		print_finding(invocation->output, finding);
		if (invocation->report)
			report_add_finding(invocation->report, finding_to_json(finding));
	}
	print_end(invocation, &result);
	if (finding_list_count(&result.findings, FINDING_FAULT))
		invocation->done_status = ERR_PARTIAL;
	return NULL;
}

const struct command command_check = {
	.name = "check",
	.summary = "look for what is not as it should be, and change nothing",
	.examples = { "check", "check --offline --types gpu-host.json mdevctl.d/*/*" },
	.options = OPT_BIT(OPT_FILE) | OPT_BIT(OPT_OFFLINE) | OPT_BIT(OPT_TYPES),
	.rules = rules,
	.argument = OPT_FILE,
	.takes_many = true,
	.run = run,
};
