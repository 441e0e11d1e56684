/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where file systems are mounted. */
#pragma once

#include "base/env.h"
#include "base/str.h"

/*
 * Adds the places where a sysfs is mounted, as /proc/self/mountinfo has it: those that can be
 * written first. Opens libmount.
 */
err_t mounts_list_sysfs(const struct env *env, struct strlist *ret);
