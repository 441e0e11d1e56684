/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options: their names, rules and values. */
#pragma once

#include <popt.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/env.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/uuid.h"

/* The val of an entry in a popt table: popt wants numbers above 0. */
enum option {
	OPT_HELP = 1,
	OPT_VERSION,
	OPT_ROOT,
	OPT_BASE,
	OPT_LOCK_TIMEOUT,
	OPT_CALLOUT_TIMEOUT,
	OPT_UUID,
	OPT_PARENT,
	OPT_TYPE,
	OPT_JSONFILE,
	OPT_AUTO,
	OPT_MANUAL,
	OPT_ADDATTR,
	OPT_DELATTR,
	OPT_INDEX,
	OPT_VALUE,
	OPT_LIVE,
	OPT_DEFINED,
	OPT_DUMPJSON,
	OPT_VERBOSE,
	OPT_STRICT,
	OPT_FORCE,
	OPT_ALL,
	OPT_JOBS,
	OPT_TIMEOUT,
	OPT_WAIT_USERS,
	OPT_REASON,
	OPT_DRY_RUN,
	OPT_ABANDON,
	OPT_COUNT,
};

#define OPT_BIT(option) (UINT64_C(1) << (option))

/* What every command takes. Not const only because popt's tables do not point to const. */
extern struct poptOption common_options[];

#define COMMON_OPTIONS                                                                         \
	{                                                                                      \
		NULL, '\0', POPT_ARG_INCLUDE_TABLE, common_options, 0, "Common options:", NULL \
	}
#define OPTION_FORCE                                                                              \
	{                                                                                         \
		"force", 'f', POPT_ARG_NONE, NULL, OPT_FORCE, "go on although a callout refuses", \
			NULL                                                                      \
	}

#define OPTION_JOBS                                                                              \
	{                                                                                        \
		"jobs", '\0', POPT_ARG_STRING, NULL, OPT_JOBS, "do N devices at a time (8)", "N" \
	}
#define OPTION_TIMEOUT(what)                                                     \
	{                                                                        \
		"timeout", '\0', POPT_ARG_STRING, NULL, OPT_TIMEOUT, what, "SEC" \
	}

#define OPTION_WAIT_USERS                                                                  \
	{                                                                                  \
		"wait-users", '\0', POPT_ARG_STRING, NULL, OPT_WAIT_USERS,                 \
			"wait at most SEC seconds for those who have a device open", "SEC" \
	}

#define JOBS_DEFAULT 8

enum rule_kind {
	RULE_END,
	RULE_NEEDS_ONE_OF,
	RULE_EXCLUDES,
};

/* If one of @when is given (always, when that is 0), @kind holds for @others. */
struct rule {
	enum rule_kind kind;
	uint64_t when;
	uint64_t others;
};

/* What was given. */
struct values {
	uint64_t given;
	char *text[OPT_COUNT]; /* of options that take a value; owned */
	struct env_options env;
	struct strlist base_texts; /* KEY=DIR, as given */
	char *base[ENV_DIR_COUNT]; /* owned; struct env_options borrows them */
	char *argument;		   /* the one that is no option, NULL if there is none; owned */
	char **rest;		   /* what is behind "--", for a command that takes one; owned */
};

void values_clear(struct values *values);

struct command;

/*
 * Reads the options in @argv, of which the first is the program. ERR_USAGE for what @command does
 * not take. Reading ends at --help and --version, so that nothing behind them matters.
 */
err_t options_read(const struct command *command, int argc, const char **argv,
		   struct values *values);
/* The same for the options before the command; *ret_used is how many of @argv they are. */
err_t options_read_leading(const struct command *program, int argc, const char **argv,
			   struct values *values, int *ret_used);
/* ERR_USAGE if a rule of the command is broken, or a --base. */
err_t options_check(const struct command *command, struct values *values);
/* On standard output, from the table. */
void options_print_help(const struct command *command, const char *program);

static inline bool option_is_given(const struct values *values, enum option option)
{
	return values->given & OPT_BIT(option);
}

/* These check what was given, and leave @ret as it is if nothing was. */
err_t option_uuid(const struct values *values, struct uuid *ret);
err_t option_parent(const struct values *values, const char **ret);
err_t option_type(const struct values *values, const char **ret);
/* All three of them. */
err_t option_device(const struct values *values, struct uuid *ret_uuid, const char **ret_parent,
		    const char **ret_type);
err_t option_jobs(const struct values *values, unsigned *ret);
/* @ret is in milliseconds, what was given in seconds. */
err_t option_seconds(const struct values *values, enum option option, int *ret);
