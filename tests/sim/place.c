/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads members of a JSON description, and says where a fault is. */
#include "place.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct place place_below(const struct place *up, const char *key, size_t index)
{
	return (struct place){ up, key, index, up->sim, up->why };
}

static void add_place(const struct place *place)
{
	if (!place->up) {
		text_printf(place->why, "%s: ", place->key);
		return;
	}
	add_place(place->up);
	if (place->key)
		text_printf(place->why, "%s%s", place->up->up ? "." : "", place->key);
	else
		text_printf(place->why, "[%zu]", place->index);
}

__attribute__((format(printf, 2, 3))) bool place_fail(const struct place *place, const char *format,
						      ...)
{
	char text[300];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	add_place(place);
	text_printf(place->why, "%s%s", place->up ? ": " : "", text);
	return false;
}

bool place_is_object(const struct place *at, const json_t *json)
{
	return json_is_object(json) || place_fail(at, "must be an object");
}

bool place_check_keys(const struct place *at, json_t *json, const char *const *known)
{
	const char *key;
	json_t *value;

	if (!place_is_object(at, json))
		return false;
	json_object_foreach (json, key, value) {
		size_t i = 0;

		while (known[i] && strcmp(known[i], key) != 0)
			i++;
		if (!known[i])
			return place_fail(at, "unknown key '%s'", key);
	}
	return true;
}

bool place_get_string(const struct place *up, const json_t *json, const char *key, const char **ret)
{
	const struct place at = place_below(up, key, 0);
	const json_t *value = json_object_get(json, key);

	if (!value || json_is_null(value))
		return true;
	if (!json_is_string(value))
		return place_fail(&at, "must be a string");
	*ret = json_string_value(value);
	return true;
}

bool place_get_name(const struct place *up, const json_t *json, const char **ret)
{
	const struct place at = place_below(up, "name", 0);

	if (!place_get_string(up, json, "name", ret))
		return false;
	if (!*ret || !**ret || strlen(*ret) > 255)
		return place_fail(&at, "must be there, with 1 to 255 bytes");
	return true;
}

bool place_get_count(const struct place *up, const json_t *json, const char *key, json_int_t min,
		     unsigned int *ret)
{
	const struct place at = place_below(up, key, 0);
	const json_t *value = json_object_get(json, key);

	if (!value)
		return true;
	if (!json_is_integer(value) || json_integer_value(value) < min ||
	    json_integer_value(value) > 1000000)
		return place_fail(&at, "must be a whole number from %d to 1000000", (int)min);
	*ret = (unsigned int)json_integer_value(value);
	return true;
}

bool place_get_bool(const struct place *up, const json_t *json, const char *key, bool *ret)
{
	const struct place at = place_below(up, key, 0);
	const json_t *value = json_object_get(json, key);

	if (value && !json_is_boolean(value))
		return place_fail(&at, "must be true or false");
	if (value)
		*ret = json_is_true(value);
	return true;
}

bool place_get_errno(const struct place *up, const json_t *json, const char *key, int *ret)
{
	const struct place at = place_below(up, key, 0);
	const json_t *value = json_object_get(json, key);
	int errnum = json_is_string(value) ? errno_by_name(json_string_value(value)) : 0;

	if (value && !errnum)
		return place_fail(&at, "must be the name of an errno, such as \"EINVAL\"");
	if (value)
		*ret = errnum;
	return true;
}

bool place_get_array(const struct place *up, const json_t *json, const char *key, json_t **ret)
{
	const struct place at = place_below(up, key, 0);
	json_t *value = json_object_get(json, key);

	if (value && !json_is_array(value))
		return place_fail(&at, "must be an array");
	*ret = value;
	return true;
}
