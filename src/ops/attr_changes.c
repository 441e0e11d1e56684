/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "attr_changes.h"

#include <string.h>

#include "base/str.h"

/* As many as help: a line or two of a terminal. */
#define SHOWN_MAX 20

static char *describe_attrs(const struct device *dev)
{
	_cleanup_(strlist_clear) struct strlist texts = { 0 };

	for (size_t i = 0; i < dev->attr_count; i++)
		strlist_add(&texts, mem_printf("@{%zu}: {\"%s\":\"%s\"}", i, dev->attrs[i].name,
					       dev->attrs[i].value));
	return strlist_join_some(&texts, "", SHOWN_MAX);
}

/* Adds which attributes there are. */
static err_t hint_attrs(struct err *e, const struct device *dev)
{
	_cleanup_(mem_freep) char *attrs = describe_attrs(dev);

	if (!dev->attr_count)
		return err_hint(e, "the definition has no attributes");
	if (dev->attr_count > SHOWN_MAX)
		return err_hint(e, "there are %zu attributes: %s", dev->attr_count, attrs);
	return err_hint(e, "the attributes are %s", attrs);
}

static err_t invalid_index(const struct device *dev, long index)
{
	if (index < 0)
		return hint_attrs(err_new(ERR_INVALID, "there is no attribute to delete"), dev);
	return hint_attrs(err_new(ERR_INVALID, "there is no attribute index %ld", index), dev);
}

/* An index of the count itself is the end. */
static err_t add(struct device *dev, const struct attr_change *change)
{
	long count = (long)dev->attr_count;

	if (change->index > count)
		return invalid_index(dev, change->index);
	device_insert_attr(dev, (size_t)(change->index < 0 ? count : change->index), change->name,
			   change->value);
	return NULL;
}

static err_t delete_at(struct device *dev, long index)
{
	long count = (long)dev->attr_count;

	/* mdevctl takes the last of none for done, too. */
	if (index < 0 && count == 0)
		return NULL;
	if (index >= count)
		return invalid_index(dev, index);
	device_remove_attr(dev, (size_t)(index < 0 ? count - 1 : index));
	return NULL;
}

/* How often there is one of that name, and where the last one is. */
static size_t count_named(const struct device *dev, const char *name, size_t *ret_last)
{
	size_t count = 0;

	for (size_t i = 0; i < dev->attr_count; i++) {
		if (strcmp(dev->attrs[i].name, name) != 0)
			continue;
		*ret_last = i;
		count++;
	}
	return count;
}

/* Of several, nobody can tell which one is meant. */
static err_t set(struct device *dev, const struct attr_change *change)
{
	size_t at = dev->attr_count;
	size_t count = count_named(dev, change->name, &at);

	if (count > 1)
		return hint_attrs(
			err_new(ERR_INVALID, "there are %zu attributes '%s'", count, change->name),
			dev);
	if (count)
		device_remove_attr(dev, at);
	device_insert_attr(dev, at, change->name, change->value);
	return NULL;
}

static err_t delete_named(struct device *dev, const char *name)
{
	size_t at;

	if (!count_named(dev, name, &at))
		return hint_attrs(err_new(ERR_INVALID, "there is no attribute '%s'", name), dev);
	while (count_named(dev, name, &at))
		device_remove_attr(dev, at);
	return NULL;
}

static err_t make_change(struct device *dev, const struct attr_change *change)
{
	switch (change->kind) {
	case ATTR_ADD:
		return add(dev, change);
	case ATTR_SET:
		return set(dev, change);
	case ATTR_DELETE:
		return delete_at(dev, change->index);
	case ATTR_DELETE_NAME:
		return delete_named(dev, change->name);
	}
	return NULL;
}

err_t attr_changes_make(struct device *dev, const struct attr_change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		TRY(make_change(dev, &changes[i]));
	return NULL;
}
