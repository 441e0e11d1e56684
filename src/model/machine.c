/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys are those of mdevsim's descriptions: see tests/sim/main.c. */
#include "model/machine.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* The most that mdevsim takes as a number; anything else stays a text. */
#define NUMBER_MAX 1000000

static void thing_clear(struct thing *thing)
{
	free(thing->name);
	fact_list_clear(&thing->facts);
	fact_list_clear(&thing->files);
}

void thing_list_clear(struct thing_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		thing_clear(&list->items[i]);
	free(list->items);
}

struct thing *thing_list_add(struct thing_list *list, const char *name)
{
	list->items = mem_grow(list->items, list->count, sizeof(*list->items));
	list->items[list->count] = (struct thing){ .name = mem_strdup(name) };
	return &list->items[list->count++];
}

struct machine_parent *machine_add_parent(struct machine *machine, const char *name)
{
	machine->items = mem_grow(machine->items, machine->count, sizeof(*machine->items));
	machine->items[machine->count] =
		(struct machine_parent){ .self = { .name = mem_strdup(name) } };
	return &machine->items[machine->count++];
}

void machine_clear(struct machine *machine)
{
	for (size_t i = 0; i < machine->count; i++) {
		thing_clear(&machine->items[i].self);
		thing_list_clear(&machine->items[i].types);
		thing_list_clear(&machine->items[i].devices);
	}
	free(machine->items);
}

static size_t count_of(const struct thing *thing)
{
	return fact_list_count_errors(&thing->facts) + fact_list_count_errors(&thing->files);
}

size_t thing_list_count_errors(const struct thing_list *list)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += count_of(&list->items[i]);
	return count;
}

size_t machine_count_errors(const struct machine *machine)
{
	size_t count = 0;

	for (size_t i = 0; i < machine->count; i++)
		count += count_of(&machine->items[i].self) +
			 thing_list_count_errors(&machine->items[i].types) +
			 thing_list_count_errors(&machine->items[i].devices);
	return count;
}

static void put_files(json_t *json, const char *key, const struct fact_list *files)
{
	json_t *object;

	if (!files->count)
		return;
	object = json_new_object();
	fact_list_put(files, object);
	json_put(json, key, object);
}

static json_t *thing_to_json(const struct thing *thing, const char *name_key)
{
	json_t *json = json_new_object();

	json_put(json, name_key, json_new_string(thing->name));
	fact_list_put(&thing->facts, json);
	return json;
}

/* Puts the number that the fact @key is in the place of its text; without a newline behind it. */
static void put_number(json_t *json, const struct thing *thing, const char *key)
{
	const struct fact *fact = fact_list_find(&thing->facts, key);
	_cleanup_(mem_freep) char *digits = NULL;
	unsigned long number;

	if (!fact || !fact->text)
		return;
	digits = mem_printf("%.*s", (int)strcspn(fact->text, "\n"), fact->text);
	if (str_to_number(digits, NUMBER_MAX, &number))
		json_put(json, key, json_integer((json_int_t)number));
}

static bool is_of_type(const struct thing *device, const char *type)
{
	const struct fact *fact = fact_list_find(&device->facts, "type");

	return fact && fact->text && strcmp(fact->text, type) == 0;
}

static const char *mode_name(mode_t mode)
{
	if (!(mode & 0444))
		return "w";
	return mode & 0222 ? "rw" : "r";
}

static bool has_attr(const json_t *attrs, const char *name)
{
	size_t i;
	json_t *attr;

	json_array_foreach (attrs, i, attr)
		if (strcmp(json_string_value(json_object_get(attr, "name")), name) == 0)
			return true;
	return false;
}

/* power/control is there whatever the driver is. */
static void add_attr(json_t *attrs, const struct fact *file)
{
	json_t *attr;

	if (has_attr(attrs, file->name) || str_starts_with(file->name, "power/"))
		return;
	attr = json_new_object();
	json_put(attr, "name", json_new_string(file->name));
	json_put(attr, "mode", json_new_string(mode_name(file->mode)));
	json_append(attrs, attr);
}

/* Which attributes devices of the type have: they show it, and nothing else does. */
static void put_attrs(json_t *json, const struct machine_parent *parent, const char *type)
{
	json_t *attrs = json_new_array();

	for (size_t i = 0; i < parent->devices.count; i++) {
		const struct thing *device = &parent->devices.items[i];

		for (size_t j = 0; j < device->files.count && is_of_type(device, type); j++)
			add_attr(attrs, &device->files.items[j]);
	}
	if (json_array_size(attrs))
		json_object_set(json, "attrs", attrs);
	json_decref(attrs);
}

static json_t *described_type(const struct machine_parent *parent, const struct thing *type)
{
	json_t *json = thing_to_json(type, "name");

	put_number(json, type, "available");
	put_files(json, "files", &type->files);
	put_attrs(json, parent, type->name);
	return json;
}

/* What can be read; the type has the names of the others. */
static void put_values(json_t *json, const struct thing *device)
{
	json_t *values = json_new_object();

	for (size_t i = 0; i < device->files.count; i++) {
		const struct fact *file = &device->files.items[i];

		if (file->text || file->error)
			json_put(values, file->name, fact_to_json(file));
	}
	if (json_object_size(values))
		json_object_set(json, "attrs", values);
	json_decref(values);
}

/* In "devices", or in "going" without a type. */
static json_t *entry_to_json(const struct thing *device)
{
	json_t *json = thing_to_json(device, "uuid");

	put_number(json, device, "iommu_group");
	put_values(json, device);
	return json;
}

/* Beside an error under that key there is none of them. */
static void put_list(json_t *json, const char *key, json_t *array)
{
	if (json_array_size(array) && !json_object_get(json, key))
		json_object_set(json, key, array);
	json_decref(array);
}

static json_t *described_parent(const struct machine_parent *parent)
{
	json_t *json = thing_to_json(&parent->self, "name");
	json_t *types = json_new_array();
	json_t *devices = json_new_array();
	json_t *going = json_new_array();

	put_number(json, &parent->self, "virtfn");
	if (!parent->is_registered)
		json_put(json, "registered", json_false());
	put_files(json, "files", &parent->self.files);
	for (size_t i = 0; i < parent->types.count; i++)
		json_append(types, described_type(parent, &parent->types.items[i]));
	for (size_t i = 0; i < parent->devices.count; i++) {
		const struct thing *device = &parent->devices.items[i];
		const struct fact *type = fact_list_find(&device->facts, "type");

		json_append(type && type->text ? devices : going, entry_to_json(device));
	}
	put_list(json, "types", types);
	put_list(json, "devices", devices);
	put_list(json, "going", going);
	return json;
}

json_t *machine_to_json(const struct machine *machine)
{
	json_t *json = json_new_array();

	for (size_t i = 0; i < machine->count; i++)
		json_append(json, described_parent(&machine->items[i]));
	return json;
}
