/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading definitions. Readers take no lock and see only whole files: see save.c. */
#include "store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "spelling.h"

struct store *store_new(const struct env *env)
{
	struct store *store = mem_zalloc(sizeof(*store));

	store->env = env;
	store->path = mem_printf("%s/" STORE_NAME, env->dir[ENV_DIR_ETC]);
	return store;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	free(store->path);
	free(store);
}

static err_t read_definition(const struct place *place, const char *name, struct device **ret)
{
	_cleanup_(mem_freep) char *path = mem_printf("%s/%s", place->dir->path, name);
	_cleanup_(mem_freep) char *text = NULL;
	size_t size;

	TRY(layout_read(place, name, &text, &size));
	return device_from_json(text, size, path, ret);
}

static err_t load_file(const struct place *place, const char *parent, const char *name,
		       const struct uuid *uuid, struct device **ret)
{
	struct device *dev = NULL;
	struct err *e = read_definition(place, name, &dev);

	if (e && err_kind(e) == ERR_INVALID)
		return err_hint(e,
				"mend '%s/%s'; or 'mdevadm modify --uuid %s --parent %s --jsonfile "
				"FILE' replaces it, and 'mdevadm undefine' removes it",
				place->dir->path, name, uuid->text, parent);
	TRY(e);
	dev->uuid = *uuid;
	dev->parent = mem_strdup(parent);
	dev->is_defined = true;
	*ret = dev;
	return NULL;
}

err_t store_load(const struct store *store, const char *parent, const struct uuid *uuid,
		 struct device **ret)
{
	_cleanup_(place_clear) struct place place = { 0 };
	_cleanup_(mem_freep) char *name = NULL;
	struct device *dev = NULL;

	TRY(layout_open(store, parent, &place));
	if (place.dir)
		TRY(spelling_find(place.dir, uuid, &name));
	if (name)
		TRY(load_file(&place, parent, name, uuid, &dev));
	*ret = dev;
	return NULL;
}

/* The directories of definitions, sorted by name. */
err_t store_list_parents(const struct store *store, struct strlist *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(dir_freep) struct dir *top = NULL;

	TRY(layout_open_top(store, &top));
	if (top)
		TRY(dir_list(top, &names));
	for (size_t i = 0; i < names.count; i++)
		if (strcmp(names.items[i], SCRIPTS) != 0)
			strlist_add(ret, take(names.items[i]));
	return NULL;
}

err_t store_find(const struct store *store, const struct uuid *uuid, struct strlist *ret)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };

	TRY(store_list_parents(store, &parents));
	for (size_t i = 0; i < parents.count; i++) {
		_cleanup_(place_clear) struct place place = { 0 };
		_cleanup_(mem_freep) char *name = NULL;

		TRY(layout_look(store, parents.items[i], &place));
		if (place.dir)
			TRY(spelling_find(place.dir, uuid, &name));
		if (name)
			strlist_add(ret, take(parents.items[i]));
	}
	return NULL;
}

char *store_place(const struct store *store, const char *parent)
{
	return parent ? mem_printf("%s/%s", store->path, parent) : mem_strdup(store->path);
}

err_t store_stamp(const struct store *store, const char *parent, const struct uuid *uuid,
		  struct dir_stamp *ret)
{
	_cleanup_(place_clear) struct place place = { 0 };
	_cleanup_(mem_freep) char *name = NULL;

	*ret = (struct dir_stamp){ 0 };
	TRY(layout_look(store, parent, &place));
	if (place.dir)
		TRY(spelling_find(place.dir, uuid, &name));
	return name ? dir_stamp(place.dir, name, ret) : NULL;
}

/* Adds what the file @name defines, or warns. */
static void load_entry(const struct store *store, const struct place *place, const char *parent,
		       const char *name, const struct uuid *uuid, struct device_list *ret)
{
	struct device *dev;
	struct err *e = load_file(place, parent, name, uuid, &dev);

	if (!e) {
		env_warn(store->env, device_odd_start(dev));
		device_list_add(ret, dev);
		return;
	}
	if (err_is(e, ENOENT)) {
		err_free(e);
		return;
	}
	env_warn(store->env, err_wrap(e, "%s on parent '%s' is defined, but cannot be read",
				      uuid->text, parent));
	ret->left_out++;
}

static err_t load_parent(const struct store *store, const struct uuid *uuid, const char *parent,
			 struct device_list *ret)
{
	_cleanup_(entries_clear) struct entries entries = { 0 };
	_cleanup_(place_clear) struct place place = { 0 };
	bool is_canonical = false;
	struct err *e;

	TRY(layout_open(store, parent, &place));
	if (!place.dir)
		return NULL;
	if (uuid)
		TRY(dir_has(place.dir, uuid->text, &is_canonical));
	if (is_canonical) {
		load_entry(store, &place, parent, uuid->text, uuid, ret);
		return NULL;
	}

	e = entries_read(uuid ? NULL : store->env, place.dir, &entries);
	for (size_t i = 0; i < entries.count; i++) {
		const struct entry *entry = &entries.items[i];

		if (uuid && !uuid_is_equal(&entry->uuid, uuid))
			continue;
		entries_warn(store->env, place.dir, &entries, i);
		if (!entries_is_second(&entries, i))
			load_entry(store, &place, parent, entry->name, &entry->uuid, ret);
	}
	return e;
}

/* A parent that is not as it should be spoils no other. */
static void load_parent_or_warn(const struct store *store, const struct uuid *uuid,
				const char *parent, struct device_list *ret)
{
	struct err *e = load_parent(store, uuid, parent, ret);

	ret->left_out += e != NULL;
	env_warn(store->env, e);
}

err_t store_list(const struct store *store, const char *parent, struct device_list *ret)
{
	_cleanup_(entries_clear) struct entries entries = { 0 };
	_cleanup_(place_clear) struct place place = { 0 };

	TRY(layout_look(store, parent, &place));
	if (place.dir)
		TRY(entries_read(NULL, place.dir, &entries));
	for (size_t i = 0; i < entries.count; i++)
		if (!entries_is_second(&entries, i))
			device_list_add(ret, device_new(&entries.items[i].uuid, parent, NULL));
	return NULL;
}

err_t store_check_names(const struct store *store, const char *parent)
{
	_cleanup_(entries_clear) struct entries entries = { 0 };
	_cleanup_(place_clear) struct place place = { 0 };

	TRY(layout_open(store, parent, &place));
	if (!place.dir)
		return NULL;
	TRY(entries_read(store->env, place.dir, &entries));
	for (size_t i = 0; i < entries.count; i++)
		entries_warn(store->env, place.dir, &entries, i);
	return NULL;
}

char *store_top(const struct store *store)
{
	return mem_strdup(store->path);
}

char *store_path(const struct store *store, const char *parent, const struct uuid *uuid)
{
	return mem_printf("%s/%s/%s", store->path, parent, uuid->text);
}

err_t store_load_all(const struct store *store, const struct uuid *uuid, const char *parent,
		     struct device_list *ret)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };

	if (parent) {
		load_parent_or_warn(store, uuid, parent, ret);
		return NULL;
	}
	TRY(store_list_parents(store, &parents));
	for (size_t i = 0; i < parents.count; i++)
		load_parent_or_warn(store, uuid, parents.items[i], ret);
	return NULL;
}
