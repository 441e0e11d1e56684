/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "choose.h"

#include <stdlib.h>
#include <string.h>

#include "hold.h"
#include "kernel/mdev.h"

void room_list_clear(struct room_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].parent);
		free(list->items[i].type);
	}
	free(list->items);
	*list = (struct room_list){ 0 };
}

/* What was found on the way, for the error if there is no room. */
struct choice {
	const struct ops *ops;
	const char *type;
	const char *physical;
	struct device_list running;
	struct holder holder; /* of a parent that has room, and is held */
	bool is_full;	      /* there is a parent with that type */
};

static int compare_counts(size_t a, size_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_rooms(const void *a, const void *b)
{
	const struct room *x = a;
	const struct room *y = b;
	int order = compare_counts(y->left, x->left);

	if (!order)
		order = compare_counts(x->on_card, y->on_card);
	if (!order)
		order = compare_counts(x->on_parent, y->on_parent);
	return order ? order : strcmp(x->parent, y->parent);
}

/* Counts what runs on the parent, and on its card. */
static err_t count_load(const struct choice *choice, const char *physical, struct room *room)
{
	const char *card = physical ? physical : room->parent;

	for (size_t i = 0; i < choice->running.count; i++) {
		const char *parent = choice->running.items[i]->parent;
		_cleanup_(mem_freep) char *other = NULL;

		room->on_parent += strcmp(parent, room->parent) == 0;
		if (physical)
			TRY(sysfs_physical_function(choice->ops->sysfs, parent, &other));
		room->on_card += strcmp(other ? other : parent, card) == 0;
	}
	return NULL;
}

/* NULL if it has none that is meant, or several: then nobody can tell which one. */
static const struct mdev_type *find_type(const struct parent *parent, const char *name)
{
	_cleanup_(strlist_clear) struct strlist ids = { 0 };

	parent_find_types(parent, name, &ids);
	for (size_t i = 0; ids.count == 1 && i < parent->type_count; i++)
		if (strcmp(parent->types[i].id, ids.items[0]) == 0)
			return &parent->types[i];
	return NULL;
}

/* Adds the parent if a device of the type can be made there. */
static err_t consider(struct choice *choice, const struct parent *parent, struct room_list *ret)
{
	_cleanup_(mem_freep) char *physical = NULL;
	const struct mdev_type *type = find_type(parent, choice->type);
	struct room room = { 0 };

	if (!type)
		return NULL;
	TRY(sysfs_physical_function(choice->ops->sysfs, parent->name, &physical));
	if (choice->physical && (!physical || strcmp(physical, choice->physical) != 0))
		return NULL;
	choice->is_full = true;
	if (!type->available_instances)
		return NULL;
	holder_clear(&choice->holder);
	TRY(hold_find(choice->ops->env, parent->name, physical, &choice->holder));
	if (choice->holder.name)
		return NULL;
	room.left = type->available_instances;
	room.parent = mem_strdup(parent->name);
	room.type = mem_strdup(type->id);
	ret->items = mem_grow(ret->items, ret->count, sizeof(*ret->items));
	ret->items[ret->count++] = room;
	return count_load(choice, physical, &ret->items[ret->count - 1]);
}

static err_t no_room(const struct choice *choice)
{
	if (choice->holder.name)
		return err_hint(err_new(ERR_BUSY,
					"the parents with room for type '%s' are held: %s",
					choice->type, choice->holder.reason),
				"'mdevadm resume %s' lifts a hold", choice->holder.name);
	if (choice->is_full)
		return err_hint(err_new(ERR_NO_INSTANCE,
					"no parent has an instance of type '%s' left",
					choice->type),
				"'mdevadm list' shows what runs");
	TRY(sysfs_check_support(choice->ops->sysfs));
	return err_hint(err_new(ERR_NOT_FOUND, "no parent has a type '%s'", choice->type),
			"'mdevadm types' lists the types");
}

static void choice_clear(struct choice *choice)
{
	device_list_clear(&choice->running);
	holder_clear(&choice->holder);
}

err_t choose_parents(const struct ops *ops, const char *type, const char *physical,
		     struct room_list *ret)
{
	_cleanup_(choice_clear) struct choice choice = { .ops = ops,
							 .type = type,
							 .physical = physical };
	_cleanup_(parent_list_clear) struct parent_list parents = { 0 };

	TRY(sysfs_read_parents(ops->sysfs, NULL, &parents));
	TRY(mdev_scan(ops->sysfs, &choice.running));
	for (size_t i = 0; i < parents.count; i++)
		TRY(consider(&choice, parents.items[i], ret));
	if (!ret->count)
		return no_room(&choice);
	qsort(ret->items, ret->count, sizeof(*ret->items), compare_rooms);
	return NULL;
}
