/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/process.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/dir.h"

#define STAT_MAX 65536

void process_begin(void)
{
	signal(SIGCHLD, SIG_DFL);
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

/* Fields 3 and 22 of stat: proc(5). */
unsigned long long process_start_time(const struct env *env, pid_t pid)
{
	_cleanup_(mem_freep) char *path =
		mem_printf("%s/%d/stat", env->dir[ENV_DIR_PROC], (int)pid);
	_cleanup_(mem_freep) char *text = NULL;
	_cleanup_(err_freep) struct err *e = stream_read(path, STAT_MAX, &text, NULL);
	const char *at;

	if (e)
		return 0;
	/* The command before the last parenthesis may have spaces in it. */
	at = strrchr(text, ')');
	if (!at || strncmp(at, ") Z", 3) == 0)
		return 0;
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at, NULL, 10) : 0;
}
