/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the description of a host; main.c has the format. */
#include "describe.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "life.h"
#include "parent.h"

/* Where in the description we are; every fault is reported against it. */
struct place {
	const struct place *up;
	const char *key; /* NULL in an array */
	size_t index;
	struct sim *sim;
	struct text *why;
};

static struct place below(const struct place *up, const char *key, size_t index)
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

__attribute__((format(printf, 2, 3))) static bool fail(const struct place *place,
						       const char *format, ...)
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

static bool is_object(const struct place *at, const json_t *json)
{
	return json_is_object(json) || fail(at, "must be an object");
}

/* @known is NULL-ended. A key that is not known is most likely a slip. */
static bool check_keys(const struct place *at, json_t *json, const char *const *known)
{
	const char *key;
	json_t *value;

	if (!is_object(at, json))
		return false;
	json_object_foreach (json, key, value) {
		size_t i = 0;

		while (known[i] && strcmp(known[i], key) != 0)
			i++;
		if (!known[i])
			return fail(at, "unknown key '%s'", key);
	}
	return true;
}

/* Leaves @ret alone if there is no @key, or if it is null. */
static bool get_string(const struct place *up, const json_t *json, const char *key,
		       const char **ret)
{
	const struct place at = below(up, key, 0);
	const json_t *value = json_object_get(json, key);

	if (!value || json_is_null(value))
		return true;
	if (!json_is_string(value))
		return fail(&at, "must be a string");
	*ret = json_string_value(value);
	return true;
}

static bool get_name(const struct place *up, const json_t *json, const char **ret)
{
	const struct place at = below(up, "name", 0);

	if (!get_string(up, json, "name", ret))
		return false;
	if (!*ret || !**ret || strlen(*ret) > 255)
		return fail(&at, "must be there, with 1 to 255 bytes");
	return true;
}

static bool get_count(const struct place *up, const json_t *json, const char *key, json_int_t min,
		      unsigned int *ret)
{
	const struct place at = below(up, key, 0);
	const json_t *value = json_object_get(json, key);

	if (!value)
		return true;
	if (!json_is_integer(value) || json_integer_value(value) < min ||
	    json_integer_value(value) > 1000000)
		return fail(&at, "must be a whole number from %d to 1000000", (int)min);
	*ret = (unsigned int)json_integer_value(value);
	return true;
}

static bool get_bool(const struct place *up, const json_t *json, const char *key, bool *ret)
{
	const struct place at = below(up, key, 0);
	const json_t *value = json_object_get(json, key);

	if (value && !json_is_boolean(value))
		return fail(&at, "must be true or false");
	if (value)
		*ret = json_is_true(value);
	return true;
}

static bool get_errno(const struct place *at, const json_t *value, int *ret)
{
	int errnum = json_is_string(value) ? errno_by_name(json_string_value(value)) : 0;

	if (!errnum)
		return fail(at, "must be the name of an errno, such as \"EINVAL\"");
	*ret = errnum;
	return true;
}

/* The array @key, or NULL if there is none. */
static bool get_array(const struct place *up, const json_t *json, const char *key, json_t **ret)
{
	const struct place at = below(up, key, 0);
	json_t *value = json_object_get(json, key);

	if (value && !json_is_array(value))
		return fail(&at, "must be an array");
	*ret = value;
	return true;
}

static bool load_refuse(const struct place *up, const json_t *json, struct attr_rule *rule)
{
	const struct place here = below(up, "refuse", 0);
	json_t *object = json_object_get(json, "refuse");
	struct refusal *refusal;
	const char *value;
	json_t *errnum;

	if (!object)
		return true;
	if (!is_object(&here, object))
		return false;
	refusal = sim_keep(up->sim, json_object_size(object) + 1, sizeof(*refusal));
	rule->refuse = refusal;
	json_object_foreach (object, value, errnum) {
		const struct place at = below(&here, value, 0);

		refusal->value = value;
		if (!get_errno(&at, errnum, &refusal->errnum))
			return false;
		refusal++;
	}
	return true;
}

static bool load_accept(const struct place *up, const json_t *json, struct attr_rule *rule)
{
	const struct place here = below(up, "accept", 0);
	const char **values;
	json_t *array = NULL;

	if (!get_array(up, json, "accept", &array))
		return false;
	if (!array)
		return true;
	values = sim_keep(up->sim, json_array_size(array) + 1, sizeof(*values));
	rule->accept = values;
	for (size_t i = 0; i < json_array_size(array); i++) {
		const struct place at = below(&here, NULL, i);

		values[i] = json_string_value(json_array_get(array, i));
		if (!values[i])
			return fail(&at, "must be a string");
	}
	return true;
}

