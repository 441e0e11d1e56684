/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * popt is given one option at a time, with its value. So it is decided here alone what is an option
 * and what is a word, POSIXLY_CORRECT has nothing to change, and a "!#:+" in a value, which popt
 * replaces by the next word, stays as it is.
 */
#include "arguments.h"

#include <stdlib.h>
#include <string.h>

struct reader {
	const struct command *command;
	struct values *values;
	struct option_tables tables;
	const char *names[OPT_COUNT + 1]; /* of the options in them */
	const char *argument;		  /* the word that the command takes */
	const char *surplus;		  /* the first one that it does not take */
	bool wants_help;		  /* "help" stood in the command's place */
	struct err *e; /* what was wrong first, of what does not matter for help */
};

bool arguments_ask(const struct values *values)
{
	return values->given & (OPT_BIT(OPT_HELP) | OPT_BIT(OPT_VERSION));
}

static void use_command(struct reader *reader, const struct command *command)
{
	const char **name = reader->names;

	reader->command = command;
	option_tables_fill(&reader->tables, command);
	for (const struct poptOption *at = reader->tables.own; at->longName; at++)
		*name++ = at->longName;
	for (const struct poptOption *at = reader->tables.common; at->longName; at++)
		*name++ = at->longName;
	*name = NULL;
}

/* Takes @e. */
static void keep_err(struct reader *reader, struct err *e)
{
	if (reader->e)
		err_free(e);
	else
		reader->e = hint_help(e, reader->command);
}

/* --- options --- */

/* Takes @text, which is NULL for an option without a value. */
static void take_option(struct reader *reader, enum option option, char *text)
{
	const struct option_spec *spec = option_spec(option);
	struct values *values = reader->values;

	if (spec->kind == KIND_JSON && !text)
		text = mem_strdup(spec->metavar);
	/* popt has no other way to say that it could not copy the value. */
	if (spec->metavar && !text)
		mem_exhausted();
	values->given |= OPT_BIT(option);
	if (option_is_repeatable(option)) {
		values_add_repeated(values, option, text);
	} else if (values->text[option]) {
		free(text);
		keep_err(reader, err_new(ERR_USAGE, "--%s is given twice", spec->name));
	} else {
		values->text[option] = text;
	}
}

/* Reads the options in @word, of which the last one's value may be @value; what popt says of it. */
static int read_word(struct reader *reader, const char *word, const char *value)
{
	const char *argv[] = { "", word, value, NULL };
	poptContext context = poptGetContext(NULL, value ? 3 : 2, argv, reader->tables.own, 0);
	int option = 0;

	if (!context)
		mem_exhausted();
	while (!arguments_ask(reader->values) && (option = poptGetNextOpt(context)) > 0)
		take_option(reader, (enum option)option, poptGetOptArg(context));
	poptFreeContext(context);
	return option;
}

static bool is_name(const struct reader *reader, const char *word)
{
	const char *const *name = reader->names;

	while (*name && strcmp(*name, word) != 0)
		name++;
	return *name;
}

/*
 * An option is no other one's value unless it is joined to it: "--reason --dry-run" has forgotten
 * the reason. Any other word is, since a type's name may begin with a hyphen.
 */
static bool may_be_value(const struct reader *reader, const char *word)
{
	if (str_starts_with(word, "--"))
		return !is_name(reader, word + 2);
	return strcmp(word, "-h") != 0 && strcmp(word, "-V") != 0;
}

static err_t bad_option(const struct reader *reader, const char *word, int error)
{
	struct err *e = err_new(ERR_USAGE, "%s: %s", word, poptStrerror(error));
	const char *meant = NULL;

	if (error == POPT_ERROR_BADOPT && str_starts_with(word, "--"))
		meant = str_nearest(word + 2, reader->names);
	if (meant)
		e = err_hint(e, "did you mean '--%s'?", meant);
	return hint_help(e, reader->command);
}

/* Reads the option in *@argv, and its value if that is the next word. */
static err_t read_option(struct reader *reader, char *const **argv)
{
	const char *word = **argv;
	const char *next = (*argv)[1];
	int result = read_word(reader, word, NULL);

	if (result == POPT_ERROR_NOARG && next && may_be_value(reader, next)) {
		result = read_word(reader, word, next);
		++*argv;
	}
	if (result == POPT_ERROR_NOARG) {
		struct err *e = err_new(ERR_USAGE, "%s: %s", word, poptStrerror(result));

		if (next)
			e = err_hint(e, "if '%s' is the value, join them: '%s=%s'", next, word,
				     next);
		keep_err(reader, e);
		return NULL;
	}
	return result < -1 ? bad_option(reader, word, result) : NULL;
}

