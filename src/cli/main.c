/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/process.h"
#include "base/str.h"
#include "command.h"
#include "messages.h"

/* The version of mdevctl whose command line, files and scripts this program speaks. */
#define MDEVCTL_VERSION "1.4.0"

static const struct command *const commands[] = {
	&command_define, &command_undefine, &command_modify, &command_start,
	&command_stop,	 &command_list,	    &command_types,  &command_drain,
	&command_resume, &command_hold,	    &command_wait,   &command_start_parent_mdevs,
};

static const struct poptOption program_options[] = { COMMON_OPTIONS, POPT_TABLEEND };

/* What is in force before a command is known. */
static const struct command program_itself = {
	.name = "",
	.argument = "COMMAND",
	.options = program_options,
};

/* A run, as the program's name and arguments say. */
struct run {
	const char *program;
	const struct command *command;
	struct values values;
	pthread_mutex_t mutex; /* keeps the lines of a warning together, and counts them */
	struct messages *messages;
	bool is_left; /* by whoever read the output */
	struct invocation invocation;
};

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static void print_err(const struct run *run, const char *kind, const struct err *e)
{
	for (; e; e = err_next(e)) {
		_cleanup_(mem_freep) char *line = mem_printf("%s%s", kind, err_message(e));

		messages_add(run->messages, run->program, line);
		if (err_hint_text(e))
			messages_add(run->messages, "hint", err_hint_text(e));
	}
}

static void warn(void *data, struct err *e)
{
	struct run *run = data;

	pthread_mutex_lock(&run->mutex);
	run->invocation.warnings++;
	print_err(run, "warning: ", e);
	pthread_mutex_unlock(&run->mutex);
	err_free(e);
}

static void relay(void *data, const char *source, const char *line)
{
	const struct run *run = data;

	messages_add(run->messages, source, line);
}

err_t invocation_check_strict(const struct invocation *invocation)
{
	if (!invocation->warnings || !option_is_given(invocation->values, OPT_STRICT))
		return NULL;
	return err_new(ERR_PARTIAL, "not everything could be listed");
}

static void print_version(const struct run *run)
{
	if (strcmp(run->program, "mdevctl") == 0)
		printf("mdevctl " MDEVCTL_VERSION " (mdevadm " MDEVADM_VERSION ")\n");
	else
		printf("mdevadm " MDEVADM_VERSION "\n");
}

static void print_help(const struct run *run)
{
	const char *program = strcmp(run->program, "lsmdev") == 0 ? "mdevadm" : run->program;

	options_print_help(run->command, program);
	if (run->command != &program_itself)
		return;
	printf("\nCommands:\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!commands[i]->is_hidden)
			printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
	printf("\n'%s COMMAND --help' lists a command's options.\n", program);
}

static bool is_answered(const struct values *values)
{
	return option_is_given(values, OPT_HELP) || option_is_given(values, OPT_VERSION);
}

static err_t unknown_command(const char *name)
{
	_cleanup_(mem_freep) char *shown = str_escape(name);

	return err_hint(err_new(ERR_USAGE, "there is no command '%s'", shown),
			"'mdevadm --help' lists the commands");
}

/* Finds the command and reads all options. */
static err_t read_command_line(struct run *run, int argc, const char **argv)
{
	int used = 0;
	struct err *e = NULL;

	run->command = &program_itself;
	if (strcmp(run->program, "lsmdev") == 0) {
		run->command = &command_list;
	} else {
		e = options_read_leading(&program_itself, argc, argv, &run->values, &used);
		if (e || is_answered(&run->values))
			return e;
		if (used == argc)
			return err_hint(err_new(ERR_USAGE, "no command is given"),
					"'mdevadm --help' lists the commands");
		run->command = find_command(argv[used]);
		if (!run->command)
			return unknown_command(argv[used]);
	}
	e = options_read(run->command, argc - used, argv + used, &run->values);
	if (!e && !is_answered(&run->values))
		e = options_check(run->command, &run->values);
	return e;
}

static err_t run_command(struct run *run)
{
	_cleanup_(env_freep) struct env *env = NULL;
	_cleanup_(ops_freep) struct ops *ops = NULL;
	struct err *e = env_new(&run->values.env, &env);

	if (e)
		return e;
	env->warn = warn;
	env->relay = relay;
	env->warn_data = run;
	e = ops_open(env, &ops);
	if (e)
		return e;
	run->invocation.values = &run->values;
	run->invocation.ops = ops;
	run->invocation.output = output_open();
	e = run->command->run(&run->invocation);
	ops_announce(ops);
	return err_also(e, output_close(run->invocation.output, &run->is_left));
}

static err_t answer(struct run *run)
{
	if (option_is_given(&run->values, OPT_HELP))
		print_help(run);
	else
		print_version(run);
	if (fflush(stdout) == 0)
		return NULL;
	run->is_left = errno == EPIPE;
	return run->is_left ? NULL
			    : err_hint_for_errnum(err_errno(errno, "cannot write the output"));
}

/* For those who report a fault: what was called, and by whom. */
static void log_call(int argc, char **argv)
{
	_cleanup_(strlist_clear) struct strlist words = { 0 };
	_cleanup_(mem_freep) char *joined = NULL;

	if (!log_is_on())
		return;
	for (int i = 0; i < argc; i++)
		strlist_add(&words, mem_strdup(argv[i]));
	joined = strlist_join(&words, "'");
	log_line("mdevadm " MDEVADM_VERSION ", uid %d, called as %s", (int)geteuid(), joined);
}

static int status_of(const struct run *run, const struct err *e)
{
	if (e && run->invocation.exit_status)
		return run->invocation.exit_status;
	return e ? (int)err_kind(e) : 0;
}

/* One of the three names that the program has, whatever its file is called. */
static const char *program_name(const char *path)
{
	static const char *const others[] = { "mdevctl", "lsmdev" };

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (strcmp(str_base_name(path), others[i]) == 0)
			return others[i];
	return "mdevadm";
}

int main(int argc, char **argv)
{
	struct run run = {
		.program = program_name(argc ? argv[0] : ""),
		.mutex = PTHREAD_MUTEX_INITIALIZER,
	};
	_cleanup_(err_freep) struct err *e = NULL;

	_cleanup_(mem_freep) const char **arguments = NULL;

	process_begin();
	log_call(argc, argv);
	run.messages = messages_open();
	/* popt wants its strings const, and C does not let main() have them so. */
	arguments = mem_zalloc(((size_t)argc + 1) * sizeof(*arguments));
	for (int i = 0; i < argc; i++)
		arguments[i] = argv[i];
	e = read_command_line(&run, argc, arguments);
	if (!e)
		e = is_answered(&run.values) ? answer(&run) : run_command(&run);
	print_err(&run, "", e);
	messages_end(run.messages);
	values_clear(&run.values);
	log_line("exit status %d", status_of(&run, e));
	interrupt_deliver();
	if (run.is_left && !e)
		process_end_unread();
	return status_of(&run, e);
}
