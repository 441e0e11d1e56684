/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include <string.h>

#include "base/interrupt.h"
#include "messages.h"
#include "report.h"

static const struct command *const commands[] = {
	&command_define,
	&command_undefine,
	&command_modify,
	&command_start,
	&command_stop,
	&command_restart,
	&command_list,
	&command_types,
	&command_parents,
	&command_status,
	&command_metrics,
	&command_drain,
	&command_resume,
	&command_hold,
	&command_wait,
	&command_check,
	&command_dump,
	&command_monitor,
	&command_start_parent_mdevs,
	&command_completions,
	&command_complete,
};

const struct command command_none = { .name = "" };

static err_t no_such_command(const char *name)
{
	/* Not in the table: it is answered, not run. */
	const char *names[ARRAY_SIZE(commands) + 2] = { "help" };
	struct err *e = err_new(ERR_USAGE, "there is no command '%s'", name);
	const char *meant;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		names[i + 1] = commands[i]->name;
	meant = str_nearest(name, names);
	if (meant)
		e = err_hint(e, "did you mean '%s'?", meant);
	return err_hint(e, "'mdevadm --help' lists the commands");
}

err_t command_find(const char *name, const struct command **ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i]->name, name) == 0) {
			*ret = commands[i];
			return NULL;
		}
	}
	return no_such_command(name);
}

const struct command *command_at(size_t index)
{
	return index < ARRAY_SIZE(commands) ? commands[index] : NULL;
}

void commands_print(void)
{
	printf("\nCommands:\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!commands[i]->is_hidden)
			printf("  %-18s %s\n", commands[i]->name, commands[i]->summary);
	printf("  %-18s %s\n", "help", "print this help, or that of a command");
}

void invocation_note(const struct invocation *invocation, const char *format, ...)
{
	_cleanup_(mem_freep) char *text = NULL;
	va_list args;

	va_start(args, format);
	text = mem_vprintf(format, args);
	va_end(args);
	messages_add(invocation->messages, invocation->program, text);
	if (invocation->report)
		report_add_note(invocation->report, text);
}

void invocation_tell(const struct invocation *invocation, struct err *e)
{
	messages_add_err(invocation->messages, invocation->program, "", e);
	if (invocation->report)
		report_add_err(invocation->report, "error", NULL, e);
	err_free(e);
}

static bool is_repeated(const struct values *values, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (uuid_is_equal(&values->devices[i].uuid, &values->devices[index].uuid))
			return true;
	return false;
}

err_t invocation_each_device(struct invocation *invocation,
			     err_t (*one)(struct invocation *invocation, const struct uuid *uuid))
{
	const struct values *values = invocation->values;
	size_t failed = 0;

	if (values->device_count < 2)
		return one(invocation, &values->uuid);
	for (size_t i = 0; i < values->device_count; i++) {
		struct err *e = NULL;

		TRY(interrupt_check());
		if (!is_repeated(values, i))
			e = err_about(one(invocation, &values->devices[i].uuid),
				      values->devices[i].uuid.text);
		failed += e != NULL;
		invocation_tell(invocation, e);
	}
	if (!failed)
		return NULL;
	return err_new(ERR_PARTIAL, "cannot %s %zu of %zu devices", invocation->command->name,
		       failed, values->device_count);
}

void invocation_set_changed(struct invocation *invocation)
{
	if (option_is_given(invocation->values, OPT_DETAILED_EXITCODE) &&
	    ops_have_changed(invocation->ops))
		invocation->done_status = STATUS_NOT_SO;
}

err_t invocation_check_strict(const struct invocation *invocation)
{
	if (!invocation->warnings || !option_is_given(invocation->values, OPT_STRICT))
		return NULL;
	return err_new(ERR_PARTIAL, "not everything could be listed");
}
