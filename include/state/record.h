/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is remembered of a device: /run/mdevadm/devices/UUID. */
#pragma once

#include <sys/types.h>

#include "base/dir.h"
#include "base/env.h"
#include "base/raw_file.h"
#include "base/str.h"
#include "model/device.h"

enum record_state {
	RECORD_NOTHING,	 /* nothing but what a drain has to bring back */
	RECORD_STARTING, /* from before the first write until all attributes are written */
	RECORD_RUNNING,
};

/*
 * Two parts, each of which can be there without the other: how the device was started, and how a
 * drain has to bring it back. All is written under the device's lock alone.
 */
struct record {
	struct uuid uuid;
	enum record_state state;
	struct device *dev;	  /* as it was started, attributes included; NULL: RECORD_NOTHING */
	pid_t pid;		  /* of the run that started it */
	unsigned long long since; /* when that process began, in clock ticks after boot: proc(5) */
	ino_t inode;		  /* of the device's directory in sysfs; 0 while not known */
	struct device *drained;	  /* what a drain has stopped; NULL if there is none */
	char *hold;		  /* the drain's name in struct held; NULL without @drained */
	char *drained_of; /* what was drained: its parent, or that one's physical function */
};

struct record *record_new(const struct uuid *uuid);
void record_free(struct record *record);
DEFINE_CLEANUP(struct record *, record_free)

/* These change the parts in memory. The devices are copied. */

/* By this process. */
void record_set_starting(struct record *record, const struct env *env, const struct device *dev);
/* Drops the first part. */
void record_set_stopped(struct record *record);
void record_set_drained(struct record *record, const struct device *dev, const char *drained_of,
			const char *hold);
void record_set_not_drained(struct record *record);

/*
 * *ret is NULL if there surely is none. ERR_INVALID, naming the file, is one that is not
 * understood; any other error says that it cannot be told.
 */
err_t record_load(const struct env *env, const struct uuid *uuid, struct record **ret);
/* The directory of these files, which need not be there; owned by the caller. */
char *record_place(const struct env *env);
/* What differs when the record may be another one; all is 0 if it is surely not there. */
err_t record_stamp(const struct env *env, const struct uuid *uuid, struct dir_stamp *ret);
/* Adds the UUIDs of those that there are. */
err_t record_list(const struct env *env, struct strlist *ret);
/* Adds the files as they are, also those that are not understood. */
void record_read_raw(const struct env *env, struct raw_file_list *ret);
/*
 * Writes both parts, or removes a record that has none. The caller has the device's lock. Refuses
 * one that could not be read again.
 */
err_t record_save(const struct env *env, const struct record *record);

/* Whether the process that made it still is. */
bool record_has_living_maker(const struct env *env, const struct record *record);
