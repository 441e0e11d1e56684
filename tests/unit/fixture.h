/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the unit tests share: a directory for each test, and assertions about errors. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sys/types.h>

#include "base/dir.h"
#include "base/env.h"
#include "base/uuid.h"

#define UUID_A "00000000-0000-4000-8000-00000000000a"
#define UUID_B "00000000-0000-4000-8000-00000000000b"
#define UUID_C "00000000-0000-4000-8000-00000000000c"

/* A root directory that is removed after the test. */
struct fixture {
	char *root;
	struct dir *dir; /* the same, opened */
	struct env *env; /* all below the root but /proc; its warnings are collected here */
	struct err **warnings;
	size_t warning_count;
	pthread_mutex_t warning_mutex;
};

/* Makes ROOT with etc, lib, run and sys in it. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
/* A test with a fixture. */
#define fixture_test(function) \
	cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

/* All paths are relative to the root. What cannot be done fails the test. */

/* "ROOT/PATH"; owned by the caller. */
char *fixture_path(const struct fixture *fx, const char *path);
/* With its parents. */
void fixture_make_dir(const struct fixture *fx, const char *path);
/* These make the directories on the way, too. */
void fixture_write(const struct fixture *fx, const char *path, const char *text);
void fixture_write_bytes(const struct fixture *fx, const char *path, const char *data, size_t size);
void fixture_link(const struct fixture *fx, const char *target, const char *path);
void fixture_make_node(const struct fixture *fx, const char *path, mode_t mode, dev_t dev);
/* The text of a file; owned by the caller. */
char *fixture_read(const struct fixture *fx, const char *path);
bool fixture_has(const struct fixture *fx, const char *path);
void fixture_remove(const struct fixture *fx, const char *path);
/* How many names there are in a directory, those with a leading dot included. */
size_t fixture_count(const struct fixture *fx, const char *path);

/* The UUID in a canonical spelling. */
struct uuid fixture_uuid(const char *text);

/* Fails with the message of @e (taken) unless that is NULL. */
#define assert_ok(e) fixture_check_ok((e), __FILE__, __LINE__)
/* Compares all of @e (borrowed). The root reads "ROOT" in @message and @hint; @fx may be NULL. */
#define assert_err(fx, e, kind, message, hint) \
	fixture_check_err((fx), (e), (kind), (message), (hint), __FILE__, __LINE__)
/* The same for the warning number @index. */
#define assert_warning(fx, index, kind, message, hint) \
	fixture_check_warning((fx), (index), (kind), (message), (hint), __FILE__, __LINE__)

void fixture_check_ok(struct err *e, const char *file, int line);
void fixture_check_err(const struct fixture *fx, const struct err *e, enum err_kind kind,
		       const char *message, const char *hint, const char *file, int line);
void fixture_check_warning(const struct fixture *fx, size_t index, enum err_kind kind,
			   const char *message, const char *hint, const char *file, int line);

/*
 * Runs @function in a child process and gives its pid. The child ends with what @function
 * returns as its status; it must not assert.
 */
pid_t fixture_fork(int (*function)(void *data), void *data);
/* The exit status of the child, or 128 and its signal. */
int fixture_wait(pid_t pid);
/* Sleeps until @is_so says yes; fails the test after some seconds. */
void fixture_await(bool (*is_so)(void *data), void *data);
