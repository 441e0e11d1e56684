/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tree as a FUSE file system. */
#pragma once

#include "sim.h"

/* The session's user data is the struct sim. */
extern const struct fuse_lowlevel_ops fs_ops;

/* Forgets what the kernel knew; after the session's end. */
void fs_free(struct sim *sim);
