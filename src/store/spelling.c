/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file whose name is a UUID in another spelling is that UUID's definition, because mdevctl
 * starts it, too. The canonical name counts if both are there; of several others the first.
 */
#include "spelling.h"

#include <stdlib.h>
#include <string.h>

void entries_clear(struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		free(entries->items[i].name);
	free(entries->items);
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

static void warn_of_name(const struct env *env, const struct dir *dir, const char *name)
{
	_cleanup_(mem_freep) char *shown = str_escape(name);

	env_warn(env, err_hint(err_new(ERR_INVALID, "'%s/%s' is ignored: its name is no UUID",
				       dir->path, shown),
			       "move it out of the definitions"));
}

err_t entries_read(const struct env *env, const struct dir *dir, struct entries *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	struct err *e = dir_list_at(dir, ".", &names);

	ret->items = mem_alloc((names.count + 1) * sizeof(*ret->items));
	for (size_t i = 0; i < names.count; i++) {
		struct uuid uuid;

		if (uuid_parse(names.items[i], &uuid))
			ret->items[ret->count++] =
				(struct entry){ .uuid = uuid, .name = take(names.items[i]) };
		else if (env)
			warn_of_name(env, dir, names.items[i]);
	}
	qsort(ret->items, ret->count, sizeof(*ret->items), compare_entries);
	return e;
}

bool entries_is_second(const struct entries *entries, size_t index)
{
	return index && uuid_is_equal(&entries->items[index - 1].uuid, &entries->items[index].uuid);
}

void entries_warn(const struct env *env, const struct dir *dir, const struct entries *entries,
		  size_t index)
{
	const struct entry *entry = &entries->items[index];

	if (entries_is_second(entries, index))
		env_warn(env,
			 err_hint(err_new(ERR_INVALID,
					  "'%s/%s' is ignored: '%s' is the same UUID's definition",
					  dir->path, entry->name, entries->items[index - 1].name),
				  "remove one of them"));
	else if (strcmp(entry->name, entry->uuid.text) != 0)
		env_warn(env,
			 err_hint(err_new(ERR_INVALID, "'%s/%s' is not in the canonical spelling",
					  dir->path, entry->name),
				  "rename it to '%s'; the next change of it does so, too",
				  entry->uuid.text));
}

err_t spelling_list(const struct dir *dir, const struct uuid *uuid, struct strlist *ret)
{
	_cleanup_(entries_clear) struct entries entries = { 0 };
	struct err *e = entries_read(NULL, dir, &entries);

	for (size_t i = 0; i < entries.count; i++)
		if (uuid_is_equal(&entries.items[i].uuid, uuid))
			strlist_add(ret, take(entries.items[i].name));
	return e;
}

err_t spelling_find(const struct dir *dir, const struct uuid *uuid, char **ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	bool is_canonical;

	*ret = NULL;
	TRY(dir_has(dir, uuid->text, &is_canonical));
	if (is_canonical) {
		*ret = mem_strdup(uuid->text);
		return NULL;
	}
	TRY(spelling_list(dir, uuid, &names));
	if (names.count)
		*ret = mem_strdup(names.items[0]);
	return NULL;
}
