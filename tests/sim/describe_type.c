/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the types in the description of a host; main.c has the format. */
#include "describe_type.h"

#include <stdio.h>
#include <string.h>

/* {NAME: TEXT} under "files"; slashes in a name make directories. */
bool describe_files(const struct place *up, const json_t *json, const struct file_rule **ret)
{
	const struct place here = place_below(up, "files", 0);
	json_t *object = json_object_get(json, "files");
	struct file_rule *file;
	const char *name;
	json_t *content;

	if (!object)
		return true;
	if (!place_is_object(&here, object))
		return false;
	file = sim_keep(up->sim, json_object_size(object) + 1, sizeof(*file));
	*ret = file;
	json_object_foreach (object, name, content) {
		if (!place_is_path(&here, name) ||
		    !place_get_unread(&here, object, name, &file->errnum))
			return false;
		if (!file->errnum && !json_is_null(content) && !json_is_string(content))
			return place_fail(&here, "'%s' must be a string", name);
		file->content = json_string_value(content);
		file->name = name;
		file++;
	}
	return true;
}

static bool load_refuse(const struct place *up, const json_t *json, struct attr_rule *rule)
{
	const struct place here = place_below(up, "refuse", 0);
	json_t *object = json_object_get(json, "refuse");
	struct refusal *refusal;
	const char *value;
	json_t *errnum;

	if (!object)
		return true;
	if (!place_is_object(&here, object))
		return false;
	refusal = sim_keep(up->sim, json_object_size(object) + 1, sizeof(*refusal));
	rule->refuse = refusal;
	json_object_foreach (object, value, errnum) {
		refusal->value = value;
		if (!place_get_errno(&here, object, value, &refusal->errnum))
			return false;
		refusal++;
	}
	return true;
}

static bool load_accept(const struct place *up, const json_t *json, struct attr_rule *rule)
{
	const struct place here = place_below(up, "accept", 0);
	const char **values;
	json_t *array = NULL;

	if (!place_get_array(up, json, "accept", &array))
		return false;
	if (!array)
		return true;
	values = sim_keep(up->sim, json_array_size(array) + 1, sizeof(*values));
	rule->accept = values;
	for (size_t i = 0; i < json_array_size(array); i++) {
		const struct place at = place_below(&here, NULL, i);

		values[i] = json_string_value(json_array_get(array, i));
		if (!values[i])
			return place_fail(&at, "must be a string");
	}
	return true;
}

static bool load_mode(const struct place *up, const json_t *json, mode_t *ret)
{
	const struct place at = place_below(up, "mode", 0);
	const char *mode = "rw";

	if (!place_get_string(up, json, "mode", &mode))
		return false;
	if (strcmp(mode, "r") == 0)
		*ret = 0444;
	else if (strcmp(mode, "w") == 0)
		*ret = 0200;
	else if (strcmp(mode, "rw") == 0)
		*ret = 0644;
	else
		return place_fail(&at, "must be \"r\", \"w\" or \"rw\"");
	return true;
}

/* What every device has, so that a driver has no attribute of that name, nor below it. */
static bool is_taken(const char *name)
{
	static const char *const taken[] = { "uevent",	  "remove",    "power",	   "driver",
					     "subsystem", "mdev_type", "vfio-dev", "iommu_group" };
	size_t len = strcspn(name, "/");

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		if (strlen(taken[i]) == len && strncmp(taken[i], name, len) == 0)
			return true;
	}
	return false;
}

/* Whether one of the two is the other, or a directory that the other is in. */
static bool is_same_place(const char *a, const char *b)
{
	size_t len = strlen(a) < strlen(b) ? strlen(a) : strlen(b);

	return strncmp(a, b, len) == 0 && (!a[len] || a[len] == '/') && (!b[len] || b[len] == '/');
}

static bool check_attr_name(const struct place *at, const struct type *type, size_t index)
{
	const char *name = type->attrs[index].name;

	if (!place_is_path(at, name))
		return false;
	/* power/async and the like may be the driver's. */
	if (is_taken(name) && strncmp(name, "power/", 6) != 0)
		return place_fail(at, "'%s' is not the driver's", name);
	if (is_same_place(name, "power/control"))
		return place_fail(at, "'%s' is not the driver's", name);
	for (size_t i = 0; i < index; i++) {
		if (is_same_place(type->attrs[i].name, name))
			return place_fail(at, "'%s' is there already", name);
	}
	return true;
}

