/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trust.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An access control list that lets others write shows in the group's bits. */
static char *problem_of(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return NULL;
	if (status.st_uid != 0)
		return mem_printf("'%s' belongs to user %u, not to root", path, status.st_uid);
	if (status.st_mode & (S_IWGRP | S_IWOTH))
		return mem_printf("'%s' can be written by others than root (mode %04o)", path,
				  status.st_mode & 07777);
	return NULL;
}

static char *problem_of_target_dir(const char *path)
{
	char target[PATH_MAX];
	char *slash;

	if (!realpath(path, target))
		return NULL;
	slash = strrchr(target, '/');
	if (slash == target)
		return NULL;
	*slash = '\0';
	return problem_of(target);
}

char *trust_problem(const char *path)
{
	struct stat status;
	char *problem;

	if (geteuid() != 0)
		return NULL;
	problem = problem_of(path);
	if (!problem && lstat(path, &status) == 0 && S_ISLNK(status.st_mode))
		problem = problem_of_target_dir(path);
	return problem;
}
