/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the description of a host. */
#pragma once

#include "sim.h"

/* Fills @sim from @file. On failure returns false and says in @why where and why. */
bool describe_load(struct sim *sim, const char *file, struct text *why);