static bool load_mode(const struct place *up, const json_t *json, mode_t *ret)
{
	const struct place at = below(up, "mode", 0);
	const char *mode = "rw";

	if (!get_string(up, json, "mode", &mode))
		return false;
	if (strcmp(mode, "r") == 0)
		*ret = 0444;
	else if (strcmp(mode, "w") == 0)
		*ret = 0200;
	else if (strcmp(mode, "rw") == 0)
		*ret = 0644;
	else
		return fail(&at, "must be \"r\", \"w\" or \"rw\"");
	return true;
}

static bool load_attr(const struct place *at, json_t *json, struct attr_rule *rule)
{
	static const char *const keys[] = { "name",   "mode",	   "value", "refuse",
					    "accept", "eats_last", NULL };

	return check_keys(at, json, keys) && get_name(at, json, &rule->name) &&
	       load_mode(at, json, &rule->mode) && get_string(at, json, "value", &rule->value) &&
	       get_bool(at, json, "eats_last", &rule->eats_last) && load_refuse(at, json, rule) &&
	       load_accept(at, json, rule);
}

static bool load_attrs(const struct place *up, const json_t *json, struct type *type)
{
	const struct place here = below(up, "attrs", 0);
	struct attr_rule *attrs;
	json_t *array = NULL;

	if (!get_array(up, json, "attrs", &array))
		return false;
	type->n_attrs = json_array_size(array);
	attrs = sim_keep(up->sim, type->n_attrs, sizeof(*attrs));
	type->attrs = attrs;
	for (size_t i = 0; i < type->n_attrs; i++) {
		const struct place at = below(&here, NULL, i);

		if (!load_attr(&at, json_array_get(array, i), &attrs[i]))
			return false;
	}
	return true;
}

static bool load_type(const struct place *at, json_t *json, struct type *type)
{
	static const char *const keys[] = { "name",	 "label", "device_api", "description",
					    "instances", "cost",  "attrs",	NULL };

	type->device_api = "vfio-pci";
	type->cost = 1;
	type->instances = 1;
	return check_keys(at, json, keys) && get_name(at, json, &type->name) &&
	       get_string(at, json, "label", &type->label) &&
	       get_string(at, json, "device_api", &type->device_api) &&
	       get_string(at, json, "description", &type->description) &&
	       get_count(at, json, "instances", 0, &type->instances) &&
	       get_count(at, json, "cost", 1, &type->cost) && load_attrs(at, json, type);
}

static bool load_types(const struct place *up, const json_t *json, struct parent *parent)
{
	const struct place here = below(up, "types", 0);
	json_t *array = NULL;

	if (!get_array(up, json, "types", &array))
		return false;
	parent->n_types = json_array_size(array);
	parent->types = sim_keep(up->sim, parent->n_types, sizeof(*parent->types));
	for (size_t i = 0; i < parent->n_types; i++) {
		const struct place at = below(&here, NULL, i);
		struct type *type = &parent->types[i];

		type->parent = parent;
		if (!load_type(&at, json_array_get(array, i), type))
			return false;
		for (size_t k = 0; k < i; k++) {
			if (strcmp(parent->types[k].name, type->name) == 0)
				return fail(&at, "type '%s' is there twice", type->name);
		}
	}
	return true;
}

static bool load_files(const struct place *up, const json_t *json, struct parent *parent)
{
	const struct place here = below(up, "files", 0);
	json_t *object = json_object_get(json, "files");
	struct file_rule *file;
	const char *name;
	json_t *content;

	if (!object)
		return true;
	if (!is_object(&here, object))
		return false;
	file = sim_keep(up->sim, json_object_size(object) + 1, sizeof(*file));
	parent->files = file;
	json_object_foreach (object, name, content) {
		if (!get_string(&here, object, name, &file->content) || !file->content)
			return fail(&here, "'%s' must be a string", name);
		file->name = name;
		file++;
	}
	return true;
}

static void set_defaults(struct sim *sim, struct parent *parent)
{
	size_t size;
	char *path;

	if (!parent->driver)
		parent->driver = parent->name;
	if (parent->path)
		return;
	size = strlen(parent->name) + sizeof("devices/virtual/sim/");
	path = sim_keep(sim, 1, size);
	snprintf(path, size, "devices/virtual/sim/%s", parent->name);
	parent->path = path;
}

