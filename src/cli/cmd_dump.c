/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/json.h"
#include "command.h"

static err_t write_dump(const struct invocation *invocation, const json_t *json)
{
	_cleanup_(mem_freep) char *text = json_to_text(json);
	_cleanup_(mem_freep) char *lines = mem_printf("%s\n", text);

	if (invocation->values->output)
		return op_save(invocation->values->output, lines, true);
	fputs(lines, output_stream(invocation->output));
	return NULL;
}

/* The dump itself says so as well: who gets it knows what is missing. */
static err_t check_unread(size_t unread)
{
	if (!unread)
		return NULL;
	return err_hint(err_new(ERR_PARTIAL, "%zu thing%s could not be read", unread,
				unread == 1 ? "" : "s"),
			"the dump says what and why: jq -r '.. | .error? // empty'");
}

static err_t run(struct invocation *invocation)
{
	const struct dump_request request = {
		.version = MDEVADM_VERSION,
		.is_redacted = option_is_given(invocation->values, OPT_REDACT),
	};
	_cleanup_(json_freep) json_t *json = NULL;
	size_t unread = 0;

	if (invocation->report && !invocation->values->output)
		return err_hint(err_new(ERR_USAGE, "a dump is a document of its own: --json needs "
						   "--output"),
				"'mdevadm dump' prints JSON without it");
	TRY(op_dump(invocation->ops, &request, &json, &unread));
	TRY(write_dump(invocation, json));
	return check_unread(unread);
}

static const struct option_help helps[] = {
	{ OPT_OUTPUT, "write to FILE, for its owner alone" },
	{ 0 },
};

const struct command command_dump = {
	.name = "dump",
	.summary = "write all that is known of the machine, for a report",
	.examples = { "dump --redact -o machine.json", "dump | jq .host" },
	.options = OPT_BIT(OPT_OUTPUT) | OPT_BIT(OPT_REDACT),
	.helps = helps,
	.run = run,
};
