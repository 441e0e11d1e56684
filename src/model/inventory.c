/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/inventory.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

void hardware_clear(struct hardware *hardware)
{
	free(hardware->path);
	free(hardware->subsystem);
	free(hardware->driver);
	free(hardware->product);
	free(hardware->physical);
	*hardware = (struct hardware)HARDWARE_UNKNOWN;
}

/* Whether @name is "DDDD:BB:SS.F", in which the domain has four digits or more. */
static bool is_pci_address(const char *name)
{
	size_t domain = strspn(name, "0123456789abcdef");

	return domain >= 4 && str_is_like(name + domain, ":xx:xx.x");
}

char *hardware_pci_address(const char *name)
{
	char *address;

	if (!is_pci_address(name))
		return NULL;
	address = mem_printf("%08lx%s", strtoul(name, NULL, 16), strchr(name, ':'));
	for (char *at = address; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	return address;
}

char *hardware_nodedev(const struct hardware *hardware, const char *name)
{
	char *flat;

	if (!hardware->subsystem)
		return NULL;
	if (strcmp(hardware->subsystem, "matrix") == 0)
		return mem_strdup("ap_matrix");
	flat = mem_printf("%s_%s", hardware->subsystem, name);
	for (char *at = flat; *at; at++)
		if (!isalnum((unsigned char)*at))
			*at = '_';
	return flat;
}

/* The number behind "KEY=", and what is behind it; -1 if there is none. */
static long number_of(const char *description, const char *key, const char **ret_unit)
{
	size_t length = strlen(key);

	for (const char *at = strstr(description, key); at; at = strstr(at + 1, key)) {
		char *end;
		unsigned long number;

		if (at[length] != '=' || !isdigit((unsigned char)at[length + 1]) ||
		    (at != description && !strchr(" ,\n", at[-1])))
			continue;
		number = strtoul(at + length + 1, &end, 10);
		*ret_unit = end;
		return number < INT_MAX ? (long)number : -1;
	}
	return -1;
}

long mdev_type_framebuffer(const struct mdev_type *type)
{
	const char *unit = "";
	long number = number_of(type->description, "framebuffer", &unit);

	return *unit == 'G' && number > 0 ? number * 1024 : number;
}

long mdev_type_max_instance(const struct mdev_type *type)
{
	const char *unit;

	return number_of(type->description, "max_instance", &unit);
}

const char *mdev_type_size_name(const struct mdev_type *type)
{
	const char *dash = strrchr(type->name, '-');

	if (dash && isdigit((unsigned char)dash[1]))
		return dash + 1;
	return *type->name ? type->name : type->id;
}

const char *parent_kind_name(enum parent_kind kind)
{
	static const char *const names[] = {
		[PARENT_MDEV] = "mdev",
		[PARENT_CARD] = "card",
		[PARENT_VENDOR_VFIO] = "vendor-vfio",
		[PARENT_ABSENT] = "absent",
	};

	return names[kind];
}

struct parent_info *parent_info_new(enum parent_kind kind, struct parent *offer)
{
	struct parent_info *info = mem_zalloc(sizeof(*info));

	info->kind = kind;
	info->offer = offer;
	info->hardware = (struct hardware)HARDWARE_UNKNOWN;
	info->uses = mem_zalloc((offer->type_count + 1) * sizeof(*info->uses));
	for (size_t i = 0; i < offer->type_count; i++)
		info->uses[i] = (struct type_use){ .functions = -1, .room = -1 };
	return info;
}

void parent_info_free(struct parent_info *info)
{
	if (!info)
		return;
	parent_free(info->offer);
	free(info->uses);
	hardware_clear(&info->hardware);
	free(info->hold.reason);
	free(info->hold.by);
	free(info->vendor_type);
	free(info->only_size);
	free(info);
}

void parent_info_list_add(struct parent_info_list *list, struct parent_info *info)
{
	list->items = mem_grow(list->items, list->count, sizeof(*list->items));
	list->items[list->count++] = info;
}

struct parent_info *parent_info_list_find(const struct parent_info_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i]->offer->name, name) == 0)
			return list->items[i];
	return NULL;
}

