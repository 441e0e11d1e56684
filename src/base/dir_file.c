/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading and opening single files. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/dir.h"
#include "dir_private.h"

/* Enough for most of /proc with one read: what changes between two reads is not one state. */
#define STREAM_ROOM 65536

static const char *file_kind(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "a directory";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	case S_IFCHR:
	case S_IFBLK:
		return "a device node";
	default:
		return "something else";
	}
}

static err_t too_large(const char *path, size_t max)
{
	return err_new(ERR_INVALID, "'%s' is larger than %zu bytes", path, max);
}

/*
 * Reads @fd to its end. @expected is a guess of its size: one byte of room beyond it lets
 * the usual file end with the first read.
 */
static err_t read_to_end(int fd, const char *path, size_t expected, size_t max, char **ret,
			 size_t *ret_size)
{
	_cleanup_(mem_freep) char *data = NULL;
	size_t guess = expected ? expected : STREAM_ROOM;
	size_t room = (guess < max ? guess : max) + 1;
	size_t size = 0;

	data = mem_alloc(room + 1);
	for (;;) {
		size_t wanted = room - size;
		ssize_t got = read(fd, data + size, wanted);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(errno, "cannot read '%s'", path);
		size += (size_t)got;
		if (size > max)
			return too_large(path, max);
		if (got == 0 || (expected && (size_t)got < wanted))
			break;
		if (size == room) {
			room = room * 2 < max + 1 ? room * 2 : max + 1;
			data = mem_resize(data, room + 1, 1);
		}
	}
	data[size] = '\0';
	*ret = take(data);
	if (ret_size)
		*ret_size = size;
	return NULL;
}

static err_t open_failed(int errnum, const char *path)
{
	struct err *e = NULL;

	if (errnum == ELOOP)
		e = err_errno(errnum, "'%s' is a symbolic link, which is not followed", path);
	if (errnum == ENXIO)
		e = err_errno(errnum, "'%s' is not a regular file", path);
	if (e)
		return err_hint(err_set_kind(e, ERR_INVALID), "put a regular file in its place");
	return err_hint_for_errnum(err_errno(errnum, "cannot open '%s'", path));
}

static err_t read_regular(const struct dir *dir, const char *name, size_t max, char **ret,
			  size_t *ret_size)
{
	/* O_NONBLOCK: opening a FIFO must not wait for somebody who writes. */
	_cleanup_(fd_closep) int fd =
		openat(dir->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int errnum = errno;
	_cleanup_(mem_freep) char *path = NULL;
	struct stat st;

	path = mem_printf("%s/%s", dir->path, name);
	if (fd < 0)
		return open_failed(errnum, path);
	if (fstat(fd, &st) < 0)
		return err_errno(errno, "cannot look at '%s'", path);
	if (!S_ISREG(st.st_mode))
		return err_new(ERR_INVALID, "'%s' is %s, not a regular file", path,
			       file_kind(st.st_mode));
	if (st.st_size < 0 || (size_t)st.st_size > max)
		return too_large(path, max);
	return read_to_end(fd, path, (size_t)st.st_size, max, ret, ret_size);
}

err_t dir_read(const struct dir *dir, const char *name, size_t max, char **ret, size_t *ret_size)
{
	int64_t begin = dir_log_begin(dir);

	return log_end(begin, read_regular(dir, name, max, ret, ret_size), "done", "read '%s/%s'",
		       dir->path, name);
}

err_t stream_read(const char *path, size_t max, char **ret, size_t *ret_size)
{
	_cleanup_(fd_closep) int fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return err_hint_for_errnum(err_errno(errno, "cannot open '%s'", path));
	return read_to_end(fd, path, 0, max, ret, ret_size);
}

err_t dir_read_link(const struct dir *dir, const char *path, char **ret)
{
	int64_t begin = dir_log_begin(dir);
	char target[PATH_MAX];
	ssize_t length = readlinkat(dir->fd, path, target, sizeof(target) - 1);
	struct err *e = NULL;

	if (length < 0) {
		e = err_errno(errno, "cannot read the link '%s/%s'", dir->path, path);
	} else {
		target[length] = '\0';
		*ret = mem_strdup(target);
	}
	return log_end(begin, e, target, "read the link '%s/%s'", dir->path, path);
}

static bool is_up(const char *name)
{
	if (strcmp(name, "..") != 0)
		return false;
	errno = EXDEV;
	return true;
}

/* A link where a directory is wanted gives ENOTDIR; here it matters that it is a link. */
static void tell_link(int at, const char *name)
{
	struct stat st;

	if (errno != ENOTDIR)
		return;
	errno = fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode) ? ELOOP
											: ENOTDIR;
}

/* The same for kernels before 5.6, which have no openat2(): name by name, following nothing. */
static int walk_beneath(int dir_fd, const char *path, int flags)
{
	_cleanup_(mem_freep) char *copy = mem_strdup(path);
	_cleanup_(fd_closep) int held = -1;
	int at = dir_fd;
	char *name = copy;
	char *slash;

	while ((slash = strchr(name, '/'))) {
		int next;

		*slash = '\0';
		if (is_up(name))
			return -1;
		next = openat(at, *name ? name : ".",
			      O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			tell_link(at, name);
		fd_closep(&held);
		held = next;
		if (next < 0)
			return -1;
		at = next;
		name = slash + 1;
	}
	return is_up(name) ? -1 : openat(at, name, flags | O_NOFOLLOW);
}

err_t dir_open_beneath(const struct dir *dir, const char *path, int *ret)
{
	const int flags = O_WRONLY | O_NOCTTY | O_CLOEXEC;
	const struct open_how how = {
		.flags = (__u64)flags,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, dir->fd, path, &how, sizeof(how));

	if (fd < 0 && errno == ENOSYS)
		fd = path[0] == '/' ? (errno = EXDEV, -1) : walk_beneath(dir->fd, path, flags);
	if (fd < 0)
		return err_errno(errno, "cannot open '%s/%s'", dir->path, path);
	*ret = fd;
	return NULL;
}
