/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>

#include "context.h"

static char *describe_attrs(const struct device *dev)
{
	char *text = mem_strdup("");

	for (size_t i = 0; i < dev->attr_count; i++) {
		_cleanup_(mem_freep) char *before = text;

		text = mem_printf("%s%s@{%zu}: {\"%s\":\"%s\"}", before, i ? ", " : "", i,
				  dev->attrs[i].name, dev->attrs[i].value);
	}
	return text;
}

static err_t invalid_index(const struct device *dev, long index)
{
	_cleanup_(mem_freep) char *attrs = describe_attrs(dev);
	struct err *e;

	if (index < 0)
		e = err_new(ERR_INVALID, "there is no attribute to delete");
	else
		e = err_new(ERR_INVALID, "there is no attribute index %ld", index);
	if (!dev->attr_count)
		return err_hint(e, "the definition has no attributes");
	return err_hint(e, "the attributes are %s", attrs);
}

/* An index of the count itself is the end for adding, and nothing to delete. */
static err_t change_attrs(struct device *dev, const struct modify_request *request)
{
	long count = (long)dev->attr_count;
	long index = request->attr_index;

	switch (request->attr_change) {
	case MODIFY_ATTR_ADD:
		if (index > count)
			return invalid_index(dev, index);
		device_insert_attr(dev, (size_t)(index < 0 ? count : index), request->attr_name,
				   request->attr_value);
		break;
	case MODIFY_ATTR_DELETE:
		if (index >= count || count == 0)
			return invalid_index(dev, index);
		device_remove_attr(dev, (size_t)(index < 0 ? count - 1 : index));
		break;
	case MODIFY_ATTR_NONE:
		break;
	}
	return NULL;
}

static err_t change(struct ops *ops, struct device *dev, const struct modify_request *request)
{
	if (request->type) {
		free(dev->type);
		dev->type = mem_strdup(request->type);
		warn_of_missing_type(ops, dev);
	}
	if (request->start)
		dev->start = *request->start;
	return change_attrs(dev, request);
}

static err_t save(struct ops *ops, void *data)
{
	return store_save(ops->store, data, STORE_SAVE_REPLACE);
}

static err_t modify_definition(struct ops *ops, const struct modify_request *request,
			       const struct claim *claim, struct device *given)
{
	_cleanup_(device_freep) struct device *dev = NULL;
	const char *parent;
	struct err *e = choose_definition(claim, request->parent, &parent);

	if (e)
		return e;
	if (given) {
		free(given->parent);
		given->parent = mem_strdup(parent);
		warn_of_missing_type(ops, given);
		return action_run(ops, ACTION_MODIFY, given, request->force, save, given);
	}
	e = store_load(ops->store, parent, &request->uuid, &dev);
	if (!e)
		e = change(ops, dev, request);
	return e ? e : action_run(ops, ACTION_MODIFY, dev, request->force, save, dev);
}

/* Only a script can do it, and the device's type must have one that says it can. */
static err_t modify_running(const struct modify_request *request, const struct claim *claim)
{
	if (!claim->running)
		return err_hint(err_new(ERR_NOT_FOUND, "no device %s runs", request->uuid.text),
				"leave --live out to change the definition");
	return err_hint(err_new(ERR_REFUSED, "no callout script supports live changes of type '%s'",
				claim->running->type ? claim->running->type : "unknown"),
			"change the definition, stop the device and start it again");
}

static err_t modify(struct ops *ops, const struct modify_request *request)
{
	_cleanup_(device_freep) struct device *given = NULL;
	_cleanup_(claim_freep) struct claim *claim = NULL;
	struct err *e = NULL;

	if (request->jsonfile)
		e = read_jsonfile(request->jsonfile, &request->uuid,
				  request->parent ? request->parent : "", &given);
	if (!e)
		e = claim_definition(ops, &request->uuid, &claim);
	if (!e && request->is_live)
		e = modify_running(request, claim);
	if (!e && (!request->is_live || request->is_defined))
		e = modify_definition(ops, request, claim, given);
	return e;
}

err_t op_modify(struct ops *ops, const struct modify_request *request)
{
	return err_wrap(modify(ops, request), "cannot modify %s", request->uuid.text);
}