static bool load_parent_fields(const struct place *at, json_t *json, struct parent *parent)
{
	const struct place errno_at = below(at, "full_errno", 0);
	const json_t *full = json_object_get(json, "full_errno");
	const struct place path_at = below(at, "path", 0);

	parent->full_errno = EUSERS;
	parent->is_vfio = true;
	if (!get_name(at, json, &parent->name) || !get_string(at, json, "path", &parent->path) ||
	    !get_string(at, json, "driver", &parent->driver) ||
	    !get_string(at, json, "bus", &parent->bus) ||
	    !get_count(at, json, "ports", 0, &parent->ports) ||
	    !get_bool(at, json, "vfio", &parent->is_vfio))
		return false;
	if (full && !get_errno(&errno_at, full, &parent->full_errno))
		return false;
	set_defaults(at->sim, parent);
	if (strncmp(parent->path, "devices/", 8) != 0)
		return fail(&path_at, "must begin with 'devices/'");
	parent->has_pool = json_object_get(json, "ports") != NULL;
	parent->keeps_dir = strncmp(parent->path, "devices/virtual/", 16) != 0;
	return get_bool(at, json, "keeps_dir", &parent->keeps_dir);
}

static bool load_device(const struct place *at, json_t *json, struct parent *parent)
{
	static const char *const keys[] = { "uuid", "type", NULL };
	const char *uuid = "";
	const char *name = "";
	char lower[UUID_LEN + 1];
	struct type *type;
	int err;

	if (!check_keys(at, json, keys) || !get_string(at, json, "uuid", &uuid) ||
	    !get_string(at, json, "type", &name))
		return false;
	if (strlen(uuid) != UUID_LEN || !life_parse_uuid(uuid, lower))
		return fail(at, "'%s' is no UUID", uuid);
	type = sim_type(parent, name);
	if (!type)
		return fail(at, "the parent has no type '%s'", name);
	err = life_add(at->sim, type, lower);
	return !err || fail(at, "cannot make %s: %s", lower, errno_name(err));
}

static bool load_devices(const struct place *up, const json_t *json, struct parent *parent)
{
	const struct place here = below(up, "devices", 0);
	json_t *array = NULL;

	if (!get_array(up, json, "devices", &array))
		return false;
	for (size_t i = 0; i < json_array_size(array); i++) {
		const struct place at = below(&here, NULL, i);

		if (!load_device(&at, json_array_get(array, i), parent))
			return false;
	}
	return true;
}

static bool load_parent(const struct place *at, json_t *json, struct parent *parent)
{
	static const char *const keys[] = { "name",  "path",	   "driver",  "bus",
					    "ports", "full_errno", "vfio",    "keeps_dir",
					    "types", "files",	   "devices", "registered",
					    NULL };
	bool is_registered = true;

	if (!check_keys(at, json, keys) || !load_parent_fields(at, json, parent) ||
	    !get_bool(at, json, "registered", &is_registered) || !load_types(at, json, parent) ||
	    !load_files(at, json, parent))
		return false;
	if (sim_parent(at->sim, parent->name) != parent)
		return fail(at, "parent '%s' is there twice", parent->name);
	parent_show(at->sim, parent);
	if (!load_devices(at, json, parent))
		return false;
	if (!is_registered && parent->devices)
		return fail(at, "a parent that is not registered has no devices");
	if (!is_registered)
		parent_hide(at->sim, parent);
	return true;
}

static bool load_parents(const struct place *top, json_t *json)
{
	static const char *const keys[] = { "parents", NULL };
	const struct place here = below(top, "parents", 0);
	struct sim *sim = top->sim;
	json_t *array = NULL;
	size_t count;

	if (!check_keys(top, json, keys) || !get_array(top, json, "parents", &array))
		return false;
	count = json_array_size(array);
	sim->parents = sim_keep(sim, count, sizeof(*sim->parents));
	for (size_t i = 0; i < count; i++) {
		const struct place at = below(&here, NULL, i);

		sim->n_parents = i + 1;
		if (!load_parent(&at, json_array_get(array, i), &sim->parents[i]))
			return false;
	}
	return true;
}

bool describe_load(struct sim *sim, const char *file, struct text *why)
{
	const struct place top = { NULL, file, 0, sim, why };
	json_error_t error;

	sim->description = json_load_file(file, JSON_REJECT_DUPLICATES, &error);
	if (!sim->description && error.line > 0)
		text_printf(why, "%s:%d: %s", file, error.line, error.text);
	else if (!sim->description)
		text_printf(why, "%s", error.text);
	return sim->description && load_parents(&top, sim->description);
}
