/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* flock() with a time limit. */
#pragma once

#include "base/deadline.h"
#include "base/err.h"

/* @operation is LOCK_SH or LOCK_EX. *ret is false if the deadline came first. */
err_t wait_for_flock(int fd, int operation, const struct deadline *deadline, bool *ret);
