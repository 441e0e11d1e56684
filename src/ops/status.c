/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "claim.h"
#include "drift.h"
#include "kernel/mdev.h"
#include "kernel/running.h"
#include "state/held.h"
#include "state/record.h"

/* All that is known of all devices, read once. The lists are sorted. */
struct known {
	const struct ops *ops;
	const struct status_request *request;
	struct strlist wanted; /* parents; with request->parent alone */
	struct device_list running;
	struct device_list defined;
	struct strlist records;
	struct strlist parents;
	struct strlist held;
	struct named_list cdevs;
	struct named_list drivers;
	struct node_user_list users;
	bool are_users_known;
	/* Of the parent that was asked for last. */
	char *last_parent;
	char *last_physical;
};

static void known_clear(struct known *known)
{
	strlist_clear(&known->wanted);
	device_list_clear(&known->running);
	device_list_clear(&known->defined);
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

	if (!request->uuid_count)
		return store_load_all(ops->store, NULL, NULL, &known->defined);
	for (size_t i = 0; i < request->uuid_count; i++)
		TRY(store_load_all(ops->store, &request->uuids[i], NULL, &known->defined));
	return NULL;
}

static err_t read_all(struct known *known)
{
	const struct ops *ops = known->ops;

	if (known->request->parent)
		TRY(list_meant(ops, known->request->parent, known->request->has_group,
			       &known->wanted));
	TRY(mdev_scan_all(ops->sysfs, &known->running));
	TRY(read_definitions(known));
	device_list_sort(&known->defined);
	TRY(record_list(ops->env, &known->records));
	strlist_sort(&known->records);
	TRY(sysfs_list_parents(ops->sysfs, &known->parents));
	TRY(held_list(ops->env, &known->held));
	strlist_sort(&known->held);
	TRY(running_list_cdevs(ops->sysfs, &known->cdevs));
	TRY(running_list_drivers(ops->sysfs, &known->drivers));
	if (known->request->wants_users && known->running.count)
		read_users(known);
	return NULL;
}

/* --- one device --- */

/* The physical function of the parent, borrowed; NULL if it has none. */
static const char *physical_of(struct known *known, const char *parent)
{
	if (known->last_parent && strcmp(known->last_parent, parent) == 0)
		return known->last_physical;
	free(known->last_parent);
	known->last_parent = mem_strdup(parent);
	mem_freep(&known->last_physical);
	if (strlist_has_sorted(&known->parents, parent))
		env_warn(known->ops->env,
			 sysfs_physical_function(known->ops->sysfs, parent, &known->last_physical));
	return known->last_physical;
}

static void look_at_parent(struct known *known, struct device_status *status)
{
	const char *parent = status->dev->parent;
	const char *physical = physical_of(known, parent);

	status->physical = mem_copy(physical);
	status->is_parent_absent = !strlist_has_sorted(&known->parents, parent);
	status->is_held = strlist_has_sorted(&known->held, parent) ||
			  (physical && strlist_has_sorted(&known->held, physical));
}

/* NULL if there is none, or one that cannot be read, which is warned about. */
static struct record *load_record(const struct known *known, const struct uuid *uuid)
{
	struct record *record = NULL;

	if (strlist_has_sorted(&known->records, uuid->text))
		env_warn(known->ops->env, record_load(known->ops->env, uuid, &record));
	return record;
}

/* A drain's part of the record that no drain knows any more is void. */
static bool is_drained(const struct known *known, const struct record *record)
{
	_cleanup_(held_freep) struct held *held = NULL;

	if (!record || !record->drained)
		return false;
	env_warn(known->ops->env, held_load(known->ops->env, record->drained_of, &held));
	return held && held_has_drain(held, record->hold);
}

static bool is_being_started(const struct known *known, const struct record *record)
{
	return record && record->state == RECORD_STARTING &&
	       record_has_living_maker(known->ops->env, record);
}

