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
#include "report.h"

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
	if (run->invocation.report)
		report_add_err(run->invocation.report, "warning", NULL, e);
	pthread_mutex_unlock(&run->mutex);
	err_free(e);
}

static void relay(void *data, const char *source, const char *line)
{
	const struct run *run = data;

	messages_add(run->messages, source, line);
}

static void done(void *data, const char *operation, const char *uuid, const char *parent,
		 const struct err *e)
{
	const struct run *run = data;

	if (run->invocation.report)
		report_add_result(run->invocation.report, operation, uuid, parent, e);
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
	(*ret_env)->done = done;
	(*ret_env)->warn_data = run;
	return ops_open(*ret_env, ret);
}

/* What the messages of the run are about, if they do not say so: its device or parent. */
static const char *object_of(const struct values *values)
{
	if (values->device_count == 1 && uuid_is_set(&values->uuid))
		return values->uuid.text;
	return values->device_count ? NULL : values->parent;
}

/* The document is all that is printed; after others, only if there is an error to be told. */
static void print_report(struct run *run, const struct err *e)
{
	struct invocation *invocation = &run->invocation;
	bool is_line = run->command->prints_lines;

	report_add_err(invocation->report, "error", object_of(&run->values), e);
	output_be_heard(invocation->output);
	if (!is_line)
		output_json(invocation->output, report_document(invocation->report));
	else if (e)
		output_document_line(invocation->output, report_document(invocation->report));
}

static err_t do_command(struct run *run)
{
	_cleanup_(env_freep) struct env *env = NULL;
	_cleanup_(ops_freep) struct ops *ops = NULL;
	struct err *e = NULL;

	/* --offline: whatever is wrong with this machine. */
	if (!run->command->has_no_ops && !option_is_given(&run->values, OPT_OFFLINE))
		TRY(open_ops(run, &env, &ops));
	run->invocation.ops = ops;
	if (run->values.finds_names && ops)
		e = names_find(&run->invocation, &run->values);
	if (!e)
		e = run->command->run(&run->invocation);
	if (ops)
		ops_announce(ops);
	return e;
}

/* Of a command line that could not be read, @e (taken) says why. */
static err_t run_command(struct run *run, bool wants_report, struct err *e)
{
	struct invocation *invocation = &run->invocation;

	invocation->command = run->command;
	invocation->values = &run->values;
	invocation->output = output_open();
	invocation->messages = run->messages;
	invocation->program = run->program;
	if (wants_report) {
		invocation->report = report_new(run->command->name);
		if (!run->command->prints_lines)
			output_be_quiet(invocation->output);
	}
	if (!e)
		e = do_command(run);
	if (wants_report)
		print_report(run, e);
	report_free(take(invocation->report));
	return err_also(e, output_close(invocation->output, &run->is_left));
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

/* Also of a command line that could not be read to its end. */
static bool wants_report(char *const *argv)
{
	for (; *argv && strcmp(*argv, "--") != 0; argv++)
		if (strcmp(*argv, "--json") == 0 || str_starts_with(*argv, "--json="))
			return true;
	return false;
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
	if (!e && arguments_ask(&run.values))
		e = answer(&run);
	else
		e = run_command(&run, wants_report(argv), e);
	messages_add_err(run.messages, run.program, "", e);
	messages_end(run.messages);
	values_clear(&run.values);
	log_line("exit status %d", status_of(&run, e));
	interrupt_deliver();
	if (run.is_left && !e)
		process_end_unread();
	return status_of(&run, e);
}
