/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/status.h"

#include <stdlib.h>
#include <string.h>

struct device_status *device_status_new(struct device *dev)
{
	struct device_status *status = mem_zalloc(sizeof(*status));

	status->dev = dev;
	status->start = dev->start;
	return status;
}

static void clear_difference(struct difference *difference)
{
	free(difference->what);
	free(difference->defined);
	free(difference->running);
	free(difference->unknown);
}

static void clear_user(struct user *user)
{
	free(user->command);
	free(user->domain);
}

void device_status_free(struct device_status *status)
{
	if (!status)
		return;
	device_free(status->dev);
	strlist_clear(&status->definitions);
	for (size_t i = 0; i < status->difference_count; i++)
		clear_difference(&status->differences[i]);
	free(status->differences);
	free(status->physical);
	free(status->driver);
	free(status->group);
	strlist_clear(&status->nodes);
	for (size_t i = 0; i < status->user_count; i++)
		clear_user(&status->users[i]);
	free(status->users);
	free(status);
}

void device_status_add_difference(struct device_status *status, const char *what,
				  const char *defined, const char *running, const char *unknown)
{
	status->differences = mem_grow(status->differences, status->difference_count,
				       sizeof(*status->differences));
	status->differences[status->difference_count++] = (struct difference){
		.what = mem_strdup(what),
		.defined = mem_copy(defined),
		.running = mem_copy(running),
		.unknown = mem_copy(unknown),
	};
}

void device_status_add_user(struct device_status *status, pid_t pid, const char *command,
			    const char *domain)
{
	status->users = mem_grow(status->users, status->user_count, sizeof(*status->users));
	status->users[status->user_count++] = (struct user){
		.pid = pid,
		.command = mem_copy(command),
		.domain = mem_copy(domain),
	};
	status->is_used = ANSWER_YES;
}

const char *status_state_name(enum status_state state)
{
	static const char *const names[] = {
		[STATUS_STOPPED] = "stopped",	[STATUS_STARTING] = "starting",
		[STATUS_RUNNING] = "running",	[STATUS_INCOMPLETE] = "incomplete",
		[STATUS_REMOVING] = "removing", [STATUS_STUCK] = "stuck",
		[STATUS_DRAINED] = "drained",
	};

	return names[state];
}

const char *status_owner_name(enum status_owner owner)
{
	static const char *const names[] = {
		[OWNER_NOBODY] = NULL,
		[OWNER_DEFINED] = "defined",
		[OWNER_STARTED] = "started",
		[OWNER_FOREIGN] = "foreign",
	};

	return names[owner];
}

enum answer device_status_drift(const struct device_status *status)
{
	enum answer answer = ANSWER_NO;

	for (size_t i = 0; i < status->difference_count; i++) {
		if (!status->differences[i].unknown)
			return ANSWER_YES;
		answer = ANSWER_UNKNOWN;
	}
	return answer;
}

bool device_status_is_idle(const struct device_status *status)
{
	return status->state == STATUS_RUNNING && status->is_used == ANSWER_NO;
}

bool device_status_has_conflict(const struct device_status *status)
{
	const struct strlist *on = &status->definitions;

	return on->count > 1 ||
	       (status->is_running && on->count && !strlist_has(on, status->dev->parent));
}

bool device_status_has_failed(const struct device_status *status)
{
	return status->definitions.count && status->start == DEVICE_START_AUTO &&
	       (status->state == STATUS_STOPPED || status->state == STATUS_INCOMPLETE ||
		status->state == STATUS_STUCK) &&
	       status->has_parent == ANSWER_YES && !status->is_held;
}

bool device_status_is_right(const struct device_status *status)
{
	switch (status->state) {
	case STATUS_RUNNING:
		return device_status_drift(status) != ANSWER_YES && !status->is_unreadable;
	case STATUS_STOPPED:
		return status->start != DEVICE_START_AUTO && !status->is_unreadable;
	default:
		return false;
	}
}

