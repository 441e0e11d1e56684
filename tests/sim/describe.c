/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the description of a host; main.c has the format. */
#include "describe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attr.h"
#include "describe_type.h"
#include "life.h"
#include "parent.h"
#include "place.h"
#include "pool.h"
#include "vfio.h"

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

/* Each is to be one name in a path. */
static bool load_names(const struct place *at, const json_t *json, struct parent *parent)
{
	return place_get_component(at, json, "driver", &parent->driver) &&
	       place_get_component(at, json, "bus", &parent->bus) &&
	       place_get_component(at, json, "class", &parent->class_name) &&
	       place_get_component(at, json, "parent_driver", &parent->own_driver) &&
	       place_get_component(at, json, "module", &parent->module) &&
	       place_get_component(at, json, "physfn", &parent->physfn);
}

static bool load_virtfn(const struct place *at, const json_t *json, struct parent *parent)
{
	const json_t *value = json_object_get(json, "virtfn");

	parent->has_virtfn = json_is_integer(value);
	return place_get_count(at, json, "virtfn", 0, &parent->virtfn);
}

static bool load_parent_fields(const struct place *at, json_t *json, struct parent *parent)
{
	const struct place path_at = place_below(at, "path", 0);

	parent->full_errno = EUSERS;
	parent->is_vfio = true;
	if (!place_get_name(at, json, &parent->name) ||
	    !place_get_string(at, json, "path", &parent->path) || !load_names(at, json, parent) ||
	    !load_pool(at, json, parent) || !place_get_numbers(at, json, parent->numbers) ||
	    !load_virtfn(at, json, parent) ||
	    !place_get_errno(at, json, "full_errno", &parent->full_errno) ||
	    !place_get_bool(at, json, "vfio", &parent->is_vfio))
		return false;
	set_defaults(at->sim, parent);
	if (strncmp(parent->path, "devices/", 8) != 0)
		return place_fail(&path_at, "must begin with 'devices/'");
	if (!place_is_path(&path_at, parent->path))
		return false;
	parent->keeps_dir = strncmp(parent->path, "devices/virtual/", 16) != 0;
	return place_get_bool(at, json, "keeps_dir", &parent->keeps_dir);
}

/* What is known of a device that runs, or else left to chance. */
static bool load_wish(const struct place *at, const json_t *json, struct device_wish *ret)
{
	const json_t *group = json_object_get(json, "iommu_group");
	unsigned int number = 0;

	ret->has_no_group = json_is_null(group);
	ret->has_group = json_is_integer(group);
	if (!ret->has_no_group && !place_get_count(at, json, "iommu_group", 0, &number))
		return false;
	ret->group = (int)number;
	return place_get_component(at, json, "vfio_dev", &ret->vfio_dev);
}

static bool load_values(const struct place *up, const json_t *json, struct device *dev)
{
	const struct place here = place_below(up, "attrs", 0);
	json_t *object = json_object_get(json, "attrs");
	const char *name;
	json_t *value;

	if (!object)
		return true;
	if (!place_is_object(&here, object))
		return false;
	json_object_foreach (object, name, value) {
		int errnum = 0;

		if (!place_get_unread(&here, object, name, &errnum))
			return false;
		if (!errnum && !json_is_string(value))
			return place_fail(&here, "'%s' must be a string", name);
		if (!attr_set(up->sim, dev, name, json_string_value(value), errnum))
			return place_fail(&here, "the type has no attribute '%s'", name);
	}
	return true;
}

static bool load_state(const struct place *up, const json_t *json, struct device *dev)
{
	const struct place at = place_below(up, "state", 0);
	const char *state = "running";

	if (!place_get_string(up, json, "state", &state))
		return false;
	if (strcmp(state, "stuck") == 0)
		life_stick(up->sim, dev);
	else if (strcmp(state, "removing") == 0)
		life_unlink(up->sim, dev);
	else if (strcmp(state, "running") != 0)
		return place_fail(&at, "must be \"running\", \"stuck\" or \"removing\"");
	return true;
}

/* Of that one device: rules that the control file could have set as well. */
static bool load_device_numbers(const struct place *at, const json_t *json, const char *uuid)
{
	struct number numbers[NUMBERS] = { 0 };

	if (!place_get_numbers(at, json, numbers))
		return false;
	for (enum number_kind kind = 0; kind < NUMBERS; kind++) {
		if (numbers[kind].is_set)
			vfio_set_number(at->sim, kind, numbers[kind], uuid);
	}
	return true;
}

