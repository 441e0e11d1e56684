/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A child of ours stands between this process and the command. It shares the locks and so keeps
 * them if this process is killed: what the command does to a parent must be over before anybody
 * else touches that. The command itself does not inherit them, or a daemon that it starts would
 * keep them for ever.
 */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/log.h"
#include "base/process.h"

/* As shells have it. */
#define STATUS_CANNOT_RUN 126
#define STATUS_NOT_FOUND  127
#define STATUS_SIGNAL	  128

static int status_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_SIGNAL + WTERMSIG(status);
}

/* In the child: tells through @end why the command could not be run. */
static void run_and_exit(const struct process_spawn *how, int end)
{
	pid_t child;
	struct err *e = process_spawn(how, &child);
	int errnum = e ? err_errnum(e) : 0;
	int status = 0;
	ssize_t ignored;

	if (!errnum)
		_exit(process_wait(child, &status) ? STATUS_CANNOT_RUN : status_of(status));
	ignored = write(end, &errnum, sizeof(errnum));
	(void)ignored;
	_exit(errnum == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN);
}

/* The errno with which that file could not be run, 0 if it could. */
static int check_file(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0 || faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
		return errno;
	return S_ISREG(st.st_mode) ? 0 : EACCES;
}

/* As execvp() does: what is found and cannot be run is an answer only if nothing better is. */
static int look_for(const char *name)
{
	const char *path = secure_getenv("PATH");
	_cleanup_(mem_freep) char *copy = mem_strdup(path ? path : "/usr/bin:/bin");
	int errnum = ENOENT;
	char *rest = copy;
	char *dir;

	if (strchr(name, '/'))
		return check_file(name);
	while ((dir = strsep(&rest, ":"))) {
		_cleanup_(mem_freep) char *file = mem_printf("%s/%s", *dir ? dir : ".", name);
		int found = check_file(file);

		if (!found)
			return 0;
		if (found == EACCES)
			errnum = EACCES;
	}
	return errnum;
}

err_t command_check(char *const *command, int *ret_status)
{
	int errnum = look_for(command[0]);

	if (!errnum)
		return NULL;
	*ret_status = errnum == ENOENT || errnum == ENOTDIR ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN;
	return err_hint(err_errno(errnum, "cannot run '%s'", command[0]),
			"nothing was changed; give the path of a program");
}

static err_t run_in_child(const struct process_spawn *how, int *ret_status)
{
	_cleanup_(fd_closep) int end = -1;
	int errnum = 0;
	int status;
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(errno, "cannot make a pipe");
	end = ends[0];
	child = fork();
	if (child == 0)
		run_and_exit(how, ends[1]);
	close(ends[1]);
	if (child < 0)
		return err_errno(errno, "cannot start a process");

	TRY(process_wait(child, &status));
	*ret_status = status_of(status);
	if (read(end, &errnum, sizeof(errnum)) == (ssize_t)sizeof(errnum))
		return err_errno(errnum, "cannot run '%s'", how->path);
	if (*ret_status)
		return err_new(ERR_FAILED, "'%s' ended with status %d", how->path, *ret_status);
	return NULL;
}

err_t command_run(const struct env *env, char *const *command, int output, int *ret_status)
{
	_cleanup_(strlist_clear) struct strlist environment = { 0 };
	struct process_spawn how = { .path = command[0],
				     .arguments = command,
				     .fds = { -1, output, -1 },
				     .searches = true,
				     .keeps_ignored_signals = true };
	int64_t begin = log_begin();

	process_environment(env, &environment);
	strlist_add(&environment, NULL);
	how.environment = environment.items;
	return log_end(begin, run_in_child(&how, ret_status), "done", "run '%s'", command[0]);
}
