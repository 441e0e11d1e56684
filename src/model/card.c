/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What room a card has, which its virtual functions share. */
#include <stdlib.h>
#include <string.h>

#include "model/inventory.h"

/* The card's use of the type; it gets the type if it has not got it yet. */
static struct type_use *use_of(struct parent_info *card, const struct mdev_type *type)
{
	struct parent *offer = card->offer;
	struct mdev_type copy = { 0 };

	for (size_t i = 0; i < offer->type_count; i++)
		if (strcmp(offer->types[i].id, type->id) == 0)
			return &card->uses[i];
	copy.id = mem_strdup(type->id);
	copy.device_api = mem_strdup(type->device_api);
	copy.name = mem_strdup(type->name);
	copy.description = mem_strdup(type->description);
	parent_add_type(offer, &copy);
	card->uses = mem_resize(card->uses, offer->type_count, sizeof(*card->uses));
	card->uses[offer->type_count - 1] = (struct type_use){ .functions = 0, .room = 0 };
	return &card->uses[offer->type_count - 1];
}

/* No card has so many: what says more is wrong, and must not overflow. */
#define MANY 1000000

static long add_capped(long sum, unsigned long more)
{
	return more < MANY && sum < MANY ? sum + (long)more : MANY;
}

/* Until room_of(), the card's room is all that its functions say, and its number the largest. */
static void add_function(struct parent_info *card, const struct parent_info *function)
{
	card->running += function->running;
	card->defined += function->defined;
	card->offer->left_out += function->offer->left_out;
	for (size_t i = 0; i < function->offer->type_count; i++) {
		const struct mdev_type *type = &function->offer->types[i];
		struct type_use *use = use_of(card, type);
		struct mdev_type *sum = &card->offer->types[use - card->uses];

		use->running += function->uses[i].running;
		use->functions += type->available_instances > 0;
		use->room = add_capped(use->room, type->available_instances);
		if (type->available_instances > sum->available_instances)
			sum->available_instances = type->available_instances;
	}
}

/* The framebuffers of all that runs, in MiB. */
static long used_memory(const struct parent_info *info)
{
	long used = 0;

	for (size_t i = 0; i < info->offer->type_count; i++) {
		long each = mdev_type_framebuffer(&info->offer->types[i]);

		if (each > 0)
			used += each * (long)info->uses[i].running;
	}
	return used;
}

long parent_info_memory(const struct parent_info *info, long *ret_used)
{
	long whole = -1;

	*ret_used = used_memory(info);
	/* What runs of a type that could not be read uses some as well. */
	if (info->offer->left_out)
		return -1;
	for (size_t i = 0; i < info->offer->type_count; i++) {
		const struct mdev_type *type = &info->offer->types[i];
		long max = mdev_type_max_instance(type);
		long each = mdev_type_framebuffer(type);

		if (max > 0 && each > 0 && max * each > whole)
			whole = max * each;
	}
	return whole;
}

/* What the functions say bounds it: one that has a device offers nothing. */
static long room_of(const struct parent_info *card, size_t index, long used)
{
	const struct mdev_type *type = &card->offer->types[index];
	const struct type_use *use = &card->uses[index];
	long max = mdev_type_max_instance(type);
	long each = mdev_type_framebuffer(type);
	long room;

	if (!use->functions)
		return 0;
	if (max < 0)
		return type->available_instances > 1 ? (long)type->available_instances
						     : use->functions;
	room = max - (each > 0 ? (used + each - 1) / each : (long)use->running);
	if (room < 1)
		room = 1;
	return room < use->room ? room : use->room;
}

/* Whether the type is shut out though there is memory for it. */
static bool is_shut_out(const struct parent_info *info, size_t index, long whole, long used)
{
	long each = mdev_type_framebuffer(&info->offer->types[index]);

	return each > 0 && used + each <= whole && !info->offer->types[index].available_instances;
}

