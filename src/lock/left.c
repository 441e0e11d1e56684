/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whoever has a device's lock unlinks its file: one that nobody holds is that of a killed run. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/dir.h"
#include "base/limits.h"
#include "base/rundir.h"
#include "holders.h"
#include "lock/lock.h"

/* The inode of a file that nobody has locked; 0 if there is none. */
static err_t look(const struct env *env, const struct dir *dir, const char *name, ino_t *ret)
{
	_cleanup_(fd_closep) int fd = openat(dir->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_(mem_freep) char *holders = NULL;
	struct stat st;

	*ret = 0;
	if (fd < 0 && errno == ENOENT)
		return NULL;
	if (fd < 0 || fstat(fd, &st) < 0)
		return dir_err(dir, "look at", name);
	TRY(holders_find(env, fd, false, &holders));
	if (!holders)
		*ret = st.st_ino;
	return NULL;
}

err_t locks_list_left(const struct env *env, struct strlist *ret)
{
	const struct deadline never = { DEADLINE_NEVER };
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(mem_freep) ino_t *inodes = NULL;
	_cleanup_(dir_freep) struct dir *dir = NULL;
	bool is_one_left = false;

	TRY(rundir_open(env, "lock/devices", &dir));
	if (dir)
		TRY(dir_list(dir, &names));
	inodes = mem_zalloc((names.count + 1) * sizeof(*inodes));
	for (size_t i = 0; i < names.count; i++) {
		TRY(look(env, dir, names.items[i], &inodes[i]));
		is_one_left |= inodes[i] != 0;
	}
	/* A run makes the file a moment before it locks it. */
	if (is_one_left)
		deadline_sleep(&never, LOCK_PAUSE_MAX_MS);
	for (size_t i = 0; i < names.count; i++) {
		ino_t again = 0;

		if (inodes[i])
			TRY(look(env, dir, names.items[i], &again));
		if (again && again == inodes[i])
			strlist_add(ret, take(names.items[i]));
	}
	return NULL;
}
