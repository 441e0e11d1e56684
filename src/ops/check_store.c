/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine's definitions, as files. */
#include <errno.h>
#include <string.h>

#include "base/trust.h"
#include "check.h"

/* Calls @look for each place of definitions; one that cannot be listed was told of before. */
static void each_place(struct check *check, void (*look)(struct check *check, const char *parent))
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };
	_cleanup_(mem_freep) char *top = store_top(check->ops->store);

	check_cannot_tell(check, top, store_list_parents(check->ops->store, &parents));
	for (size_t i = 0; i < parents.count; i++)
		look(check, parents.items[i]);
}

static void look_at_place_names(struct check *check, const char *parent)
{
	_cleanup_(mem_freep) char *top = store_top(check->ops->store);
	_cleanup_(mem_freep) char *path = mem_printf("%s/%s", top, parent);

	check->object = path;
	check_fault(check, path, store_check_names(check->ops->store, parent));
	check->object = NULL;
}

static void look_at_all_names(struct check *check)
{
	each_place(check, look_at_place_names);
}

/* What vanishes meanwhile is no definition any more. */
static void read_one(struct check *check, const char *parent, const struct uuid *uuid)
{
	_cleanup_(mem_freep) char *path = store_path(check->ops->store, parent, uuid);
	struct device *dev = NULL;
	struct err *e = store_load(check->ops->store, parent, uuid, &dev);

	if (err_is(e, ENOENT))
		err_free(e);
	else
		check_fault(check, path, e);
	if (dev)
		device_list_add(&check->definitions, dev);
}

static void read_definitions_of(struct check *check, const char *parent)
{
	_cleanup_(device_list_clear) struct device_list list = { 0 };

	check_cannot_tell(check, parent, store_list(check->ops->store, parent, &list));
	for (size_t i = 0; i < list.count; i++)
		read_one(check, parent, &list.items[i]->uuid);
}

static void read_definitions_of_all(struct check *check)
{
	each_place(check, read_definitions_of);
}

/* *ret: it can be trusted, or cannot be looked at. */
static void look_at_trust(struct check *check, const char *path, bool *ret)
{
	_cleanup_(mem_freep) char *real = NULL;
	struct err *e = trust_resolve(path, &real);

	*ret = !e || err_errnum(e);
	if (err_is_absence(e))
		err_free(e);
	else if (*ret)
		check_cannot_tell(check, path, e);
	else
		check_fault(check, path,
			    err_wrap(e, "others than root say what root writes to devices"));
}

/* In a place that others can change, one need not look at each file. */
static void look_at_all_trust(struct check *check)
{
	_cleanup_(mem_freep) char *top = store_top(check->ops->store);
	const char *parent = "";
	bool is_trusted;

	look_at_trust(check, top, &is_trusted);
	if (!is_trusted)
		return;
	for (size_t i = 0; i < check->definitions.count; i++) {
		const struct device *dev = check->definitions.items[i];
		_cleanup_(mem_freep) char *place = mem_printf("%s/%s", top, dev->parent);

		if (strcmp(parent, dev->parent) != 0)
			look_at_trust(check, place, &is_trusted);
		parent = dev->parent;
		if (is_trusted)
			look_at_trust(check, dev->source, &(bool){ false });
	}
}

const struct check_rule check_store_rules[] = {
	{ "definition-name", look_at_all_names },
	{ "definition-unreadable", read_definitions_of_all },
	{ "definition-untrusted", look_at_all_trust },
	{ 0 },
};
