/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/limits.h"

#define STAT_MAX     65536
#define PATH_DEFAULT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* What a caller may have chosen to ignore, for this program and all that it starts. */
static const int keepable_signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

/* For reading only: what is written to a stream that the caller has closed is to fail. */
static void open_standard_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_NOCTTY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	/* Without /dev/null nothing can be read there, either. */
	while (fd < 0 && (fd = open("/", O_PATH)) >= 0 && fd <= STDERR_FILENO)
		fd = -1;
	if (fd > STDERR_FILENO)
		close(fd);
}

void process_begin(void)
{
	sigset_t none;

	open_standard_streams();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	/* A limit of the size of files is an error of the write, and not the end. */
	signal(SIGXFSZ, SIG_IGN);
}

void process_end_unread(void)
{
	signal(SIGPIPE, SIG_DFL);
	raise(SIGPIPE);
}

static sigset_t default_signals(bool keeps_ignored)
{
	sigset_t set;

	sigfillset(&set);
	for (size_t i = 0; keeps_ignored && i < ARRAY_SIZE(keepable_signals); i++) {
		struct sigaction action;

		if (sigaction(keepable_signals[i], NULL, &action) == 0 &&
		    action.sa_handler == SIG_IGN)
			sigdelset(&set, keepable_signals[i]);
	}
	return set;
}

/* A stream that the caller had closed, and that process_begin() could only make fail. */
static bool cannot_be_written(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 || (flags & O_ACCMODE) == O_RDONLY;
}

static void arrange_streams(posix_spawn_file_actions_t *actions, const struct process_spawn *how)
{
	for (int i = 0; i <= STDERR_FILENO; i++) {
		if (how->fds[i] >= 0)
			posix_spawn_file_actions_adddup2(actions, how->fds[i], i);
		else if (i != STDIN_FILENO && cannot_be_written(i))
			posix_spawn_file_actions_addopen(actions, i, "/dev/null", O_WRONLY, 0);
	}
	if (how->closes_others)
		posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
}

static void arrange_signals(posix_spawnattr_t *attributes, const struct process_spawn *how)
{
	const sigset_t defaults = default_signals(how->keeps_ignored_signals);
	short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
	sigset_t none;

	sigemptyset(&none);
	if (how->has_own_group)
		flags |= POSIX_SPAWN_SETPGROUP;
	posix_spawnattr_setflags(attributes, flags);
	posix_spawnattr_setpgroup(attributes, 0);
	posix_spawnattr_setsigdefault(attributes, &defaults);
	posix_spawnattr_setsigmask(attributes, &none);
}

/* Never a fork: memory is not copied, and other threads' locks do not matter. */
err_t process_spawn(const struct process_spawn *how, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int errnum;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	arrange_streams(&actions, how);
	arrange_signals(&attributes, how);
	errnum = (how->searches ? posix_spawnp : posix_spawn)(ret, how->path, &actions, &attributes,
							      how->arguments, how->environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return errnum ? err_errno(errnum, "cannot run '%s'", how->path) : NULL;
}

unsigned long process_depth(void)
{
	const char *text = secure_getenv("MDEVADM_NESTED");
	unsigned long depth = 0;

	if (text && !str_to_number(text, PROCESS_DEPTH_MAX, &depth))
		depth = 1;
	return depth;
}

void process_environment(const struct env *env, struct strlist *ret)
{
	bool has_path = false;

	for (char **variable = environ; *variable && !getauxval(AT_SECURE); variable++) {
		if (env_is_exported(*variable))
			continue;
		strlist_add(ret, mem_strdup(*variable));
		has_path = has_path || str_starts_with(*variable, "PATH=");
	}
	if (!has_path)
		strlist_add(ret, mem_strdup("PATH=" PATH_DEFAULT));
	env_export(env, ret);
	strlist_add(ret, mem_printf("MDEVADM_NESTED=%lu", process_depth() + 1));
}

err_t process_wait(pid_t child, int *ret)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return err_errno(errno, "cannot tell how process %d ended", (int)child);
	*ret = status;
	return NULL;
}
/* What is known of the process from field 3 of stat on (proc(5)), owned by the caller; or NULL. */
static char *read_stat(const char *proc, const char *pid)
{
	_cleanup_(mem_freep) char *path = mem_printf("%s/%s/stat", proc, pid);
	_cleanup_(mem_freep) char *text = NULL;
	_cleanup_(err_freep) struct err *e = stream_read(path, STAT_MAX, &text, NULL);
	/* The command before the last parenthesis may have spaces in it. */
	const char *at = e ? NULL : strrchr(text, ')');

	return at && at[1] ? mem_strdup(at + 2) : NULL;
}

/* @stat begins with field 3; 0 if there is no such field. */
static unsigned long long field_of(const char *stat, int field)
{
	for (int i = 3; stat && i < field; i++) {
		stat = strchr(stat, ' ');
		stat = stat ? stat + 1 : NULL;
	}
	return stat ? strtoull(stat, NULL, 10) : 0;
}

unsigned long long process_start_time(const struct env *env, pid_t pid)
{
	_cleanup_(mem_freep) char *name = mem_printf("%d", (int)pid);
	_cleanup_(mem_freep) char *stat = read_stat(env->dir[ENV_DIR_PROC], name);

	return stat && stat[0] != 'Z' ? field_of(stat, 22) : 0;
}

bool process_group_has_others(const char *proc, pid_t group)
{
	_cleanup_(strlist_clear) struct strlist pids = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(err_freep) struct err *e = dir_open(proc, &dir);
	bool has_others = false;

	if (!e)
		e = dir_list(dir, &pids);
	if (e)
		return true;
	for (size_t i = 0; i < pids.count && !has_others; i++) {
		_cleanup_(mem_freep) char *stat = NULL;

		if (pids.items[i][0] < '0' || pids.items[i][0] > '9' ||
		    strtoll(pids.items[i], NULL, 10) == group)
			continue;
		stat = read_stat(proc, pids.items[i]);
		has_others =
			stat && stat[0] != 'Z' && field_of(stat, 5) == (unsigned long long)group;
	}
	return has_others;
}
