/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that is known of the parents of a machine, as a description that mdevsim(1) reads. */
#pragma once

#include <stdbool.h>

#include "model/fact.h"

/* A parent, a type or a device. */
struct thing {
	char *name;
	struct fact_list facts; /* what a description has keys for */
	struct fact_list files; /* those of its driver; by their paths below its directory */
};

/* Owns its things; zero-initialised is empty. */
struct thing_list {
	struct thing *items;
	size_t count;
};

struct machine_parent {
	struct thing self;
	bool is_registered; /* has types; others are here because they belong to one that has */
	struct thing_list types;
	struct thing_list devices; /* each with its type as a fact, unless that is not known */
};

struct machine {
	struct machine_parent *items;
	size_t count;
};

/* These return what was added, borrowed until the next one is. */
struct thing *thing_list_add(struct thing_list *list, const char *name);
struct machine_parent *machine_add_parent(struct machine *machine, const char *name);
void machine_clear(struct machine *machine);

void thing_list_clear(struct thing_list *list);

/* How many facts could not be read. */
size_t thing_list_count_errors(const struct thing_list *list);
size_t machine_count_errors(const struct machine *machine);
/* The array "parents" of a description; a new reference. */
json_t *machine_to_json(const struct machine *machine);
