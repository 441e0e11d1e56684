/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JSON forms of a device. */
#include <string.h>

#include "model/device.h"
#include "model/name.h"

/* One object for each attribute: an object of several would have no order. */
static err_t read_attr(struct device *dev, json_t *item)
{
	const char *name;
	const json_t *value;
	void *at;
	struct err *e;

	if (!json_is_object(item))
		return err_hint(err_new(ERR_INVALID, "an attribute is not an object"),
				"write it as {\"NAME\": \"VALUE\"}");
	if (json_object_size(item) == 0)
		return NULL;
	if (json_object_size(item) > 1)
		return err_hint(err_new(ERR_INVALID, "an attribute has several names"),
				"give each an object of its own, in the order of writing");

	at = json_object_iter(item);
	name = json_object_iter_key(at);
	value = json_object_iter_value(at);
	e = name_check_attr(name);
	if (e)
		return e;
	if (!json_is_string(value))
		return err_hint(
			err_new(ERR_INVALID, "the value of attribute '%s' is not a string", name),
			"put it in quotes");
	device_insert_attr(dev, dev->attr_count, name, json_string_value(value));
	return NULL;
}

/* @text is NULL where there is none to count lines in. */
static err_t read_attrs(struct device *dev, const json_t *attrs, const char *source,
			const char *text)
{
	/* Both are what writers of JSON make of an empty list. */
	if (!attrs || json_is_null(attrs))
		return NULL;
	if (!json_is_array(attrs))
		return err_hint(err_new(ERR_INVALID, "'%s', line %zu: attributes are not an array",
					source, text ? json_line_of(text, "attrs", -1) : 1),
				"write them as [{\"NAME\": \"VALUE\"}, …]");

	for (size_t i = 0; i < json_array_size(attrs); i++) {
		struct err *e = read_attr(dev, json_array_get(attrs, i));

		if (e && text)
			return err_wrap(e, "'%s', line %zu", source,
					json_line_of(text, "attrs", (long)i));
		if (e)
			return err_wrap(e, "'%s', element %zu", source, i);
	}
	return NULL;
}

err_t device_attrs_from_json(struct device *dev, const json_t *attrs, const char *source)
{
	_cleanup_(device_freep) struct device *read = device_new(NULL, NULL, NULL);
	struct attr *old = dev->attrs;
	size_t old_count = dev->attr_count;
	struct err *e = read_attrs(read, attrs, source, NULL);

	if (e)
		return e;
	dev->attrs = read->attrs;
	dev->attr_count = read->attr_count;
	read->attrs = old;
	read->attr_count = old_count;
	return NULL;
}

static err_t read_type(struct device *dev, const json_t *value)
{
	struct err *e;

	if (!value)
		return err_hint(err_new(ERR_INVALID, "no 'mdev_type' is given"),
				"add \"mdev_type\": \"TYPE\"");
	if (!json_is_string(value))
		return err_hint(err_new(ERR_INVALID, "'mdev_type' is not a string"),
				"put it in quotes");
	e = name_check_type(json_string_value(value));
	if (e)
		return e;
	dev->type = mem_strdup(json_string_value(value));
	return NULL;
}

static err_t read_start(struct device *dev, const json_t *value)
{
	const char *name = json_string_value(value);

	if (value && !name)
		return err_hint(err_new(ERR_INVALID, "'start' is not a string"),
				"write \"auto\" or \"manual\"");
	if (!name || strcmp(name, "manual") == 0)
		dev->start = DEVICE_START_MANUAL;
	else if (strcmp(name, "auto") == 0)
		dev->start = DEVICE_START_AUTO;
	else
		return err_hint(err_new(ERR_INVALID, "'start' is '%s'", name),
				"write \"auto\" or \"manual\"");
	return NULL;
}

/* They belong to somebody else, who wants them back. */
static void keep_other_keys(struct device *dev, json_t *json)
{
	const char *key;
	json_t *value;

	json_object_foreach (json, key, value) {
		if (strcmp(key, "mdev_type") == 0 || strcmp(key, "start") == 0 ||
		    strcmp(key, "attrs") == 0)
			continue;
		if (!dev->other_keys)
			dev->other_keys = json_new_object();
		json_put(dev->other_keys, key, json_incref(value));
	}
}

err_t device_from_json(const char *text, size_t size, const char *source, struct device **ret)
{
	_cleanup_(json_freep) json_t *json = NULL;
	_cleanup_(device_freep) struct device *dev = device_new(NULL, NULL, NULL);
	struct err *e;

	e = json_parse(text, size, source, &json);
	if (e)
		return e;
	if (!json_is_object(json))
		return err_new(ERR_INVALID, "'%s', line 1: a definition is a JSON object", source);

	e = read_type(dev, json_object_get(json, "mdev_type"));
	if (e)
		return err_wrap(e, "'%s', line %zu", source, json_line_of(text, "mdev_type", -1));
	e = read_start(dev, json_object_get(json, "start"));
	if (e)
		return err_wrap(e, "'%s', line %zu", source, json_line_of(text, "start", -1));
	TRY(read_attrs(dev, json_object_get(json, "attrs"), source, text));
	keep_other_keys(dev, json);
	*ret = take(dev);
	return NULL;
}

json_t *device_attrs_to_json(const struct device *dev)
{
	json_t *attrs = json_new_array();

	for (size_t i = 0; i < dev->attr_count; i++) {
		json_t *attr = json_new_object();

		json_put(attr, dev->attrs[i].name, json_new_string(dev->attrs[i].value));
		json_append(attrs, attr);
	}
	return attrs;
}

json_t *device_to_json(const struct device *dev)
{
	json_t *json = json_new_object();

	json_put(json, "mdev_type", json_new_string(dev->type));
	json_put(json, "start", json_new_string(device_start_name(dev->start)));
	json_put(json, "attrs", device_attrs_to_json(dev));
	return json;
}

static json_t *with_other_keys(const struct device *dev)
{
	json_t *json = device_to_json(dev);
	const char *key;
	json_t *value;

	json_object_foreach (dev->other_keys, key, value)
		json_put(json, key, json_incref(value));
	return json;
}

char *device_to_definition(const struct device *dev)
{
	_cleanup_(json_freep) json_t *json = with_other_keys(dev);

	return json_to_text(json);
}

char *device_to_line(const struct device *dev)
{
	_cleanup_(json_freep) json_t *json = with_other_keys(dev);

	return json_to_line(json);
}