/* --- words --- */

static err_t take_word(struct reader *reader, const char *word)
{
	const struct command *command = reader->command;

	if (command == &command_none && strcmp(word, "help") == 0) {
		reader->wants_help = true;
	} else if (command == &command_none) {
		TRY(command_find(word, &command));
		use_command(reader, command);
	} else if (command->takes_many && reader->values->finds_names) {
		values_add_device(reader->values, word);
	} else if (command->argument && !command->takes_many && !reader->argument) {
		reader->argument = word;
	} else if (!reader->surplus) {
		reader->surplus = word;
	}
	return NULL;
}

/* What is behind "--" is never an option. */
static err_t take_rest(struct reader *reader, char *const *argv)
{
	if (reader->command->takes_command) {
		if (*argv && **argv)
			reader->values->command = argv;
		else
			keep_err(reader, err_new(ERR_USAGE, "COMMAND is missing behind '--'"));
		return NULL;
	}
	if (reader->command == &command_none)
		return err_hint(err_new(ERR_USAGE, "no command is given before '--'"),
				"'mdevadm --help' lists the commands");
	for (; *argv; argv++)
		TRY(take_word(reader, *argv));
	return NULL;
}

static err_t read_words(struct reader *reader, char *const *argv)
{
	for (; *argv && !arguments_ask(reader->values); argv++) {
		const char *word = *argv;

		if (strcmp(word, "--") == 0)
			return take_rest(reader, argv + 1);
		if (word[0] == '-' && word[1])
			TRY(read_option(reader, &argv));
		else
			TRY(take_word(reader, word));
	}
	return NULL;
}

static err_t unexpected(const struct command *command, const char *word)
{
	struct err *e = err_new(ERR_USAGE, "'%s' is one argument too many", word);
	struct uuid uuid;

	if (command->takes_command)
		e = err_hint(e, "a command comes behind '--': mdevadm %s %s -- COMMAND",
			     command->name, option_spec(command->argument)->metavar);
	else if ((command->options & OPT_BIT(OPT_UUID)) && uuid_parse(word, &uuid))
		e = err_hint(e, "a device is named by --uuid: mdevadm %s --uuid %s", command->name,
			     uuid.text);
	return hint_help(e, command);
}

/* --- all of it --- */

/* The word that the command takes is the value of an option. */
static err_t set_argument(struct reader *reader)
{
	enum option option = reader->command->argument;

	if (reader->surplus)
		return unexpected(reader->command, reader->surplus);
	if (!reader->argument)
		return NULL;
	if (option_is_given(reader->values, option) || reader->wants_help)
		return unexpected(reader->command, reader->argument);
	reader->values->given |= OPT_BIT(option);
	reader->values->text[option] = mem_strdup(reader->argument);
	return NULL;
}

/* The words are what --uuid would be the one of. */
static err_t set_devices(struct reader *reader)
{
	struct values *values = reader->values;

	if (values->device_count && (values->text[OPT_UUID] || reader->wants_help))
		return unexpected(reader->command, values->devices[0].text);
	if (values->device_count)
		values->given |= OPT_BIT(OPT_UUID);
	else if (values->text[OPT_UUID])
		values_add_device(values, values->text[OPT_UUID]);
	return NULL;
}

static err_t finish(struct reader *reader)
{
	if (arguments_ask(reader->values))
		return NULL;
	TRY(take(reader->e));
	if (reader->command == &command_none && !reader->wants_help)
		return err_hint(err_new(ERR_USAGE, "no command is given"),
				"'mdevadm --help' lists the commands");
	TRY(set_argument(reader));
	TRY(set_devices(reader));
	if (!reader->wants_help)
		return values_check(reader->command, reader->values);
	reader->values->given |= OPT_BIT(OPT_HELP);
	return NULL;
}

err_t arguments_read(char *const *argv, const struct command **command, struct values *values)
{
	struct reader reader = { .values = values };
	struct err *e;

	use_command(&reader, *command);
	e = read_words(&reader, argv);
	if (!e)
		e = finish(&reader);
	err_free(reader.e);
	*command = reader.command;
	return e;
}
