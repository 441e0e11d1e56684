/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which parent a device is made on, where that was not said. */
#pragma once

#include "ops_private.h"

/* A parent that has room for a type; its id there, since names have other ids on other cards. */
struct room {
	char *parent;
	char *type;
	unsigned long left;
	size_t on_card;	  /* devices on its physical function, or on itself */
	size_t on_parent; /* devices on itself */
};

/* Owns its items; zero-initialised is empty. */
struct room_list {
	struct room *items;
	size_t count;
};

void room_list_clear(struct room_list *list);
/*
 * Adds the parents that have room for @type, which may be a name, and are not held: the one with
 * most room first. Only @physical's virtual functions, unless that is NULL. The caller has the lock
 * of the choice. ERR_NO_INSTANCE, ERR_BUSY or ERR_NOT_FOUND if there is none.
 */
err_t choose_parents(const struct ops *ops, const char *type, const char *physical,
		     struct room_list *ret);
