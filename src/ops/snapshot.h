/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a monitor has told of, to be compared with what is there now. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/dir.h"
#include "ops/ops.h"

/* Strings are owned and may be NULL. */
struct item {
	enum monitor_what what;
	struct uuid uuid; /* unset: of a parent, or a hold */
	char *parent;
	char *type;
	char *state;
	bool is_defined;
	enum device_start start;
	size_t types;  /* of a parent */
	char *content; /* what else makes it another one: the text of a definition */

	ino_t inode;		   /* 0 while not known: another one is another device */
	unsigned long long number; /* events up to this one have nothing new to tell of it */
	struct dir_stamp stamp;	   /* of the file */
	struct deadline odd_since; /* since when it looks as if it was going; 0: it does not */
	bool is_there;		   /* else it was, and an event may yet tell so */
	bool is_seen;		   /* by the look that is under way */
	struct deadline gone_since;
};

void item_clear(struct item *item);

/* Zero-initialised is empty. */
struct snapshot {
	struct item **items; /* sorted */
	size_t count;
};

void snapshot_clear(struct snapshot *snapshot);
/* NULL if there is none; the parent counts for all but devices and records. */
struct item *snapshot_find(const struct snapshot *snapshot, enum monitor_what what,
			   const struct uuid *uuid, const char *parent);
/* The same; one that is not there yet is added, with nothing but its names. */
struct item *snapshot_get(struct snapshot *snapshot, enum monitor_what what,
			  const struct uuid *uuid, const char *parent);
/* Drops what is not there, of which no event can come any more. */
void snapshot_forget(struct snapshot *snapshot);
/* How many are there. */
size_t snapshot_count(const struct snapshot *snapshot, enum monitor_what what);
