/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What all calls of a process share. */
#pragma once

#include <pthread.h>

#include "callout/callout.h"
#include "scripts.h"

struct knowledge;

struct callouts {
	const struct env *env;
	pthread_mutex_t mutex; /* of all below; never held while a script runs */
	pthread_cond_t changed;
	struct scripts *scripts[SCRIPTS_KINDS]; /* NULL until they are looked for */
	struct knowledge *known;
	struct callout_operation *under_way; /* those between pre and post, of different types */
};

/* Looks for them the first time; borrowed. */
struct scripts *callouts_scripts(struct callouts *callouts, enum scripts_kind kind);
