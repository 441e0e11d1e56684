/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of definitions: UUIDs, in whatever spelling. */
#pragma once

#include "base/dir.h"
#include "base/env.h"
#include "base/uuid.h"

/* A file in a parent's directory whose name is a UUID. */
struct entry {
	struct uuid uuid;
	char *name;
};

struct entries {
	struct entry *items;
	size_t count;
};

void entries_clear(struct entries *entries);
/*
 * All whose name is a UUID, sorted by it; of one UUID the file that counts comes first. With @env
 * not NULL, warns of the other names.
 */
err_t entries_read(const struct env *env, const struct dir *dir, struct entries *ret);
/* Whether entry @index is of a UUID that the one before it is the definition of. */
bool entries_is_second(const struct entries *entries, size_t index);
/* Warns if the name of entry @index is not canonical, or if another one counts. */
void entries_warn(const struct env *env, const struct dir *dir, const struct entries *entries,
		  size_t index);

/* Adds every file that is a spelling of @uuid; the one that counts comes first. */
err_t spelling_list(const struct dir *dir, const struct uuid *uuid, struct strlist *ret);
/* The name of the file that counts, owned by the caller; NULL if there is none. */
err_t spelling_find(const struct dir *dir, const struct uuid *uuid, char **ret);
