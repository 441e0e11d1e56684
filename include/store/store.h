/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The definitions: files /etc/mdevctl.d/PARENT/UUID. */
#pragma once

#include "base/dir.h"
#include "base/env.h"
#include "base/raw_file.h"
#include "base/str.h"
#include "model/device.h"

struct store;

/* Opens nothing: that the directory is not there only means that nothing is defined. */
struct store *store_new(const struct env *env);
void store_free(struct store *store);
DEFINE_CLEANUP(struct store *, store_free)

/* The parents on which @uuid is defined, sorted. Reads no definition. */
err_t store_find(const struct store *store, const struct uuid *uuid, struct strlist *ret);

/* The directory of the parent's definitions, or of all (NULL); owned by the caller. */
char *store_place(const struct store *store, const char *parent);
/*
 * What differs when the definition may be another one; all is 0 if it is surely not there. Reads
 * none.
 */
err_t store_stamp(const struct store *store, const char *parent, const struct uuid *uuid,
		  struct dir_stamp *ret);

/* Adds the parents that have a place for definitions. */
err_t store_list_parents(const struct store *store, struct strlist *ret);
/* Adds a device for each definition of @parent, also of those that cannot be read. Reads none. */
err_t store_list(const struct store *store, const char *parent, struct device_list *ret);

/*
 * *ret is NULL if it is not defined there; ERR_INVALID if what is there cannot be read. A link is
 * followed to a file that only root, or the caller, can change.
 */
err_t store_load(const struct store *store, const char *parent, const struct uuid *uuid,
		 struct device **ret);

/*
 * Adds the definitions, of @uuid alone and of @parent alone unless these are NULL, sorted by
 * parent and then UUID. What cannot be read or is named like no UUID is warned about and left
 * out; what vanishes meanwhile is left out. Takes no lock and writes nothing.
 */
err_t store_load_all(const struct store *store, const struct uuid *uuid, const char *parent,
		     struct device_list *ret);

/*
 * Warns of each name in the parent's place that is no UUID, or is one in a spelling that is not
 * canonical, or of which another file counts. An error is one of the place, as of store_load().
 */
err_t store_check_names(const struct store *store, const char *parent);
/* The directory that has all of them; owned by the caller. */
char *store_top(const struct store *store);
/* The path of the definition, owned by the caller, if its name is as it should be. */
char *store_path(const struct store *store, const char *parent, const struct uuid *uuid);
/*
 * Adds what is in the directories of definitions as it is, also what cannot be read and what is no
 * definition.
 */
void store_read_raw(const struct store *store, struct raw_file_list *ret);

/* Fails, saying what to do, if the definition is behind a link: somebody else manages it. */
err_t store_check_own(const struct store *store, const char *parent, const struct uuid *uuid);

enum store_save {
	STORE_SAVE_NEW, /* ERR_EXISTS if there is one */
	STORE_SAVE_REPLACE,
};

/*
 * Writes @dev's definition: a reader sees the old or the new one, and success outlives a power
 * cut. It fails where store_check_own() does, and leaves no directory that it made; see
 * err_has_effect() for an error behind the change. The caller holds the device's lock.
 */
err_t store_save(const struct store *store, const struct device *dev, enum store_save mode);
/* The same of its removal. ERR_NOT_FOUND if there is none. The caller holds the device's lock. */
err_t store_remove(const struct store *store, const char *parent, const struct uuid *uuid);