static enum status_state state_of_running(const struct known *known, const struct device *dev,
					  const struct record *record)
{
	if (is_being_started(known, record))
		return STATUS_STARTING;
	if (dev->state == DEVICE_STATE_REMOVING)
		return STATUS_REMOVING;
	if (dev->state == DEVICE_STATE_STUCK)
		return STATUS_STUCK;
	if (record && record->state == RECORD_STARTING &&
	    strcmp(record->dev->parent, dev->parent) == 0)
		return STATUS_INCOMPLETE;
	return STATUS_RUNNING;
}

/* Ticks after boot as seconds since 1970. */
static long long time_of_ticks(unsigned long long ticks)
{
	const long long second = 1000000000;
	long long since = (long long)ticks * (second / sysconf(_SC_CLK_TCK));
	struct timespec now;
	struct timespec up;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up);
	since += (now.tv_sec - up.tv_sec) * second + now.tv_nsec - up.tv_nsec;
	return since / second;
}

/* A record of another device that had the UUID before counts as none. */
static err_t use_record(const struct known *known, const struct record *record,
			struct device_status *status)
{
	ino_t inode = 0;

	if (!record || record->state == RECORD_NOTHING)
		return NULL;
	TRY(running_read_inode(known->ops->sysfs, &record->uuid, &inode));
	if (record->inode && record->inode != inode)
		return NULL;
	status->has_record = true;
	status->since = time_of_ticks(record->since);
	device_copy_attrs(status->dev, record->dev);
	return NULL;
}

static void find_users_of(const struct known *known, struct device_status *status)
{
	/* Of what is used otherwise than through VFIO nothing can be told. */
	status->is_used =
		known->are_users_known && status->nodes.count ? ANSWER_NO : ANSWER_UNKNOWN;
	for (size_t i = 0; i < known->users.count; i++) {
		const struct node_user *use = &known->users.items[i];
		_cleanup_(mem_freep) char *node = mem_printf("vfio/devices/%s", use->node);
		bool is_own = use->has_group
				      ? status->group && strcmp(status->group, use->node) == 0
				      : strlist_has(&status->nodes, node);

		if (is_own)
			device_status_add_user(status, use->user.pid, use->user.command,
					       use->user.domain);
	}
}

static void look_at_nodes(const struct known *known, struct device_status *status)
{
	const char *cdev = named_find(&known->cdevs, &status->dev->uuid);

	if (status->group)
		strlist_add(&status->nodes, mem_printf("vfio/%s", status->group));
	if (cdev)
		strlist_add(&status->nodes, mem_printf("vfio/devices/%s", cdev));
}

static void look_at_running(const struct known *known, const struct device *running,
			    const struct record *record, struct device_status *status)
{
	const struct env *env = known->ops->env;

	status->is_running = true;
	status->state = state_of_running(known, running, record);
	status->driver = mem_copy(named_find(&known->drivers, &running->uuid));
	env_warn(env, running_read_group(known->ops->sysfs, &running->uuid, &status->group));
	env_warn(env, use_record(known, record, status));
	if (!status->since && known->request->wants_since)
		env_warn(env, running_since(known->ops->sysfs, &running->uuid, &status->since));
	look_at_nodes(known, status);
	if (known->request->wants_users)
		find_users_of(known, status);
	else
		status->is_used = ANSWER_UNKNOWN;
}

static enum status_owner owner_of(const struct device_status *status)
{
	if (!status->is_running)
		return OWNER_NOBODY;
	if (status->definitions.count)
		return OWNER_DEFINED;
	return status->has_record ? OWNER_STARTED : OWNER_FOREIGN;
}

/* The definition that counts: that of the parent on which it runs, else the first. */
static const struct device *look_at_definitions(const struct known *known, const struct uuid *uuid,
						const struct device *running,
						struct strlist *ret_parents)
{
	const struct device_list *list = &known->defined;
	struct device *const *first = device_list_find(list, list->count, uuid);
	const struct device *counts = first ? *first : NULL;

	for (struct device *const *at = first;
	     at && at < list->items + list->count && uuid_is_equal(&(*at)->uuid, uuid); at++) {
		strlist_add(ret_parents, mem_strdup((*at)->parent));
		if (running && strcmp((*at)->parent, running->parent) == 0)
			counts = *at;
	}
	return counts;
}