static json_t *answer_to_json(enum answer answer)
{
	return answer == ANSWER_UNKNOWN ? json_null() : json_new_bool(answer == ANSWER_YES);
}

static json_t *list_to_json(const struct strlist *list)
{
	json_t *json = json_new_array();

	for (size_t i = 0; i < list->count; i++)
		json_append(json, json_new_string(list->items[i]));
	return json;
}

static json_t *differences_to_json(const struct device_status *status)
{
	json_t *json = json_new_array();

	for (size_t i = 0; i < status->difference_count; i++) {
		const struct difference *difference = &status->differences[i];
		json_t *object = json_new_object();

		json_put(object, "what", json_new_string(difference->what));
		json_put(object, "defined", json_new_text(difference->defined));
		json_put(object, "running", json_new_text(difference->running));
		json_put(object, "unknown", json_new_text(difference->unknown));
		json_append(json, object);
	}
	return json;
}

static json_t *users_to_json(const struct device_status *status)
{
	json_t *json = json_new_array();

	for (size_t i = 0; i < status->user_count; i++) {
		json_t *object = json_new_object();

		json_put(object, "pid", json_new_number(status->users[i].pid));
		json_put(object, "command", json_new_text(status->users[i].command));
		json_put(object, "domain", json_new_text(status->users[i].domain));
		json_append(json, object);
	}
	return json;
}

/* Whether somebody uses it; null also of what does not run. */
static json_t *used_to_json(const struct device_status *status)
{
	return status->is_running ? answer_to_json(status->is_used) : json_null();
}

/* NULL if nothing that can be read says it. */
static const char *start_name(const struct device_status *status)
{
	if (!status->definitions.count ||
	    (status->is_unreadable && status->start == DEVICE_START_MANUAL))
		return NULL;
	return device_start_name(status->start);
}

json_t *device_status_to_json(const struct device_status *status)
{
	json_t *json = json_new_object();

	json_put(json, "uuid", json_new_string(status->dev->uuid.text));
	json_put(json, "parent", json_new_text(status->dev->parent));
	json_put(json, "type", json_new_text(status->dev->type));
	json_put(json, "start", json_new_text(start_name(status)));
	json_put(json, "attrs", device_attrs_to_json(status->dev));
	json_put(json, "state", json_new_string(status_state_name(status->state)));
	json_put(json, "owner", json_new_text(status_owner_name(status->owner)));
	json_put(json, "since", status->since > 0 ? json_new_number(status->since) : json_null());
	json_put(json, "defined", list_to_json(&status->definitions));
	json_put(json, "drift", answer_to_json(device_status_drift(status)));
	json_put(json, "differences", differences_to_json(status));
	json_put(json, "unreadable", json_new_bool(status->is_unreadable));
	json_put(json, "conflict", json_new_bool(device_status_has_conflict(status)));
	json_put(json, "failed", json_new_bool(device_status_has_failed(status)));
	json_put(json, "held", json_new_bool(status->is_held));
	json_put(json, "absent_parent", json_new_bool(status->has_parent == ANSWER_NO));
	json_put(json, "physfn", json_new_text(status->physical));
	json_put(json, "driver", json_new_text(status->driver));
	json_put(json, "iommu_group", json_new_text(status->group));
	json_put(json, "nodes", list_to_json(&status->nodes));
	json_put(json, "used", used_to_json(status));
	json_put(json, "idle", json_new_bool(device_status_is_idle(status)));
	json_put(json, "users", users_to_json(status));
	return json;
}

void status_list_add(struct status_list *list, struct device_status *status)
{
	list->items = mem_grow(list->items, list->count, sizeof(*list->items));
	list->items[list->count++] = status;
}

void status_list_clear(struct status_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		device_status_free(list->items[i]);
	free(list->items);
	*list = (struct status_list){ 0 };
}
