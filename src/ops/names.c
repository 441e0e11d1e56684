/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names as people have them. libvirt's name of a device is that of its subsystem and its own, with
 * a "_" for all that is no letter and no digit (nodeDeviceGenerateName() in its
 * src/node_device/node_device_driver.c); the matrix device is "ap_matrix". lspci leaves the domain
 * 0000 out, and nvidia-smi writes it with eight digits.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "claim.h"
#include "kernel/mdev.h"
#include "state/held.h"

/* As many as a person reads. */
#define SHOWN_MAX 8

static err_t ambiguous(const char *what, const char *name, const struct strlist *found)
{
	_cleanup_(mem_freep) char *list = strlist_join_some(found, "'", SHOWN_MAX);

	return err_hint(err_new(ERR_USAGE, "%s '%s' may be any of %zu", what, name, found->count),
			"say which: %s", list);
}

/* --- devices --- */

static void add_if_begins(const char *name, const char *beginning, struct strlist *ret)
{
	struct uuid uuid;

	if (uuid_parse(name, &uuid) && uuid_begins(&uuid, beginning))
		strlist_add(ret, mem_strdup(uuid.text));
}

static void add_listed(const struct device_list *devices, const char *beginning,
		       struct strlist *ret)
{
	for (size_t i = 0; i < devices->count; i++)
		add_if_begins(devices->items[i]->uuid.text, beginning, ret);
}

static err_t list_known(const struct ops *ops, struct device_list *ret)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };

	TRY(sysfs_list_parents(ops->sysfs, &parents));
	for (size_t i = 0; i < parents.count; i++)
		TRY(mdev_list_children(ops->sysfs, parents.items[i], ret));
	strlist_clear(&parents);
	TRY(store_list_parents(ops->store, &parents));
	for (size_t i = 0; i < parents.count; i++)
		TRY(store_list(ops->store, parents.items[i], ret));
	return NULL;
}

err_t op_find_device(struct ops *ops, const char *beginning, struct uuid *ret)
{
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	_cleanup_(strlist_clear) struct strlist records = { 0 };
	_cleanup_(strlist_clear) struct strlist found = { 0 };

	*ret = (struct uuid){ 0 };
	TRY(list_known(ops, &devices));
	TRY(record_list(ops->env, &records));
	add_listed(&devices, beginning, &found);
	for (size_t i = 0; i < records.count; i++)
		add_if_begins(records.items[i], beginning, &found);
	strlist_sort(&found);
	if (found.count > 1)
		return ambiguous("device", beginning, &found);
	if (found.count)
		uuid_parse(found.items[0], ret);
	return NULL;
}

/* --- parents --- */

/* Lower case, and "_" for what is no letter and no digit. */
static char *flatten(const char *name)
{
	char *flat = mem_strdup(name);

	for (char *at = flat; *at; at++)
		*at = isalnum((unsigned char)*at) ? (char)tolower((unsigned char)*at) : '_';
	return flat;
}

/* "2b:00.0" and "00000000:2B:00.0" as "0000:2b:00.0"; NULL if it is neither. */
static char *pci_address(const char *name)
{
	char *address = NULL;

	if (str_is_like(name, "xx:xx.x"))
		address = mem_printf("0000:%s", name);
	else if (str_is_like(name, "0000xxxx:xx:xx.x"))
		address = mem_strdup(name + 4);
	for (char *at = address; at && *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return address;
}

/* Whether libvirt calls the parent so: @flat is that name, flattened. */
static bool is_nodedev(const char *parent, const char *flat)
{
	static const char *const subsystems[] = { "pci_", "css_", "ap_", "mtty_", "mdev_" };
	_cleanup_(mem_freep) char *own = flatten(parent);

	for (size_t i = 0; i < ARRAY_SIZE(subsystems); i++)
		if (str_starts_with(flat, subsystems[i]) &&
		    strcmp(flat + strlen(subsystems[i]), own) == 0)
			return true;
	return false;
}

/* Adds the parents that have definitions: a directory alone may be left from a mistyped name. */
static err_t list_defined_on(const struct ops *ops, struct strlist *ret)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };

	TRY(store_list_parents(ops->store, &parents));
	for (size_t i = 0; i < parents.count; i++) {
		_cleanup_(device_list_clear) struct device_list devices = { 0 };

		TRY(store_list(ops->store, parents.items[i], &devices));
		if (devices.count)
			strlist_add(ret, take(parents.items[i]));
	}
	return NULL;
}

