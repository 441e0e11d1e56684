/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/parent.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct parent *parent_new(const char *name)
{
	struct parent *parent = mem_zalloc(sizeof(*parent));

	parent->name = mem_strdup(name);
	return parent;
}

void parent_add_type(struct parent *parent, const struct mdev_type *type)
{
	parent->types = mem_grow(parent->types, parent->type_count, sizeof(*parent->types));
	parent->types[parent->type_count++] = *type;
}

void mdev_type_clear(struct mdev_type *type)
{
	free(type->id);
	free(type->device_api);
	free(type->name);
	free(type->description);
	*type = (struct mdev_type){ 0 };
}

void parent_free(struct parent *parent)
{
	if (!parent)
		return;
	for (size_t i = 0; i < parent->type_count; i++)
		mdev_type_clear(&parent->types[i]);
	free(parent->types);
	free(parent->name);
	free(parent);
}

static bool is_id(const struct mdev_type *type, const char *name)
{
	return strcmp(type->id, name) == 0;
}

static bool is_whole_name(const struct mdev_type *type, const char *name)
{
	return strcasecmp(type->name, name) == 0;
}

static bool is_end_of_name(const struct mdev_type *type, const char *name)
{
	size_t whole = strlen(type->name);
	size_t end = strlen(name);

	return whole > end && end && type->name[whole - end - 1] == ' ' &&
	       strcasecmp(type->name + whole - end, name) == 0;
}

void parent_find_types(const struct parent *parent, const char *name, struct strlist *ret)
{
	static bool (*const fits[])(const struct mdev_type *type,
				    const char *name) = { is_id, is_whole_name, is_end_of_name };
	size_t before = ret->count;

	for (size_t i = 0; i < ARRAY_SIZE(fits) && ret->count == before; i++)
		for (size_t j = 0; j < parent->type_count; j++)
			if (fits[i](&parent->types[j], name))
				strlist_add(ret, mem_strdup(parent->types[j].id));
}

void parent_list_add(struct parent_list *list, struct parent *parent)
{
	list->items = mem_grow(list->items, list->count, sizeof(*list->items));
	list->items[list->count++] = parent;
}

void parent_list_clear(struct parent_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		parent_free(list->items[i]);
	free(list->items);
	*list = (struct parent_list){ 0 };
}

static json_t *type_to_json(const struct mdev_type *type)
{
	json_t *json = json_new_object();

	json_put(json, "available_instances", json_integer((json_int_t)type->available_instances));
	json_put(json, "device_api", json_new_string(type->device_api));
	if (*type->name)
		json_put(json, "name", json_new_string(type->name));
	if (*type->description)
		json_put(json, "description", json_new_string(type->description));
	return json;
}

static json_t *types_to_json(const struct parent *parent)
{
	json_t *types = json_new_array();

	for (size_t i = 0; i < parent->type_count; i++) {
		json_t *type = json_new_object();

		json_put(type, parent->types[i].id, type_to_json(&parent->types[i]));
		json_append(types, type);
	}
	return types;
}

json_t *parent_list_to_json(const struct parent_list *list)
{
	json_t *json = json_new_array();
	json_t *parents;

	if (!list->count)
		return json;

	parents = json_new_object();
	for (size_t i = 0; i < list->count; i++)
		json_put(parents, list->items[i]->name, types_to_json(list->items[i]));
	json_append(json, parents);
	return json;
}
