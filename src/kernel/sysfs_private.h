/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of this floor share. */
#pragma once

#include "kernel/sysfs.h"

/* The kernel never hands out more than a page. */
#define SYSFS_FILE_MAX 65536

#define SYSFS_DEVICES "bus/mdev/devices"
#define SYSFS_TYPES   "mdev_supported_types"

struct sysfs {
	const struct env *env;
	struct dir *top; /* NULL if there is none */
};

/* What an errno means for one attribute; a table ends with errnum 0. */
struct sysfs_cause {
	int errnum;
	enum err_kind kind;
	const char *meaning;
	const char *hint; /* NULL if there is nothing to advise */
};

/*
 * Writes @value and then @end with one write() to the descriptor @fd of @path. Errors carry value,
 * path and errno, and what @causes says of it.
 */
err_t sysfs_write(int fd, const char *path, const char *value, const char *end,
		  const struct sysfs_cause *causes);
