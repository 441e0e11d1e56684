/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The directory /run/mdevadm. */
#pragma once

#include "base/dir.h"
#include "base/env.h"

/* Opens /run/mdevadm/@name, making it first; below a root, /run itself is made, too. */
err_t rundir_make(const struct env *env, const char *name, struct dir **ret);
/* Its path; owned by the caller. */
char *rundir_path(const struct env *env, const char *name);
/* The same without making anything: *ret is NULL if it is surely not there. */
err_t rundir_open(const struct env *env, const char *name, struct dir **ret);
