/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where file systems are mounted. */
#pragma once

#include "base/err.h"

/* *ret is NULL if no sysfs is mounted; owned by the caller. Opens libmount. */
err_t mounts_find_sysfs(char **ret);
