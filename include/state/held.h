/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parents on which nothing may be started: the files /run/mdevadm/held/PARENT. */
#pragma once

#include <sys/types.h>

#include "base/env.h"
#include "base/raw_file.h"
#include "base/str.h"

/* Longest reason, in bytes. */
#define HELD_REASON_MAX 4096

/* Who holds the parent, and why. */
struct held_part {
	char *reason;
	uid_t uid;
	long long since; /* seconds since 1970 */
};

/* A parent is held while one of the parts is there. */
struct held {
	char *parent;
	struct held_part *hold;	 /* a person's; NULL if there is none */
	struct held_part *drain; /* NULL if there is none */
	char *name;	 /* of the drain, for the records of what it stopped; NULL without it */
	bool is_lifting; /* is about to end: who wants to start waits for the lock instead */
};

/* Without parts. */
struct held *held_new(const char *parent);
void held_free(struct held *held);
DEFINE_CLEANUP(struct held *, held_free)

/* By this process' user, now. */
void held_set_hold(struct held *held, const char *reason);
/* Makes a name for it. */
err_t held_set_drain(struct held *held, const char *reason);
void held_end_drain(struct held *held);
/* Why it is held, borrowed: what a person says comes first. NULL if it is not held. */
const char *held_reason(const struct held *held);
/* Whether @name, which may be NULL, is that of the drain that is there. */
bool held_has_drain(const struct held *held, const char *name);

/*
 * *ret is NULL if the parent is surely not held; ERR_INVALID is a file that is not understood.
 * Needs no lock: the file is replaced as a whole.
 */
err_t held_load(const struct env *env, const char *parent, struct held **ret);
/* The directory of these files, which need not be there; owned by the caller. */
char *held_place(const struct env *env);
/* Adds the parents that are held. */
err_t held_list(const struct env *env, struct strlist *ret);
/* Adds the files as they are, also those that are not understood. */
void held_read_raw(const struct env *env, struct raw_file_list *ret);
/*
 * These two: the caller has the parent's exclusive lock (op_resume() with is_abandoned: a shared
 * one). held_save() removes one without parts.
 */
err_t held_save(const struct env *env, const struct held *held);
err_t held_remove(const struct env *env, const char *parent);

/* ERR_USAGE for a reason that is empty or too long. */
err_t held_check_reason(const char *reason);
