/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "command.h"
#include "model/name.h"

struct poptOption common_options[] = {
	{ "root", '\0', POPT_ARG_STRING, NULL, OPT_ROOT, "work on the files below DIR", "DIR" },
	{ "base", '\0', POPT_ARG_STRING, NULL, OPT_BASE,
	  "move one directory alone; KEY is etc, lib, run, sys, dev or proc", "KEY=DIR" },
	{ "lock-timeout", '\0', POPT_ARG_STRING, NULL, OPT_LOCK_TIMEOUT,
	  "wait at most SEC seconds for other runs (30; 0 does not wait)", "SEC" },
	{ "callout-timeout", '\0', POPT_ARG_STRING, NULL, OPT_CALLOUT_TIMEOUT,
	  "end a callout script after SEC seconds (120)", "SEC" },
	{ "help", 'h', POPT_ARG_NONE, NULL, OPT_HELP, "print this help", NULL },
	{ "version", 'V', POPT_ARG_NONE, NULL, OPT_VERSION, "print the version", NULL },
	POPT_TABLEEND
};

void values_clear(struct values *values)
{
	for (size_t i = 0; i < OPT_COUNT; i++)
		free(values->text[i]);
	for (size_t i = 0; i < ENV_DIR_COUNT; i++)
		free(values->base[i]);
	strlist_clear(&values->base_texts);
	free(values->argument);
	for (char **word = values->rest; word && *word; word++)
		free(*word);
	free(values->rest);
}

static err_t hint_help(struct err *e, const struct command *command)
{
	return err_hint(e, "'mdevadm%s%s --help' lists the options", *command->name ? " " : "",
			command->name);
}

/* The long name in the tables, which every option has. */
static const char *option_name(const struct poptOption *options, enum option option)
{
	const char *name = NULL;

	for (; !name && (options->longName || options->argInfo); options++) {
		if (options->argInfo == POPT_ARG_INCLUDE_TABLE)
			name = option_name(options->arg, option);
		else if (options->val == (int)option)
			name = options->longName;
	}
	return name;
}

static err_t set_base(struct values *values, const char *text)
{
	const char *equals = strchr(text, '=');
	enum env_dir dir;

	dir = equals ? env_dir_by_name(text, (size_t)(equals - text)) : ENV_DIR_COUNT;
	if (dir == ENV_DIR_COUNT)
		return err_hint(err_new(ERR_USAGE, "--base: '%s' is not KEY=DIR", text),
				"KEY is etc, lib, run, sys, dev or proc");
	free(values->base[dir]);
	values->base[dir] = mem_strdup(equals + 1);
	values->env.base[dir] = values->base[dir];
	return NULL;
}

/* Takes @text, which is NULL for an option without a value. */
static err_t set_value(const struct command *command, struct values *values, enum option option,
		       char *text)
{
	if (option == OPT_BASE) {
		strlist_add(&values->base_texts, text);
		return NULL;
	}
	if (values->text[option]) {
		free(text);
		return hint_help(err_new(ERR_USAGE, "--%s is given twice",
					 option_name(command->options, option)),
				 command);
	}
	values->given |= OPT_BIT(option);
	values->text[option] = text;
	return NULL;
}

static bool ends_reading(const struct values *values)
{
	return values->given & (OPT_BIT(OPT_HELP) | OPT_BIT(OPT_VERSION));
}

static err_t read_all(const struct command *command, poptContext context, struct values *values)
{
	int option = 0;

	while (!ends_reading(values) && (option = poptGetNextOpt(context)) > 0) {
		struct err *e =
			set_value(command, values, (enum option)option, poptGetOptArg(context));

		if (e)
			return e;
	}
	if (option < -1) {
		_cleanup_(mem_freep) char *bad = str_escape(poptBadOption(context, 0));

		return hint_help(err_new(ERR_USAGE, "%s: %s", bad, poptStrerror(option)), command);
	}
	values->env.root = values->text[OPT_ROOT];
	values->env.lock_timeout = values->text[OPT_LOCK_TIMEOUT];
	values->env.callout_timeout = values->text[OPT_CALLOUT_TIMEOUT];
	return NULL;
}

static void free_context(const poptContext *context)
{
	poptFreeContext(*context);
}

err_t options_read_leading(const struct command *program, int argc, const char **argv,
			   struct values *values, int *ret_used)
{
	_cleanup_(free_context) poptContext context =
		poptGetContext(NULL, argc, argv, program->options, POPT_CONTEXT_POSIXMEHARDER);
	struct err *e = read_all(program, context, values);
	int left = 0;

