/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "drift.h"
#include "known.h"
#include "state/held.h"
#include "state/record.h"

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
	if (sysfs_is_there(known->ops->sysfs))
		status->has_parent =
			strlist_has_sorted(&known->parents, parent) ? ANSWER_YES : ANSWER_NO;
	else
		status->has_parent = ANSWER_UNKNOWN;
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
	if (known->are_users_known && known->are_nodes_known && status->nodes.count)
		status->is_used = ANSWER_NO;
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

/* Of a device whose group is not known it is not known who uses it. */
static void look_at_use(const struct known *known, const struct uuid *uuid,
			struct device_status *status)
{
	struct err *e = running_read_group(known->ops->sysfs, uuid, &status->group);

	status->is_used = ANSWER_UNKNOWN;
	look_at_nodes(known, status);
	if (known->request->wants_users && !e)
		find_users_of(known, status);
	env_warn(known->ops->env, err_about(e, uuid->text));
}

static void look_at_running(const struct known *known, const struct device *running,
			    const struct record *record, struct device_status *status)
{
	const struct env *env = known->ops->env;

	status->is_running = true;
	status->state = state_of_running(known, running, record);
	status->driver = mem_copy(named_find(&known->drivers, &running->uuid));
	env_warn(env, use_record(known, record, status));
	if (!status->since && known->request->wants_since)
		env_warn(env, running_since(known->ops->sysfs, &running->uuid, &status->since));
	look_at_use(known, &running->uuid, status);
}

static enum status_owner owner_of(const struct device_status *status)
{
	if (!status->is_running)
		return OWNER_NOBODY;
	if (status->definitions.count)
		return OWNER_DEFINED;
	return status->has_record ? OWNER_STARTED : OWNER_FOREIGN;
}

/* Adds the parents on which the device is defined; *ret_start is auto if one of them says so. */
static void add_definitions(const struct device_list *list, const struct uuid *uuid,
			    struct strlist *ret_parents, enum device_start *ret_start)
{
	struct device *const *at = device_list_find(list, list->count, uuid);

	for (; at && at < list->items + list->count && uuid_is_equal(&(*at)->uuid, uuid); at++) {
		strlist_add(ret_parents, mem_strdup((*at)->parent));
		if ((*at)->start == DEVICE_START_AUTO)
			*ret_start = DEVICE_START_AUTO;
	}
}

/* The definition that counts: that of the parent on which it runs, else the first; or NULL. */
static const struct device *definition_that_counts(const struct known *known,
						   const struct uuid *uuid,
						   const struct device *running)
{
	const struct device_list *list = &known->defined;
	struct device *const *first = device_list_find(list, list->count, uuid);

	for (struct device *const *at = first;
	     running && at && at < list->items + list->count && uuid_is_equal(&(*at)->uuid, uuid);
	     at++)
		if (strcmp((*at)->parent, running->parent) == 0)
			return *at;
	return first ? *first : NULL;
}

/* As it runs, else as it is to come back or to be started, else as defined. NULL: nothing is. */
static struct device *seen_as(const struct known *known, const struct uuid *uuid,
			      const struct device *running, const struct device *defined,
			      const struct record *record)
{
	const struct device_list *unreadable = &known->unreadable;
	struct device *const *named = device_list_find(unreadable, unreadable->count, uuid);

	if (running)
		return device_copy(running);
	if (is_drained(known, record))
		return device_copy(record->drained);
	if (is_being_started(known, record))
		return device_copy(record->dev);
	if (defined)
		return device_copy(defined);
	return named ? device_copy(*named) : NULL;
}

static enum status_state state_of_absent(const struct known *known, const struct record *record)
{
	if (is_drained(known, record))
		return STATUS_DRAINED;
	return is_being_started(known, record) ? STATUS_STARTING : STATUS_STOPPED;
}

static void add_drift(const struct known *known, const struct device *defined,
		      struct device_status *status)
{
	if (status->is_unreadable)
		device_status_add_difference(status, "definition", NULL, NULL, "it cannot be read");
	else if (defined && known->request->wants_drift)
		find_drift(known->ops, defined, status);
}

