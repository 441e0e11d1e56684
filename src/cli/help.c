/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <string.h>

#include "arguments.h"

/* Of a line of help. */
#define COLUMNS 79

static const char *help_of(const struct option_help *help, enum option option)
{
	while (help && help->option && help->option != option)
		help++;
	return help && help->option ? help->help : option_spec(option)->help;
}

#define COMMON                                                                  \
	(OPT_BIT(OPT_ROOT) | OPT_BIT(OPT_BASE) | OPT_BIT(OPT_LOCK_TIMEOUT) |    \
	 OPT_BIT(OPT_CALLOUT_TIMEOUT) | OPT_BIT(OPT_JSON) | OPT_BIT(OPT_HELP) | \
	 OPT_BIT(OPT_VERSION))

static unsigned arg_info(const struct option_spec *spec)
{
	if (spec->kind == KIND_JSON)
		return POPT_ARG_STRING | POPT_ARGFLAG_OPTIONAL;
	return spec->metavar ? POPT_ARG_STRING : POPT_ARG_NONE;
}

/* Fills @entry and those behind it with the options of the set; the one behind them. */
static struct poptOption *fill(struct poptOption *entry, uint64_t set,
			       const struct option_help *help)
{
	for (int i = 1; i < OPT_COUNT; i++) {
		const struct option_spec *spec = option_spec((enum option)i);

		if (!(set & OPT_BIT(i)))
			continue;
		*entry++ = (struct poptOption){
			.longName = spec->name,
			.shortName = spec->letter,
			.argInfo = arg_info(spec),
			.val = i,
			.descrip = help_of(help, (enum option)i),
			.argDescrip = spec->metavar,
		};
	}
	return entry;
}

void option_tables_fill(struct option_tables *tables, const struct command *command)
{
	uint64_t argument = command->argument ? OPT_BIT(command->argument) : 0;
	struct poptOption *entry;

	*tables = (struct option_tables){ 0 };
	fill(tables->common, COMMON, NULL);
	entry = fill(tables->own, command->options, command->helps);
	/* The usage shows it. */
	if (fill(entry, argument & ~command->options, NULL) != entry)
		entry++->argInfo |= POPT_ARGFLAG_DOC_HIDDEN;
	entry->argInfo = POPT_ARG_INCLUDE_TABLE;
	entry->arg = tables->common;
	entry->descrip = "Common options:";
}

/* Breaks the line that it becomes where a word begins. */
static void wrap(char *text)
{
	size_t column = strlen("Required: ");
	char *blank = NULL;

	for (; *text; text++, column++) {
		if (*text == ' ')
			blank = text;
		if (column < COLUMNS || !blank)
			continue;
		*blank = '\n';
		column = (size_t)(text - blank);
		blank = NULL;
	}
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
		wrap(those);
		text = mem_printf("%s\nRequired: %s", before, those);
	}
	return text;
}

/* What stands behind the command in the line "Usage:", and the lines that follow. */
static char *describe_usage(const struct command *command, const char *program)
{
	/* Under mdevctl's names there are no such words. */
	bool has_word =
		command->argument && (!command->takes_many || strcmp(program, "mdevadm") == 0);
	const char *argument = has_word ? option_spec(command->argument)->metavar : "";
	_cleanup_(mem_freep) char *required = describe_required(command);

	if (!command->run)
		return mem_strdup("[OPTION...] COMMAND");
	return mem_printf("[OPTION...]%s%s%s%s\n%c%s.%s\n", *argument ? " " : "", argument,
			  has_word && command->takes_many ? "..." : "",
			  command->takes_command ? " [-- COMMAND [ARG...]]" : "",
			  toupper(*command->summary), command->summary + 1, required);
}

static void print_examples(const struct command *command, const char *program)
{
	/* Under the other names some of that does not work. */
	if (!command->examples[0] || strcmp(program, "mdevadm") != 0)
		return;
	printf("\nExamples:\n");
	for (size_t i = 0; i < ARRAY_SIZE(command->examples) && command->examples[i]; i++)
		printf("  %s %s\n", program, command->examples[i]);
}

void help_print(const struct command *command, const char *program, const char *name)
{
	_cleanup_(mem_freep) char *usage = describe_usage(command, program);
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
	if (command->run) {
		print_examples(command, program);
		return;
	}
	commands_print();
	printf("\n'%s COMMAND --help' lists a command's options.\n", name);
}
