/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "action.h"
#include "batch.h"
#include "kernel/mdev.h"
#include "request.h"

static err_t remove_definition(struct ops *ops, void *data)
{
	const struct device *dev = data;

	return store_remove(ops->store, dev->parent, &dev->uuid);
}

/* A definition that cannot be read can still be removed. */
static err_t undefine_on(struct ops *ops, const struct undefine_request *request,
			 const char *parent)
{
	_cleanup_(device_freep) struct device *dev = NULL;
	struct err *e = store_load(ops->store, parent, &request->uuid, &dev);

	if (e && err_kind(e) == ERR_INVALID) {
		warn_of_unreadable(ops, e, "removed");
		e = NULL;
	}
	if (e)
		return e;
	TRY(store_check_own(ops->store, parent, &request->uuid));
	if (!dev)
		dev = device_new(&request->uuid, parent, "");
	return action_run(ops, ACTION_UNDEFINE, dev, request->force, remove_definition, dev);
}

static err_t undefine_all(struct ops *ops, const struct undefine_request *request,
			  const struct strlist *parents)
{
	size_t failed = 0;
	size_t left = 0;

	if (parents->count == 1)
		return undefine_on(ops, request, parents->items[0]);

	for (size_t i = 0; i < parents->count; i++) {
		struct err *e = undefine_on(ops, request, parents->items[i]);

		failed += e != NULL;
		left += e && !err_has_effect(e);
		env_warn(ops->env, err_wrap(e, "cannot undefine %s on parent '%s'",
					    request->uuid.text, parents->items[i]));
	}
	if (!failed)
		return NULL;
	return err_new(ERR_PARTIAL, "%zu of %zu definitions are still there", left, parents->count);
}

static err_t undefine(struct ops *ops, const struct undefine_request *request)
{
	_cleanup_(strlist_clear) struct strlist defined = { 0 };
	_cleanup_(lock_freep) struct lock *lock = NULL;
	const char *parent;

	TRY(lock_definitions(ops, &request->uuid, &lock, &defined));
	if (!request->parent && defined.count)
		return undefine_all(ops, request, &defined);
	TRY(choose_definition(&defined, request->parent, &parent));
	return undefine_on(ops, request, parent);
}

/* What runs on that parent, or wherever it is if none is named. */
static err_t stop_first(struct ops *ops, const struct undefine_request *request)
{
	const struct stop_request stop = { .uuid = request->uuid,
					   .ensures = true,
					   .force = request->force,
					   .timeout_ms = request->timeout_ms };
	_cleanup_(strlist_clear) struct strlist defined = { 0 };
	_cleanup_(device_freep) struct device *running = NULL;
	const char *parent;

	TRY(store_find(ops->store, &request->uuid, &defined));
	if (request->parent || !defined.count)
		TRY(choose_definition(&defined, request->parent, &parent));
	TRY(mdev_find(ops->sysfs, &request->uuid, &running));
	if (!running || (request->parent && strcmp(running->parent, request->parent) != 0))
		return NULL;
	return op_stop(ops, &stop);
}

static err_t undefine_requested(struct ops *ops, const struct undefine_request *request)
{
	if (request->stops)
		TRY(stop_first(ops, request));
	return undefine(ops, request);
}

err_t op_undefine(struct ops *ops, const struct undefine_request *request)
{
	return err_wrap(undefine_requested(ops, request), "cannot undefine %s", request->uuid.text);
}

static err_t undefine_listed(struct ops *ops, struct device *dev, void *data)
{
	struct undefine_request request = *(const struct undefine_request *)data;

	request.uuid = dev->uuid;
	return undefine_requested(ops, &request);
}

err_t op_undefine_all(struct ops *ops, const struct undefine_request *request)
{
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	struct undefine_request copy = *request;

	TRY(store_list(ops->store, request->parent, &devices));
	return batch_run(ops, &devices, 1, "undefine", undefine_listed, &copy);
}
