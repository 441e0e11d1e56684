/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line in the system log for each change. */
#pragma once

#include "base/env.h"

/*
 * "ACTION OBJECT by uid N (login uid M): done", or what went wrong instead of "done". Where there
 * is no system log, nothing is said: it must not keep an operation from being done.
 */
void journal_write(const struct env *env, const char *action, const char *object,
		   const struct err *e);
