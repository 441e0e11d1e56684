/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A kernel that refuses what plain files would take. */
#pragma once

#include <stddef.h>

#include "base/err.h"

/* Every system call @number fails with @errnum, or only those whose third argument is @size. */
struct refusal {
	long number;
	size_t size; /* 0 for all */
	int errnum;
};

/*
 * Gives what @function gives, called in a thread of its own under @refusal, as are the processes
 * that it starts. Skips the test where seccomp(2) is not allowed.
 */
err_t refuse(const struct refusal *refusal, struct err *(*function)(void *data), void *data);
