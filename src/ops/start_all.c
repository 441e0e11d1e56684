/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting and stopping many devices. */
#include "start_all.h"

#include <string.h>

#include "batch.h"
#include "kernel/mdev.h"
#include "repair.h"
#include "start.h"
#include "stop.h"

static err_t start_listed(struct ops *ops, struct device *listed, void *data)
{
	const struct start_all_request *request = data;
	const struct start_how how = { .force = request->force };
	const struct claim_request wanted = { .uuid = listed->uuid,
					      .parent = listed->parent,
					      .deadline = lock_deadline(ops->env) };
	_cleanup_(claim_freep) struct claim *claim = NULL;

	TRY(claim_device(ops, &wanted, &claim));
	return start_defined(claim, listed->parent, &how);
}

static err_t list_all_defined(const struct ops *ops, const struct start_all_request *request,
			      struct device_list *ret)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };

	if (!request->parent)
		return store_load_all(ops->store, NULL, NULL, ret);
	TRY(list_meant(ops, request->parent, request->has_group, &parents));
	for (size_t i = 0; i < parents.count; i++)
		TRY(store_load_all(ops->store, NULL, parents.items[i], ret));
	return NULL;
}

err_t op_start_all(struct ops *ops, const struct start_all_request *request)
{
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	struct start_all_request copy = *request;

	TRY(list_all_defined(ops, request, &devices));
	if (devices.count && request->parent)
		TRY(err_wrap(check_group(ops, request->parent),
			     "cannot start the devices of parent '%s'", request->parent));
	return batch_run(ops, &devices, request->jobs, "start", start_listed, &copy);
}

struct stop_all {
	const struct stop_all_request *request;
	struct users *users;
};

static err_t stop_listed(struct ops *ops, struct device *listed, void *data)
{
	const struct stop_all *all = data;
	const struct claim_request wanted = { .uuid = listed->uuid,
					      .deadline = lock_deadline(ops->env) };
	const struct stop_how how = { .force = all->request->force,
				      .deadline = deadline_in(all->request->timeout_ms),
				      .users = all->users };
	_cleanup_(claim_freep) struct claim *claim = NULL;

	TRY(claim_device(ops, &wanted, &claim));
	TRY(repair_claimed(claim));
	/* It has gone meanwhile, or is another one: then nothing of what was listed is left. */
	if (!claim->running || strcmp(claim->running->parent, listed->parent) != 0)
		return NULL;
	return stop_claimed(claim, &how);
}

/* All that is there, also what is stuck or going. What cannot be told is counted in left_out. */
static err_t list_all_children(const struct ops *ops, const struct stop_all_request *request,
			       struct device_list *ret)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };

	if (request->parent && !request->has_group)
		return mdev_list_children(ops->sysfs, request->parent, ret);
	TRY(request->parent ? list_group(ops, request->parent, &parents)
			    : sysfs_list_parents(ops->sysfs, &parents));
	for (size_t i = 0; i < parents.count; i++) {
		struct err *e = mdev_list_children(ops->sysfs, parents.items[i], ret);

		ret->left_out += e != NULL;
		env_warn(ops->env, e);
	}
	return NULL;
}

err_t op_stop_all(struct ops *ops, const struct stop_all_request *request)
{
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	_cleanup_(users_freep) struct users *users = users_new(ops->env, ops->sysfs);
	struct stop_all all = { .request = request, .users = users };
	struct err *e;

	TRY(list_all_children(ops, request, &devices));
	e = batch_run(ops, &devices, request->jobs, "stop", stop_listed, &all);
	repair_forgotten(ops, request->parent);
	return e;
}