/* All that a parent's name may stand for: what registered, its physical functions, definitions. */
static err_t list_names(const struct ops *ops, struct strlist *ret)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };

	TRY(sysfs_list_parents(ops->sysfs, &parents));
	for (size_t i = 0; i < parents.count; i++) {
		char *physical = NULL;

		TRY(sysfs_physical_function(ops->sysfs, parents.items[i], &physical));
		if (physical)
			strlist_add(ret, physical);
		strlist_add(ret, mem_strdup(parents.items[i]));
	}
	TRY(list_defined_on(ops, ret));
	TRY(held_list(ops->env, ret));
	strlist_sort(ret);
	return NULL;
}

static err_t find_other_spelling(const struct strlist *names, const char *name, char **ret)
{
	_cleanup_(mem_freep) char *address = pci_address(name);
	_cleanup_(mem_freep) char *flat = flatten(name);
	_cleanup_(strlist_clear) struct strlist found = { 0 };

	for (size_t i = 0; i < names->count; i++) {
		const char *parent = names->items[i];

		if (strcasecmp(parent, name) == 0 ||
		    (address && strcasecmp(parent, address) == 0) || is_nodedev(parent, flat))
			strlist_add(&found, mem_strdup(parent));
	}
	if (found.count > 1)
		return ambiguous("parent", name, &found);
	if (found.count)
		*ret = take(found.items[0]);
	return NULL;
}

static err_t find_by_spelling(const struct ops *ops, const char *name, char **ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	bool is_there;

	/* The usual case costs one look. */
	TRY(sysfs_has_parent(ops->sysfs, name, &is_there));
	if (!is_there)
		TRY(list_names(ops, &names));
	if (!is_there && !strlist_has(&names, name))
		TRY(find_other_spelling(&names, name, ret));
	else
		*ret = mem_strdup(name);
	/* A card that is away is known by the form of its address alone. */
	if (!*ret)
		*ret = pci_address(name);
	return NULL;
}

err_t op_find_parent(struct ops *ops, const char *name, char **ret)
{
	const char *slash = strrchr(name, '/');
	_cleanup_(mem_freep) char *before = NULL;
	_cleanup_(mem_freep) char *physical = NULL;

	*ret = NULL;
	if (!slash)
		return find_by_spelling(ops, name, ret);
	before = mem_printf("%.*s", (int)(slash - name), name);
	TRY(find_by_spelling(ops, before, &physical));
	if (!physical)
		return NULL;
	return sysfs_virtual_function(ops->sysfs, physical, slash + 1, ret);
}

/* --- types --- */

static err_t has_type(const struct ops *ops, const char *parent, const char *type, bool *ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	bool is_there;

	*ret = false;
	TRY(sysfs_has_parent(ops->sysfs, parent, &is_there));
	if (!is_there)
		return NULL;
	TRY(sysfs_open_parent(ops->sysfs, parent, &dir));
	return sysfs_has_type(dir, type, ret);
}

err_t op_find_type(struct ops *ops, const char *parent, const char *name, char **ret)
{
	_cleanup_(parent_list_clear) struct parent_list parents = { 0 };
	_cleanup_(strlist_clear) struct strlist found = { 0 };
	bool is_id = false;

	*ret = NULL;
	/* The usual case costs two looks. */
	if (parent)
		TRY(has_type(ops, parent, name, &is_id));
	if (is_id) {
		*ret = mem_strdup(name);
		return NULL;
	}
	TRY(op_types(ops, parent, true, &parents));
	for (size_t i = 0; i < parents.count; i++)
		parent_find_types(parents.items[i], name, &found);
	/* On the virtual functions of a card the same type has the same id. */
	strlist_sort(&found);
	if (found.count > 1)
		return ambiguous("type", name, &found);
	if (found.count)
		*ret = take(found.items[0]);
	return NULL;
}
