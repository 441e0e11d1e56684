/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether nobody but root can change what a path leads to. */
#pragma once

#include "base/err.h"

/*
 * *ret_real is the file or directory that the absolute @path leads to, without links, owned by the
 * caller: it, and each directory and link on the way to it, can be changed by root alone (for a
 * process that is not root's: by root or its user). So it stays what it is, and can be opened or
 * run later by that path. A directory that others can write to is one of those only if it is
 * sticky and what is looked up in it is root's; at the end of @path it never is, as its names
 * are not root's choice.
 *
 * ERR_REFUSED names the place that others can change, or that cannot be looked at (which has the
 * errno).
 */
err_t trust_resolve(const char *path, char **ret_real);
