/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads members of a JSON description, and says where a fault is. */
#include "place.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "vfio.h"

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

static bool is_unread(const json_t *value)
{
	return json_is_string(json_object_get(value, "error"));
}

bool place_get_unread(const struct place *up, const json_t *json, const char *key, int *ret)
{
	const struct place at = place_below(up, key, 0);
	const json_t *value = json_object_get(json, key);

	if (!is_unread(value))
		return true;
	*ret = EIO;
	return place_get_errno(&at, value, "errno", ret);
}

bool place_is_component(const struct place *at, const char *name)
{
	if (*name && strlen(name) <= 255 && !strchr(name, '/') && strcmp(name, ".") != 0 &&
	    strcmp(name, "..") != 0)
		return true;
	return place_fail(at, "'%s' is no name of a file", name);
}

bool place_is_path(const struct place *at, const char *path)
{
	if (strlen(path) > 1000)
		return place_fail(at, "the path is too long");
	for (const char *rest = path; rest; rest = strchr(rest, '/')) {
		size_t len;
		char name[256];

		rest += rest != path;
		len = strcspn(rest, "/");
		snprintf(name, sizeof(name), "%.*s", (int)len, rest);
		if (len > 255 || !place_is_component(at, name))
			return len <= 255 ? false : place_fail(at, "a name is too long");
	}
	return true;
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

	if (!value || json_is_null(value) || is_unread(value))
		return true;
	if (!json_is_string(value))
		return place_fail(&at, "must be a string");
	*ret = json_string_value(value);
	return true;
}

bool place_get_component(const struct place *up, const json_t *json, const char *key,
			 const char **ret)
{
	const struct place at = place_below(up, key, 0);

	return place_get_string(up, json, key, ret) && (!*ret || place_is_component(&at, *ret));
}

bool place_get_name(const struct place *up, const json_t *json, const char **ret)
{
	const struct place at = place_below(up, "name", 0);

	if (!place_get_string(up, json, "name", ret))
		return false;
	if (!*ret || !**ret || strlen(*ret) > 255)
		return place_fail(&at, "must be there, with 1 to 255 bytes");
	return place_is_component(&at, *ret);
}

bool place_get_path(const struct place *up, const json_t *json, const char **ret)
{
	const struct place at = place_below(up, "name", 0);

	if (!place_get_string(up, json, "name", ret))
		return false;
	if (!*ret)
		return place_fail(&at, "must be there");
	return place_is_path(&at, *ret);
}

bool place_get_count(const struct place *up, const json_t *json, const char *key, json_int_t min,
		     unsigned int *ret)
{
	const struct place at = place_below(up, key, 0);
	const json_t *value = json_object_get(json, key);

	if (!value || is_unread(value))
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

	if (is_unread(value))
		return true;
	if (value && !json_is_array(value))
		return place_fail(&at, "must be an array");
	*ret = value;
	return true;
}

static bool get_number(const struct place *up, const json_t *json, const char *key,
		       struct number *ret)
{
	const struct place at = place_below(up, key, 0);
	const char *string = NULL;

	if (!place_get_string(up, json, key, &string))
		return false;
	if (string && !vfio_parse_number(string, ret))
		return place_fail(&at, "must be as \"MAJOR:MINOR\"");
	return true;
}

bool place_get_numbers(const struct place *at, const json_t *json, struct number *ret)
{
	return get_number(at, json, "cdev", &ret[NUMBER_CDEV]) &&
	       get_number(at, json, "group", &ret[NUMBER_GROUP]);
}