	if (e)
		return e;
	for (const char **rest = poptGetArgs(context); rest && rest[left]; left++)
		;
	*ret_used = argc - left;
	return NULL;
}

static char **copy_words(const char **words)
{
	size_t count = 0;
	char **copy;

	while (words[count])
		count++;
	copy = mem_zalloc((count + 1) * sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = mem_strdup(words[i]);
	return copy;
}

/* Whether an option, by its long name or its letter (else 0), takes the next word as its value. */
static bool takes_value(const struct poptOption *options, const char *name, char letter)
{
	for (; options->longName || options->argInfo; options++) {
		if (options->argInfo == POPT_ARG_INCLUDE_TABLE) {
			if (takes_value(options->arg, name, letter))
				return true;
		} else if (options->argInfo == POPT_ARG_STRING &&
			   (name ? options->longName && strcmp(options->longName, name) == 0
				 : options->shortName == letter)) {
			return true;
		}
	}
	return false;
}

/* Of "-ft", t's value may be the next word; of "-tX" it is X. */
static bool letters_take_next(const struct poptOption *options, const char *letters)
{
	while (*letters && !takes_value(options, NULL, *letters))
		letters++;
	return *letters && !letters[1];
}

static bool takes_next(const struct poptOption *options, const char *word)
{
	if (str_starts_with(word, "--"))
		return takes_value(options, word + 2, '\0');
	return word[0] == '-' && letters_take_next(options, word + 1);
}

/* Where the "--" is that is no option's value; @argc if there is none. */
static int find_dashes(const struct command *command, int argc, const char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			return i;
		i += takes_next(command->options, argv[i]);
	}
	return argc;
}

/* What is behind "--" is the command, and told apart before anybody else reads the words. */
static err_t read_rest(const struct command *command, int *argc, const char **argv,
		       struct values *values)
{
	int dashes = command->takes_command ? find_dashes(command, *argc, argv) : *argc;

	if (dashes == *argc)
		return NULL;
	if (dashes + 1 == *argc || !*argv[dashes + 1])
		return hint_help(err_new(ERR_USAGE, "COMMAND is missing behind '--'"), command);
	values->rest = copy_words(argv + dashes + 1);
	argv[dashes] = NULL;
	*argc = dashes;
	return NULL;
}

static err_t unexpected(const struct command *command, const char *argument)
{
	_cleanup_(mem_freep) char *shown = str_escape(argument);
	struct err *e = err_new(ERR_USAGE, "'%s' is one argument too many", shown);

	if (command->takes_command)
		e = err_hint(e, "a command comes behind '--': mdevadm %s %s -- COMMAND",
			     command->name, command->argument);
	return hint_help(e, command);
}

err_t options_read(const struct command *command, int argc, const char **argv,
		   struct values *values)
{
	_cleanup_(free_context) poptContext context = NULL;
	const char *argument;
	struct err *rest = read_rest(command, &argc, argv, values);
	struct err *e;

	context = poptGetContext(NULL, argc, argv, command->options, 0);
	e = read_all(command, context, values);
	if (e || ends_reading(values)) {
		err_free(rest);
		return e;
	}
	TRY(rest);
	if (command->argument) {
		argument = poptGetArg(context);
		if (!argument)
			return hint_help(err_new(ERR_USAGE, "%s is missing", command->argument),
					 command);
		values->argument = mem_strdup(argument);
	}
	argument = poptGetArg(context);
	return argument ? unexpected(command, argument) : NULL;
}

/* "--a", "--a or --b", "--a, --b or --c" of a set of options; owned by the caller. */
static char *name_options(const struct command *command, uint64_t set, const char *last_word)
{
	char *text = mem_strdup("");

	for (int i = 0; i < OPT_COUNT; i++) {
		_cleanup_(mem_freep) char *before = NULL;
		uint64_t rest = set >> i;

		if (!(rest & 1))
			continue;
		before = text;
		text = mem_printf("%s%s--%s", before,
				  !*before	   ? ""
				  : rest >> 1 == 0 ? last_word
						   : ", ",
				  option_name(command->options, (enum option)i));
	}
	return text;
}

static err_t check_needs(const struct command *command, const struct rule *rule, uint64_t when)
{
	_cleanup_(mem_freep) char *those = name_options(command, rule->others, " or ");
	_cleanup_(mem_freep) char *given = name_options(command, when, " and ");

	if (!when)
		return hint_help(err_new(ERR_USAGE, "%s is missing", those), command);
	return hint_help(err_new(ERR_USAGE, "%s needs %s", given, those), command);
}

