/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "known.h"

#include <stdlib.h>
#include <string.h>

#include "claim.h"
#include "kernel/mdev.h"
#include "state/held.h"
#include "state/record.h"

void known_clear(struct known *known)
{
	strlist_clear(&known->wanted);
	device_list_clear(&known->running);
	device_list_clear(&known->defined);
	device_list_clear(&known->unreadable);
	strlist_clear(&known->records);
	strlist_clear(&known->parents);
	strlist_clear(&known->held);
	named_list_clear(&known->cdevs);
	named_list_clear(&known->drivers);
	node_user_list_clear(&known->users);
	free(known->last_parent);
	free(known->last_physical);
}

/* What may fail without making the rest worthless is warned about. */
static void read_users(struct known *known)
{
	const struct ops *ops = known->ops;
	struct err *e = running_list_users(ops->env, ops->sysfs, &known->users);

	known->are_users_known = !e && !known->users.is_partial;
	env_warn(ops->env, err_wrap(e, "who uses devices is left out"));
}

static err_t read_definitions(struct known *known)
{
	const struct status_request *request = known->request;
	const struct ops *ops = known->ops;

	if (request->uuid_count != 1)
		return store_load_all(ops->store, NULL, NULL, &known->defined);
	return store_load_all(ops->store, request->uuids, NULL, &known->defined);
}

static bool is_requested(const struct status_request *request, const struct uuid *uuid)
{
	for (size_t i = 0; i < request->uuid_count; i++)
		if (uuid_is_equal(&request->uuids[i], uuid))
			return true;
	return !request->uuid_count;
}

static bool was_read(const struct known *known, const struct device *named)
{
	const struct device_list *list = &known->defined;
	struct device *const *at = device_list_find(list, list->count, &named->uuid);

	for (; at && at < list->items + list->count && uuid_is_equal(&(*at)->uuid, &named->uuid);
	     at++)
		if (strcmp((*at)->parent, named->parent) == 0)
			return true;
	return false;
}

/* What is defined and could not be read, of which a warning has told. */
static err_t find_unreadable(struct known *known)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };

	TRY(store_list_parents(known->ops->store, &parents));
	for (size_t i = 0; i < parents.count; i++) {
		_cleanup_(device_list_clear) struct device_list names = { 0 };

		env_warn(known->ops->env, store_list(known->ops->store, parents.items[i], &names));
		for (size_t j = 0; j < names.count; j++)
			if (is_requested(known->request, &names.items[j]->uuid) &&
			    !was_read(known, names.items[j]))
				device_list_add(&known->unreadable, take(names.items[j]));
	}
	device_list_sort(&known->unreadable);
	return NULL;
}

/* What cannot be told of all devices at once is not known of any. */
static void read_nodes(struct known *known)
{
	const struct ops *ops = known->ops;
	struct err *e = running_list_cdevs(ops->sysfs, &known->cdevs);

	known->are_nodes_known = !e;
	env_warn(ops->env, err_wrap(e, "nodes of devices are left out"));
	env_warn(ops->env, err_wrap(running_list_drivers(ops->sysfs, &known->drivers),
				    "drivers of devices are left out"));
}

err_t known_read(struct known *known)
{
	const struct ops *ops = known->ops;

	if (known->request->parent)
		TRY(list_meant(ops, known->request->parent, known->request->has_group,
			       &known->wanted));
	if (!sysfs_is_there(ops->sysfs))
		env_warn(ops->env, err_set_kind(sysfs_check_support(ops->sysfs), ERR_FAILED));
	TRY(mdev_scan_all(ops->sysfs, &known->running));
	TRY(read_definitions(known));
	device_list_sort(&known->defined);
	TRY(find_unreadable(known));
	env_warn(ops->env, record_list(ops->env, &known->records));
	strlist_sort(&known->records);
	TRY(sysfs_list_parents(ops->sysfs, &known->parents));
	env_warn(ops->env, held_list(ops->env, &known->held));
	strlist_sort(&known->held);
	read_nodes(known);
	if (known->request->wants_users && known->running.count)
		read_users(known);
	return NULL;
}