void parent_info_list_clear(struct parent_info_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		parent_info_free(list->items[i]);
	free(list->items);
	*list = (struct parent_info_list){ 0 };
}

static json_t *time_to_json(long long seconds)
{
	return seconds > 0 ? json_new_number(seconds) : json_null();
}

json_t *parent_info_to_json(const struct parent_info *info)
{
	const struct hardware *hardware = &info->hardware;
	const char *name = info->offer->name;
	_cleanup_(mem_freep) char *pci = hardware_pci_address(name);
	_cleanup_(mem_freep) char *nodedev = hardware_nodedev(hardware, name);
	long used;
	long memory = parent_info_memory(info, &used);
	json_t *json = json_new_object();

	json_put(json, "parent", json_new_string(name));
	json_put(json, "kind", json_new_string(parent_kind_name(info->kind)));
	json_put(json, "path", json_new_text(hardware->path));
	json_put(json, "subsystem", json_new_text(hardware->subsystem));
	json_put(json, "pci", json_new_text(pci));
	json_put(json, "nodedev", json_new_text(nodedev));
	json_put(json, "driver", json_new_text(hardware->driver));
	json_put(json, "numa", json_new_known(hardware->numa_node));
	json_put(json, "hardware", json_new_text(hardware->product));
	json_put(json, "physfn", json_new_text(hardware->physical));
	json_put(json, "vf", json_new_known(hardware->function));
	json_put(json, "vfs", json_new_known(hardware->functions));
	json_put(json, "vfs_max", json_new_known(hardware->functions_max));
	json_put(json, "types", json_new_number((long long)info->offer->type_count));
	json_put(json, "running", json_new_number((long long)info->running));
	json_put(json, "defined", json_new_number((long long)info->defined));
	json_put(json, "room", json_new_known(parent_info_room(info)));
	json_put(json, "memory", json_new_known(info->hardware.physical ? -1 : memory));
	json_put(json, "memory_used",
		 json_new_known(memory < 0 || info->hardware.physical ? -1 : used));
	json_put(json, "only_size", json_new_text(info->only_size));
	json_put(json, "vendor_type", json_new_text(info->vendor_type));
	json_put(json, "held_reason", json_new_text(info->hold.reason));
	json_put(json, "held_by", json_new_text(info->hold.by));
	json_put(json, "held_since", time_to_json(info->hold.since));
	return json;
}

json_t *type_info_to_json(const struct parent_info *info, size_t index)
{
	const struct mdev_type *type = &info->offer->types[index];
	const struct type_use *use = &info->uses[index];
	json_t *json = json_new_object();

	json_put(json, "parent", json_new_string(info->offer->name));
	json_put(json, "kind", json_new_string(parent_kind_name(info->kind)));
	json_put(json, "physfn", json_new_text(info->hardware.physical));
	json_put(json, "type", json_new_string(type->id));
	json_put(json, "name", json_new_text(*type->name ? type->name : NULL));
	json_put(json, "description", json_new_text(*type->description ? type->description : NULL));
	json_put(json, "device_api", json_new_text(type->device_api));
	json_put(json, "framebuffer", json_new_known(mdev_type_framebuffer(type)));
	json_put(json, "max_instance", json_new_known(mdev_type_max_instance(type)));
	json_put(json, "available",
		 info->kind == PARENT_CARD ? json_null()
					   : json_new_number((long long)type->available_instances));
	json_put(json, "functions", json_new_known(use->functions));
	json_put(json, "running", json_new_number((long long)use->running));
	json_put(json, "room", json_new_known(use->room));
	json_put(json, "only_size", json_new_text(info->only_size));
	return json;
}
