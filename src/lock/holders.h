/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who holds a lock, for messages. */
#pragma once

#include "base/env.h"

/* "pid N (COMMAND, S s)" and the like of all that hold @fd's file locked; owned by the caller. */
char *holders_describe(const struct env *env, int fd);
