/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "claim.h"
#include "kernel/mdev.h"
#include "live_attrs.h"
#include "state/record.h"

static int compare(const void *a, const void *b)
{
	const struct device *x = *(struct device *const *)a;
	const struct device *y = *(struct device *const *)b;
	int order = strcmp(x->parent, y->parent);

	return order ? order : strcmp(x->uuid.text, y->uuid.text);
}

static void sort(struct device_list *list)
{
	if (list->count)
		qsort(list->items, list->count, sizeof(struct device *), compare);
}

/* The same device in a sorted list, or NULL. */
static struct device *find(const struct device_list *list, struct device *dev)
{
	struct device **found = NULL;

	if (list->count)
		found = bsearch(&dev, list->items, list->count, sizeof(struct device *), compare);
	return found ? *found : NULL;
}

/* What is listed: UUIDs, and parents (none: all of them). */
struct wanted {
	const struct list_request *request;
	struct strlist parents;
};

static bool is_wanted(const struct device *dev, const struct wanted *wanted)
{
	const struct list_request *request = wanted->request;
	bool is_named = !request->uuid_count;

	for (size_t i = 0; i < request->uuid_count && !is_named; i++)
		is_named = uuid_is_equal(&dev->uuid, &request->uuids[i]);
	return is_named && (!request->parent || strlist_has(&wanted->parents, dev->parent));
}

/* What runs, sorted; of one UUID without a look at the others. */
static err_t list_running(const struct ops *ops, const struct wanted *wanted,
			  struct device_list *ret)
{
	const struct list_request *request = wanted->request;
	_cleanup_(device_list_clear) struct device_list all = { 0 };
	struct device *one = NULL;
	struct err *e;

	if (request->uuid_count == 1) {
		e = mdev_find(ops->sysfs, request->uuids, &one);
		if (one && one->type && one->state != DEVICE_STATE_REMOVING)
			device_list_add(&all, one);
		else
			device_free(one);
	} else {
		e = mdev_scan(ops->sysfs, &all);
	}
	for (size_t i = 0; i < all.count; i++)
		if (is_wanted(all.items[i], wanted))
			device_list_add(ret, take(all.items[i]));
	sort(ret);
	return e;
}

/* Adds those of @parent (NULL: of all). */
static err_t load_wanted(const struct ops *ops, const struct wanted *wanted, const char *parent,
			 struct device_list *ret)
{
	const struct list_request *request = wanted->request;
	_cleanup_(device_list_clear) struct device_list all = { 0 };

	if (request->uuid_count < 2)
		return store_load_all(ops->store, request->uuid_count ? request->uuids : NULL,
				      parent, ret);
	TRY(store_load_all(ops->store, NULL, parent, &all));
	for (size_t i = 0; i < all.count; i++)
		if (is_wanted(all.items[i], wanted))
			device_list_add(ret, take(all.items[i]));
	ret->left_out += all.left_out;
	return NULL;
}

static err_t list_defined(const struct ops *ops, const struct wanted *wanted,
			  struct device_list *ret)
{
	struct err *e = NULL;

	if (!wanted->request->parent)
		e = load_wanted(ops, wanted, NULL, ret);
	for (size_t i = 0; i < wanted->parents.count && !e; i++)
		e = load_wanted(ops, wanted, wanted->parents.items[i], ret);
	sort(ret);
	return e;
}

/* Definitions, with the state of what runs. */
static err_t list_definitions(const struct ops *ops, const struct wanted *wanted,
			      struct device_list *ret)
{
	_cleanup_(device_list_clear) struct device_list running = { 0 };
	struct err *e = list_defined(ops, wanted, ret);

	if (!e && ret->count)
		e = list_running(ops, wanted, &running);
	for (size_t i = 0; i < ret->count; i++) {
		const struct device *same = find(&running, ret->items[i]);

		if (same && same->type && strcmp(same->type, ret->items[i]->type) == 0)
			ret->items[i]->state = same->state;
	}
	return e;
}

/* Whether a start of it began and did not end, and nobody is at it any more. */
static err_t look_up_record(const struct ops *ops, struct device *dev)
{
	_cleanup_(record_freep) struct record *record = NULL;

	TRY(record_load(ops->env, &dev->uuid, &record));
	dev->is_incomplete = record && record->state == RECORD_STARTING &&
			     strcmp(record->dev->parent, dev->parent) == 0 &&
			     !record_has_living_maker(ops->env, record);
	return NULL;
}

/* What runs, with the start mode of its definition. */
static err_t list_devices(struct ops *ops, const struct wanted *wanted, struct device_list *ret)
{
	_cleanup_(device_list_clear) struct device_list defined = { 0 };
	struct err *e = list_running(ops, wanted, ret);

	if (!e && ret->count)
		e = list_defined(ops, wanted, &defined);
	for (size_t i = 0; i < ret->count; i++) {
		const struct device *same = find(&defined, ret->items[i]);

		env_warn(ops->env, look_up_record(ops, ret->items[i]));
		if (!same)
			continue;
		ret->items[i]->is_defined = true;
		ret->items[i]->start = same->start;
	}
	return !e && wanted->request->wants_attrs ? ask_for_attrs(ops, ret) : e;
}

static void wanted_clear(struct wanted *wanted)
{
	strlist_clear(&wanted->parents);
}

err_t op_list(struct ops *ops, const struct list_request *request, struct device_list *ret)
{
	_cleanup_(wanted_clear) struct wanted wanted = { .request = request };

	if (request->parent)
		TRY(list_meant(ops, request->parent, request->has_group, &wanted.parents));
	return request->defined ? list_definitions(ops, &wanted, ret)
				: list_devices(ops, &wanted, ret);
}

err_t op_types(struct ops *ops, const char *parent, bool has_group, struct parent_list *ret)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };

	if (!parent)
		return sysfs_read_parents(ops->sysfs, NULL, ret);
	TRY(list_meant(ops, parent, has_group, &parents));
	for (size_t i = 0; i < parents.count; i++)
		TRY(sysfs_read_parents(ops->sysfs, parents.items[i], ret));
	return NULL;
}

err_t op_explain_absence(const struct ops *ops, const char *parent)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	return parent ? sysfs_open_parent(ops->sysfs, parent, &dir)
		      : sysfs_check_support(ops->sysfs);
}