/* Of the device as it runs (NULL: it does not) and is defined (NULL: it is not, or unreadably). */
static struct device_status *look_at_one(struct known *known, const struct uuid *uuid,
					 const struct device *running, const struct device *defined)
{
	_cleanup_(record_freep) struct record *record = load_record(known, uuid);
	struct device *dev = seen_as(known, uuid, running, defined, record);
	struct device_status *status;

	if (!dev)
		return NULL;
	status = device_status_new(dev);
	status->start = DEVICE_START_MANUAL;
	add_definitions(&known->unreadable, uuid, &status->definitions, &status->start);
	status->is_unreadable = status->definitions.count > 0;
	add_definitions(&known->defined, uuid, &status->definitions, &status->start);
	strlist_sort(&status->definitions);
	/* What this program remembers it has started, though it cannot be read how. */
	status->has_record = !record && strlist_has_sorted(&known->records, uuid->text);
	if (running)
		look_at_running(known, running, record, status);
	else
		status->state = state_of_absent(known, record);
	status->owner = owner_of(status);
	look_at_parent(known, status);
	if (running)
		add_drift(known, defined, status);
	return status;
}

static const struct device *find_running(const struct known *known, const struct uuid *uuid)
{
	const struct device_list *list = &known->running;
	struct device *const *found = device_list_find(list, list->count, uuid);

	return found ? *found : NULL;
}

static struct device_status *status_of_device(struct known *known, const struct uuid *uuid)
{
	const struct device *running = find_running(known, uuid);

	return look_at_one(known, uuid, running, definition_that_counts(known, uuid, running));
}

/* A definition, with the state of what runs so on its parent. */
static struct device_status *status_of_definition(struct known *known, const struct device *defined)
{
	const struct device *running = find_running(known, &defined->uuid);
	bool is_own = running && strcmp(running->parent, defined->parent) == 0;
	struct device_status *status =
		look_at_one(known, &defined->uuid, is_own ? running : NULL, defined);

	device_free(status->dev);
	status->dev = device_copy(defined);
	status->start = defined->start;
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
		add_uuids(&known->unreadable, ret);
		for (size_t i = 0; i < known->records.count; i++)
			strlist_add(ret, mem_strdup(known->records.items[i]));
	}
	strlist_sort(ret);
}

/* Where it is; of all that is known, also where it is defined. */
static bool is_on_wanted(const struct known *known, const struct device_status *status)
{
	const struct strlist *wanted = &known->wanted;
	bool is_on_one = !known->request->parent || strlist_has(wanted, status->dev->parent);

	if (known->request->kind != STATUS_OF_ALL)
		return is_on_one;
	for (size_t i = 0; i < status->definitions.count && !is_on_one; i++)
		is_on_one = strlist_has(wanted, status->definitions.items[i]);
	return is_on_one;
}

/* Adds @status (taken), which may be NULL, if it is asked for. */
static void add_status(const struct known *known, struct device_status *status,
		       struct status_list *ret)
{
	bool is_kind = status && (known->request->kind != STATUS_OF_RUNNING || status->is_running);

	if (is_kind && is_on_wanted(known, status))
		status_list_add(ret, status);
	else
		device_status_free(status);
}

static void add_definition_rows(struct known *known, struct status_list *ret)
{
	const struct status_request *request = known->request;

	for (size_t i = 0; i < known->defined.count; i++) {
		const struct device *defined = known->defined.items[i];
		bool is_named = !request->uuid_count;

		for (size_t j = 0; j < request->uuid_count && !is_named; j++)
			is_named = uuid_is_equal(&request->uuids[j], &defined->uuid);
		if (is_named)
			add_status(known, status_of_definition(known, defined), ret);
	}
}

static void add_devices(struct known *known, struct status_list *ret)
{
	_cleanup_(strlist_clear) struct strlist uuids = { 0 };

	add_uuids_wanted(known, &uuids);
	for (size_t i = 0; i < uuids.count; i++) {
		struct uuid uuid;

		if (uuid_parse(uuids.items[i], &uuid))
			add_status(known, status_of_device(known, &uuid), ret);
	}
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

	TRY(known_read(&known));
	if (request->kind == STATUS_OF_DEFINITIONS)
		add_definition_rows(&known, ret);
	else
		add_devices(&known, ret);
	ret->left_out = known.defined.left_out;
	ret->are_users_known = known.are_users_known;
	if (ret->count)
		qsort(ret->items, ret->count, sizeof(*ret->items), compare_statuses);
	return NULL;
}
