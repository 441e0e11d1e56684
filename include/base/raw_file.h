/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small files as they are, whatever is in them, for those who look at them elsewhere. */
#pragma once

#include <sys/types.h>

#include "base/dir.h"
#include "base/json.h"

struct raw_file {
	char *parent; /* of what it is about; NULL if its name says all */
	char *name;   /* NULL: those of that parent could not be listed */
	char *data;   /* NULL: it could not be read */
	size_t size;
	char *target; /* of a link; else NULL */
	mode_t mode;  /* with its kind; 0 if that could not be read */
	uid_t uid;
	gid_t gid;
	char *error; /* why there is no data, or no mode or target */
};

/* Owns its files; zero-initialised is empty. */
struct raw_file_list {
	struct raw_file *items;
	size_t count;
};

/*
 * Adds @name of @dir, which may be a link, with its @data and @size (taken), or with the error @e
 * (taken).
 */
void raw_file_list_add(struct raw_file_list *list, const struct dir *dir, const char *parent,
		       const char *name, char *data, size_t size, struct err *e);
/* Adds why those of @parent (NULL: all) are not there. Takes @e; NULL adds nothing. */
void raw_file_list_add_error(struct raw_file_list *list, const char *parent, struct err *e);
/* Adds all files in the directory of at most @max bytes, and the errors of the others. */
void raw_file_list_read(struct raw_file_list *list, const struct dir *dir, size_t max);
void raw_file_list_clear(struct raw_file_list *list);

size_t raw_file_list_count_errors(const struct raw_file_list *list);
/*
 * An array of objects with the keys parent, name, mode ("0644"), uid, gid, target; and text, or
 * base64 where that is no UTF-8, or error. A new reference.
 */
json_t *raw_file_list_to_json(const struct raw_file_list *list);
