/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether root may run what is in a file. */
#pragma once

#include "base/mem.h"

/*
 * NULL if only root can change the file or directory @path, or if this is not root's process;
 * else who can, in words, owned by the caller. Links are followed; of one that leads to another
 * directory that directory is judged, too.
 */
char *trust_problem(const char *path);
