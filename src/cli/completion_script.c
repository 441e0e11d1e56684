/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everything from the tables is printed as data, quoted for its shell: nothing there is run. */
#include <string.h>

#include "arguments.h"
#include "completion.h"

#define MARK "# TABLES\n"

/* Made by the build of completion.SHELL. */
extern const char completion_frame_bash[];
extern const char completion_frame_zsh[];
extern const char completion_frame_fish[];

/* How a shell completes an option's value. */
struct action {
	const char *bash;
	const char *zsh;
	const char *fish;
};

static const struct action action_flag = { "flag", NULL, "" };
static const struct action action_text = { "text", ": ", " -x" };
static const struct action action_ask = { "ask", ": _mdevadm_ask", " -x -a '(__mdevadm_ask %)'" };

static const struct {
	enum option_kind kind;
	struct action action;
} actions[] = {
	{ KIND_FILE, { "file", ":_files", " -r -F" } },
	/* A value that fish knows of would be one of -f with all commands. */
	{ KIND_FILES, { "file", ":_files", " -F" } },
	{ KIND_NEW_FILE, { "file", ":_files", " -r -F" } },
	{ KIND_DIR, { "dir", ":_files -/", " -x -a '(__mdevadm_dirs)'" } },
	{ KIND_BASE, { "base", ": _mdevadm_base", " -x -a '(__mdevadm_base)'" } },
};

static const struct action *action_of(const struct option_spec *spec)
{
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
		if (actions[i].kind == spec->kind)
			return &actions[i].action;
	if (!spec->metavar)
		return &action_flag;
	return completion_has_values(spec->kind) ? &action_ask : &action_text;
}

/* --- what is common --- */

/* A backslash before each of @special, and @apostrophe for what would end the quotes. */
static void print_text(FILE *stream, const char *text, const char *special, const char *apostrophe)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs(apostrophe, stream);
		else
			fprintf(stream, "%s%c", strchr(special, *text) ? "\\" : "", *text);
	}
}

/* For bash and for zsh, which have the same quotes. */
static void print_quoted(FILE *stream, const char *text)
{
	fputc('\'', stream);
	print_text(stream, text, "", "'\\''");
	fputc('\'', stream);
}

typedef void (*print_option_fn)(FILE *stream, const struct command *command,
				const struct poptOption *entry);

static void each_option(FILE *stream, const struct command *command, const struct poptOption *entry,
			print_option_fn print)
{
	for (; entry->longName; entry++)
		if (!(entry->argInfo & POPT_ARGFLAG_DOC_HIDDEN))
			print(stream, command, entry);
}

static void each_own_option(FILE *stream, const struct command *command, print_option_fn print)
{
	struct option_tables tables;

	option_tables_fill(&tables, command);
	each_option(stream, command, tables.own, print);
}

static void each_common_option(FILE *stream, print_option_fn print)
{
	struct option_tables tables;

	option_tables_fill(&tables, &command_none);
	each_option(stream, &command_none, tables.common, print);
}

static void each_command(FILE *stream, void (*print)(FILE *stream, const struct command *command))
{
	for (size_t i = 0; command_at(i); i++)
		if (!command_at(i)->is_hidden)
			print(stream, command_at(i));
}

/* --- bash --- */

/* An option is four words of an array: its names, what its value is, and the help. */
static void print_bash_option(FILE *stream, const struct command *command,
			      const struct poptOption *entry)
{
	const struct option_spec *spec = option_spec((enum option)entry->val);

	(void)command;
	fprintf(stream, "\t\t\t--%s %c%c %s ", spec->name, spec->letter ? '-' : '\'',
		spec->letter ? spec->letter : '\'', action_of(spec)->bash);
	print_quoted(stream, entry->descrip);
	fputc('\n', stream);
}

