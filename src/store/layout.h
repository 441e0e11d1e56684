/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where definitions are: the directories, and the links that somebody else manages. */
#pragma once

#include "base/dir.h"
#include "store/store.h"

#define STORE_NAME "mdevctl.d"
#define SCRIPTS	   "scripts.d"

struct store {
	const struct env *env;
	char *path;
};

/* The definitions of one parent. */
struct place {
	struct dir *dir; /* NULL if there are none */
	bool is_linked;	 /* it is a link: nothing is written behind it */
};

void place_clear(struct place *place);

/* *ret is NULL if it is not there: then nothing is defined. */
err_t layout_open_top(const struct store *store, struct dir **ret);
/* To read from. ERR_INVALID: it is no directory, or a link behind which others can write. */
err_t layout_open(const struct store *store, const char *parent, struct place *ret);
/* To see which names are there, whoever can write behind a link; what is no directory has none. */
err_t layout_look(const struct store *store, const char *parent, struct place *ret);
/*
 * To write to: makes what is missing, durably. ERR_FAILED: it is a link. layout_undo() takes away
 * again what was made and is empty.
 */
struct made {
	struct dir *etc; /* NULL: the top was there */
	struct dir *top;
	struct dir *dir;
	bool is_new;
};
void made_clear(struct made *made);
err_t layout_make(const struct store *store, const char *parent, struct made *ret);
void layout_undo(const struct made *made, const char *parent);

/*
 * Follows the link @dir/@name to a file that only root can change (or, for a user, root and the
 * user): *ret is its real path. ERR_INVALID: there is no such file.
 */
err_t layout_follow(const struct dir *dir, const char *name, char **ret);
/* The text of the definition @name in the place, behind a link as well. */
err_t layout_read(const struct place *place, const char *name, char **ret, size_t *ret_size);
/* Fails, saying who manages it, if @name in the place is behind a link that is followed. */
err_t layout_check_own(const struct place *place, const char *name);
