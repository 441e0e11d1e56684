/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which scripts there are. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "base/env.h"
#include "base/str.h"

enum scripts_kind {
	SCRIPTS_CALLOUTS,
	SCRIPTS_NOTIFIERS,
	SCRIPTS_KINDS,
};

struct script {
	char *path;		     /* as it was found */
	char *real;		     /* what is run: nobody can put anything in its place */
	const char *name;	     /* in the path */
	atomic_bool is_broken;	     /* it cannot be run, and that was said */
	atomic_bool hangs;	     /* it had to be ended when it was asked for something */
	atomic_bool leaves_children; /* that hold its output open, and that was said */
};

struct scripts {
	struct script **items;
	size_t count;
	struct err *problems; /* what is there and cannot be trusted or read */
	atomic_bool is_told;  /* they have been warned about */
};

/*
 * Those in the system's directory come first, then those in the administrator's, each in byte
 * order. A missing directory is no error; what is not executable is warned about.
 */
struct scripts *scripts_find(const struct env *env, enum scripts_kind kind);
void scripts_free(struct scripts *scripts);
/* ERR_REFUSED with the problems; NULL if there are none. */
err_t scripts_check(const struct scripts *scripts);