static void print_bash_command(FILE *stream, const struct command *command)
{
	fprintf(stream, "\t%s)\n", command->name);
	if (command->argument)
		fprintf(stream, "\t\targument=%s takes_many=%s takes_command=%s\n",
			option_spec(command->argument)->name, command->takes_many ? "yes" : "''",
			command->takes_command ? "yes" : "''");
	fputs("\t\toptions+=(\n", stream);
	each_own_option(stream, command, print_bash_option);
	fputs("\t\t)\n\t\t;;\n", stream);
}

static void print_bash_summary(FILE *stream, const struct command *command)
{
	fprintf(stream, "\t\t%s$'\\t'", command->name);
	print_quoted(stream, command->summary);
	fputc('\n', stream);
}

static void print_bash_tables(FILE *stream)
{
	fputs("_mdevadm_list_commands() {\n\tcommands=(\n", stream);
	each_command(stream, print_bash_summary);
	fputs("\t)\n}\n\n_mdevadm_list_options() { # COMMAND\n\toptions=(\n", stream);
	each_common_option(stream, print_bash_option);
	fputs("\t)\n\tcase $1 in\n", stream);
	each_command(stream, print_bash_command);
	fputs("\tesac\n}\n", stream);
}

/* --- zsh --- */

/* As _arguments wants it: '(-u --uuid)'{-u+,--uuid=}'[HELP]:METAVAR: ACTION'. A star repeats it. */
static void print_zsh_option(FILE *stream, const struct command *command,
			     const struct poptOption *entry)
{
	const struct option_spec *spec = option_spec((enum option)entry->val);
	const char *equals = spec->metavar ? "=" : "";

	(void)command;
	fputs("\t\t", stream);
	if (option_is_repeatable((enum option)entry->val))
		fputs("\\*", stream);
	else if (spec->letter)
		fprintf(stream, "'(-%c --%s)'", spec->letter, spec->name);
	if (spec->letter)
		fprintf(stream, "{-%c%s,--%s%s}'[", spec->letter, spec->metavar ? "+" : "",
			spec->name, equals);
	else
		fprintf(stream, "--%s%s'[", spec->name, equals);
	print_text(stream, entry->descrip, "[]:\\", "'\\''");
	fputc(']', stream);
	if (spec->metavar)
		fprintf(stream, ":%s%s", spec->metavar, action_of(spec)->zsh);
	if (action_of(spec) == &action_ask)
		fprintf(stream, " %s", spec->name);
	fputs("'\n", stream);
}

static void print_zsh_command(FILE *stream, const struct command *command)
{
	const struct option_spec *spec = option_spec(command->argument);

	fprintf(stream, "\t(%s)%s specs+=(\n", command->name,
		command->takes_command ? " takes_command=yes" : "");
	each_own_option(stream, command, print_zsh_option);
	if (command->argument)
		fprintf(stream, "\t\t'%c:%s%s%s%s'\n", command->takes_many ? '*' : '1',
			spec->metavar, action_of(spec)->zsh,
			action_of(spec) == &action_ask ? " " : "",
			action_of(spec) == &action_ask ? spec->name : "");
	fputs("\t\t) ;;\n", stream);
}

static void print_zsh_summary(FILE *stream, const struct command *command)
{
	fprintf(stream, "\t\t'%s:", command->name);
	print_text(stream, command->summary, "\\", "'\\''");
	fputs("'\n", stream);
}

static void print_zsh_tables(FILE *stream)
{
	fputs("_mdevadm_list_commands() {\n\tcommands=(\n", stream);
	each_command(stream, print_zsh_summary);
	fputs("\t)\n}\n\n_mdevadm_list_specs() { # COMMAND\n\tspecs=(\n", stream);
	each_common_option(stream, print_zsh_option);
	fputs("\t)\n\tcase $1 in\n", stream);
	each_command(stream, print_zsh_command);
	fputs("\tesac\n}\n", stream);
}

/* --- fish --- */

/* The action, with the option's name for its "%". */
static void print_fish_action(FILE *stream, const struct option_spec *spec)
{
	for (const char *at = action_of(spec)->fish; *at; at++) {
		if (*at == '%')
			fputs(spec->name, stream);
		else
			fputc(*at, stream);
	}
}

