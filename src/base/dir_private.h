/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the directories share: a directory says whether its changes are logged. */
#pragma once

#include <stdint.h>

#include "base/dir.h"
#include "base/log.h"

/* As log_begin(), for something in @dir. */
int64_t dir_log_begin(const struct dir *dir);
