/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What completion scripts call: a line that is not finished is no fault, so there are no errors.
 * Neither is there an answer, then: without the --root that was meant it would be a wrong one.
 */
#include <string.h>

#include "arguments.h"
#include "completion.h"

/* NULL if there is none. */
static const struct option_spec *find_spec(const char *name)
{
	for (int i = 1; name && i < OPT_COUNT; i++)
		if (strcmp(option_spec((enum option)i)->name, name) == 0)
			return option_spec((enum option)i);
	return NULL;
}

/* Whether @word is the option that waits for the value. */
static bool is_option(const char *word, const struct option_spec *spec)
{
	if (str_starts_with(word, "--"))
		return strcmp(word + 2, spec->name) == 0;
	return spec->letter && word[0] == '-' && word[1] && word[strlen(word) - 1] == spec->letter;
}

/* What is finished of the line; the array is the caller's, the words are borrowed. */
static char **finished_words(char *const *words, const struct option_spec *spec)
{
	char **finished;
	size_t count = 0;

	while (words[count])
		count++;
	if (count && is_option(words[count - 1], spec))
		count--;
	finished = mem_zalloc((count + 1) * sizeof(*finished));
	memcpy(finished, words, count * sizeof(*finished));
	return finished;
}

/* The line, which lacks things yet: no rule of its command is looked at. */
static err_t read_line(const char *name, char *const *words, struct values *values)
{
	const struct command *command;
	struct command lenient;

	TRY(command_find(name, &command));
	lenient = *command;
	lenient.rules = NULL;
	command = &lenient;
	TRY(arguments_read(words, &command, values));
	return arguments_ask(values) ? err_new(ERR_USAGE, "only the help is asked for") : NULL;
}

static err_t complete_line(const struct completion *base, char *const *words)
{
	_cleanup_(values_clear) struct values values = VALUES_DEFAULT;
	_cleanup_(env_freep) struct env *env = NULL;
	_cleanup_(ops_freep) struct ops *ops = NULL;
	struct completion completion = *base;

	values.finds_names = true;
	TRY(read_line(base->command, words, &values));
	TRY(env_new(&values.env, &env));
	TRY(ops_open(env, &ops));
	completion.words = words;
	completion.values = &values;
	completion.env = env;
	completion.ops = ops;
	completion_print_values(&completion);
	return NULL;
}

static err_t run(struct invocation *invocation)
{
	char *const *line = invocation->values->command;
	struct completion base = { .output = invocation->output };
	_cleanup_(mem_freep) char **words = NULL;

	base.spec = find_spec(invocation->values->word);
	if (!base.spec || !line)
		return NULL;
	base.command = line[0];
	words = finished_words(line + 1, base.spec);
	err_free(complete_line(&base, words));
	return NULL;
}

const struct command command_complete = {
	.name = "complete",
	.summary = "print the values that an option may have on a command line",
	.argument = OPT_WORD,
	.run = run,
	.is_hidden = true,
	.takes_command = true,
	.has_no_ops = true,
};
