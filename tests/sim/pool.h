/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What devices take instances from: a card's ports, for one parent or for several. */
#pragma once

#include "sim.h"

struct pool {
	struct pool *next;
	const char *name; /* NULL: one parent's own */
	bool has_ports;	  /* otherwise only the types' own numbers count */
	unsigned int ports;
	unsigned int used;
	unsigned int n_devices;
	bool is_one_size; /* all devices must be of one type, as NVIDIA's cards have it */
	int size_errno;
	const char *size; /* the type's name, while there are devices */
};

/*
 * The pool called @name, made if it is missing; a new one if @name is NULL. Lives as long as @sim.
 */
struct pool *pool_get(struct sim *sim, const char *name);

void pool_take(struct type *type);
void pool_give_back(struct type *type);

/* How many devices of @type can be made. */
unsigned int pool_available(const struct type *type);
/* What create says of that: 0, or a negative errno. */
int pool_check(const struct type *type);
