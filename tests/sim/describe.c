/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the description of a host; main.c has the format. */
#include "describe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "life.h"
#include "parent.h"
#include "place.h"
#include "pool.h"
#include "vfio.h"

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

static bool load_attr(const struct place *at, json_t *json, struct attr_rule *rule)
{
	static const char *const keys[] = {
		"name", "mode", "value", "refuse", "accept", "eats_last", "enxio_until_written",
		NULL
	};

	return place_check_keys(at, json, keys) && place_get_name(at, json, &rule->name) &&
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

		if (!load_attr(&at, json_array_get(array, i), &attrs[i]))
			return false;
	}
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

static bool get_numbers(const struct place *at, const json_t *json, struct number *ret)
{
	return get_number(at, json, "cdev", &ret[NUMBER_CDEV]) &&
	       get_number(at, json, "group", &ret[NUMBER_GROUP]);
}

static bool load_type(const struct place *at, json_t *json, struct type *type)
{
	static const char *const keys[] = { "name",	 "label", "device_api", "description",
					    "instances", "cost",  "attrs",	"cdev",
					    "group",	 NULL };

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
	       get_numbers(at, json, type->numbers) && load_attrs(at, json, type);
}

static bool load_types(const struct place *up, const json_t *json, struct parent *parent)
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

