/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether only root can change a file. */
#pragma once

#include "base/err.h"

/*
 * The real path of @path, owned by the caller, if nobody but root can change the file and the
 * directories above it; for another user, nobody but root and that user. Sticky directories of
 * theirs may be writable for others. Else ERR_REFUSED, which says who can; an error of the look
 * keeps its errno.
 */
err_t trust_resolve(const char *path, char **ret_real);
