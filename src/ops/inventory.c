/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "inventory.h"

#include <stdlib.h>
#include <string.h>

/* So long after it went, an event of it may be under way through udev. */
#define FORGET_MS 60000

void item_clear(struct item *item)
{
	free(take(item->parent));
	free(take(item->type));
	free(take(item->state));
	free(take(item->content));
}

static void item_free(struct item *item)
{
	item_clear(item);
	free(item);
}

void inventory_clear(struct inventory *inventory)
{
	for (size_t i = 0; i < inventory->count; i++)
		item_free(inventory->items[i]);
	free(inventory->items);
	*inventory = (struct inventory){ 0 };
}

/* A device has one parent, which may be another one next time. */
static bool has_parent_of_its_own(enum monitor_what what)
{
	return what != MONITOR_DEVICE && what != MONITOR_RECORD;
}

static int compare_item(const struct item *item, enum monitor_what what, const struct uuid *uuid,
			const char *parent)
{
	int order = item->what == what ? 0 : item->what < what ? -1 : 1;

	if (!order)
		order = strcmp(item->uuid.text, uuid ? uuid->text : "");
	return order || !has_parent_of_its_own(what) ? order : strcmp(item->parent, parent);
}

/* Where it is, or belongs. */
static size_t place_of(const struct inventory *inventory, enum monitor_what what,
		       const struct uuid *uuid, const char *parent, bool *ret_is_there)
{
	size_t low = 0, high = inventory->count;

	*ret_is_there = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_item(inventory->items[middle], what, uuid, parent);

		if (!order)
			*ret_is_there = true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct item *inventory_find(const struct inventory *inventory, enum monitor_what what,
			    const struct uuid *uuid, const char *parent)
{
	bool is_there;
	size_t place = place_of(inventory, what, uuid, parent, &is_there);

	return is_there ? inventory->items[place] : NULL;
}

struct item *inventory_get(struct inventory *inventory, enum monitor_what what,
			   const struct uuid *uuid, const char *parent)
{
	bool is_there;
	size_t place = place_of(inventory, what, uuid, parent, &is_there);
	struct item *item;

	if (is_there)
		return inventory->items[place];
	item = mem_zalloc(sizeof(*item));
	item->what = what;
	if (uuid)
		item->uuid = *uuid;
	item->parent = parent ? mem_strdup(parent) : NULL;
	inventory->items = mem_grow(inventory->items, inventory->count, sizeof(*inventory->items));
	memmove(&inventory->items[place + 1], &inventory->items[place],
		(inventory->count - place) * sizeof(*inventory->items));
	inventory->items[place] = item;
	inventory->count++;
	return item;
}

static bool can_be_forgotten(const struct item *item)
{
	if (item->is_there || item->odd_since.at_ns)
		return false;
	return !item->number || deadline_ms_since(&item->gone_since) > FORGET_MS;
}

void inventory_forget(struct inventory *inventory)
{
	size_t left = 0;

	for (size_t i = 0; i < inventory->count; i++) {
		struct item *item = inventory->items[i];

		if (can_be_forgotten(item))
			item_free(item);
		else
			inventory->items[left++] = item;
	}
	inventory->count = left;
}

size_t inventory_count(const struct inventory *inventory, enum monitor_what what)
{
	size_t count = 0;

	for (size_t i = 0; i < inventory->count; i++)
		count += inventory->items[i]->what == what && inventory->items[i]->is_there;
	return count;
}
