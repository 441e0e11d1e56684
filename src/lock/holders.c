/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel lists all locks in /proc/locks (proc(5)), with the pid as this pid namespace knows
 * it, and none for a process of another one. What it says is a moment old: good for a message.
 */
#include "holders.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/process.h"

#define PROC_FILE_MAX (16 * 1024 * 1024)
#define COMMAND_MAX   80

/* The words of the command, escaped and cut; NULL if it cannot be told. */
static char *command_of(const struct env *env, const char *pid)
{
	_cleanup_(mem_freep) char *path = mem_printf("%s/%s/cmdline", env->dir[ENV_DIR_PROC], pid);
	_cleanup_(mem_freep) char *words = NULL;
	struct err *e;
	char *command;
	size_t size;

	e = stream_read(path, PROC_FILE_MAX, &words, &size);
	if (e) {
		err_free(e);
		return NULL;
	}
	for (size_t i = 0; i + 1 < size; i++)
		if (words[i] == '\0')
			words[i] = ' ';
	if (size > COMMAND_MAX)
		memcpy(words + COMMAND_MAX - 3, "...", 4);
	command = str_escape(words);
	return command;
}

/* Seconds since the process began, -1 if that cannot be told. */
static long age_of(const struct env *env, const char *pid)
{
	unsigned long long start = process_start_time(env, (pid_t)strtol(pid, NULL, 10));
	struct timespec now;

	if (!start)
		return -1;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec - (long)(start / (unsigned long long)sysconf(_SC_CLK_TCK));
}

static char *describe_process(const struct env *env, const char *pid)
{
	_cleanup_(mem_freep) char *command = command_of(env, pid);
	long age = age_of(env, pid);

	/* The kernel names who took the lock; a child that still has it may have outlived him. */
	if (age < 0)
		return mem_printf("pid %s (" HOLDERS_ENDED ")", pid);

	if (!command)
		return mem_printf("pid %s", pid);
	return mem_printf("pid %s (%s, %ld s)", pid, command, age);
}

/* The pid in a line of /proc/locks if it is such a lock on that file, else NULL. */
static const char *holder_in(char *line, const char *file, bool only_exclusive)
{
	const char *pid = NULL;
	char *rest = NULL;
	int word = 0;

	for (char *at = strtok_r(line, " ", &rest); at; at = strtok_r(NULL, " ", &rest)) {
		if (strcmp(at, "->") == 0)
			return NULL;
		if (word == 3 && only_exclusive && strcmp(at, "WRITE") != 0)
			return NULL;
		if (word == 4)
			pid = at;
		if (word == 5)
			return strcmp(at, file) == 0 ? pid : NULL;
		word++;
	}
	return NULL;
}

static void add_holder(const struct env *env, const char *pid, char **holders)
{
	_cleanup_(mem_freep) char *before = *holders;
	_cleanup_(mem_freep) char *one = NULL;

	if (strcmp(pid, "0") == 0)
		one = mem_strdup("a process of another pid namespace");
	else
		one = describe_process(env, pid);
	*holders = before ? mem_printf("%s, %s", before, one) : mem_strdup(one);
}

err_t holders_find(const struct env *env, int fd, bool only_exclusive, char **ret)
{
	_cleanup_(mem_freep) char *path = mem_printf("%s/locks", env->dir[ENV_DIR_PROC]);
	_cleanup_(mem_freep) char *locks = NULL;
	_cleanup_(mem_freep) char *file = NULL;
	char *rest = NULL;
	struct stat st;

	*ret = NULL;
	if (fstat(fd, &st) < 0)
		return err_errno(errno, "cannot look at a lock's file");
	TRY(stream_read(path, PROC_FILE_MAX, &locks, NULL));
	file = mem_printf("%02x:%02x:%lu", major(st.st_dev), minor(st.st_dev),
			  (unsigned long)st.st_ino);
	for (char *line = strtok_r(locks, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		const char *pid = holder_in(line, file, only_exclusive);

		if (pid)
			add_holder(env, pid, ret);
	}
	return NULL;
}

char *holders_describe(const struct env *env, int fd, bool only_exclusive)
{
	char *holders = NULL;
	struct err *e = holders_find(env, fd, only_exclusive, &holders);

	if (!e)
		return holders;
	err_free(e);
	return mem_printf("a process that '%s/locks' does not tell", env->dir[ENV_DIR_PROC]);
}
