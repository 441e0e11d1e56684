/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Definitions of a configuration repository, and the hardware that they are for. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "model/name.h"

/* An array of definitions, or a dump, may have thousands. */
#define FILE_MAX_SIZE (64 * 1024 * 1024)

/* --- definitions --- */

/*
 * The name of the directory that the file is in, owned by the caller; NULL if it is not known, or
 * no parent can have it.
 */
static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	_cleanup_(mem_freep) char *dir =
		slash ? mem_printf("%.*s", (int)(slash - path), path) : mem_strdup(".");
	_cleanup_(mem_freep) char *real = NULL;
	_cleanup_(err_freep) struct err *e = NULL;
	const char *name = str_base_name(dir);

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		real = realpath(dir, NULL);
		name = real ? str_base_name(real) : "";
	}
	e = name_check_parent(name);
	return e ? NULL : mem_strdup(name);
}

static err_t read_definition(struct check *check, const char *file, const char *text, size_t size)
{
	struct device *dev;

	if (size > DEVICE_JSON_MAX)
		return err_hint(
			err_new(ERR_INVALID, "'%s' is larger than %d bytes", file, DEVICE_JSON_MAX),
			"a definition has a type, a start mode and attributes");
	TRY(device_from_json(text, size, file, &dev));
	/* As the names of mdevctl's files are; any other says nothing. */
	if (uuid_parse(str_base_name(file), &dev->uuid))
		dev->parent = parent_of(file);
	device_list_add(&check->definitions, dev);
	return NULL;
}

/* --- arrays of them --- */

/* @e says where it is no list. */
static void no_list(struct check *check, const char *file, struct err *e)
{
	check_fault(check, file,
		    err_hint(e, "a list is as 'mdevadm list --defined --dumpjson' prints it: "
				"[{\"PARENT\": [{\"UUID\": {…}}]}]"));
}

static void read_listed(struct check *check, const char *file, const char *parent, const char *uuid,
			const json_t *json)
{
	_cleanup_(mem_freep) char *source = mem_printf("%s, %s/%s", file, parent, uuid);
	_cleanup_(mem_freep) char *line = json_to_line(json);
	struct device *dev = NULL;

	check_fault(check, source, device_from_json(line, strlen(line), source, &dev));
	if (!dev)
		return;
	dev->parent = mem_strdup(parent);
	/* See look_at_file_names(). */
	(void)uuid_parse(uuid, &dev->uuid);
	device_list_add(&check->definitions, dev);
}

/* [{"UUID": {…}}, …]: what is bad in it is told, and the rest is looked at. */
static void read_parent(struct check *check, const char *file, const char *parent, json_t *array)
{
	size_t index;
	json_t *item;

	if (!json_is_array(array))
		no_list(check, file,
			err_new(ERR_INVALID, "'%s', parent '%s': what is on it is no array", file,
				parent));
	json_array_foreach (array, index, item) {
		const char *uuid;
		json_t *definition;

		if (!json_is_object(item))
			no_list(check, file,
				err_new(ERR_INVALID,
					"'%s', parent '%s', item %zu is no object with a UUID",
					file, parent, index + 1));
		json_object_foreach (item, uuid, definition)
			read_listed(check, file, parent, uuid, definition);
	}
}

static err_t read_array(struct check *check, const char *file, const char *text, size_t size)
{
	_cleanup_(json_freep) json_t *json = NULL;
	size_t index;
	json_t *item;

	TRY(json_parse(text, size, file, &json));
	json_array_foreach (json, index, item) {
		const char *parent;
		json_t *array;

		if (!json_is_object(item))
			no_list(check, file,
				err_new(ERR_INVALID, "'%s', item %zu is no object with a parent",
					file, index + 1));
		json_object_foreach (item, parent, array) {
			struct err *e = err_wrap(name_check_parent(parent), "'%s'", file);

			if (!e)
				read_parent(check, file, parent, array);
			check_fault(check, file, e);
		}
	}
	return NULL;
}

/* One that is named as mdevctl's files are is a definition, whatever it has. */
static bool is_list(const char *file, const char *text)
{
	struct uuid uuid;

	return text[strspn(text, " \t\r\n")] == '[' && !uuid_parse(str_base_name(file), &uuid);
}

