/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A mediated device, as a definition describes it and as it runs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "base/uuid.h"

/* Longest definition that is read, in bytes. */
#define DEVICE_JSON_MAX (1024 * 1024)

enum device_start {
	DEVICE_START_MANUAL,
	DEVICE_START_AUTO,
};

/* What the kernel has of it. */
enum device_state {
	DEVICE_STATE_ABSENT,
	DEVICE_STATE_RUNNING,
	DEVICE_STATE_REMOVING, /* a removal waits for its users to go */
	DEVICE_STATE_STUCK,    /* without a way to remove it: see kernel/mdev.h */
};

struct attr {
	char *name;
	char *value;
};

/* A member of a definition that is not ours: somebody else wants it back as it was. */
struct foreign_key {
	char *name;
	char *text; /* key and value, as they stand in the file */
};

struct device {
	struct uuid uuid;
	char *parent; /* NULL while not known */
	char *type;
	enum device_start start;
	struct attr *attrs; /* their order counts, and names may be repeated */
	size_t attr_count;
	enum device_state state;
	bool is_defined;
	bool is_incomplete; /* a start that died has left it without all its attributes */
	/* What only a definition has. */
	char *source;	 /* the file that it was read from */
	char *odd_start; /* what is wrong with its start mode, which counts as manual; else NULL */
	struct foreign_key *foreign;
	size_t foreign_count;
};

/* The strings are copied and may be NULL. */
struct device *device_new(const struct uuid *uuid, const char *parent, const char *type);
/* Without the state and what only a definition has. */
struct device *device_copy(const struct device *dev);
void device_free(struct device *dev);
DEFINE_CLEANUP(struct device *, device_free)

/*
 * Reads a definition. @source names it in errors (ERR_INVALID). The UUID and the parent are
 * the caller's to set.
 */
err_t device_from_json(const char *text, size_t size, const char *source, struct device **ret);
/*
 * The text of a definition file, with the keys that are not ours as they were; owned by the caller.
 * With an indentation, unless it would be longer than DEVICE_JSON_MAX then.
 */
char *device_to_definition(const struct device *dev);
/* The same in one line without blanks, as scripts read it; owned by the caller. */
char *device_to_line(const struct device *dev);
/* Warnings about a definition that was read; NULL if there is nothing to say. */
err_t device_odd_start(const struct device *dev);
err_t device_unknown_keys(const struct device *dev);
/* {"mdev_type": …, "start": …, "attrs": […]}; a new reference. */
json_t *device_to_json(const struct device *dev);
/* [{NAME: VALUE}, …]; a new reference. */
json_t *device_attrs_to_json(const struct device *dev);
/* Replaces the attributes by those of a JSON array like the above. */
err_t device_attrs_from_json(struct device *dev, const json_t *attrs, const char *source);

/* Puts a copy at @index, which is at most attr_count. */
void device_insert_attr(struct device *dev, size_t index, const char *name, const char *value);
/* Replaces the attributes by copies of those of @from. */
void device_copy_attrs(struct device *dev, const struct device *from);
/*
 * Whether they are the same in the same order; numbers may be written in any base ("0x2b", "43").
 */
bool attr_is_same_value(const char *a, const char *b);
bool device_has_same_attrs(const struct device *a, const struct device *b);
/* @index is less than attr_count. */
void device_remove_attr(struct device *dev, size_t index);

const char *device_start_name(enum device_start start);

/* Owns its devices; zero-initialised is empty. */
struct device_list {
	struct device **items;
	size_t count;
	size_t left_out; /* what could not be read, and was warned about */
};

/* Takes @dev. */
void device_list_add(struct device_list *list, struct device *dev);
/* By UUID, and of one UUID by parent. */
void device_list_sort(struct device_list *list);
/* The first of that UUID among the first @count of a list sorted so; NULL if there is none. */
struct device *const *device_list_find(const struct device_list *list, size_t count,
				       const struct uuid *uuid);
void device_list_clear(struct device_list *list);