static err_t check_excludes(const struct command *command, uint64_t when, uint64_t others)
{
	_cleanup_(mem_freep) char *those = name_options(command, others, " and ");
	_cleanup_(mem_freep) char *given = name_options(command, when, " and ");

	return hint_help(err_new(ERR_USAGE, "%s cannot be combined with %s", given, those),
			 command);
}

err_t options_check(const struct command *command, struct values *values)
{
	for (size_t i = 0; i < values->base_texts.count; i++) {
		struct err *e = set_base(values, values->base_texts.items[i]);

		if (e)
			return e;
	}
	for (const struct rule *rule = command->rules; rule && rule->kind != RULE_END; rule++) {
		uint64_t when = values->given & rule->when;
		uint64_t others = values->given & rule->others;

		if (rule->when && !when)
			continue;
		if (rule->kind == RULE_NEEDS_ONE_OF && !others)
			return check_needs(command, rule, when);
		if (rule->kind == RULE_EXCLUDES && others)
			return check_excludes(command, when, others);
	}
	return NULL;
}

void options_print_help(const struct command *command, const char *program)
{
	_cleanup_(mem_freep) char *name =
		mem_printf("%s%s%s", program, *command->name ? " " : "", command->name);
	const char *argv[] = { name, NULL };
	_cleanup_(free_context) poptContext context =
		poptGetContext(NULL, 1, argv, command->options, 0);

	if (command->argument) {
		_cleanup_(mem_freep) char *usage =
			mem_printf("[OPTION...] %s%s", command->argument,
				   command->takes_command ? " [-- COMMAND [ARG...]]" : "");

		poptSetOtherOptionHelp(context, usage);
		poptPrintHelp(context, stdout, 0);
	} else {
		poptPrintHelp(context, stdout, 0);
	}
}

err_t option_uuid(const struct values *values, struct uuid *ret)
{
	const char *text = values->text[OPT_UUID];
	_cleanup_(mem_freep) char *shown = NULL;

	if (!text || uuid_parse(text, ret))
		return NULL;
	shown = str_escape(text);
	return err_hint(err_new(ERR_INVALID, "invalid UUID '%s'", shown),
			"give 32 hexadecimal digits, such as 83c32df7-d52e-4ec1-9668-1f3c7e4df107");
}

static err_t option_name_checked(const struct values *values, enum option option,
				 err_t (*check)(const char *name), const char **ret)
{
	struct err *e = values->text[option] ? check(values->text[option]) : NULL;

	if (!e && values->text[option])
		*ret = values->text[option];
	return e;
}

err_t option_parent(const struct values *values, const char **ret)
{
	return option_name_checked(values, OPT_PARENT, name_check_parent, ret);
}

err_t option_type(const struct values *values, const char **ret)
{
	return option_name_checked(values, OPT_TYPE, name_check_type, ret);
}

err_t option_device(const struct values *values, struct uuid *ret_uuid, const char **ret_parent,
		    const char **ret_type)
{
	struct err *e = option_uuid(values, ret_uuid);

	if (!e)
		e = option_parent(values, ret_parent);
	return e ? e : option_type(values, ret_type);
}

static err_t option_number(const struct values *values, enum option option, const char *name,
			   unsigned long least, unsigned long most, unsigned long *ret)
{
	const char *text = values->text[option];
	_cleanup_(mem_freep) char *shown = NULL;
	unsigned long number;

	if (!text)
		return NULL;
	if (str_to_number(text, most, &number) && number >= least) {
		*ret = number;
		return NULL;
	}
	shown = str_escape(text);
	return err_hint(err_new(ERR_USAGE, "%s: '%s' is not a number", name, shown),
			"give a whole number from %lu to %lu", least, most);
}

err_t option_jobs(const struct values *values, unsigned *ret)
{
	unsigned long jobs = JOBS_DEFAULT;
	struct err *e = option_number(values, OPT_JOBS, "--jobs", 1, 256, &jobs);

	if (!e)
		*ret = (unsigned)jobs;
	return e;
}

err_t option_seconds(const struct values *values, enum option option, int *ret)
{
	unsigned long seconds = (unsigned long)*ret / 1000;
	const char *name = option == OPT_TIMEOUT ? "--timeout" : "--wait-users";
	struct err *e = option_number(values, option, name, 0, TIMEOUT_MAX_S, &seconds);

	if (!e)
		*ret = (int)seconds * 1000;
	return e;
}
