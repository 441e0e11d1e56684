/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "drift.h"

#include <string.h>

#include "kernel/facts.h"
#include "model/ap.h"

/* What drivers answer for an attribute that has no value yet. */
static bool is_no_value(const char *text)
{
	return strcmp(text, "Not Applicable") == 0 || strcmp(text, "N/A") == 0;
}

/* The last value of the attribute; NULL if @dev has none of that name. */
static const char *last_value(const struct device *dev, const char *name)
{
	for (size_t i = dev->attr_count; i > 0; i--)
		if (strcmp(dev->attrs[i - 1].name, name) == 0)
			return dev->attrs[i - 1].value;
	return NULL;
}

/* Whether the attribute at @index is repeated behind it: the last one counts. */
static bool is_repeated(const struct device *dev, size_t index)
{
	return last_value(dev, dev->attrs[index].name) != dev->attrs[index].value;
}

/* What scripts tell, asked once; NULL if there are none or they do not tell. */
struct told {
	struct device *dev;
	bool was_asked;
};

static const struct device *ask_scripts(const struct ops *ops, const struct device *dev,
					struct told *told)
{
	_cleanup_(device_freep) struct device *asked = NULL;
	bool is_told = false;

	if (told->was_asked || !callouts_are_there(ops->callouts))
		return told->dev;
	told->was_asked = true;
	asked = device_new(&dev->uuid, dev->parent, dev->type);
	env_warn(ops->env, err_wrap(callout_get_attrs(ops->callouts, asked, true, &is_told),
				    "no attributes of %s", dev->uuid.text));
	told->dev = is_told ? take(asked) : NULL;
	return told->dev;
}

/* *ret is what the attribute has, owned by the caller; NULL, with the reason, if nobody tells. */
static char *read_value(const struct ops *ops, const struct device *dev, const char *name,
			struct told *told, char **ret_reason)
{
	char *value = NULL;
	_cleanup_(err_freep) struct err *e = facts_read_attr(ops->sysfs, &dev->uuid, name, &value);
	const struct device *scripts;

	if (!e && !is_no_value(value))
		return value;
	scripts = ask_scripts(ops, dev, told);
	if (scripts && last_value(scripts, name)) {
		mem_freep(&value);
		return mem_strdup(last_value(scripts, name));
	}
	*ret_reason = e ? mem_strdup(err_message(e)) : mem_printf("it reads '%s'", value);
	mem_freep(&value);
	return NULL;
}

static void compare_attr(const struct ops *ops, const struct attr *attr, struct told *told,
			 struct device_status *status)
{
	_cleanup_(mem_freep) char *reason = NULL;
	_cleanup_(mem_freep) char *value = read_value(ops, status->dev, attr->name, told, &reason);

	if (!value || !attr_is_same_value(value, attr->value))
		device_status_add_difference(status, attr->name, attr->value, value, reason);
}

static bool read_ap(const struct ops *ops, const struct uuid *uuid, struct ap_matrix *ret)
{
	_cleanup_(mem_freep) char *config = NULL;
	_cleanup_(mem_freep) char *matrix = NULL;
	_cleanup_(mem_freep) char *control = NULL;
	struct err *e = facts_read_attr(ops->sysfs, uuid, "ap_config", &config);

	if (!e)
		return ap_from_config(config, ret);
	err_free(e);
	e = facts_read_attr(ops->sysfs, uuid, "matrix", &matrix);
	if (!e)
		e = facts_read_attr(ops->sysfs, uuid, "control_domains", &control);
	if (!e)
		return ap_from_lists(matrix, control, ret);
	err_free(e);
	return false;
}

/* Of attributes that only write, the kernel tells what they came to. */
static void compare_ap(const struct ops *ops, const struct device *defined,
		       struct device_status *status)
{
	struct ap_matrix is = { 0 };
	struct ap_matrix should = { 0 };
	bool is_known = read_ap(ops, &defined->uuid, &is);

	if (!ap_from_attrs(defined, &should)) {
		device_status_add_difference(status, "ap_config", NULL, NULL,
					     "the definition has a value that is no number of "
					     "an adapter or domain");
		return;
	}
	for (enum ap_kind kind = 0; kind < AP_KINDS; kind++) {
		_cleanup_(mem_freep) char *before = ap_text(&should, kind);
		_cleanup_(mem_freep) char *now = is_known ? ap_text(&is, kind) : NULL;

		if (!is_known || !ap_is_equal(&should, &is, kind))
			device_status_add_difference(status, ap_kind_name(kind), before, now,
						     is_known ? NULL : "it cannot be read back");
	}
}

static void compare_attrs(const struct ops *ops, const struct device *defined,
			  struct device_status *status)
{
	bool is_ap = ap_is_type(status->dev->type);
	struct told told = { 0 };

	for (size_t i = 0; i < defined->attr_count; i++)
		if (!(is_ap && ap_is_attr(defined->attrs[i].name)) && !is_repeated(defined, i))
			compare_attr(ops, &defined->attrs[i], &told, status);
	if (is_ap)
		compare_ap(ops, defined, status);
	device_free(told.dev);
}

void find_drift(const struct ops *ops, const struct device *defined, struct device_status *status)
{
	const struct device *dev = status->dev;

	if (strcmp(dev->parent, defined->parent) != 0)
		device_status_add_difference(status, "parent", defined->parent, dev->parent, NULL);
	if (!dev->type)
		device_status_add_difference(status, "type", defined->type, NULL,
					     "the device is going");
	else if (strcmp(dev->type, defined->type) != 0)
		device_status_add_difference(status, "type", defined->type, dev->type, NULL);
	else
		compare_attrs(ops, defined, status);
}
