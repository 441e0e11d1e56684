/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>

#include "arguments.h"

static void fill_entry(struct poptOption *entry, enum option option, const char *help)
{
	const struct option_spec *spec = option_spec(option);

	*entry = (struct poptOption){
		.longName = spec->name,
		.shortName = spec->letter,
		.argInfo = spec->metavar ? POPT_ARG_STRING : POPT_ARG_NONE,
		.val = (int)option,
		.descrip = help ? help : spec->help,
		.argDescrip = spec->metavar,
	};
}

void option_tables_fill(struct option_tables *tables, const struct command *command)
{
	static const enum option common[] = { OPT_ROOT,		OPT_BASE,
					      OPT_LOCK_TIMEOUT, OPT_CALLOUT_TIMEOUT,
					      OPT_HELP,		OPT_VERSION };
	struct poptOption *entry = tables->own;

	*tables = (struct option_tables){ 0 };
	for (const struct option_use *use = command->options; use && use->option; use++)
		fill_entry(entry++, use->option, use->help);
	/* The usage shows it. */
	if (command->argument && !command_lists(command, command->argument)) {
		fill_entry(entry, command->argument, NULL);
		entry++->argInfo |= POPT_ARGFLAG_DOC_HIDDEN;
	}
	entry->argInfo = POPT_ARG_INCLUDE_TABLE;
	entry->arg = tables->common;
	entry->descrip = "Common options:";
	for (size_t i = 0; i < ARRAY_SIZE(common); i++)
		fill_entry(&tables->common[i], common[i], NULL);
}

/* "--uuid or --parent" of each rule that holds always, a line each; owned by the caller. */
static char *describe_required(const struct command *command)
{
	char *text = mem_strdup("");

	for (const struct rule *rule = command->rules; rule && rule->kind; rule++) {
		_cleanup_(mem_freep) char *before = NULL;
		_cleanup_(mem_freep) char *those = NULL;

		if (rule->kind != RULE_NEEDS_ONE_OF || rule->when)
			continue;
		before = text;
		those = options_name(command, rule->others, " or ");
		text = mem_printf("%s\nRequired: %s", before, those);
	}
	return text;
}

/* What stands behind the command in the line "Usage:", and the lines that follow. */
static char *describe_usage(const struct command *command)
{
	const char *argument = command->argument ? option_spec(command->argument)->metavar : "";
	_cleanup_(mem_freep) char *required = describe_required(command);

	if (!command->run)
		return mem_strdup("[OPTION...] COMMAND");
	return mem_printf("[OPTION...]%s%s%s\n%c%s.%s\n", *argument ? " " : "", argument,
			  command->takes_command ? " [-- COMMAND [ARG...]]" : "",
			  toupper(*command->summary), command->summary + 1, required);
}

void help_print(const struct command *command, const char *name)
{
	_cleanup_(mem_freep) char *usage = describe_usage(command);
	const char *argv[] = { name, NULL };
	struct option_tables tables;
	poptContext context;

	option_tables_fill(&tables, command);
	context = poptGetContext(NULL, 1, argv, tables.own, 0);
	if (!context)
		mem_exhausted();
	poptSetOtherOptionHelp(context, usage);
	poptPrintHelp(context, stdout, 0);
	poptFreeContext(context);
	if (command->run)
		return;
	commands_print();
	printf("\n'%s COMMAND --help' lists a command's options.\n", name);
}