static bool load_attr(const struct place *at, json_t *json, struct attr_rule *rule)
{
	static const char *const keys[] = {
		"name", "mode", "value", "refuse", "accept", "eats_last", "enxio_until_written",
		NULL
	};

	return place_check_keys(at, json, keys) && place_get_path(at, json, &rule->name) &&
	       load_mode(at, json, &rule->mode) &&
	       place_get_string(at, json, "value", &rule->value) &&
	       place_get_bool(at, json, "eats_last", &rule->eats_last) &&
	       place_get_bool(at, json, "enxio_until_written", &rule->is_unknown) &&
	       load_refuse(at, json, rule) && load_accept(at, json, rule);
}

static bool load_attrs(const struct place *up, const json_t *json, struct type *type)
{
	const struct place here = place_below(up, "attrs", 0);
	struct attr_rule *attrs;
	json_t *array = NULL;

	if (!place_get_array(up, json, "attrs", &array))
		return false;
	type->n_attrs = json_array_size(array);
	attrs = sim_keep(up->sim, type->n_attrs, sizeof(*attrs));
	type->attrs = attrs;
	for (size_t i = 0; i < type->n_attrs; i++) {
		const struct place at = place_below(&here, NULL, i);

		if (!load_attr(&at, json_array_get(array, i), &attrs[i]) ||
		    !check_attr_name(&at, type, i))
			return false;
	}
	return true;
}

/* What every type has may be missing. */
static void load_missing(const json_t *json, struct type *type)
{
	type->hidden[TYPE_AVAILABLE] = json_is_null(json_object_get(json, "available"));
	type->hidden[TYPE_API] = json_is_null(json_object_get(json, "device_api"));
}

/* The files that a dump could not read cannot be read here, either. */
static bool load_unread(const struct place *at, const json_t *json, struct type *type)
{
	static const char *const keys[TYPE_FILES] = {
		[TYPE_AVAILABLE] = "available",
		[TYPE_API] = "device_api",
		[TYPE_NAME] = "label",
		[TYPE_DESCRIPTION] = "description",
	};

	for (enum type_file file = 0; file < TYPE_FILES; file++) {
		if (keys[file] && !place_get_unread(at, json, keys[file], &type->errnums[file]))
			return false;
	}
	return true;
}

/* A number; or the text of a file that has none. */
static bool load_available(const struct place *at, const json_t *json, struct type *type)
{
	const json_t *value = json_object_get(json, "available");
	unsigned int left = 0;

	type->is_available_told = value && !json_is_null(value);
	if (json_is_string(value)) {
		type->garbage[TYPE_AVAILABLE] = memory_copy(json_string_value(value));
		return true;
	}
	if (json_is_null(value))
		return true;
	if (!place_get_count(at, json, "available", 0, &left))
		return false;
	if (type->is_available_told) {
		type->has_instances = true;
		type->instances = left;
	}
	return true;
}

static bool load_type(const struct place *at, json_t *json, struct type *type)
{
	static const char *const keys[] = { "name",	 "label",     "device_api", "description",
					    "instances", "cost",      "attrs",	    "cdev",
					    "group",	 "available", "files",	    "unread",
					    NULL };

	load_missing(json, type);
	type->device_api = "vfio-pci";
	memcpy(type->numbers, type->parent->numbers, sizeof(type->numbers));
	type->cost = 1;
	type->instances = 1;
	type->has_instances = json_object_get(json, "instances") != NULL;
	return place_check_keys(at, json, keys) && place_get_name(at, json, &type->name) &&
	       place_get_string(at, json, "label", &type->label) &&
	       place_get_string(at, json, "device_api", &type->device_api) &&
	       place_get_string(at, json, "description", &type->description) &&
	       place_get_count(at, json, "instances", 0, &type->instances) &&
	       place_get_count(at, json, "cost", 1, &type->cost) &&
	       place_get_numbers(at, json, type->numbers) && load_attrs(at, json, type) &&
	       load_available(at, json, type) && load_unread(at, json, type) &&
	       describe_files(at, json, &type->files);
}

bool describe_types(const struct place *up, const json_t *json, struct parent *parent)
{
	const struct place here = place_below(up, "types", 0);
	json_t *array = NULL;

	if (!place_get_array(up, json, "types", &array))
		return false;
	parent->n_types = json_array_size(array);
	parent->types = sim_keep(up->sim, parent->n_types, sizeof(*parent->types));
	for (size_t i = 0; i < parent->n_types; i++) {
		const struct place at = place_below(&here, NULL, i);
		struct type *type = &parent->types[i];

		type->parent = parent;
		if (!load_type(&at, json_array_get(array, i), type))
			return false;
		for (size_t k = 0; k < i; k++) {
			if (strcmp(parent->types[k].name, type->name) == 0)
				return place_fail(&at, "type '%s' is there twice", type->name);
		}
	}
	return true;
}
