/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/device.h"

#include <errno.h>
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

static bool is_same_attr(const struct attr *a, const struct attr *b)
{
	return strcmp(a->name, b->name) == 0 &&
	       (strcmp(a->value, b->value) == 0 || is_same_number(a->value, b->value));
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

/* How many attributes of @dev are the same as @attr. */
static size_t count_same(const struct device *dev, const struct attr *attr)
{
	size_t count = 0;

	for (size_t i = 0; i < dev->attr_count; i++)
		count += is_same_attr(&dev->attrs[i], attr);
	return count;
}

bool device_has_attrs_of(const struct device *a, const struct device *b)
{
	if (a->attr_count != b->attr_count)
		return false;
	if (device_has_same_attrs(a, b))
		return true;
	for (size_t i = 0; i < a->attr_count; i++)
		if (count_same(a, &a->attrs[i]) != count_same(b, &a->attrs[i]))
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

void device_list_clear(struct device_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		device_free(list->items[i]);
	free(list->items);
	*list = (struct device_list){ 0 };
}