static err_t read_one_file(struct check *check, const char *file)
{
	_cleanup_(mem_freep) char *text = NULL;
	size_t size;

	TRY(stream_read(strcmp(file, "-") == 0 ? "/dev/stdin" : file, FILE_MAX_SIZE, &text, &size));
	if (is_list(file, text))
		return read_array(check, file, text, size);
	return read_definition(check, file, text, size);
}

static void read_files(struct check *check)
{
	for (size_t i = 0; i < check->files->file_count; i++) {
		const char *file = check->files->files[i];

		check_fault(check, file, read_one_file(check, file));
	}
}

/* What is listed for a parent has a UUID; a file need not. */
static void look_at_file_names(struct check *check)
{
	for (size_t i = 0; i < check->definitions.count; i++) {
		const struct device *dev = check->definitions.items[i];
		const char *name = str_base_name(dev->source);

		if (uuid_is_set(&dev->uuid) && strcmp(name, dev->uuid.text) != 0)
			check_fault(check, dev->source,
				    err_hint(err_new(ERR_INVALID,
						     "'%s' is not in the canonical spelling", name),
					     "write it as '%s'", dev->uuid.text));
		else if (dev->parent && !uuid_is_set(&dev->uuid))
			check_fault(check, dev->source,
				    err_hint(err_new(ERR_INVALID, "'%s' is no UUID", name),
					     "write 32 hexadecimal digits, such as "
					     "83c32df7-d52e-4ec1-9668-1f3c7e4df107"));
	}
}

const struct check_rule check_file_rules[] = {
	{ "definition-unreadable", read_files },
	{ "definition-name", look_at_file_names },
	{ 0 },
};

/* --- the hardware --- */

#define DUMP_FORM                                                                \
	"it has to be a dump: {\"parents\": [{\"name\": \"PARENT\", \"types\": " \
	"[{\"name\": \"TYPE\", \"label\": \"NAME\"}]}]}"

static err_t no_dump(const char *file, const char *why)
{
	return err_hint(err_new(ERR_INVALID, "'%s' does not describe the hardware: %s", file, why),
			DUMP_FORM);
}

static const char *string_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static err_t read_types(const char *file, const json_t *json, struct parent *parent)
{
	size_t index;
	const json_t *item;

	json_array_foreach (json, index, item) {
		const char *id = string_of(item, "name");

		if (!*id)
			return no_dump(file, "a type has no name");
		parent_add_type(parent, &(struct mdev_type){
						.id = mem_strdup(id),
						.device_api = mem_strdup(""),
						.name = mem_strdup(string_of(item, "label")),
						.description = mem_strdup(""),
					});
	}
	return NULL;
}

/* One that is not registered has nothing yet. */
static err_t read_described(struct check *check, const char *file, const json_t *json)
{
	const char *name = string_of(json, "name");
	struct parent *parent;

	if (!*name)
		return no_dump(file, "a parent has no name");
	if (json_is_false(json_object_get(json, "registered")))
		return NULL;
	parent = parent_new(name);
	parent_list_add(&check->parents, parent);
	strlist_add(&check->names, mem_strdup(name));
	return read_types(file, json_object_get(json, "types"), parent);
}

static err_t read_dump(struct check *check, const char *file)
{
	_cleanup_(mem_freep) char *text = NULL;
	_cleanup_(json_freep) json_t *json = NULL;
	const json_t *parents;
	size_t size;
	size_t index;
	const json_t *item;

	TRY(stream_read(file, FILE_MAX_SIZE, &text, &size));
	TRY(json_parse(text, size, file, &json));
	parents = json_object_get(json, "parents");
	if (!json_is_array(parents))
		return no_dump(file, "it has no array 'parents'");
	json_array_foreach (parents, index, item)
		TRY(read_described(check, file, item));
	check->knows_parents = true;
	return NULL;
}

err_t check_read_hardware(struct check *check, const char *file)
{
	struct err *e = read_dump(check, file);

	return e && !err_advice(e) ? err_hint(e, DUMP_FORM) : e;
}
