/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where things are, and how a run is to behave. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

enum env_dir {
	ENV_DIR_ETC,
	ENV_DIR_LIB,
	ENV_DIR_RUN,
	ENV_DIR_SYS,
	ENV_DIR_DEV,
	ENV_DIR_PROC,
	ENV_DIR_COUNT,
};

/* Takes @e: something that was skipped. May be called from any thread. */
typedef void (*env_warn_fn)(void *data, struct err *e);
/* A line that the script @source wrote for people. May be called from any thread. */
typedef void (*env_relay_fn)(void *data, const char *source, const char *line);

/*
 * What was done to a device or, with a NULL @uuid, to a parent; or was tried: @e is borrowed. May
 * be called from any thread.
 */
typedef void (*env_done_fn)(void *data, const char *operation, const char *uuid, const char *parent,
			    const struct err *e);

struct env {
	char *dir[ENV_DIR_COUNT];  /* absolute, no slash at the end; owned */
	bool moved[ENV_DIR_COUNT]; /* elsewhere than on the running system */
	char *root;		   /* below which all of them are; NULL if there is none; owned */
	int lock_timeout_ms;	   /* 0 does not wait, -1 waits for ever */
	bool old_kernel;	   /* before 5.2: creates and removes race with a parent's going */
	int callout_timeout_ms;	   /* how long a script may run */
	bool nested;		   /* started by a script that a run of ours waits for */
	env_warn_fn warn;	   /* NULL throws warnings away */
	env_relay_fn relay;	   /* NULL throws lines away */
	env_done_fn done;	   /* NULL if nobody wants to know */
	void *warn_data;	   /* of all three */
};

/* What the command line says; NULL, false or 0 where it says nothing. Strings are borrowed. */
struct env_options {
	const char *root;
	const char *base[ENV_DIR_COUNT];
	bool has_lock_timeout;
	int lock_timeout_ms;
	int callout_timeout_ms;
};

/*
 * @options first, then MDEVADM_ROOT, MDEVCTL_ENV_ROOT, MDEVADM_BASE_ETC and the like,
 * MDEVADM_LOCK_TIMEOUT, MDEVADM_NESTED and MDEVADM_KERNEL_RELEASE (in uname(2)'s stead), then the
 * system's own places. With --root none of the variables that move a place counts. Variables are
 * not believed in a set-user-ID process. Fails with ERR_USAGE or ERR_INVALID.
 */
err_t env_new(const struct env_options *options, struct env **ret);
void env_free(struct env *env);
DEFINE_CLEANUP(struct env *, env_free)

/* Adds the variables with which another run works on the same files. */
void env_export(const struct env *env, struct strlist *ret);
/* Whether "NAME=VALUE" is for env_export() or a nested run to set, or a way around it. */
bool env_is_exported(const char *variable);
/*
 * Reads a whole number of seconds, from @least (0 or 1) to a day, into milliseconds; @where is the
 * option or variable that has it. ERR_USAGE.
 */
err_t env_read_seconds(const char *where, const char *text, unsigned long least, int *ret_ms);
/* ERR_NOT_FOUND if there is a root and no such directory: mistyped, it would look empty. */
err_t env_check_root(const struct env *env);
/* What --base calls it: "etc", … */
const char *env_dir_name(enum env_dir dir);
/* ENV_DIR_COUNT if no directory has that name (etc, lib, run, sys, dev, proc). */
enum env_dir env_dir_by_name(const char *name, size_t length);
/* Takes @e, which may be NULL, and reports it as a warning. */
void env_warn(const struct env *env, struct err *e);
/* Shows people a line of the script @source. */
void env_relay(const struct env *env, const char *source, const char *line);
