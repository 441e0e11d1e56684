/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading facts below sysfs. A file or link that is surely not there gives none. */
#pragma once

#include "model/machine.h"
#include "sysfs_private.h"

/*
 * Whether @e, the failure to look at @path, came of its going: a driver may say ENODEV of what is
 * there, and something else may have the name.
 */
bool facts_has_vanished(const struct err *e, const struct dir *dir, const char *path);
/* What the file @path says, under @name; without the newline at its end if @is_line. */
void facts_read(struct fact_list *list, const char *name, const struct dir *dir, const char *path,
		bool is_line);
/* Where the link @path leads: the last name of it. */
void facts_read_link(struct fact_list *list, const char *name, const struct dir *dir,
		     const char *path);
/*
 * Adds to the files of @thing the regular files in @dir but for @skipped (NULL ends them), under
 * their names behind @prefix, and those in its directories if @depth is above 0. One that may not
 * be read is there without a text. A directory that cannot be read is a fact, "unread".
 */
void facts_read_files(struct thing *thing, const struct dir *dir, const char *prefix,
		      const char *const *skipped, int depth);
