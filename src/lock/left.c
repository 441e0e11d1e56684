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

/*
 * A run makes the file a moment before it locks it, on a busy machine a long one; and the kernel
 * gives /proc/locks in pieces, between which a lock may be passed over.
 */
#define LOOKS 5

/* Of a file that nobody has locked: an inode's number may be given to the next file of the name. */
struct unheld {
	ino_t inode; /* 0: there is none */
	struct timespec modified;
};

static err_t look(const struct env *env, const struct dir *dir, const char *name,
		  struct unheld *ret)
{
	_cleanup_(fd_closep) int fd = openat(dir->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_(mem_freep) char *holders = NULL;
	struct stat st;

	*ret = (struct unheld){ 0 };
	if (fd < 0 && errno == ENOENT)
		return NULL;
	if (fd < 0 || fstat(fd, &st) < 0)
		return dir_err(dir, "look at", name);
	TRY(holders_find(env, fd, false, &holders));
	if (!holders)
		*ret = (struct unheld){ st.st_ino, st.st_mtim };
	return NULL;
}

static bool is_same(const struct unheld *a, const struct unheld *b)
{
	return a->inode == b->inode && a->modified.tv_sec == b->modified.tv_sec &&
	       a->modified.tv_nsec == b->modified.tv_nsec;
}

/* Looks again at those of @files that are left; *ret: one still is. */
static err_t look_again(const struct env *env, const struct dir *dir, const struct strlist *names,
			struct unheld *files, bool *ret)
{
	*ret = false;
	for (size_t i = 0; i < names->count; i++) {
		struct unheld again = { 0 };

		if (!files[i].inode)
			continue;
		TRY(look(env, dir, names->items[i], &again));
		if (!is_same(&files[i], &again))
			files[i].inode = 0;
		*ret |= files[i].inode != 0;
	}
	return NULL;
}

err_t locks_list_left(const struct env *env, struct strlist *ret)
{
	const struct deadline never = { DEADLINE_NEVER };
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(mem_freep) struct unheld *files = NULL;
	_cleanup_(dir_freep) struct dir *dir = NULL;
	bool is_one_left = false;

	TRY(rundir_open(env, "lock/devices", &dir));
	if (dir)
		TRY(dir_list(dir, &names));
	files = mem_zalloc((names.count + 1) * sizeof(*files));
	for (size_t i = 0; i < names.count; i++) {
		TRY(look(env, dir, names.items[i], &files[i]));
		is_one_left |= files[i].inode != 0;
	}
	for (int i = 1; i < LOOKS && is_one_left; i++) {
		deadline_sleep(&never, LOCK_PAUSE_MAX_MS);
		TRY(look_again(env, dir, &names, files, &is_one_left));
	}
	for (size_t i = 0; i < names.count; i++)
		if (files[i].inode)
			strlist_add(ret, take(names.items[i]));
	return NULL;
}
