/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "claim.h"
#include "kernel/functions.h"
#include "kernel/hardware.h"
#include "kernel/mdev.h"
#include "kernel/vendor.h"
#include "state/held.h"

static err_t add_offers(const struct ops *ops, struct parent_info_list *ret)
{
	_cleanup_(parent_list_clear) struct parent_list parents = { 0 };

	TRY(sysfs_read_parents(ops->sysfs, NULL, &parents));
	for (size_t i = 0; i < parents.count; i++)
		parent_info_list_add(ret, parent_info_new(PARENT_MDEV, take(parents.items[i])));
	return NULL;
}

static err_t add_vendor(const struct ops *ops, const char *name, struct parent_info_list *ret)
{
	struct parent_info *info;
	struct parent *offer = NULL;
	char *current = NULL;

	TRY(vendor_read(ops->sysfs, name, &offer, &current));
	info = parent_info_new(PARENT_VENDOR_VFIO, offer);
	info->vendor_type = current;
	info->running = current != NULL;
	parent_info_list_add(ret, info);
	return NULL;
}

/* One that cannot be read is warned about. */
static err_t add_vendors(const struct ops *ops, struct parent_info_list *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	TRY(vendor_list(ops->sysfs, &names));
	for (size_t i = 0; i < names.count; i++)
		if (!parent_info_list_find(ret, names.items[i]))
			env_warn(ops->env, err_wrap(add_vendor(ops, names.items[i], ret),
						    "'%s' is left out", names.items[i]));
	return NULL;
}

/* Of all parents, and of what definitions alone name. */
static err_t count_definitions(const struct ops *ops, struct parent_info_list *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	TRY(store_list_parents(ops->store, &names));
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_(device_list_clear) struct device_list defined = { 0 };
		struct parent_info *info = parent_info_list_find(ret, names.items[i]);

		env_warn(ops->env,
			 err_wrap(store_list(ops->store, names.items[i], &defined),
				  "definitions on parent '%s' are left out", names.items[i]));
		if (!info && defined.count) {
			info = parent_info_new(PARENT_ABSENT, parent_new(names.items[i]));
			parent_info_list_add(ret, info);
		}
		if (info)
			info->defined += defined.count;
	}
	return NULL;
}

static void count_device(const struct device *dev, struct parent_info_list *list)
{
	struct parent_info *info = parent_info_list_find(list, dev->parent);

	if (!info)
		return;
	info->running++;
	for (size_t i = 0; i < info->offer->type_count && dev->type; i++)
		if (strcmp(info->offer->types[i].id, dev->type) == 0)
			info->uses[i].running++;
}

static err_t count_devices(const struct ops *ops, struct parent_info_list *ret)
{
	_cleanup_(device_list_clear) struct device_list devices = { 0 };

	TRY(mdev_scan_all(ops->sysfs, &devices));
	for (size_t i = 0; i < devices.count; i++)
		count_device(devices.items[i], ret);
	return NULL;
}

/* The name of the user, or the number if there is none; owned by the caller. */
static char *user_name(uid_t uid)
{
	char room[1024];
	struct passwd entry;
	struct passwd *found = NULL;

	if (getpwuid_r(uid, &entry, room, sizeof(room), &found) == 0 && found)
		return mem_strdup(found->pw_name);
	return mem_printf("%u", (unsigned)uid);
}

/* One that cannot be read holds as well. */
static err_t load_hold(const struct ops *ops, const char *parent, struct held **ret,
		       struct parent_info *info)
{
	struct err *e = held_load(ops->env, parent, ret);

	if (e)
		info->hold.reason = mem_strdup("its hold cannot be read");
	return e;
}

/* A hold of its card counts as well. */
static err_t look_up_hold(const struct ops *ops, struct parent_info *info)
{
	_cleanup_(held_freep) struct held *held = NULL;
	const struct held_part *part;

	TRY(load_hold(ops, info->offer->name, &held, info));
	if (!held && info->hardware.physical)
		TRY(load_hold(ops, info->hardware.physical, &held, info));
	if (!held)
		return NULL;
	part = held->hold ? held->hold : held->drain;
	if (!part)
		return NULL;
	info->hold.reason = mem_strdup(part->reason);
	info->hold.by = user_name(part->uid);
	info->hold.since = part->since;
	return NULL;
}

/* Of what nothing is known yet. */
static void look_up_hardware(const struct ops *ops, struct parent_info_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (!list->items[i]->hardware.path)
			env_warn(ops->env, hardware_read(ops->sysfs, list->items[i]->offer->name,
							 &list->items[i]->hardware));
}

static void number_functions(const struct ops *ops, struct parent_info_list *list)
{
	_cleanup_(functions_clear) struct functions functions = { 0 };
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	for (size_t i = 0; i < list->count; i++)
		if (list->items[i]->hardware.physical)
			strlist_add(&names, mem_strdup(list->items[i]->offer->name));
	functions_read(ops->sysfs, &names, &functions);
	for (size_t i = 0; i < list->count; i++) {
		const struct function *found =
			functions_find(&functions, list->items[i]->offer->name);

		if (found)
			list->items[i]->hardware.function = (long)found->number;
	}
}

/* A database that is not there is warned about once. */
static void look_up_products(const struct ops *ops, struct parent_info_list *list)
{
	struct err *e = NULL;

	for (size_t i = 0; i < list->count && !e; i++)
		e = hardware_find_product(ops->sysfs, list->items[i]->offer->name,
					  &list->items[i]->hardware);
	env_warn(ops->env, err_wrap(e, "what hardware is called is left out"));
}

static bool is_same_card(const struct parent_info *info, const char *name)
{
	const char *physical = info->hardware.physical;

	return strcmp(info->offer->name, name) == 0 || (physical && strcmp(physical, name) == 0);
}

/* Keeps @name, the functions of that card, and the card that it is a function of. */
static void keep_only(struct parent_info_list *list, const char *name)
{
	const struct parent_info *wanted = parent_info_list_find(list, name);
	_cleanup_(mem_freep) char *card = mem_copy(wanted ? wanted->hardware.physical : NULL);
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct parent_info *info = list->items[i];

		if (is_same_card(info, name) || (card && strcmp(info->offer->name, card) == 0))
			list->items[kept++] = info;
		else
			parent_info_free(info);
	}
	list->count = kept;
}

err_t op_parents(struct ops *ops, const struct parents_request *request,
		 struct parent_info_list *ret)
{
	if (!sysfs_is_there(ops->sysfs))
		env_warn(ops->env, err_set_kind(sysfs_check_support(ops->sysfs), ERR_FAILED));
	TRY(add_offers(ops, ret));
	TRY(add_vendors(ops, ret));
	TRY(count_definitions(ops, ret));
	TRY(count_devices(ops, ret));
	look_up_hardware(ops, ret);
	number_functions(ops, ret);
	inventory_add_cards(ret);
	if (request->parent)
		keep_only(ret, request->parent);
	/* Those of the cards that were added. */
	look_up_hardware(ops, ret);
	if (request->wants_products)
		look_up_products(ops, ret);
	for (size_t i = 0; i < ret->count; i++)
		env_warn(ops->env, look_up_hold(ops, ret->items[i]));
	return NULL;
}
