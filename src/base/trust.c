/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/trust.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HINT "put it where nobody but root can change it or a directory above it; that is '%s' now"

/*
 * In a sticky directory, others can neither remove nor rename what is not theirs. An access control
 * list that lets others write shows in the group's bits.
 */
static err_t check_one(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return err_errno(errno, "cannot look at '%s'", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_hint(err_new(ERR_REFUSED, "'%s' belongs to user %u, not to root", path,
					st.st_uid),
				HINT, path);
	if (!(st.st_mode & (S_IWGRP | S_IWOTH)) || (S_ISDIR(st.st_mode) && (st.st_mode & S_ISVTX)))
		return NULL;
	return err_hint(err_new(ERR_REFUSED, "'%s' can be written by others than root (mode %04o)",
				path, st.st_mode & 07777),
			HINT, path);
}

/* From the top down: below what others cannot change, nobody puts another thing in its place. */
static err_t check_way(const char *real)
{
	_cleanup_(mem_freep) char *part = mem_strdup(real);

	TRY(check_one("/"));
	for (char *end = strchr(part + 1, '/'); end; end = strchr(end + 1, '/')) {
		*end = '\0';
		TRY(check_one(part));
		*end = '/';
	}
	return check_one(real);
}

err_t trust_resolve(const char *path, char **ret_real)
{
	_cleanup_(mem_freep) char *real = realpath(path, NULL);

	if (!real)
		return err_errno(errno, "cannot find '%s'", path);
	TRY(check_way(real));
	*ret_real = take(real);
	return NULL;
}
