/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options: one table of all that there are, the rules of a command, and what was given. */
#pragma once

#include <popt.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/env.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/uuid.h"
#include "ops/ops.h"

/*
 * The val of an entry in popt's tables, which wants numbers above 0. Values are checked in this
 * order.
 */
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
	OPT_SETATTR,
	OPT_DELATTR,
	OPT_DELATTR_NAME,
	OPT_INDEX,
	OPT_VALUE,
	OPT_LIVE,
	OPT_DEFINED,
	OPT_DUMPJSON,
	OPT_VERBOSE,
	OPT_STRICT,
	OPT_FORCE,
	OPT_ALL,
	OPT_NOW,
	OPT_REPLACE,
	OPT_ENSURE,
	OPT_DETAILED_EXITCODE,
	OPT_JOBS,
	OPT_INSTANCES,
	OPT_WAIT,
	OPT_TIMEOUT,
	OPT_WAIT_USERS,
	OPT_REASON,
	OPT_DRY_RUN,
	OPT_ABANDON,
	OPT_FILE,
	OPT_OFFLINE,
	OPT_TYPES,
	OPT_WHO,
	OPT_WORD,
	OPT_JSON,
	OPT_COLUMNS,
	OPT_NOHEADINGS,
	OPT_RAW,
	OPT_TREE,
	OPT_COLOR,
	OPT_WITH_TYPES,
	OPT_DIFF,
	OPT_DIFF_ONLY,
	OPT_UNUSED,
	OPT_FAILED,
	OPT_BY_NODE,
	OPT_BY_PID,
	OPT_OUTPUT,
	OPT_REDACT,
	OPT_COUNT,
};

#define OPT_BIT(option) (UINT64_C(1) << (option))

enum option_kind {
	KIND_FLAG,
	KIND_UUID,
	KIND_PARENT,
	KIND_TYPE,
	KIND_ATTR,	 /* NAME=VALUE, or NAME beside --value */
	KIND_ATTR_VALUE, /* NAME=VALUE */
	KIND_ATTR_NAME,
	KIND_VALUE,
	KIND_REASON,
	KIND_FILE,
	KIND_FILES,
	KIND_NEW_FILE,
	KIND_DIR,
	KIND_BASE,
	KIND_INDEX,
	KIND_COUNT,
	KIND_SECONDS,
	KIND_SECONDS_NOT_0,
	KIND_WORD,
	KIND_JSON, /* the version of it; may be left out */
	KIND_COLUMNS,
	KIND_COLOR,
	KIND_NODE,
	KIND_PID,
};

enum color {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER,
};

struct option_spec {
	const char *name;
	char letter; /* 0 if there is none */
	enum option_kind kind;
	const char *metavar; /* NULL if it takes no value */
	const char *help;
	size_t field; /* where in struct values the checked value is; 0: see values_check() */
};

const struct option_spec *option_spec(enum option option);
bool option_is_repeatable(enum option option);

/* What an option is to one command, where the table says it for all. */
struct option_help {
	enum option option; /* 0 ends a list */
	const char *help;
};

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

#define JOBS_DEFAULT 8

/* An option that may be repeated; the text is owned. */
struct repeated {
	enum option option;
	char *text;
};

/* A device as it was named: the beginning of a UUID may do, and the UUID is unset until then. */
struct device_name {
	const char *text; /* borrowed */
	struct uuid uuid;
};

/* What was given. The fields of options that were not are as VALUES_DEFAULT has them. */
struct values {
	uint64_t given;
	bool finds_names;      /* names need not be written as they are */
	char *text[OPT_COUNT]; /* as it was given; owned */
	struct repeated *repeated;
	size_t repeated_count;
	struct device_name *devices; /* by --uuid or by words */
	size_t device_count;

	/* Checked, see values_check(); strings are borrowed from the texts. */
	struct uuid uuid; /* of the first device */
	const char *parent;
	const char *type;
	const char *jsonfile;
	const char **files; /* in the order given */
	size_t file_count;
	const char *types;
	struct attr_change *changes; /* in the order given; owned, with their names */
	size_t change_count;
	const char *attr_value;
	const char *reason;
	const char *word;
	const char *output; /* NULL: standard output */
	long attr_index;    /* -1: the end */
	unsigned jobs;
	unsigned instances;
	int timeout_ms;
	int wait_ms;
	int wait_users_ms;
	const char *columns;
	const char *node; /* below /dev */
	pid_t pid;
	enum color color;
	struct env_options env;
	char *const *command; /* what is behind "--", for a command that takes one; borrowed */
};

#define VALUES_DEFAULT                                                                   \
	{                                                                                \
		.attr_index = -1, .jobs = JOBS_DEFAULT, .timeout_ms = TIMEOUT_DEFAULT_MS \
	}

/* Takes @text. */
void values_add_repeated(struct values *values, enum option option, char *text);
void values_add_device(struct values *values, const char *text);

static inline bool option_is_given(const struct values *values, enum option option)
{
	return values->given & OPT_BIT(option);
}

struct command;

/*
 * Checks the rules of @command, and reads the texts into the fields. ERR_USAGE or ERR_INVALID;
 * which error it is does not depend on the order in which the options were given.
 */
err_t values_check(const struct command *command, struct values *values);
void values_clear(struct values *values);
/* The UUIDs of the devices that were named; owned by the caller. */
struct uuid *values_copy_uuids(const struct values *values);

/* "--a", "--a or --b", "--a, --b or --c" of a set of options; owned by the caller. */
char *options_name(const struct command *command, uint64_t set, const char *last_word);
/* These take an error, and hint at the help of @command. */
err_t hint_help(struct err *e, const struct command *command);