static void print_fish_description(FILE *stream, const char *text)
{
	fputs(" -d '", stream);
	print_text(stream, text, "\\", "\\'");
	fputs("'\n", stream);
}

static void print_fish_option(FILE *stream, const struct command *command,
			      const struct poptOption *entry)
{
	const struct option_spec *spec = option_spec((enum option)entry->val);

	fputs("__mdevadm_add", stream);
	if (*command->name)
		fprintf(stream, " -n '__mdevadm_is %s'", command->name);
	fprintf(stream, " -l %s", spec->name);
	if (spec->letter)
		fprintf(stream, " -s %c", spec->letter);
	print_fish_action(stream, spec);
	print_fish_description(stream, entry->descrip);
}

static void print_fish_command(FILE *stream, const struct command *command)
{
	fprintf(stream, "__mdevadm_add -n '__mdevadm_is \"\"' -a %s", command->name);
	print_fish_description(stream, command->summary);
	fprintf(stream, "__mdevadm_add -n '__mdevadm_is help' -a %s", command->name);
	print_fish_description(stream, command->summary);
	if (command->argument) {
		fprintf(stream, "__mdevadm_add -n '__mdevadm_wants_word %s%s'", command->name,
			command->takes_many ? " many" : "");
		print_fish_action(stream, option_spec(command->argument));
		fputc('\n', stream);
	}
	if (command->takes_command)
		fprintf(stream,
			"__mdevadm_add -n '__mdevadm_is_behind %s' -x -a '(__mdevadm_command)'\n",
			command->name);
	each_own_option(stream, command, print_fish_option);
}

/* With the command before it unless it is a common one: a letter may be another option's there. */
static void print_valued(FILE *stream, const struct command *command,
			 const struct option_spec *spec)
{
	const char *colon = *command->name ? ":" : "";

	/* A value that may be left out is joined to it. */
	if (!spec->metavar || spec->kind == KIND_JSON)
		return;
	fprintf(stream, " %s%s--%s", command->name, colon, spec->name);
	if (spec->letter)
		fprintf(stream, " %s%s-%c", command->name, colon, spec->letter);
}

static void print_fish_valued(FILE *stream, const struct command *command,
			      const struct poptOption *entry)
{
	print_valued(stream, command, option_spec((enum option)entry->val));
}

/* The word that a command takes may be given by a name that help does not show. */
static void print_fish_valued_of(FILE *stream, const struct command *command)
{
	each_own_option(stream, command, print_fish_valued);
	if (command->argument && !(command->options & OPT_BIT(command->argument)))
		print_valued(stream, command, option_spec(command->argument));
}

static void print_fish_tables(FILE *stream)
{
	fputs("set -g __mdevadm_valued", stream);
	each_common_option(stream, print_fish_valued);
	each_command(stream, print_fish_valued_of);
	fputc('\n', stream);
	each_common_option(stream, print_fish_option);
	each_command(stream, print_fish_command);
}

/* --- all of them --- */

static const struct {
	const char *shell;
	const char *frame;
	void (*print_tables)(FILE *stream);
} scripts[] = {
	{ "bash", completion_frame_bash, print_bash_tables },
	{ "zsh", completion_frame_zsh, print_zsh_tables },
	{ "fish", completion_frame_fish, print_fish_tables },
};

err_t completion_print_script(FILE *stream, const char *shell)
{
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		const char *mark = strstr(scripts[i].frame, MARK);

		if (strcmp(scripts[i].shell, shell) != 0)
			continue;
		fwrite(scripts[i].frame, 1, (size_t)(mark - scripts[i].frame), stream);
		scripts[i].print_tables(stream);
		fputs(mark + strlen(MARK), stream);
		return NULL;
	}
	return err_hint(err_new(ERR_USAGE, "there are no completions for '%s'", shell),
			"give bash, zsh or fish");
}
