/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JSON forms of a device. */
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "foreign.h"
#include "model/device.h"
#include "model/name.h"

/* C strings end there, and a part of a name or value is not what was meant. */
static err_t check_no_nul(const json_t *string)
{
	if (strlen(json_string_value(string)) == json_string_length(string))
		return NULL;
	return err_hint(err_new(ERR_INVALID, "'%s' is followed by the character \\u0000",
				json_string_value(string)),
			"take \\u0000 away: nothing can take it");
}

/* One object for each attribute: an object of several would have no order. */
static err_t read_attr(struct device *dev, json_t *item)
{
	const char *name;
	const json_t *value;
	void *at;

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
	TRY(name_check_attr(name));
	if (!json_is_string(value))
		return err_hint(
			err_new(ERR_INVALID, "the value of attribute '%s' is not a string", name),
			"put it in quotes");
	TRY(check_no_nul(value));
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
	if (!value)
		return err_hint(err_new(ERR_INVALID, "no 'mdev_type' is given"),
				"add \"mdev_type\": \"TYPE\"");
	if (!json_is_string(value))
		return err_hint(err_new(ERR_INVALID, "'mdev_type' is not a string"),
				"put it in quotes");
	TRY(check_no_nul(value));
	TRY(name_check_type(json_string_value(value)));
	dev->type = mem_strdup(json_string_value(value));
	return NULL;
}

/* As long as this a value is shown. */
#define SHOWN_MAX 40

/* What is neither is manual to mdevctl, too. */
static void read_start(struct device *dev, const json_t *value, const char *text)
{
	const char *name = json_string_value(value);
	struct json_span span;

	if (!value || json_is_null(value) || (name && strcmp(name, "manual") == 0))
		return;
	if (name && strcmp(name, "auto") == 0) {
		dev->start = DEVICE_START_AUTO;
		return;
	}
	span = json_find(text, "start");
	dev->odd_start = mem_printf("line %zu: 'start' is %.*s%s", json_line_of(text, "start", -1),
				    span.size < SHOWN_MAX ? (int)span.size : SHOWN_MAX, span.at,
				    span.size > SHOWN_MAX ? "…" : "");
}

static err_t check_object(const json_t *json, const char *text, const char *source)
{
	if (json_is_object(json))
		return NULL;
	if (json_is_array(json) && strstr(text, "mdev_type"))
		return err_hint(
			err_new(ERR_INVALID, "'%s', line 1: a list is no definition", source),
			"'mdevadm list --dumpjson --uuid UUID' prints a single one");
	return err_hint(err_new(ERR_INVALID, "'%s', line 1: a definition is a JSON object", source),
			"write {\"mdev_type\": \"TYPE\", \"start\": \"manual\", \"attrs\": []}");
}

/* @e, or what says more: the files of mdevctl's first versions. */
static err_t explain_syntax(struct err *e, const char *text, const char *source)
{
	size_t name = strspn(text, "abcdefghijklmnopqrstuvwxyz_");

	if (!name || text[name] != '=')
		return e;
	err_free(e);
	return err_new(ERR_INVALID,
		       "'%s' is no JSON but has lines KEY=VALUE, as the first versions of mdevctl "
		       "wrote",
		       source);
}

static size_t count_own(const json_t *json)
{
	return (size_t) !!json_object_get(json, "mdev_type") + !!json_object_get(json, "start") +
	       !!json_object_get(json, "attrs");
}

err_t device_from_json(const char *text, size_t size, const char *source, struct device **ret)
{
	_cleanup_(json_freep) json_t *json = NULL;
	_cleanup_(device_freep) struct device *dev = device_new(NULL, NULL, NULL);
	struct err *e = json_parse_loosely(text, size, source, &json);

	if (e)
		return explain_syntax(e, text, source);
	TRY(check_object(json, text, source));
	e = read_type(dev, json_object_get(json, "mdev_type"));
	if (e)
		return err_wrap(e, "'%s', line %zu", source, json_line_of(text, "mdev_type", -1));
	read_start(dev, json_object_get(json, "start"), text);
	TRY(read_attrs(dev, json_object_get(json, "attrs"), source, text));
	if (json_object_size(json) > count_own(json))
		foreign_read(dev, text);
	dev->source = mem_strdup(source);
	*ret = take(dev);
	return NULL;
}

err_t device_odd_start(const struct device *dev)
{
	if (!dev->odd_start)
		return NULL;
	return err_hint(err_new(ERR_INVALID, "'%s', %s, which counts as \"manual\"", dev->source,
				dev->odd_start),
			"write \"auto\" or \"manual\"");
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

char *device_to_line(const struct device *dev)
{
	_cleanup_(json_freep) json_t *json = device_to_json(dev);
	_cleanup_(mem_freep) char *line = json_to_line(json);
	char *whole = foreign_append(dev, line, ",", "}");

	json_squeeze(whole);
	return whole;
}

char *device_to_definition(const struct device *dev)
{
	_cleanup_(json_freep) json_t *json = device_to_json(dev);
	_cleanup_(mem_freep) char *text = json_to_text(json);
	_cleanup_(mem_freep) char *line = NULL;
	char *whole = foreign_append(dev, text, ",\n  ", "\n}");

	if (strlen(whole) <= DEVICE_JSON_MAX)
		return whole;
	free(whole);
	/* Not even the empty array, which the file need not have had. */
	if (!dev->attr_count)
		json_object_del(json, "attrs");
	line = json_to_line(json);
	return foreign_append(dev, line, ",", "}");
}
