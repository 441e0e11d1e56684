/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "start.h"

static bool runs_as_defined(const struct device *running, const struct device *dev)
{
	return running && running->state == DEVICE_STATE_RUNNING && running->type &&
	       strcmp(running->parent, dev->parent) == 0 && strcmp(running->type, dev->type) == 0;
}

/* The definition is read again under the lock: it may have changed since it was listed. */
static err_t start_defined(struct ops *ops, const struct device *listed)
{
	_cleanup_(claim_freep) struct claim *claim = NULL;
	_cleanup_(device_freep) struct device *dev = NULL;
	struct err *e = claim_device(ops, &listed->uuid, listed->parent, &claim);

	if (!e)
		e = store_load(ops->store, listed->parent, &listed->uuid, &dev);
	if (e || !dev || dev->start != DEVICE_START_AUTO || runs_as_defined(claim->running, dev))
		return e;
	return start_claimed(ops, claim, dev, false);
}

err_t op_start_parent(struct ops *ops, const char *parent)
{
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	size_t wanted = 0;
	size_t failed = 0;
	struct err *e = store_load_all(ops->store, NULL, parent, &devices);

	for (size_t i = 0; i < devices.count && !e; i++) {
		struct err *one;

		if (devices.items[i]->start != DEVICE_START_AUTO)
			continue;
		wanted++;
		one = start_defined(ops, devices.items[i]);
		failed += one != NULL;
		env_warn(ops->env, err_wrap(one, "cannot start %s", devices.items[i]->uuid.text));
	}
	if (failed)
		e = err_new(ERR_PARTIAL, "%zu of %zu devices of parent '%s' did not start", failed,
			    wanted, parent);
	return e;
}
