/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arguments.h"
#include "base/dir.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/process.h"
#include "base/str.h"
#include "messages.h"
#include "names.h"

/* The version of mdevctl whose command line, files and scripts this program speaks. */
#define MDEVCTL_VERSION "1.4.0"

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

static void warn(void *data, struct err *e)
{
	struct run *run = data;

	pthread_mutex_lock(&run->mutex);
	run->invocation.warnings++;
	messages_add_err(run->messages, run->program, "warning: ", e);
	pthread_mutex_unlock(&run->mutex);
	err_free(e);
}

static void relay(void *data, const char *source, const char *line)
{
	const struct run *run = data;

	messages_add(run->messages, source, line);
}

static void print_version(const struct run *run)
{
	if (strcmp(run->program, "mdevadm") != 0)
		printf("%s " MDEVCTL_VERSION " (mdevadm " MDEVADM_VERSION ")\n", run->program);
	else
		printf("mdevadm " MDEVADM_VERSION "\n");
}

static void print_help(const struct run *run)
{
	const char *name = strcmp(run->program, "lsmdev") == 0 ? "" : run->command->name;
	_cleanup_(mem_freep) char *whole =
		mem_printf("%s%s%s", run->program, *name ? " " : "", name);

	help_print(run->command, run->program, whole);
}

static err_t open_ops(struct run *run, struct env **ret_env, struct ops **ret)
{
	TRY(env_new(&run->values.env, ret_env));
	(*ret_env)->warn = warn;
	(*ret_env)->relay = relay;
	(*ret_env)->warn_data = run;
	return ops_open(*ret_env, ret);
}

static err_t run_command(struct run *run)
{
	_cleanup_(env_freep) struct env *env = NULL;
	_cleanup_(ops_freep) struct ops *ops = NULL;
	struct err *e;

	/* --offline: whatever is wrong with this machine. */
	if (!run->command->has_no_ops && !option_is_given(&run->values, OPT_OFFLINE))
		TRY(open_ops(run, &env, &ops));
	run->invocation.command = run->command;
	run->invocation.values = &run->values;
	run->invocation.ops = ops;
	run->invocation.output = output_open();
	run->invocation.messages = run->messages;
	run->invocation.program = run->program;
	e = run->values.finds_names && ops ? names_find(&run->invocation, &run->values) : NULL;
	if (!e)
		e = run->command->run(&run->invocation);
	if (ops)
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

/* One of the three names that the program has, whatever its file is called. */
static const char *program_name(const char *path)
{
	static const char *const others[] = { "mdevctl", "lsmdev" };

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (strcmp(str_base_name(path), others[i]) == 0)
			return others[i];
	return "mdevadm";
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
	return e ? (int)err_kind(e) : run->invocation.done_status;
}

int main(int argc, char **argv)
{
	struct run run = {
		.program = program_name(argc ? argv[0] : ""),
		.command = &command_none,
		.values = VALUES_DEFAULT,
		.mutex = PTHREAD_MUTEX_INITIALIZER,
	};
	_cleanup_(err_freep) struct err *e = NULL;

	process_begin();
	log_call(argc, argv);
	run.messages = messages_open();
	run.values.finds_names = strcmp(run.program, "mdevadm") == 0;
	if (strcmp(run.program, "lsmdev") == 0)
		run.command = &command_list;
	e = arguments_read(argc ? argv + 1 : argv, &run.command, &run.values);
	if (!e)
		e = arguments_ask(&run.values) ? answer(&run) : run_command(&run);
	messages_add_err(run.messages, run.program, "", e);
	messages_end(run.messages);
	values_clear(&run.values);
	log_line("exit status %d", status_of(&run, e));
	interrupt_deliver();
	if (run.is_left && !e)
		process_end_unread();
	return status_of(&run, e);
}
