/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What devices take instances from. */
#include "pool.h"

#include <errno.h>
#include <string.h>

static struct pool *pool_new(struct sim *sim, const char *name)
{
	struct pool *pool = sim_keep(sim, 1, sizeof(*pool));

	pool->name = name;
	pool->size_errno = EIO;
	pool->next = sim->pools;
	sim->pools = pool;
	return pool;
}

struct pool *pool_get(struct sim *sim, const char *name)
{
	struct pool *pool = sim->pools;

	while (pool && (!name || !pool->name || strcmp(pool->name, name) != 0))
		pool = pool->next;
	return pool ? pool : pool_new(sim, name);
}

void pool_take(struct type *type)
{
	struct pool *pool = type->parent->pool;

	type->used++;
	pool->used += type->cost;
	pool->n_devices++;
	pool->size = type->name;
}

void pool_give_back(struct type *type)
{
	struct pool *pool = type->parent->pool;

	type->used--;
	pool->used -= type->cost;
	pool->n_devices--;
}

static bool has_other_size(const struct type *type)
{
	const struct pool *pool = type->parent->pool;

	return pool->is_one_size && pool->n_devices && strcmp(pool->size, type->name) != 0;
}

/* Of the type's own number, which a pool with ports makes a limit that need not be there. */
static unsigned int type_left(const struct type *type)
{
	if (type->has_instances || !type->parent->pool->has_ports)
		return type->instances - type->used;
	return ~0U;
}

unsigned int pool_available(const struct type *type)
{
	const struct pool *pool = type->parent->pool;
	unsigned int left = type_left(type);
	unsigned int fit = pool->has_ports ? (pool->ports - pool->used) / type->cost : left;

	if (has_other_size(type))
		return 0;
	return fit < left ? fit : left;
}

int pool_check(const struct type *type)
{
	if (has_other_size(type))
		return -type->parent->pool->size_errno;
	return pool_available(type) ? 0 : -type->parent->full_errno;
}
