/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Probes, and what they print. */
#pragma once

#include "base/dir.h"
#include "kernel/trace.h"

#define TRACE_ADD    "add"
#define TRACE_REMOVE "remove"
/* What is printed of one begins, behind "PROBE: ", with "(FUNCTION+0x0/0x...)". */
#define TRACE_ADD_FUNCTION    "device_add"
#define TRACE_REMOVE_FUNCTION "device_del"

/*
 * Reads the first whole record in @text into *ret, and returns where the next one may begin; NULL,
 * and *ret untouched, if there is none. Nobody can forge one: a command has 15 bytes.
 */
const char *trace_parse(const char *text, struct traced *ret);

/* The directory of tracefs. */
err_t trace_find(const struct env *env, struct dir **ret);
/* The name for this process' probes and buffer, owned by the caller. */
char *trace_name(const struct env *env);
/* Sets the probes, and makes the buffer, which @ret_instance is. */
err_t trace_set_up(const struct dir *top, const char *name, struct dir **ret_instance);
/* Takes away what there is of that name. */
err_t trace_tear_down(const struct dir *top, const char *name);
/* Takes away what was left by processes that surely are no more. */
err_t trace_clean(const struct env *env, const struct dir *top);
