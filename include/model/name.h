/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which names from outside may become part of a path. */
#pragma once

#include "base/err.h"

/*
 * Every name that comes from an option, a definition or a script passes here once, before it
 * is used; whoever gets a struct device may rely on it. All fail with ERR_INVALID.
 */

/* A parent's device name: one path component, no leading dot, not "scripts.d". */
err_t name_check_parent(const char *name);
/* A type's directory name: one path component, no leading dot. */
err_t name_check_type(const char *name);
/* An attribute's path below its device: components without "." and "..", no slash at an end. */
err_t name_check_attr(const char *name);
/* An attribute's value: UTF-8, which is all that a definition can keep. */
err_t name_check_value(const char *value);
