/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "context.h"

/* How long the kernel may take to remove a device. */
#define REMOVE_MS 30000

static err_t take_down(struct ops *ops, void *data)
{
	const struct device *dev = data;
	const struct deadline deadline = deadline_in(REMOVE_MS);

	return mdev_remove(ops->sysfs, dev->parent, &dev->uuid, &deadline);
}

static err_t not_running(const struct claim *claim)
{
	if (claim->defined.count)
		return err_hint(err_new(ERR_EXISTS, "it is defined and does not run"),
				"there is nothing to stop");
	return err_hint(err_new(ERR_NOT_FOUND, "there is no such device"),
			"'mdevadm list' shows what runs");
}

/* The definition, if there is a readable one, is what scripts are told of the attributes. */
static err_t describe(const struct ops *ops, const struct claim *claim, struct device **ret)
{
	const struct device *running = claim->running;
	_cleanup_(device_freep) struct device *dev = NULL;
	struct err *e = store_load(ops->store, running->parent, &running->uuid, &dev);

	if (e && err_kind(e) != ERR_INVALID)
		return e;
	err_free(e);
	if (!dev)
		dev = device_new(&running->uuid, running->parent,
				 running->type ? running->type : "");
	*ret = take(dev);
	return NULL;
}

static err_t stop(struct ops *ops, const struct stop_request *request)
{
	_cleanup_(claim_freep) struct claim *claim = NULL;
	_cleanup_(device_freep) struct device *dev = NULL;
	struct err *e = claim_device(ops, &request->uuid, NULL, &claim);

	if (e)
		return e;
	if (!claim->running)
		return not_running(claim);
	e = describe(ops, claim, &dev);
	return e ? e : action_run(ops, ACTION_STOP, dev, request->force, take_down, dev);
}

err_t op_stop(struct ops *ops, const struct stop_request *request)
{
	return err_wrap(stop(ops, request), "cannot stop %s", request->uuid.text);
}
