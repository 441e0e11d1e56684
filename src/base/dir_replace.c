/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Durable changes of a directory's content.
 *
 * The order is the promise: the new content is written beside the old and reaches the disk
 * (fsync) before the rename makes it visible, and the rename reaches the disk (fsync of the
 * directories) before success is reported. Until the rename nothing that is visible changes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dir.h"

static err_t sync_dir(const struct dir *dir)
{
	if (fsync(dir->fd) < 0)
		return err_errno(errno, "cannot sync '%s'", dir->path);
	return NULL;
}

static err_t write_all(int fd, const struct dir *dir, const char *name, const char *data,
		       size_t size)
{
	while (size) {
		ssize_t written = write(fd, data, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return dir_err(dir, "write", name);
		data += written;
		size -= (size_t)written;
	}
	return NULL;
}

/* A new file of that name; one that a run which died left behind is taken away first. */
static int create_new(const struct dir *dir, const char *name)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir->fd, name, flags, 0600);

	if (fd < 0 && errno == EEXIST && unlinkat(dir->fd, name, 0) == 0)
		fd = openat(dir->fd, name, flags, 0600);
	return fd;
}

/* Gives @fd the owner and mode of the file that it replaces; 0644 if there is none. */
static err_t copy_owner_and_mode(int fd, const struct dir *dir, const char *name)
{
	struct stat old;
	struct stat own;
	mode_t mode = 0644;

	if (fstatat(dir->fd, name, &old, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(old.st_mode)) {
		mode = old.st_mode & 07777;
		if (fstat(fd, &own) < 0)
			return dir_err(dir, "look at the successor of", name);
		if ((own.st_uid != old.st_uid || own.st_gid != old.st_gid) &&
		    fchown(fd, old.st_uid, old.st_gid) < 0)
			return dir_err(dir, "keep the owner of", name);
	}
	if (fchmod(fd, mode) < 0)
		return dir_err(dir, "set the mode of", name);
	return NULL;
}

static err_t write_temp(const struct dir *temp_dir, const char *temp, const struct dir *dir,
			const char *name, const char *data, size_t size)
{
	_cleanup_(fd_closep) int fd = create_new(temp_dir, temp);
	struct err *e;

	if (fd < 0)
		return dir_err(temp_dir, "make", temp);

	e = write_all(fd, temp_dir, temp, data, size);
	if (!e)
		e = copy_owner_and_mode(fd, dir, name);
	if (!e && fsync(fd) < 0)
		e = dir_err(temp_dir, "sync", temp);
	if (e)
		unlinkat(temp_dir->fd, temp, 0);
	return e;
}

/* Some file systems know no flags for rename: there a look beforehand has to do. */
static int rename_without_replacing(int from_fd, const char *from, const struct dir *dir,
				    const char *to)
{
	if (renameat2(from_fd, from, dir->fd, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (faccessat(dir->fd, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		errno = EEXIST;
	return errno == ENOENT ? renameat(from_fd, from, dir->fd, to) : -1;
}

err_t dir_replace(const struct dir *temp_dir, const char *temp, const struct dir *dir,
		  const char *name, const char *data, size_t size, bool must_be_new)
{
	struct err *e = write_temp(temp_dir, temp, dir, name, data, size);
	int failed;

	if (e)
		return e;

	if (must_be_new)
		failed = rename_without_replacing(temp_dir->fd, temp, dir, name);
	else
		failed = renameat(temp_dir->fd, temp, dir->fd, name);
	if (failed) {
		e = dir_err(dir, "replace", name);
		unlinkat(temp_dir->fd, temp, 0);
		return e;
	}

	e = sync_dir(dir);
	if (!e)
		e = sync_dir(temp_dir);
	return e;
}

err_t dir_unlink(const struct dir *dir, const char *name)
{
	if (unlinkat(dir->fd, name, 0) < 0)
		return dir_err(dir, "remove", name);
	return sync_dir(dir);
}

err_t dir_rename(const struct dir *dir, const char *from, const char *to)
{
	if (rename_without_replacing(dir->fd, from, dir, to) < 0)
		return dir_err(dir, "rename", from);
	return sync_dir(dir);
}
