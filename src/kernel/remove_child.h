/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process that writes a removal, since nothing ends a write that blocks. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/* Its exit status is 0, the errno of the write, or this one for a write that was short. */
#define REMOVE_CHILD_SHORT 255

/*
 * Starts the process *ret, which writes "1" to @remove_fd, and comes back when it is about to, or
 * has died. It has nothing open but @remove_fd, the @lock_fds, and one end of a pipe: the other
 * one, *ret_end (owned by the caller), has its end when the process has.
 */
err_t remove_child_start(int remove_fd, const int *lock_fds, size_t lock_count, pid_t *ret,
			 int *ret_end);
