/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/device.h"

#include <stdlib.h>
#include <string.h>

static char *copy_or_null(const char *text)
{
	return text ? mem_strdup(text) : NULL;
}

struct device *device_new(const struct uuid *uuid, const char *parent, const char *type)
{
	struct device *dev = mem_zalloc(sizeof(*dev));

	if (uuid)
		dev->uuid = *uuid;
	dev->parent = copy_or_null(parent);
	dev->type = copy_or_null(type);
	return dev;
}

struct device *device_copy(const struct device *dev)
{
	struct device *copy = device_new(&dev->uuid, dev->parent, dev->type);

	copy->start = dev->start;
	for (size_t i = 0; i < dev->attr_count; i++)
		device_insert_attr(copy, i, dev->attrs[i].name, dev->attrs[i].value);
	return copy;
}

static void free_attr(struct attr *attr)
{
	free(attr->name);
	free(attr->value);
}

void device_free(struct device *dev)
{
	if (!dev)
		return;
	for (size_t i = 0; i < dev->attr_count; i++)
		free_attr(&dev->attrs[i]);
	free(dev->attrs);
	free(dev->parent);
	free(dev->type);
	json_decref(dev->other_keys);
	free(dev);
}

void device_insert_attr(struct device *dev, size_t index, const char *name, const char *value)
{
	dev->attrs = mem_resize(dev->attrs, dev->attr_count + 1, sizeof(*dev->attrs));
	memmove(&dev->attrs[index + 1], &dev->attrs[index],
		(dev->attr_count - index) * sizeof(*dev->attrs));
	dev->attrs[index] = (struct attr){ mem_strdup(name), mem_strdup(value) };
	dev->attr_count++;
}

void device_remove_attr(struct device *dev, size_t index)
{
	free_attr(&dev->attrs[index]);
	dev->attr_count--;
	memmove(&dev->attrs[index], &dev->attrs[index + 1],
		(dev->attr_count - index) * sizeof(*dev->attrs));
}

const char *device_start_name(enum device_start start)
{
	return start == DEVICE_START_AUTO ? "auto" : "manual";
}

void device_list_add(struct device_list *list, struct device *dev)
{
	/* Grows by doubling: whenever the count reaches a power of two. */
	if ((list->count & (list->count - 1)) == 0)
		list->items = mem_resize(list->items, list->count ? list->count * 2 : 1,
					 sizeof(struct device *));
	list->items[list->count++] = dev;
}

void device_list_clear(struct device_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		device_free(list->items[i]);
	free(list->items);
	*list = (struct device_list){ 0 };
}
