/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this tool knows of a device that it started: /run/mdevadm/devices/UUID. */
#pragma once

#include <sys/types.h>

#include "base/env.h"
#include "model/device.h"

enum record_state {
	RECORD_STARTING, /* before the first write to the kernel, until all attributes are written */
	RECORD_RUNNING,
};

struct record {
	struct device *dev; /* as it was started, attributes included */
	enum record_state state;
	pid_t pid;		  /* of the run that started it */
	unsigned long long since; /* when that process began, in clock ticks after boot: proc(5) */
	ino_t inode;		  /* of the device's directory in sysfs; 0 while not known */
};

void record_free(struct record *record);
DEFINE_CLEANUP(struct record *, record_free)

/* A record of @dev (copied) by this process. */
struct record *record_new(const struct device *dev);

/* *ret is NULL if there is none, or none that can be read (which is warned about). */
err_t record_load(const struct env *env, const struct uuid *uuid, struct record **ret);
/* The rest: the caller holds the device's lock. */
err_t record_save(const struct env *env, const struct record *record);
/* Success if there is none. */
err_t record_remove(const struct env *env, const struct uuid *uuid);

/* Whether the process that made it still is. */
bool record_has_living_maker(const struct env *env, const struct record *record);

/*
 * A stop that has just been: for a moment after it, the kernel may still count the device.
 * Remembered for as long as that may last.
 */
err_t record_note_stop(const struct env *env, const struct uuid *uuid);
bool record_was_just_stopped(const struct env *env, const struct uuid *uuid);