static bool make_device(const struct place *at, const json_t *json, struct type *type,
			const char *uuid)
{
	struct device_wish wish = { 0 };
	struct device *dev = NULL;
	int err;

	if (!load_wish(at, json, &wish) || !load_device_numbers(at, json, uuid))
		return false;
	err = life_add(at->sim, type, uuid, &wish, &dev);
	if (err)
		return place_fail(at, "cannot make %s: %s", uuid, errno_name(err));
	return load_values(at, json, dev) && load_state(at, json, dev);
}

static bool load_device(const struct place *at, json_t *json, struct parent *parent)
{
	static const char *const keys[] = { "uuid",  "type",   "state",	   "iommu_group",
					    "group", "cdev",   "vfio_dev", "attrs",
					    "users", "unread", NULL };
	const char *uuid = "";
	const char *name = "";
	char lower[UUID_LEN + 1];
	struct type *type;

	if (!place_check_keys(at, json, keys) || !place_get_string(at, json, "uuid", &uuid) ||
	    !place_get_string(at, json, "type", &name))
		return false;
	if (strlen(uuid) != UUID_LEN || !life_parse_uuid(uuid, lower))
		return place_fail(at, "'%s' is no UUID", uuid);
	type = sim_type(parent, name);
	if (!type)
		return place_fail(at, "the parent has no type '%s'", name);
	return make_device(at, json, type, lower);
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
	static const char *const keys[] = {
		"name",	    "path",	      "driver",	    "bus",   "ports",	      "pool",
		"one_size", "one_size_errno", "full_errno", "vfio",  "keeps_dir",     "types",
		"files",    "devices",	      "registered", "cdev",  "group",	      "physfn",
		"class",    "module",	      "virtfn",	    "going", "parent_driver", NULL
	};

	if (!place_check_keys(at, json, keys) || !load_parent_fields(at, json, parent) ||
	    !describe_types(at, json, parent) || !describe_files(at, json, &parent->files))
		return false;
	if (sim_parent(at->sim, parent->name) != parent)
		return place_fail(at, "parent '%s' is there twice", parent->name);
	return true;
}

/* What is left is told, and the devices there are come on top of it. */
static void begin_devices(struct parent *parent)
{
	for (size_t i = 0; i < parent->n_types; i++) {
		struct type *type = &parent->types[i];

		if (!type->is_available_told)
			continue;
		type->left = type->has_instances ? type->instances : 0;
		type->has_instances = true;
		type->instances = ~0U;
	}
}

static void end_devices(struct parent *parent)
{
	for (size_t i = 0; i < parent->n_types; i++) {
		struct type *type = &parent->types[i];

		if (type->is_available_told)
			type->instances = type->used + type->left;
	}
}

/* This comes when all parents are known: they may share a pool, or be another's function. */
static bool start_parent(const struct place *at, json_t *json, struct parent *parent)
{
	bool is_registered = true;

	if (!place_get_bool(at, json, "registered", &is_registered))
		return false;
	if (!is_registered && json_array_size(json_object_get(json, "devices")))
		return place_fail(at, "a parent that is not registered has no devices");
	if (!is_registered) {
		parent_show_bare(at->sim, parent);
		return true;
	}
	parent_show(at->sim, parent);
	begin_devices(parent);
	if (!load_devices(at, json, parent))
		return false;
	end_devices(parent);
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
	json_t *array = NULL;

	/* A dump has more keys, which are for those who read it. */
	if (!place_is_object(top, json) || !load_pools(top, json) ||
	    !place_get_array(top, json, "parents", &array))
		return false;
	top->sim->parents = sim_keep(top->sim, json_array_size(array), sizeof(*top->sim->parents));
	return for_each_parent(top, array, load_parent) &&
	       for_each_parent(top, array, start_parent);
}

/* Names that clash are many: with other parents', with what the kernel's core has. */
static bool check_tree(const struct place *top)
{
	struct text path = { 0 };

	if (!top->sim->tree.clash)
		return true;
	node_path(top->sim->tree.clash, &path);
	place_fail(top, "'%s' would be there twice, or in a file", path.data);
	text_free(&path);
	return false;
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
	return sim->description && load_parents(&top, sim->description) && check_tree(&top);
}
