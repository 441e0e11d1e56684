/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Readers take no lock and see only whole files: a definition is written as a dot file directly
 * in the top directory, which mdevctl and libvirt ignore, and renamed to its place.
 *
 * A file whose name is a UUID in another spelling is that UUID's definition, because mdevctl
 * starts it, too. The canonical name counts if both are there; of several others the first.
 */
#include "store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/dir.h"

#define STORE_NAME "mdevctl.d"
#define SCRIPTS	   "scripts.d"

struct store {
	const struct env *env;
	char *path;
};

/* A file in a parent's directory whose name is a UUID. */
struct entry {
	struct uuid uuid;
	char *name;
};

struct entries {
	struct entry *items;
	size_t count;
};

static void entries_clear(struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		free(entries->items[i].name);
	free(entries->items);
}

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

/* *ret is NULL if it is not there: then nothing is defined. */
static err_t open_top(const struct store *store, struct dir **ret)
{
	struct err *e;

	*ret = NULL;
	e = dir_open(store->path, ret);
	if (!err_is(e, ENOENT))
		return e;
	err_free(e);
	return NULL;
}

static err_t hint_layout(struct err *e)
{
	if (err_is(e, ELOOP) || err_is(e, ENOTDIR))
		return err_hint(e, "definitions are files in a directory named after their parent");
	return e;
}

/* *ret is NULL if nothing is defined on that parent. */
static err_t open_parent(const struct store *store, const char *parent, struct dir **ret)
{
	_cleanup_(dir_freep) struct dir *top = NULL;
	struct err *e;

	*ret = NULL;
	e = open_top(store, &top);
	if (e || !top)
		return e;
	e = dir_open_at(top, parent, ret);
	if (err_is(e, ENOENT)) {
		err_free(e);
		return NULL;
	}
	return hint_layout(e);
}

/* By UUID; of one UUID the canonical name first. */
static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;
	int order = strcmp(x->uuid.text, y->uuid.text);

	if (order)
		return order;
	if (strcmp(x->name, x->uuid.text) == 0)
		return -1;
	if (strcmp(y->name, y->uuid.text) == 0)
		return 1;
	return strcmp(x->name, y->name);
}

static void warn_of_name(const struct store *store, const struct dir *dir, const char *name)
{
	_cleanup_(mem_freep) char *shown = str_escape(name);

	env_warn(store->env,
		 err_hint(err_new(ERR_INVALID, "'%s/%s' is ignored: its name is no UUID", dir->path,
				  shown),
			  "move it out of the definitions"));
}

static void warn_of_spelling(const struct store *store, const struct dir *dir,
			     const struct entry *entry, const struct entry *other)
{
	struct err *e;

	if (other)
		e = err_hint(err_new(ERR_INVALID,
				     "'%s/%s' is ignored: '%s' is the same UUID's definition",
				     dir->path, entry->name, other->name),
			     "remove one of them");
	else
		e = err_hint(err_new(ERR_INVALID, "'%s/%s' is not in the canonical spelling",
				     dir->path, entry->name),
			     "rename it to '%s'; the next change of it does so, too",
			     entry->uuid.text);
	env_warn(store->env, e);
}

/* All whose name is a UUID, sorted; @warns tells of the other names. */
static err_t read_entries(const struct store *store, const struct dir *dir, bool warns,
			  struct entries *ret)
{
	struct strlist names = { 0 };
	struct err *e = dir_list_at(dir, ".", &names);

	ret->items = mem_alloc((names.count + 1) * sizeof(*ret->items));
	for (size_t i = 0; i < names.count; i++) {
		struct uuid uuid;

		if (uuid_parse(names.items[i], &uuid))
			ret->items[ret->count++] =
				(struct entry){ .uuid = uuid, .name = take(names.items[i]) };
		else if (warns)
			warn_of_name(store, dir, names.items[i]);
	}
	qsort(ret->items, ret->count, sizeof(*ret->items), compare_entries);
	strlist_clear(&names);
	return e;
}

/* Calls for every file that is a spelling of @uuid; the one that counts comes first. */
static err_t list_spellings(const struct store *store, const struct dir *dir,
			    const struct uuid *uuid, struct strlist *ret)
{
	_cleanup_(entries_clear) struct entries entries = { 0 };
	struct err *e = read_entries(store, dir, false, &entries);

	for (size_t i = 0; i < entries.count; i++)
		if (uuid_is_equal(&entries.items[i].uuid, uuid))
			strlist_add(ret, take(entries.items[i].name));
	return e;
}

