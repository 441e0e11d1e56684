/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "attr_changes.h"
#include "live.h"
#include "request.h"

static err_t change(struct ops *ops, struct device *dev, const struct modify_request *request)
{
	if (request->type) {
		free(dev->type);
		dev->type = mem_strdup(request->type);
		warn_of_missing_type(ops, dev);
	}
	if (request->start)
		dev->start = *request->start;
	return attr_changes_make(dev, request->changes, request->change_count);
}

static err_t save(struct ops *ops, void *data)
{
	return store_save(ops->store, data, STORE_SAVE_REPLACE);
}

static void set_parent(struct device *dev, const char *parent)
{
	free(dev->parent);
	dev->parent = mem_strdup(parent);
}

static err_t modify_definition(struct ops *ops, const struct modify_request *request,
			       struct device *given)
{
	_cleanup_(strlist_clear) struct strlist defined = { 0 };
	_cleanup_(device_freep) struct device *dev = NULL;
	_cleanup_(lock_freep) struct lock *lock = NULL;
	const char *parent;

	TRY(lock_definitions(ops, &request->uuid, &lock, &defined));
	TRY(choose_definition(&defined, request->parent, &parent));
	if (given) {
		set_parent(given, parent);
		TRY(store_check_own(ops->store, parent, &request->uuid));
		warn_of_oddities(ops, given);
		warn_of_missing_type(ops, given);
		return action_run(ops, ACTION_MODIFY, given, request->force, save, given);
	}
	TRY(store_load(ops->store, parent, &request->uuid, &dev));
	TRY(store_check_own(ops->store, parent, &request->uuid));
	warn_of_oddities(ops, dev);
	TRY(change(ops, dev, request));
	return action_run(ops, ACTION_MODIFY, dev, request->force, save, dev);
}

/* A live change is one of attributes; anything else needs another device. */
static err_t check_live(const struct modify_request *request, const struct device *running,
			const struct device *given)
{
	const char *type;

	if (!running || running->state != DEVICE_STATE_RUNNING)
		return err_hint(err_new(ERR_NOT_FOUND, "no device %s runs", request->uuid.text),
				"leave --live out to change the definition");
	type = running->type ? running->type : "unknown";
	if (request->parent && strcmp(running->parent, request->parent) != 0)
		return err_hint(err_new(ERR_INVALID, "the device runs on parent '%s', not '%s'",
					running->parent, request->parent),
				"a live change cannot move it: stop it and start it again");
	if (strcmp(type, given->type) != 0)
		return err_hint(err_new(ERR_INVALID, "the device runs with type '%s', not '%s'",
					type, given->type),
				"a live change keeps the type: stop it and start it again");
	return NULL;
}

/* The definition only after the running device; so what could refuse it is looked at before. */
static err_t modify_running(struct ops *ops, const struct modify_request *request,
			    struct device *given)
{
	const struct claim_request wanted = { .uuid = request->uuid,
					      .deadline = lock_deadline(ops->env) };
	_cleanup_(claim_freep) struct claim *claim = NULL;
	const char *parent;

	TRY(claim_device(ops, &wanted, &claim));
	TRY(check_live(request, claim->running, given));
	if (request->is_defined) {
		TRY(choose_definition(&claim->defined, claim->running->parent, &parent));
		TRY(store_check_own(ops->store, parent, &request->uuid));
		warn_of_oddities(ops, given);
	}
	set_parent(given, claim->running->parent);
	return live_change(claim, given, request->force, request->is_defined ? save : NULL);
}

static err_t modify(struct ops *ops, const struct modify_request *request)
{
	_cleanup_(device_freep) struct device *given = NULL;

	if (request->jsonfile)
		TRY(read_jsonfile(request->jsonfile, &request->uuid,
				  request->parent ? request->parent : "", &given));
	return request->is_live ? modify_running(ops, request, given)
				: modify_definition(ops, request, given);
}

err_t op_modify(struct ops *ops, const struct modify_request *request)
{
	return err_wrap(modify(ops, request), "cannot modify %s", request->uuid.text);
}
