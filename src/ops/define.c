/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "action.h"
#include "attr_changes.h"
#include "kernel/mdev.h"
#include "request.h"

/* Parent and type as asked for, or those of the running device of that UUID. */
static err_t describe_new(const struct define_request *request, const struct device *running,
			  const struct uuid *uuid, struct device **ret)
{
	const char *parent = request->parent;
	const char *type = request->type;

	if (!parent && type)
		return err_hint(err_new(ERR_USAGE, "a type is given, and no parent"),
				"say which with --parent");
	if (!parent && !running)
		return err_hint(
			err_new(ERR_USAGE, "no parent is given, and no device %s runs", uuid->text),
			"say which with --parent and --type");
	if (!parent)
		parent = running->parent;
	if (!type && running)
		type = running->type;
	if (!type)
		return uuid_is_set(&request->uuid)
			       ? err_new(ERR_USAGE, "no type is given, and no device %s runs",
					 uuid->text)
			       : err_new(ERR_USAGE, "no type is given");

	*ret = device_new(uuid, parent, type);
	(*ret)->start = request->is_auto ? DEVICE_START_AUTO : DEVICE_START_MANUAL;
	return NULL;
}

/* Only scripts know the attributes of a device that runs. */
static err_t describe_with_attrs(struct ops *ops, const struct define_request *request,
				 const struct uuid *uuid, struct device **ret)
{
	_cleanup_(device_freep) struct device *running = NULL;
	_cleanup_(device_freep) struct device *dev = NULL;
	bool is_told;
	struct err *e;

	TRY(mdev_find(ops->sysfs, uuid, &running));
	e = describe_new(request, running, uuid, &dev);
	if (e)
		return request->parent ? hint_types(ops, e, request->parent) : e;
	if (running && running->type && strcmp(running->parent, dev->parent) == 0 &&
	    strcmp(running->type, dev->type) == 0)
		TRY(callout_get_attrs(ops->callouts, dev, request->force, &is_told));
	TRY(attr_changes_make(dev, request->changes, request->change_count));
	*ret = take(dev);
	return NULL;
}

static err_t save_new(struct ops *ops, void *data)
{
	return store_save(ops->store, data, STORE_SAVE_NEW);
}

static err_t save_instead(struct ops *ops, void *data)
{
	return store_save(ops->store, data, STORE_SAVE_REPLACE);
}

static err_t defined_already(const struct device *dev)
{
	return err_hint(err_new(ERR_EXISTS, "it is already defined on parent '%s'", dev->parent),
			"'mdevadm modify --help' says how to change it");
}

/* To the byte: keys that are not ours are part of it. */
static bool is_same_definition(const struct device *a, const struct device *b)
{
	_cleanup_(mem_freep) char *text = device_to_definition(a);
	_cleanup_(mem_freep) char *other = device_to_definition(b);

	return strcmp(text, other) == 0;
}

/* What is defined there is to be replaced, or fails this; what cannot be read is replaced. */
static err_t look_at_old(const struct ops *ops, const struct define_request *request,
			 const struct device *dev, bool *ret_is_same)
{
	_cleanup_(device_freep) struct device *old = NULL;
	struct err *e = store_load(ops->store, dev->parent, &dev->uuid, &old);

	if (e && err_kind(e) != ERR_INVALID)
		return e;
	if (e)
		warn_of_unreadable(ops, e, "replaced");
	else if (!request->replaces)
		return defined_already(dev);
	*ret_is_same = old && is_same_definition(old, dev);
	return NULL;
}

static err_t define(struct ops *ops, const struct define_request *request, const struct uuid *uuid,
		    struct device *given)
{
	_cleanup_(strlist_clear) struct strlist defined = { 0 };
	_cleanup_(device_freep) struct device *dev = given;
	_cleanup_(lock_freep) struct lock *lock = NULL;
	bool is_same = false;
	bool is_there;

	TRY(lock_definitions(ops, uuid, &lock, &defined));
	if (!dev)
		TRY(describe_with_attrs(ops, request, uuid, &dev));
	is_there = strlist_has(&defined, dev->parent);
	if (is_there)
		TRY(look_at_old(ops, request, dev, &is_same));
	if (is_same)
		return NULL;
	TRY(store_check_own(ops->store, dev->parent, uuid));
	warn_of_oddities(ops, dev);
	warn_of_missing_type(ops, dev);
	if (!is_there)
		return action_run(ops, ACTION_DEFINE, dev, request->force, save_new, dev);
	/* Scripts that look for the file find it. */
	return action_run(ops, ACTION_MODIFY, dev, request->force, save_instead, dev);
}

err_t op_define(struct ops *ops, const struct define_request *request, struct uuid *ret_made)
{
	struct device *given = NULL;
	struct uuid uuid;
	struct err *e =
		begin_new(&request->uuid, request->jsonfile, request->parent, &uuid, &given);

	if (!e)
		e = define(ops, request, &uuid, given);
	return end_new(e, "define", &request->uuid, request->parent, &uuid, ret_made);
}
