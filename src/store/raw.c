/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Definitions as they are, for those who look at them elsewhere. */
#include "layout.h"

static void read_file(const struct place *place, const char *parent, const char *name,
		      struct raw_file_list *ret)
{
	char *text = NULL;
	size_t size = 0;
	struct err *e = layout_read(place, name, &text, &size);

	if (err_is_absence(e))
		err_free(e);
	else
		raw_file_list_add(ret, place->dir, parent, name, text, size, e);
}

static void read_parent(const struct store *store, const char *parent, struct raw_file_list *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(place_clear) struct place place = { 0 };
	struct err *e = layout_open(store, parent, &place);

	if (!e && place.dir)
		e = dir_list(place.dir, &names);
	raw_file_list_add_error(ret, parent, e);
	for (size_t i = 0; i < names.count; i++)
		read_file(&place, parent, names.items[i], ret);
}

void store_read_raw(const struct store *store, struct raw_file_list *ret)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };

	raw_file_list_add_error(ret, NULL, store_list_parents(store, &parents));
	for (size_t i = 0; i < parents.count; i++)
		read_parent(store, parents.items[i], ret);
}
