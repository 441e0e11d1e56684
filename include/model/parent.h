/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parents and the types of mediated devices that they offer. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "base/str.h"

struct mdev_type {
	char *id; /* the directory's name, such as "i915-GVTg_V5_4" */
	unsigned long available_instances;
	char *device_api;
	char *name;	   /* a human's; empty if the driver gives none */
	char *description; /* its lines joined by ", "; empty if the driver gives none */
};

struct parent {
	char *name;
	struct mdev_type *types; /* sorted by id */
	size_t type_count;
	size_t left_out; /* types that could not be read, and were warned about */
};

struct parent *parent_new(const char *name);
/* Takes the strings of @type. */
void parent_add_type(struct parent *parent, const struct mdev_type *type);
void parent_free(struct parent *parent);
DEFINE_CLEANUP(struct parent *, parent_free)

void mdev_type_clear(struct mdev_type *type);

/*
 * Adds the id of each type that is meant by @name: the one of that id; else those whose name is
 * that; else those whose name ends with it as a word of its own ("P40-1Q" is "GRID P40-1Q"). Case
 * does not count in names.
 */
void parent_find_types(const struct parent *parent, const char *name, struct strlist *ret);

/* Owns its parents; zero-initialised is empty. */
struct parent_list {
	struct parent **items;
	size_t count;
};

/* Takes @parent. */
void parent_list_add(struct parent_list *list, struct parent *parent);
void parent_list_clear(struct parent_list *list);
/* mdevctl's form, [{PARENT: [{TYPE: {…}}]}] or []; a new reference. */
json_t *parent_list_to_json(const struct parent_list *list);
