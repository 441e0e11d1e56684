/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changes of a directory's content.
 *
 * The order is the promise: the new content is written beside the old and reaches the disk
 * (fsync) before the rename makes it visible, and the rename reaches the disk (fsync of the
 * directories) before success is reported. Until the rename nothing that is visible changes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/dir.h"
#include "dir_private.h"
#include "successor.h"

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

static err_t fill(int fd, const struct dir *dir, const char *name,
		  const struct dir_content *content)
{
	TRY(write_all(fd, content->temp_dir, content->temp, content->data, content->size));
	if (!content->is_private)
		TRY(successor_inherit(fd, dir, name));
	if (content->is_durable && fsync(fd) < 0)
		return dir_err(content->temp_dir, "sync", content->temp);
	return NULL;
}

static err_t write_temp(const struct dir *dir, const char *name, const struct dir_content *content)
{
	_cleanup_(fd_closep) int fd = create_new(content->temp_dir, content->temp);
	struct err *e;

	if (fd < 0)
		return dir_err(content->temp_dir, "make", content->temp);
	e = fill(fd, dir, name, content);
	if (e)
		unlinkat(content->temp_dir->fd, content->temp, 0);
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

static err_t move_to_place(const struct dir *dir, const char *name,
			   const struct dir_content *content)
{
	int from = content->temp_dir->fd;
	int failed;
	struct err *e;

	if (content->must_be_new)
		failed = rename_without_replacing(from, content->temp, dir, name);
	else
		failed = renameat(from, content->temp, dir->fd, name);
	if (!failed)
		return NULL;
	e = dir_err(dir, "replace", name);
	unlinkat(from, content->temp, 0);
	return e;
}

static err_t replace(const struct dir *dir, const char *name, const struct dir_content *content)
{
	struct err *e;

	if (content->size > content->max)
		return err_new(ERR_INVALID, "'%s/%s' would be larger than %zu bytes", dir->path,
			       name, content->max);
	TRY(write_temp(dir, name, content));
	TRY(move_to_place(dir, name, content));
	if (!content->is_durable)
		return NULL;
	e = sync_dir(dir);
	if (!e)
		e = sync_dir(content->temp_dir);
	return err_took_effect(e);
}

err_t dir_replace(const struct dir *dir, const char *name, const struct dir_content *content)
{
	int64_t begin = dir_log_begin(dir);

	return log_end(begin, replace(dir, name, content), "done", "write %zu bytes to '%s/%s'",
		       content->size, dir->path, name);
}

err_t dir_unlink(const struct dir *dir, const char *name)
{
	int64_t begin = dir_log_begin(dir);
	struct err *e;

	if (unlinkat(dir->fd, name, 0) < 0)
		e = dir_err(dir, "remove", name);
	else
		e = err_took_effect(sync_dir(dir));
	return log_end(begin, e, "done", "remove '%s/%s'", dir->path, name);
}

err_t dir_rename(const struct dir *dir, const char *from, const char *to)
{
	int64_t begin = dir_log_begin(dir);
	struct err *e;

	if (rename_without_replacing(dir->fd, from, dir, to) < 0)
		e = dir_err(dir, "rename", from);
	else
		e = sync_dir(dir);
	return log_end(begin, e, "done", "rename '%s/%s' to '%s'", dir->path, from, to);
}
