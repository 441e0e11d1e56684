/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changing definitions. A reader takes no lock and sees only whole files: a definition is written
 * as a dot file directly in the top directory, which mdevctl and libvirt ignore, and renamed to
 * its place.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "layout.h"
#include "spelling.h"

/* How often it is tried: another run's failed define may take the directory away meanwhile. */
#define TRIES 3

err_t store_check_own(const struct store *store, const char *parent, const struct uuid *uuid)
{
	_cleanup_(place_clear) struct place place = { 0 };
	_cleanup_(mem_freep) char *name = NULL;

	TRY(layout_look(store, parent, &place));
	if (!place.dir)
		return NULL;
	TRY(spelling_find(place.dir, uuid, &name));
	return layout_check_own(&place, name ? name : uuid->text);
}

/* Gives the file that is replaced its canonical name. */
static err_t rename_spelling(const struct dir *dir, const struct uuid *uuid, enum store_save mode)
{
	_cleanup_(mem_freep) char *name = NULL;

	TRY(spelling_find(dir, uuid, &name));
	if (name && mode == STORE_SAVE_NEW)
		return err_new(ERR_EXISTS, "'%s/%s' is there already", dir->path, name);
	return name && strcmp(name, uuid->text) != 0 ? dir_rename(dir, name, uuid->text) : NULL;
}

static err_t write_definition(const struct made *made, const struct device *dev, const char *text,
			      enum store_save mode)
{
	_cleanup_(mem_freep) char *temp = mem_printf(".%s.new", dev->uuid.text);
	const struct dir_content content = {
		.temp_dir = made->top,
		.temp = temp,
		.data = text,
		.size = strlen(text),
		.max = DEVICE_JSON_MAX,
		.must_be_new = mode == STORE_SAVE_NEW,
		.is_durable = true,
	};
	struct err *e;

	TRY(rename_spelling(made->dir, &dev->uuid, mode));
	e = dir_replace(made->dir, dev->uuid.text, &content);
	if (err_is(e, EEXIST))
		return err_set_kind(e, ERR_EXISTS);
	if (e && err_kind(e) == ERR_INVALID)
		return err_hint(e, "use fewer or shorter attributes");
	return e;
}

static err_t save_once(const struct store *store, const struct device *dev, const char *text,
		       enum store_save mode)
{
	_cleanup_(made_clear) struct made made = { 0 };
	struct err *e = layout_make(store, dev->parent, &made);

	if (!e)
		e = write_definition(&made, dev, text, mode);
	if (e && !err_has_effect(e))
		layout_undo(&made, dev->parent);
	return e;
}

err_t store_save(const struct store *store, const struct device *dev, enum store_save mode)
{
	_cleanup_(mem_freep) char *text = device_to_definition(dev);
	struct err *e;
	int tries = TRIES;

	TRY(store_check_own(store, dev->parent, &dev->uuid));
	do {
		e = save_once(store, dev, text, mode);
		if (!err_is(e, ENOENT) || err_has_effect(e) || --tries == 0)
			return e;
		err_free(e);
	} while (true);
}

err_t store_remove(const struct store *store, const char *parent, const struct uuid *uuid)
{
	_cleanup_(place_clear) struct place place = { 0 };
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	TRY(store_check_own(store, parent, uuid));
	TRY(layout_look(store, parent, &place));
	if (place.dir)
		TRY(spelling_list(place.dir, uuid, &names));
	if (!names.count)
		return err_new(ERR_NOT_FOUND, "%s is not defined on parent '%s'", uuid->text,
			       parent);
	/* The one that counts goes last: until then the definition is what it was. */
	for (size_t i = names.count - 1; i > 0; i--)
		if (unlinkat(place.dir->fd, names.items[i], 0) < 0)
			return dir_err(place.dir, "remove", names.items[i]);
	return dir_unlink(place.dir, names.items[0]);
}
