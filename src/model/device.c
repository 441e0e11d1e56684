/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct device *device_new(const struct uuid *uuid, const char *parent, const char *type)
{
	struct device *dev = mem_zalloc(sizeof(*dev));

	if (uuid)
		dev->uuid = *uuid;
	dev->parent = mem_copy(parent);
	dev->type = mem_copy(type);
	return dev;
}

struct device *device_copy(const struct device *dev)
{
	struct device *copy = device_new(&dev->uuid, dev->parent, dev->type);

	copy->start = dev->start;
	device_copy_attrs(copy, dev);
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
	for (size_t i = 0; i < dev->foreign_count; i++) {
		free(dev->foreign[i].name);
		free(dev->foreign[i].text);
	}
	free(dev->foreign);
	free(dev->parent);
	free(dev->type);
	free(dev->source);
	free(dev->odd_start);
	free(dev);
}

void device_copy_attrs(struct device *dev, const struct device *from)
{
	while (dev->attr_count)
		device_remove_attr(dev, dev->attr_count - 1);
	for (size_t i = 0; i < from->attr_count; i++)
		device_insert_attr(dev, i, from->attrs[i].name, from->attrs[i].value);
}

static bool is_same_number(const char *a, const char *b)
{
	unsigned long long x, y;
	char *end_a, *end_b;

	errno = 0;
	x = strtoull(a, &end_a, 0);
	y = strtoull(b, &end_b, 0);
	return !errno && end_a != a && end_b != b && !*end_a && !*end_b && x == y;
}

bool attr_is_same_value(const char *a, const char *b)
{
	return strcmp(a, b) == 0 || is_same_number(a, b);
}

static bool is_same_attr(const struct attr *a, const struct attr *b)
{
	return strcmp(a->name, b->name) == 0 && attr_is_same_value(a->value, b->value);
}

bool device_has_same_attrs(const struct device *a, const struct device *b)
{
	if (a->attr_count != b->attr_count)
		return false;
	for (size_t i = 0; i < a->attr_count; i++)
		if (!is_same_attr(&a->attrs[i], &b->attrs[i]))
			return false;
	return true;
}

void device_insert_attr(struct device *dev, size_t index, const char *name, const char *value)
{
	dev->attrs = mem_grow(dev->attrs, dev->attr_count, sizeof(*dev->attrs));
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
	list->items = mem_grow(list->items, list->count, sizeof(*list->items));
	list->items[list->count++] = dev;
}

static int compare_devices(const void *a, const void *b)
{
	const struct device *x = *(struct device *const *)a;
	const struct device *y = *(struct device *const *)b;
	int order = strcmp(x->uuid.text, y->uuid.text);

	return order ? order : strcmp(x->parent, y->parent);
}

void device_list_sort(struct device_list *list)
{
	if (list->count)
		qsort(list->items, list->count, sizeof(struct device *), compare_devices);
}

struct device *const *device_list_find(const struct device_list *list, size_t count,
				       const struct uuid *uuid)
{
	size_t first = 0;
	size_t behind = count;

	while (first < behind) {
		size_t middle = first + (behind - first) / 2;

		if (strcmp(list->items[middle]->uuid.text, uuid->text) < 0)
			first = middle + 1;
		else
			behind = middle;
	}
	return first < count && uuid_is_equal(&list->items[first]->uuid, uuid) ? &list->items[first]
									       : NULL;
}

void device_list_clear(struct device_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		device_free(list->items[i]);
	free(list->items);
	*list = (struct device_list){ 0 };
}
