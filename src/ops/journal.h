/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line in the system log for each change. */
#pragma once

#include "base/env.h"
#include "base/uuid.h"

/*
 * "ACTION UUID on parent 'P' by uid N (login uid M): done", or what went wrong instead of "done".
 * Where there is no system log, nothing is said: it must not keep an operation from being done.
 */
void journal_device(const struct env *env, const char *action, const struct uuid *uuid,
		    const char *parent, const struct err *e);
/* "ACTION parent 'P' by …". */
void journal_parent(const struct env *env, const char *action, const char *parent,
		    const struct err *e);
