/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tables can show of the objects of --json. */
#pragma once

#include "table.h"

extern const struct column device_columns[];
extern const struct column parent_columns[];
extern const struct column type_columns[];

/* "2026-11-25 14:03", local time; owned by the caller, NULL if it is not known. */
char *show_time(long long seconds);
/* "pid 12 (qemu-system-x86), domain vm1", escaped; the names may be NULL. Owned by the caller. */
char *show_user(long long pid, const char *command, const char *domain);
