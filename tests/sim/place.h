/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads members of a JSON description, and says where a fault is. */
#pragma once

#include <jansson.h>

#include "sim.h"

/* Where in the description we are; every fault is reported against it. */
struct place {
	const struct place *up;
	const char *key; /* NULL in an array */
	size_t index;
	struct sim *sim;
	struct text *why;
};

struct place place_below(const struct place *up, const char *key, size_t index);
/* Puts the place and the words into place->why, and returns false. */
bool place_fail(const struct place *place, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * These check what is at a place, or the member @key of @json, which is at @up. On failure they
 * return what place_fail() does. They leave @ret alone if there is no @key.
 */
bool place_is_object(const struct place *at, const json_t *json);
/* @known is NULL-ended. A key that is not known is most likely a slip. */
bool place_check_keys(const struct place *at, json_t *json, const char *const *known);
/* One name in a path; or several, parted by slashes. */
bool place_is_component(const struct place *at, const char *name);
bool place_is_path(const struct place *at, const char *path);
/*
 * In the place of a value there may be {"error": TEXT, "errno": NAME}: it could not be read where
 * the description comes from. Then *ret is that errno, EIO without one; else it is left alone.
 */
bool place_get_unread(const struct place *up, const json_t *json, const char *key, int *ret);
/* A null, or what could not be read, is as no key; so it is for what follows. */
bool place_get_string(const struct place *up, const json_t *json, const char *key,
		      const char **ret);
/* The key "name", which must be there: one name, or a path. */
bool place_get_name(const struct place *up, const json_t *json, const char **ret);
bool place_get_path(const struct place *up, const json_t *json, const char **ret);
bool place_get_component(const struct place *up, const json_t *json, const char *key,
			 const char **ret);
bool place_get_count(const struct place *up, const json_t *json, const char *key, json_int_t min,
		     unsigned int *ret);
bool place_get_bool(const struct place *up, const json_t *json, const char *key, bool *ret);
bool place_get_errno(const struct place *up, const json_t *json, const char *key, int *ret);
/* NULL if there is no @key. */
bool place_get_array(const struct place *up, const json_t *json, const char *key, json_t **ret);
/* The keys "cdev" and "group". */
bool place_get_numbers(const struct place *at, const json_t *json, struct number *ret);
