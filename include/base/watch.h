/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells that something has changed in directories, which need not be there yet (inotify). */
#pragma once

#include "base/err.h"

struct watch;

err_t watch_open(struct watch **ret);
void watch_free(struct watch *watch);
DEFINE_CLEANUP(struct watch *, watch_free)

/* Readable when there is something for watch_read(); borrowed. */
int watch_fd(const struct watch *watch);
/*
 * Watches the directory @path (absolute), or while it is not there the nearest one above it, for
 * its coming. What is watched already stays so: to be called again after each change, and before
 * the directory is looked at. Names with a leading dot do not count. ERR_FAILED: the user has no
 * watches left.
 */
err_t watch_add(struct watch *watch, const char *path);
/*
 * Takes all that has come: *ret_has_changed is whether it was of importance, *ret_is_lost whether
 * there was more than the kernel has kept. A file that somebody has just made, and not yet written,
 * is not told before it is closed.
 */
err_t watch_read(struct watch *watch, bool *ret_has_changed, bool *ret_is_lost);
