/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands: a table entry and a function each. */
#pragma once

#include "ops/ops.h"
#include "options.h"
#include "output.h"

struct command;

/*
 * An exit status, as other tools that apply a configuration have it: something was changed, or is
 * not as it should be.
 */
#define STATUS_NOT_SO 20

struct invocation {
	const struct command *command;
	const struct values *values;
	struct ops *ops;
	struct output *output;
	struct messages *messages;
	struct report *report; /* with --json, else NULL */
	const char *program;
	size_t warnings; /* how many there were so far; see env_warn() */
	int done_status; /* the exit status of success */
	int exit_status; /* set by a command that has a status of its own; else 0 */
};

struct command {
	const char *name;
	const char *summary;
	const char *examples[2];	 /* what stands behind the program's name */
	uint64_t options;		 /* bits, besides the common ones */
	const struct option_help *helps; /* of those that have one of their own */
	const struct rule *rules;
	enum option argument; /* its value may stand without its name; 0 if there is none */
	bool takes_many;      /* of those words: they are devices, or files */
	bool makes_device;    /* what --uuid names need not exist */
	err_t (*run)(struct invocation *invocation);
	bool is_hidden;
	bool takes_command; /* behind "--" */
	bool prints_lines;  /* goes on, and prints a document in each line with --json */
	bool has_no_ops;    /* runs without them, and without a look at where things are */
};

/* What is in force before a command is known. */
extern const struct command command_none;

/* ERR_USAGE, with the name that was probably meant, if there is no such command. */
err_t command_find(const char *name, const struct command **ret);
/* The one at @index, hidden or not; NULL behind the last. */
const struct command *command_at(size_t index);
/* Prints a line for each that is not hidden. */
void commands_print(void);

/* Tells what is no error, such as what was taken for a name. */
void invocation_note(const struct invocation *invocation, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Tells @e (taken), which may be NULL, and is no warning: nothing was left out. */
void invocation_tell(const struct invocation *invocation, struct err *e);
/*
 * Calls @one for each device that was named, or once with an unset UUID if none was. Of several,
 * what fails is told and the others go on: ERR_PARTIAL.
 */
err_t invocation_each_device(struct invocation *invocation,
			     err_t (*one)(struct invocation *invocation, const struct uuid *uuid));
/* Sets the exit status that --detailed-exitcode asks for. */
void invocation_set_changed(struct invocation *invocation);
/* ERR_PARTIAL if --strict is given and there was a warning: for the end of a listing. */
err_t invocation_check_strict(const struct invocation *invocation);

extern const struct command command_check;
extern const struct command command_complete;
extern const struct command command_completions;
extern const struct command command_define;
extern const struct command command_drain;
extern const struct command command_dump;
extern const struct command command_hold;
extern const struct command command_list;
extern const struct command command_metrics;
extern const struct command command_modify;
extern const struct command command_monitor;
extern const struct command command_parents;
extern const struct command command_restart;
extern const struct command command_resume;
extern const struct command command_start;
extern const struct command command_start_parent_mdevs;
extern const struct command command_status;
extern const struct command command_stop;
extern const struct command command_types;
extern const struct command command_undefine;
extern const struct command command_wait;