/* The type that runs, if all that runs has one size of framebuffer; else NULL. */
static const struct mdev_type *only_running(const struct parent_info *info)
{
	const struct mdev_type *only = NULL;

	for (size_t i = 0; i < info->offer->type_count; i++) {
		const struct mdev_type *type = &info->offer->types[i];

		if (!info->uses[i].running)
			continue;
		if (only && mdev_type_framebuffer(type) != mdev_type_framebuffer(only))
			return NULL;
		only = only ? only : type;
	}
	return only;
}

/* A full card offers nothing either: only what would have its memory is shut out by a size. */
static void find_only_size(struct parent_info *info)
{
	const struct mdev_type *only = only_running(info);
	bool is_any_shut_out = false;
	long used;
	long whole = parent_info_memory(info, &used);

	for (size_t i = 0; i < info->offer->type_count && only; i++) {
		const struct mdev_type *type = &info->offer->types[i];

		if (mdev_type_framebuffer(type) == mdev_type_framebuffer(only))
			continue;
		if (type->available_instances)
			return;
		is_any_shut_out |= is_shut_out(info, i, whole, used);
	}
	if (is_any_shut_out)
		info->only_size = mem_strdup(mdev_type_size_name(only));
}

static void work_out_card(struct parent_info *card)
{
	long used = used_memory(card);

	for (size_t i = 0; i < card->offer->type_count; i++)
		card->uses[i].room = room_of(card, i, used);
	find_only_size(card);
}

static void work_out_single(struct parent_info *info)
{
	for (size_t i = 0; i < info->offer->type_count; i++)
		info->uses[i].room = (long)info->offer->types[i].available_instances;
	find_only_size(info);
}

/* A physical function that has types itself. */
static void become_card(struct parent_info *info)
{
	info->kind = PARENT_CARD;
	for (size_t i = 0; i < info->offer->type_count; i++) {
		unsigned long available = info->offer->types[i].available_instances;

		info->uses[i].functions = available > 0;
		info->uses[i].room = (long)available;
	}
}

static struct parent_info *find_card(struct parent_info_list *list, const char *name)
{
	struct parent_info *card = parent_info_list_find(list, name);

	if (!card) {
		card = parent_info_new(PARENT_CARD, parent_new(name));
		parent_info_list_add(list, card);
	} else if (card->kind == PARENT_MDEV) {
		become_card(card);
	}
	return card;
}

/* What is sorted together: a card, and behind it its functions in their order. */
static const char *group_of(const struct parent_info *info)
{
	return info->hardware.physical ? info->hardware.physical : info->offer->name;
}

static int compare(const void *a, const void *b)
{
	const struct parent_info *x = *(struct parent_info *const *)a;
	const struct parent_info *y = *(struct parent_info *const *)b;
	int order = strcmp(group_of(x), group_of(y));

	if (order)
		return order;
	if (!x->hardware.physical || !y->hardware.physical)
		return (x->hardware.physical != NULL) - (y->hardware.physical != NULL);
	if (x->hardware.function != y->hardware.function)
		return x->hardware.function < y->hardware.function ? -1 : 1;
	return strcmp(x->offer->name, y->offer->name);
}

void inventory_add_cards(struct parent_info_list *list)
{
	size_t count = list->count;

	for (size_t i = 0; i < count; i++) {
		struct parent_info *info = list->items[i];

		if (!info->hardware.physical)
			continue;
		if (info->kind == PARENT_MDEV)
			add_function(find_card(list, info->hardware.physical), info);
		else
			find_card(list, info->hardware.physical);
	}
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i]->kind == PARENT_CARD)
			work_out_card(list->items[i]);
		else if (!list->items[i]->hardware.physical)
			work_out_single(list->items[i]);
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare);
}

/* Of the type that has most. */
long parent_info_room(const struct parent_info *info)
{
	long room = -1;

	if (info->offer->left_out)
		return -1;
	for (size_t i = 0; i < info->offer->type_count; i++)
		if (info->uses[i].room > room)
			room = info->uses[i].room;
	return room;
}
