/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Directories held open, and the files in them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "base/err.h"
#include "base/str.h"

/*
 * Every file is reached from a directory that is open, by one name without a slash unless
 * a function says otherwise; no function follows a symbolic link in that last name.
 * Errors carry the full path and the errno.
 */
struct dir {
	int fd;
	char *path;	/* for messages */
	bool is_logged; /* the debug log tells of what is looked at in it and below */
};

/* Follows links: for the places that an administrator chose. */
err_t dir_open(const char *path, struct dir **ret);
err_t dir_open_at(const struct dir *at, const char *name, struct dir **ret);
/* Follows links in @path, which may have slashes: for sysfs, whose links are the kernel's. */
err_t dir_open_linked(const struct dir *at, const char *path, struct dir **ret);
/* Opens it, making it first if it is not there. */
err_t dir_make_at(const struct dir *at, const char *name, mode_t mode, struct dir **ret);
/*
 * The same, durably. *ret_is_new: it was made here; on failure, what was made is taken away again.
 */
err_t dir_add_at(const struct dir *at, const char *name, mode_t mode, struct dir **ret,
		 bool *ret_is_new);
void dir_free(struct dir *dir);
DEFINE_CLEANUP(struct dir *, dir_free)

/*
 * Whether there is something at @path (slashes allowed), a dangling link included. "No" is an
 * answer only where it is sure: see err_is_absence().
 */
err_t dir_has(const struct dir *dir, const char *path, bool *ret);
/* The names in it but for those with a leading dot, sorted. */
err_t dir_list(const struct dir *dir, struct strlist *ret);
/* The same of the directory @path (links are followed), in no order. */
err_t dir_list_at(const struct dir *at, const char *path, struct strlist *ret);
/*
 * The whole of a regular file, NUL-terminated, owned by the caller. A file of more than
 * @max bytes, and one that is no regular file, is an error. @ret_size may be NULL.
 */
err_t dir_read(const struct dir *dir, const char *name, size_t max, char **ret, size_t *ret_size);
/* The same of the stream @path, which may be a pipe: read once, to its end. */
err_t stream_read(const char *path, size_t max, char **ret, size_t *ret_size);
/* What the link @path (slashes allowed) points to; owned by the caller. */
err_t dir_read_link(const struct dir *dir, const char *path, char **ret);

/* What differs when a file was replaced or written to. */
struct dir_stamp {
	dev_t dev;
	ino_t inode;
	off_t size;
	struct timespec changed; /* mode and owner included */
};

/*
 * Of what is at @path (slashes allowed; links are followed, a dangling one has its own). All is 0
 * if it is surely not there.
 */
err_t dir_stamp(const struct dir *dir, const char *path, struct dir_stamp *ret);
bool dir_stamp_is_equal(const struct dir_stamp *a, const struct dir_stamp *b);

/* The new content of a file, and how it gets there. */
struct dir_content {
	const struct dir *temp_dir; /* on the same file system as the file */
	const char *temp;	    /* a name directly in it that nobody else uses meanwhile */
	const char *data;
	size_t size;
	size_t max;	  /* what dir_read() is called with: more is ERR_INVALID */
	bool must_be_new; /* something there is an error (EEXIST) */
	bool is_private;  /* mode 0600 and this user's, whatever is there */
	bool is_durable;  /* success outlives a power cut; else it may cost the content */
};

/*
 * Replaces @name, or makes it with mode 0644, so that a reader sees all of the old or all of
 * the new content whatever happens. Owner, mode, access control list and other extended
 * attributes of what is replaced stay: what cannot be kept is an error, and nothing is replaced.
 * See err_has_effect() for an error behind the change.
 */
err_t dir_replace(const struct dir *dir, const char *name, const struct dir_content *content);
/* Removes a file durably; see err_has_effect(). */
err_t dir_unlink(const struct dir *dir, const char *name);
/* Renames a file within its directory, durably; something at @to is an error. */
err_t dir_rename(const struct dir *dir, const char *from, const char *to);

/*
 * Opens the existing file @path (slashes allowed) for writing, and never leaves @dir: neither
 * through "..", nor an absolute path, nor a link (ELOOP or EXDEV). The caller owns @ret.
 */
err_t dir_open_beneath(const struct dir *dir, const char *path, int *ret);

/* For _cleanup_: closes the descriptor unless it is negative. */
void fd_closep(const int *fd);

/* "cannot VERB 'DIR/NAME'" with the present errno and what to do about it. */
err_t dir_err(const struct dir *dir, const char *verb, const char *name);
