/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "snapshot.h"

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

void snapshot_clear(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->count; i++)
		item_free(snapshot->items[i]);
	free(snapshot->items);
	*snapshot = (struct snapshot){ 0 };
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
static size_t place_of(const struct snapshot *snapshot, enum monitor_what what,
		       const struct uuid *uuid, const char *parent, bool *ret_is_there)
{
	size_t low = 0, high = snapshot->count;

	*ret_is_there = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_item(snapshot->items[middle], what, uuid, parent);

		if (!order)
			*ret_is_there = true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct item *snapshot_find(const struct snapshot *snapshot, enum monitor_what what,
			   const struct uuid *uuid, const char *parent)
{
	bool is_there;
	size_t place = place_of(snapshot, what, uuid, parent, &is_there);

	return is_there ? snapshot->items[place] : NULL;
}

struct item *snapshot_get(struct snapshot *snapshot, enum monitor_what what,
			  const struct uuid *uuid, const char *parent)
{
	bool is_there;
	size_t place = place_of(snapshot, what, uuid, parent, &is_there);
	struct item *item;

	if (is_there)
		return snapshot->items[place];
	item = mem_zalloc(sizeof(*item));
	item->what = what;
	if (uuid)
		item->uuid = *uuid;
	item->parent = parent ? mem_strdup(parent) : NULL;
	snapshot->items = mem_grow(snapshot->items, snapshot->count, sizeof(*snapshot->items));
	memmove(&snapshot->items[place + 1], &snapshot->items[place],
		(snapshot->count - place) * sizeof(*snapshot->items));
	snapshot->items[place] = item;
	snapshot->count++;
	return item;
}

static bool can_be_forgotten(const struct item *item)
{
	if (item->is_there || item->odd_since.at_ns)
		return false;
	return !item->number || deadline_ms_since(&item->gone_since) > FORGET_MS;
}

void snapshot_forget(struct snapshot *snapshot)
{
	size_t left = 0;

	for (size_t i = 0; i < snapshot->count; i++) {
		struct item *item = snapshot->items[i];

		if (can_be_forgotten(item))
			item_free(item);
		else
			snapshot->items[left++] = item;
	}
	snapshot->count = left;
}

size_t snapshot_count(const struct snapshot *snapshot, enum monitor_what what)
{
	size_t count = 0;

	for (size_t i = 0; i < snapshot->count; i++)
		count += snapshot->items[i]->what == what && snapshot->items[i]->is_there;
	return count;
}
