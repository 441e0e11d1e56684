/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dir_private.h"

void fd_closep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

err_t dir_err(const struct dir *dir, const char *verb, const char *name)
{
	int errnum = errno;

	return err_hint_for_errnum(err_errno(errnum, "cannot %s '%s/%s'", verb, dir->path, name));
}

int64_t dir_log_begin(const struct dir *dir)
{
	return dir->is_logged ? log_begin() : 0;
}

static struct dir *dir_new(int fd, char *path, bool is_logged)
{
	struct dir *dir = mem_alloc(sizeof(*dir));

	*dir = (struct dir){ .fd = fd, .path = path, .is_logged = is_logged };
	return dir;
}

err_t dir_open(const char *path, struct dir **ret)
{
	int64_t begin = log_begin();
	/* The root itself: paths have no slash at their end. */
	int fd = open(*path ? path : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct err *e = NULL;

	if (fd < 0)
		e = err_hint_for_errnum(err_errno(errno, "cannot open '%s'", path));
	else
		*ret = dir_new(fd, mem_strdup(path), begin != 0);
	return log_end(begin, e, "done", "open directory '%s'", path);
}

static err_t open_at(const struct dir *at, const char *path, int flags, struct dir **ret)
{
	int64_t begin = dir_log_begin(at);
	int fd = openat(at->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
	struct err *e = fd < 0 ? dir_err(at, "open", path) : NULL;

	if (!e)
		*ret = dir_new(fd, mem_printf("%s/%s", at->path, path), at->is_logged);
	return log_end(begin, e, "done", "open directory '%s/%s'", at->path, path);
}

err_t dir_open_at(const struct dir *at, const char *name, struct dir **ret)
{
	return open_at(at, name, O_NOFOLLOW, ret);
}

err_t dir_open_linked(const struct dir *at, const char *path, struct dir **ret)
{
	return open_at(at, path, 0, ret);
}

/* Opens the directory @name; of one that is new, sets the mode, whatever the caller's umask is. */
static err_t open_made(const struct dir *at, const char *name, mode_t mode, bool is_new,
		       struct dir **ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	TRY(dir_open_at(at, name, &dir));
	if (is_new && fchmod(dir->fd, mode) < 0)
		return dir_err(at, "set the mode of", name);
	*ret = take(dir);
	return NULL;
}

err_t dir_make_at(const struct dir *at, const char *name, mode_t mode, struct dir **ret)
{
	bool is_new = mkdirat(at->fd, name, mode) == 0;

	if (!is_new && errno != EEXIST)
		return dir_err(at, "make", name);
	return open_made(at, name, mode, is_new, ret);
}

err_t dir_add_at(const struct dir *at, const char *name, mode_t mode, struct dir **ret,
		 bool *ret_is_new)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	bool is_new = mkdirat(at->fd, name, mode) == 0;
	struct err *e;

	if (!is_new && errno != EEXIST)
		return dir_err(at, "make", name);
	e = open_made(at, name, mode, is_new, &dir);
	if (!e && is_new && fsync(at->fd) < 0)
		e = dir_err(at, "sync the directory of", name);
	if (e && is_new)
		unlinkat(at->fd, name, AT_REMOVEDIR);
	TRY(e);
	*ret = take(dir);
	*ret_is_new = is_new;
	return NULL;
}

void dir_free(struct dir *dir)
{
	if (!dir)
		return;
	close(dir->fd);
	free(dir->path);
	free(dir);
}

err_t dir_has(const struct dir *dir, const char *path, bool *ret)
{
	struct stat st;
	int64_t begin = dir_log_begin(dir);
	bool has = fstatat(dir->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
	struct err *e = has || errnum_is_absence(errno) ? NULL : dir_err(dir, "look at", path);

	if (!e)
		*ret = has;
	return log_end(begin, e, has ? "there" : "not there", "look for '%s/%s'", dir->path, path);
}

err_t dir_stamp(const struct dir *dir, const char *path, struct dir_stamp *ret)
{
	struct stat st = { 0 };

	if (fstatat(dir->fd, path, &st, 0) < 0 &&
	    fstatat(dir->fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0 && !errnum_is_absence(errno))
		return dir_err(dir, "look at", path);
	*ret = (struct dir_stamp){ st.st_dev, st.st_ino, st.st_size, st.st_ctim };
	return NULL;
}

bool dir_stamp_is_equal(const struct dir_stamp *a, const struct dir_stamp *b)
{
	return a->dev == b->dev && a->inode == b->inode && a->size == b->size &&
	       a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

static void closedirp(DIR **stream)
{
	if (*stream)
		closedir(*stream);
}

static err_t read_names(const struct dir *at, const char *path, struct strlist *ret)
{
	int fd = openat(at->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_(closedirp) DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!stream)
		return dir_err(at, "open", path);

	while ((errno = 0, entry = readdir(stream)))
		if (entry->d_name[0] != '.')
			strlist_add(ret, mem_strdup(entry->d_name));
	return errno ? dir_err(at, "read", path) : NULL;
}

err_t dir_list_at(const struct dir *at, const char *path, struct strlist *ret)
{
	int64_t begin = dir_log_begin(at);

	return log_end(begin, read_names(at, path, ret), "done", "list '%s/%s'", at->path, path);
}

err_t dir_list(const struct dir *dir, struct strlist *ret)
{
	struct err *e = dir_list_at(dir, ".", ret);

	strlist_sort(ret);
	return e;
}
