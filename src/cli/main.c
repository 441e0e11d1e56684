/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arguments.h"
#include "base/dir.h"
#include "base/interrupt.h"
#include "base/process.h"
#include "base/str.h"

/* The version of mdevctl whose command line, files and scripts this program speaks. */
#define MDEVCTL_VERSION "1.4.0"

/* A run, as the program's name and arguments say. */
struct run {
	const char *program;
	const struct command *command;
	struct values values;
	pthread_mutex_t mutex; /* of standard error and the count of warnings */
	struct invocation invocation;
};

static void print_line(const struct run *run, const char *kind, const char *message)
{
	_cleanup_(mem_freep) char *plain = str_escape(message);

	fprintf(stderr, "%s: %s%s\n", run->program, kind, plain);
}

static void print_err(const struct run *run, const char *kind, const struct err *e)
{
	for (; e; e = err_next(e)) {
		print_line(run, kind, err_message(e));
		if (err_hint_text(e)) {
			_cleanup_(mem_freep) char *hint = str_escape(err_hint_text(e));

			fprintf(stderr, "hint: %s\n", hint);
		}
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
	struct run *run = data;
	_cleanup_(mem_freep) char *name = str_escape(source);
	_cleanup_(mem_freep) char *plain = str_escape(line);

	pthread_mutex_lock(&run->mutex);
	fprintf(stderr, "%s: %s\n", name, plain);
	pthread_mutex_unlock(&run->mutex);
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

	help_print(run->command, whole);
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
	return err_also(e, output_close(run->invocation.output));
}

static err_t answer(struct run *run)
{
	if (option_is_given(&run->values, OPT_HELP))
		print_help(run);
	else
		print_version(run);
	if (fflush(stdout) != 0)
		return err_hint_for_errnum(err_errno(errno, "cannot write the output"));
	return NULL;
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
		.command = &command_none,
		.values = VALUES_DEFAULT,
		.mutex = PTHREAD_MUTEX_INITIALIZER,
	};
	_cleanup_(err_freep) struct err *e = NULL;

	process_begin();
	/* What is made here is for all to read, whatever the caller's shell hides by default. */
	umask(022);
	if (strcmp(run.program, "lsmdev") == 0)
		run.command = &command_list;
	e = arguments_read(argc ? argv + 1 : argv, &run.command, &run.values);
	if (!e)
		e = arguments_ask(&run.values) ? answer(&run) : run_command(&run);
	print_err(&run, "", e);
	values_clear(&run.values);
	interrupt_deliver();
	if (e && run.invocation.exit_status)
		return run.invocation.exit_status;
	return e ? (int)err_kind(e) : 0;
}