/* The name of @uuid's file in @dir, NULL if there is none. */
static err_t find_name(const struct store *store, const struct dir *dir, const struct uuid *uuid,
		       char **ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	bool is_canonical;

	*ret = NULL;
	TRY(dir_has(dir, uuid->text, &is_canonical));
	if (is_canonical) {
		*ret = mem_strdup(uuid->text);
		return NULL;
	}
	TRY(list_spellings(store, dir, uuid, &names));
	if (names.count)
		*ret = mem_strdup(names.items[0]);
	return NULL;
}

static err_t load_file(const struct dir *dir, const char *parent, const char *name,
		       const struct uuid *uuid, struct device **ret)
{
	_cleanup_(mem_freep) char *text = NULL;
	_cleanup_(mem_freep) char *path = NULL;
	_cleanup_(device_freep) struct device *dev = NULL;
	size_t size;
	struct err *e;

	e = dir_read(dir, name, DEVICE_JSON_MAX, &text, &size);
	if (e)
		return e;
	path = mem_printf("%s/%s", dir->path, name);
	e = device_from_json(text, size, path, &dev);
	if (e)
		return err_hint(e, "mend '%s'", path);
	dev->uuid = *uuid;
	dev->parent = mem_strdup(parent);
	dev->is_defined = true;
	*ret = take(dev);
	return NULL;
}

err_t store_load(const struct store *store, const char *parent, const struct uuid *uuid,
		 struct device **ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(mem_freep) char *name = NULL;
	struct device *dev = NULL;
	struct err *e;

	e = open_parent(store, parent, &dir);
	if (e)
		return e;
	if (dir) {
		e = find_name(store, dir, uuid, &name);
		if (!e && name)
			e = load_file(dir, parent, name, uuid, &dev);
		if (e)
			return e;
	}
	*ret = dev;
	return NULL;
}

/* The directories of definitions, sorted by name. */
static err_t list_parents(const struct store *store, struct strlist *ret)
{
	_cleanup_(dir_freep) struct dir *top = NULL;
	struct strlist names = { 0 };
	struct err *e = open_top(store, &top);

	if (!e && top)
		e = dir_list(top, &names);

	for (size_t i = 0; i < names.count; i++)
		if (strcmp(names.items[i], SCRIPTS) != 0)
			strlist_add(ret, take(names.items[i]));
	strlist_clear(&names);
	return e;
}

err_t store_find(const struct store *store, const struct uuid *uuid, struct strlist *ret)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };
	struct err *e = list_parents(store, &parents);

	for (size_t i = 0; i < parents.count && !e; i++) {
		_cleanup_(dir_freep) struct dir *dir = NULL;
		_cleanup_(mem_freep) char *name = NULL;

		e = open_parent(store, parents.items[i], &dir);
		if (err_is(e, ENOTDIR) || err_is(e, ELOOP)) {
			err_free(e);
			e = NULL;
			continue;
		}
		if (!e && dir)
			e = find_name(store, dir, uuid, &name);
		if (name)
			strlist_add(ret, mem_strdup(parents.items[i]));
	}
	return e;
}

/* Adds what the file @name defines, or warns. */
static void load_entry(const struct store *store, const struct dir *dir, const char *parent,
		       const char *name, const struct uuid *uuid, struct device_list *ret)
{
	struct device *dev;
	struct err *e = load_file(dir, parent, name, uuid, &dev);

	if (!e) {
		device_list_add(ret, dev);
		return;
	}
	if (err_is(e, ENOENT)) {
		err_free(e);
		return;
	}
	env_warn(store->env, e);
	ret->left_out++;
}

static err_t load_parent(const struct store *store, const struct uuid *uuid, const char *parent,
			 struct device_list *ret)
{
	_cleanup_(entries_clear) struct entries entries = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;
	bool is_canonical = false;
	struct err *e;

	TRY(open_parent(store, parent, &dir));
	if (!dir)
		return NULL;
	if (uuid)
		TRY(dir_has(dir, uuid->text, &is_canonical));
	if (is_canonical) {
		load_entry(store, dir, parent, uuid->text, uuid, ret);
		return NULL;
	}

