/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "successor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ACL "system.posix_acl_access"

/* Signatures of the old content: the kernel makes new ones. */
static bool is_signature(const char *name)
{
	return strcmp(name, "security.ima") == 0 || strcmp(name, "security.evm") == 0;
}

static bool has_value(int fd, const char *name, const char *value, size_t size)
{
	_cleanup_(mem_freep) char *own = mem_alloc(XATTR_SIZE_MAX);
	ssize_t own_size = fgetxattr(fd, name, own, XATTR_SIZE_MAX);

	return own_size >= 0 && (size_t)own_size == size && memcmp(own, value, size) == 0;
}

/* What is there already is not set: a security module may allow nobody to set a label. */
static int copy_xattr(int from, int to, const char *name)
{
	_cleanup_(mem_freep) char *value = mem_alloc(XATTR_SIZE_MAX);
	ssize_t size = fgetxattr(from, name, value, XATTR_SIZE_MAX);

	if (size < 0)
		return errno == ENODATA ? 0 : -1;
	if (has_value(to, name, value, (size_t)size))
		return 0;
	return fsetxattr(to, name, value, (size_t)size, 0);
}

/* The directory's default list, which the temporary file got and the old one does not have. */
static int drop_acl(int fd)
{
	return fremovexattr(fd, ACL) == 0 || errno == ENODATA || errno == ENOTSUP ? 0 : -1;
}

static err_t copy_xattrs(int from, int to, const struct dir *dir, const char *name)
{
	_cleanup_(mem_freep) char *names = mem_alloc(XATTR_LIST_MAX);
	ssize_t size = flistxattr(from, names, XATTR_LIST_MAX);
	bool has_acl = false;

	if (size < 0 && errno != ENOTSUP)
		return dir_err(dir, "list the extended attributes of", name);
	for (const char *at = names; at < names + size; at += strlen(at) + 1) {
		has_acl |= strcmp(at, ACL) == 0;
		if (is_signature(at) || copy_xattr(from, to, at) == 0)
			continue;
		return err_hint(
			err_errno(errno, "cannot keep the extended attribute '%s' of '%s/%s'", at,
				  dir->path, name),
			"'getfattr -d -m - %s/%s' shows them, and 'setfattr -x' removes one",
			dir->path, name);
	}
	if (!has_acl && drop_acl(to) < 0)
		return dir_err(dir, "keep the access control list of", name);
	return NULL;
}

static err_t set_mode(int fd, mode_t mode, const struct dir *dir, const char *name)
{
	if (fchmod(fd, mode & 07777) < 0)
		return dir_err(dir, "set the mode of", name);
	return NULL;
}

/* The owner first, since a change of it clears bits of the mode and privileges; the mode last. */
static err_t inherit_from(int from, int fd, const struct dir *dir, const char *name)
{
	struct stat old;
	struct stat own;

	if (fstat(from, &old) < 0 || fstat(fd, &own) < 0)
		return dir_err(dir, "look at", name);
	if ((own.st_uid != old.st_uid || own.st_gid != old.st_gid) &&
	    fchown(fd, old.st_uid, old.st_gid) < 0)
		return dir_err(dir, "keep the owner of", name);
	TRY(copy_xattrs(from, fd, dir, name));
	return set_mode(fd, old.st_mode, dir, name);
}

err_t successor_inherit(int fd, const struct dir *dir, const char *name)
{
	_cleanup_(fd_closep) int from = -1;
	struct stat old;

	if (fstatat(dir->fd, name, &old, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			return dir_err(dir, "look at", name);
		return set_mode(fd, 0644, dir, name);
	}
	if (!S_ISREG(old.st_mode))
		return set_mode(fd, 0644, dir, name);
	from = openat(dir->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (from < 0)
		return dir_err(dir, "open", name);
	return inherit_from(from, fd, dir, name);
}
