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
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/process.h"

/* As shells have it. */
#define STATUS_CANNOT_RUN 126
#define STATUS_NOT_FOUND  127
#define STATUS_SIGNAL	  128

/* The environment with one variable more; its items are borrowed but for the first. */
static char **nested_environment(void)
{
	size_t count = 0;
	char **copy;

	while (environ[count])
		count++;
	copy = mem_alloc((count + 2) * sizeof(*copy));
	copy[0] = mem_strdup("MDEVADM_NESTED=1");
	memcpy(copy + 1, environ, (count + 1) * sizeof(*copy));
	return copy;
}

/* With all signals as a program expects them. */
static int spawn(char *const *command, pid_t *ret)
{
	char **environment = nested_environment();
	posix_spawnattr_t attributes;
	sigset_t none;
	int errnum;

	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	errnum = posix_spawnp(ret, command[0], NULL, &attributes, command, environment);
	posix_spawnattr_destroy(&attributes);
	free(environment[0]);
	free(environment);
	return errnum;
}

static int status_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_SIGNAL + WTERMSIG(status);
}

/* In the child: tells through @end why the command could not be run. */
static void run_and_exit(char *const *command, int end)
{
	int status = 0;
	pid_t child;
	int errnum = spawn(command, &child);
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
	const char *path = getenv("PATH");
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

err_t command_run(char *const *command, int *ret_status)
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
		run_and_exit(command, ends[1]);
	close(ends[1]);
	if (child < 0)
		return err_errno(errno, "cannot start a process");

	TRY(process_wait(child, &status));
	*ret_status = status_of(status);
	if (read(end, &errnum, sizeof(errnum)) == (ssize_t)sizeof(errnum))
		return err_errno(errnum, "cannot run '%s'", command[0]);
	if (*ret_status)
		return err_new(ERR_FAILED, "'%s' ended with status %d", command[0], *ret_status);
	return NULL;
}