	e = read_entries(store, dir, !uuid, &entries);
	for (size_t i = 0; i < entries.count; i++) {
		const struct entry *entry = &entries.items[i];
		const struct entry *before = i ? entry - 1 : NULL;
		bool is_second = before && uuid_is_equal(&before->uuid, &entry->uuid);

		if (uuid && !uuid_is_equal(&entry->uuid, uuid))
			continue;
		if (is_second || strcmp(entry->name, entry->uuid.text) != 0)
			warn_of_spelling(store, dir, entry, is_second ? before : NULL);
		if (!is_second)
			load_entry(store, dir, parent, entry->name, &entry->uuid, ret);
	}
	return e;
}

err_t store_load_all(const struct store *store, const struct uuid *uuid, const char *parent,
		     struct device_list *ret)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };
	struct err *e;

	if (parent)
		return load_parent(store, uuid, parent, ret);

	e = list_parents(store, &parents);
	for (size_t i = 0; i < parents.count; i++) {
		struct err *one = load_parent(store, uuid, parents.items[i], ret);

		ret->left_out += one != NULL;
		env_warn(store->env, one);
	}
	return e;
}

/* Makes what is missing. */
static err_t open_for_writing(const struct store *store, const char *parent, struct dir **ret_top,
			      struct dir **ret)
{
	_cleanup_(dir_freep) struct dir *etc = NULL;
	struct err *e = open_top(store, ret_top);

	if (!e && !*ret_top)
		e = dir_open(store->env->dir[ENV_DIR_ETC], &etc);
	if (!e && !*ret_top)
		e = dir_make_at(etc, STORE_NAME, 0755, ret_top);
	return e ? e : hint_layout(dir_make_at(*ret_top, parent, 0755, ret));
}

err_t store_save(const struct store *store, const struct device *dev, enum store_save mode)
{
	_cleanup_(mem_freep) char *text = device_to_definition(dev);
	_cleanup_(mem_freep) char *temp = mem_printf(".%s.new", dev->uuid.text);
	_cleanup_(mem_freep) char *name = NULL;
	_cleanup_(dir_freep) struct dir *top = NULL;
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e;

	if (strlen(text) > DEVICE_JSON_MAX)
		return err_new(ERR_INVALID, "the definition would be larger than %d bytes",
			       DEVICE_JSON_MAX);
	e = open_for_writing(store, dev->parent, &top, &dir);
	if (!e)
		e = find_name(store, dir, &dev->uuid, &name);
	if (e)
		return e;
	if (name && mode == STORE_SAVE_NEW)
		return err_new(ERR_EXISTS, "'%s/%s' is there already", dir->path, name);

	if (name && strcmp(name, dev->uuid.text) != 0) {
		e = dir_rename(dir, name, dev->uuid.text);
		if (e)
			return e;
	}
	e = dir_replace(top, temp, dir, dev->uuid.text, text, strlen(text), mode == STORE_SAVE_NEW);
	return err_is(e, EEXIST) ? err_set_kind(e, ERR_EXISTS) : e;
}

/* Removes the files of other spellings, which no longer count. */
static err_t remove_other_spellings(const struct store *store, const struct dir *dir,
				    const struct uuid *uuid)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	struct err *e = list_spellings(store, dir, uuid, &names);

	for (size_t i = 0; i < names.count && !e; i++)
		if (strcmp(names.items[i], uuid->text) != 0)
			e = dir_unlink(dir, names.items[i]);
	return e;
}

err_t store_remove(const struct store *store, const char *parent, const struct uuid *uuid)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(mem_freep) char *name = NULL;
	struct err *e;

	e = open_parent(store, parent, &dir);
	if (!e && dir)
		e = find_name(store, dir, uuid, &name);
	if (e)
		return e;
	if (!name)
		return err_new(ERR_NOT_FOUND, "%s is not defined on parent '%s'", uuid->text,
			       parent);

	/* The one that counts goes last: until then the definition is what it was. */
	if (strcmp(name, uuid->text) == 0) {
		e = remove_other_spellings(store, dir, uuid);
		return e ? e : dir_unlink(dir, name);
	}
	return remove_other_spellings(store, dir, uuid);
}
