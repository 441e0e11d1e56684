/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this process has inherited, and what it hands on to its children. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/env.h"
#include "base/err.h"
#include "base/str.h"

/*
 * First of all in main(), and whatever the caller has left: descriptors 0 to 2 are open (what was
 * closed can neither be read from nor written to, and no file that is opened later gets its
 * number), no signal is blocked, SIGCHLD has its default action, or how children end would be
 * lost, and SIGPIPE is ignored, or a reader that leaves would end a run in the middle of its work.
 */
void process_begin(void);

/* Ends as a program does whose output nobody reads any more, of SIGPIPE. */
void process_end_unread(void);

struct process_spawn {
	const char *path;	  /* run as it is; or, with @searches, looked for in PATH */
	char *const *arguments;	  /* ends with NULL */
	char *const *environment; /* ends with NULL */
	int fds[3];		  /* its standard streams; -1: those of this process */
	bool searches;
	bool has_own_group;	    /* a process group of which it is the leader */
	bool closes_others;	    /* also those that are not close-on-exec */
	bool keeps_ignored_signals; /* SIGHUP, SIGINT, SIGQUIT, SIGTERM: as nohup(1) wants it */
};

/*
 * Starts a program: no signal is blocked, all have their default action but for what is said
 * above, the standard streams are open whatever the caller had closed. The umask is the caller's,
 * which this program never changes. The error has the errno.
 */
err_t process_spawn(const struct process_spawn *how, pid_t *ret);

/*
 * Adds this process' environment for a child, without the NULL at its end: with a PATH, and such
 * that a run of this program in it works on the same files and knows that it is nested. Of a
 * set-user-ID process nothing is handed on.
 */
void process_environment(const struct env *env, struct strlist *ret);

/* How many scripts and commands wait for each other: runs of this program within runs of it. */
unsigned long process_depth(void);

/* Waits for the child; *ret is as waitpid(2) has it. That it cannot be told is an error. */
err_t process_wait(pid_t child, int *ret);
/*
 * Whether others than its leader are in the process group, zombies aside, as the procfs at @proc
 * says. True if that cannot be told.
 */
bool process_group_has_others(const char *proc, pid_t group);
/* When the process began, in clock ticks after boot; 0 if there is none, or it is a zombie. */
unsigned long long process_start_time(const struct env *env, pid_t pid);
