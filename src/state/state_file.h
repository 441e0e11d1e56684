/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small JSON files below /run/mdevadm, with a version. */
#pragma once

#include "base/env.h"
#include "base/json.h"
#include "base/raw_file.h"
#include "base/str.h"

/* An object with the version; a new reference. */
json_t *state_file_new(void);
/* Replaces /run/mdevadm/@dir/@name as a whole, if it has at most @max bytes. */
err_t state_file_write(const struct env *env, const char *dir, const char *name, const json_t *json,
		       size_t max);
/*
 * *ret is NULL if there surely is none. *ret_path, owned by the caller, is set in any case.
 * ERR_INVALID is one that is not understood. One of a later version is an error of another kind:
 * what it says is in force.
 */
err_t state_file_read(const struct env *env, const char *dir, const char *name, size_t max,
		      json_t **ret, char **ret_path);
/* Success if there is none. */
err_t state_file_remove(const struct env *env, const char *dir, const char *name);
/* Adds the names. */
err_t state_file_list(const struct env *env, const char *dir, struct strlist *ret);
/* Adds the files as they are. */
void state_file_read_raw(const struct env *env, const char *dir, size_t max,
			 struct raw_file_list *ret);
/* ERR_INVALID. */
err_t state_file_invalid(const char *path, const char *reason);
