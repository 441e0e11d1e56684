/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The directory /run/mdevadm. */
#pragma once

#include "base/dir.h"
#include "base/env.h"

/* Opens /run/mdevadm/@name, making it first. */
err_t state_make_dir(const struct env *env, const char *name, struct dir **ret);
/* The same without making anything: *ret is NULL if it is not there. */
err_t state_open_dir(const struct env *env, const char *name, struct dir **ret);