/* As it runs, else as it is to come back or to be started, else as defined. NULL: nothing is. */
static struct device *seen_as(const struct known *known, const struct device *running,
			      const struct device *defined, const struct record *record)
{
	if (running)
		return device_copy(running);
	if (is_drained(known, record))
		return device_copy(record->drained);
	if (is_being_started(known, record))
		return device_copy(record->dev);
	return defined ? device_copy(defined) : NULL;
}

static enum status_state state_of_absent(const struct known *known, const struct record *record)
{
	if (is_drained(known, record))
		return STATUS_DRAINED;
	return is_being_started(known, record) ? STATUS_STARTING : STATUS_STOPPED;
}

static struct device_status *look_at_one(struct known *known, const struct uuid *uuid)
{
	struct device *const *found = device_list_find(&known->running, known->running.count, uuid);
	const struct device *running = found ? *found : NULL;
	_cleanup_(record_freep) struct record *record = load_record(known, uuid);
	_cleanup_(strlist_clear) struct strlist parents = { 0 };
	const struct device *defined = look_at_definitions(known, uuid, running, &parents);
	struct device *dev = seen_as(known, running, defined, record);
	struct device_status *status;

	if (!dev)
		return NULL;
	status = device_status_new(dev);
	status->definitions = parents;
	parents = (struct strlist){ 0 };
	status->start = defined ? defined->start : DEVICE_START_MANUAL;
	if (running)
		look_at_running(known, running, record, status);
	else
		status->state = state_of_absent(known, record);
	status->owner = owner_of(status);
	look_at_parent(known, status);
	if (running && defined && known->request->wants_drift)
		find_drift(known->ops, defined, status);
	return status;
}

/* --- all of them --- */

static void add_uuids(const struct device_list *list, struct strlist *ret)
{
	for (size_t i = 0; i < list->count; i++)
		strlist_add(ret, mem_strdup(list->items[i]->uuid.text));
}

static void add_uuids_wanted(const struct known *known, struct strlist *ret)
{
	const struct status_request *request = known->request;

	for (size_t i = 0; i < request->uuid_count; i++)
		strlist_add(ret, mem_strdup(request->uuids[i].text));
	if (!request->uuid_count) {
		add_uuids(&known->running, ret);
		add_uuids(&known->defined, ret);
		for (size_t i = 0; i < known->records.count; i++)
			strlist_add(ret, mem_strdup(known->records.items[i]));
	}
	strlist_sort(ret);
}

static bool is_on_wanted(const struct known *known, const struct device_status *status)
{
	const struct strlist *wanted = &known->wanted;
	bool is_on_one = !known->request->parent || strlist_has(wanted, status->dev->parent);

	for (size_t i = 0; i < status->definitions.count && !is_on_one; i++)
		is_on_one = strlist_has(wanted, status->definitions.items[i]);
	return is_on_one;
}

static int compare_statuses(const void *a, const void *b)
{
	const struct device *x = (*(struct device_status *const *)a)->dev;
	const struct device *y = (*(struct device_status *const *)b)->dev;
	int order = strcmp(x->parent, y->parent);

	return order ? order : strcmp(x->uuid.text, y->uuid.text);
}

err_t op_status(struct ops *ops, const struct status_request *request, struct status_list *ret)
{
	_cleanup_(known_clear) struct known known = { .ops = ops, .request = request };
	_cleanup_(strlist_clear) struct strlist uuids = { 0 };

	TRY(read_all(&known));
	add_uuids_wanted(&known, &uuids);
	for (size_t i = 0; i < uuids.count; i++) {
		struct device_status *status;
		struct uuid uuid;

		if (!uuid_parse(uuids.items[i], &uuid))
			continue;
		status = look_at_one(&known, &uuid);
		if (status && is_on_wanted(&known, status))
			status_list_add(ret, status);
		else
			device_status_free(status);
	}
	ret->left_out = known.defined.left_out;
	if (ret->count)
		qsort(ret->items, ret->count, sizeof(*ret->items), compare_statuses);
	return NULL;
}