static bool load_files(const struct place *up, const json_t *json, struct parent *parent)
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
	parent->files = file;
	json_object_foreach (object, name, content) {
		if (!place_get_string(&here, object, name, &file->content) || !file->content)
			return place_fail(&here, "'%s' must be a string", name);
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

static bool load_ports(const struct place *at, const json_t *json, const char *key,
		       struct pool *pool)
{
	unsigned int before = pool->ports;
	bool had_ports = pool->has_ports;

	if (!place_get_count(at, json, key, 0, &pool->ports))
		return false;
	pool->has_ports = had_ports || json_object_get(json, key);
	if (had_ports && pool->ports != before)
		return place_fail(at, "pool '%s' has %u ports already", pool->name, before);
	return true;
}

/* The parents of a pool need not agree on where its facts are told. */
static bool load_pool(const struct place *at, const json_t *json, struct parent *parent)
{
	const char *name = NULL;
	struct pool *pool;

	if (!place_get_string(at, json, "pool", &name))
		return false;
	pool = pool_get(at->sim, name);
	parent->pool = pool;
	return load_ports(at, json, "ports", pool) &&
	       place_get_bool(at, json, "one_size", &pool->is_one_size) &&
	       place_get_errno(at, json, "one_size_errno", &pool->size_errno);
}

static bool load_parent_fields(const struct place *at, json_t *json, struct parent *parent)
{
	const struct place path_at = place_below(at, "path", 0);

	parent->full_errno = EUSERS;
	parent->is_vfio = true;
	if (!place_get_name(at, json, &parent->name) ||
	    !place_get_string(at, json, "path", &parent->path) ||
	    !place_get_string(at, json, "driver", &parent->driver) ||
	    !place_get_string(at, json, "bus", &parent->bus) || !load_pool(at, json, parent) ||
	    !get_numbers(at, json, parent->numbers) ||
	    !place_get_string(at, json, "physfn", &parent->physfn) ||
	    !place_get_errno(at, json, "full_errno", &parent->full_errno) ||
	    !place_get_bool(at, json, "vfio", &parent->is_vfio))
		return false;
	set_defaults(at->sim, parent);
	if (strncmp(parent->path, "devices/", 8) != 0)
		return place_fail(&path_at, "must begin with 'devices/'");
	parent->keeps_dir = strncmp(parent->path, "devices/virtual/", 16) != 0;
	return place_get_bool(at, json, "keeps_dir", &parent->keeps_dir);
}

static bool load_device(const struct place *at, json_t *json, struct parent *parent)
{
	static const char *const keys[] = { "uuid", "type", NULL };
	const char *uuid = "";
	const char *name = "";
	char lower[UUID_LEN + 1];
	struct type *type;
	int err;

	if (!place_check_keys(at, json, keys) || !place_get_string(at, json, "uuid", &uuid) ||
	    !place_get_string(at, json, "type", &name))
		return false;
	if (strlen(uuid) != UUID_LEN || !life_parse_uuid(uuid, lower))
		return place_fail(at, "'%s' is no UUID", uuid);
	type = sim_type(parent, name);
	if (!type)
		return place_fail(at, "the parent has no type '%s'", name);
	err = life_add(at->sim, type, lower);
	return !err || place_fail(at, "cannot make %s: %s", lower, errno_name(err));
}

static bool load_devices(const struct place *up, const json_t *json, struct parent *parent)
{
	const struct place here = place_below(up, "devices", 0);
	json_t *array = NULL;

	if (!place_get_array(up, json, "devices", &array))
		return false;
	for (size_t i = 0; i < json_array_size(array); i++) {
		const struct place at = place_below(&here, NULL, i);

		if (!load_device(&at, json_array_get(array, i), parent))
			return false;
	}
	return true;
}

static bool load_parent(const struct place *at, json_t *json, struct parent *parent)
{
	static const char *const keys[] = { "name",	  "path",    "driver",	   "bus",
					    "ports",	  "pool",    "one_size",   "one_size_errno",
					    "full_errno", "vfio",    "keeps_dir",  "types",
					    "files",	  "devices", "registered", "cdev",
					    "group",	  "physfn",  NULL };

	if (!place_check_keys(at, json, keys) || !load_parent_fields(at, json, parent) ||
	    !load_types(at, json, parent) || !load_files(at, json, parent))
		return false;
	if (sim_parent(at->sim, parent->name) != parent)
		return place_fail(at, "parent '%s' is there twice", parent->name);
	return true;
}

/* This comes when all parents are known: they may share a pool, or be another's function. */
static bool start_parent(const struct place *at, json_t *json, struct parent *parent)
{
	bool is_registered = true;

	parent_show(at->sim, parent);
	if (!place_get_bool(at, json, "registered", &is_registered) ||
	    !load_devices(at, json, parent))
		return false;
	if (!is_registered && parent->devices)
		return place_fail(at, "a parent that is not registered has no devices");
	if (!is_registered)
		parent_hide(at->sim, parent);
	return true;
}

static bool for_each_parent(const struct place *top, const json_t *array,
			    bool (*act)(const struct place *at, json_t *json,
					struct parent *parent))
{
	const struct place here = place_below(top, "parents", 0);
	struct sim *sim = top->sim;

	for (size_t i = 0; i < json_array_size(array); i++) {
		const struct place at = place_below(&here, NULL, i);

		if (sim->n_parents <= i)
			sim->n_parents = i + 1;
		if (!act(&at, json_array_get(array, i), &sim->parents[i]))
			return false;
	}
	return true;
}

static bool load_pools(const struct place *top, const json_t *json)
{
	const struct place here = place_below(top, "pools", 0);
	json_t *object = json_object_get(json, "pools");
	const char *name;
	json_t *ports;

	if (!object)
		return true;
	if (!place_is_object(&here, object))
		return false;
	json_object_foreach (object, name, ports) {
		if (!load_ports(&here, object, name, pool_get(top->sim, name)))
			return false;
	}
	return true;
}

static bool load_parents(const struct place *top, json_t *json)
{
	static const char *const keys[] = { "parents", "pools", NULL };
	json_t *array = NULL;

	if (!place_check_keys(top, json, keys) || !load_pools(top, json) ||
	    !place_get_array(top, json, "parents", &array))
		return false;
	top->sim->parents = sim_keep(top->sim, json_array_size(array), sizeof(*top->sim->parents));
	return for_each_parent(top, array, load_parent) &&
	       for_each_parent(top, array, start_parent);
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
