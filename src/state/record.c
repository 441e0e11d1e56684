/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "state/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"
#include "base/rundir.h"
#include "model/name.h"
#include "state_file.h"

#define RECORDS "devices"
/* Two devices, each of which a definition, or a script's answer, may describe. */
#define RECORD_MAX (2 * DEVICE_JSON_MAX + 65536)

static const char *const state_names[] = {
	[RECORD_NOTHING] = "drained",
	[RECORD_STARTING] = "starting",
	[RECORD_RUNNING] = "running",
};

struct record *record_new(const struct uuid *uuid)
{
	struct record *record = mem_zalloc(sizeof(*record));

	record->uuid = *uuid;
	return record;
}

void record_free(struct record *record)
{
	if (!record)
		return;
	record_set_stopped(record);
	record_set_not_drained(record);
	free(record);
}

void record_set_starting(struct record *record, const struct env *env, const struct device *dev)
{
	record_set_stopped(record);
	record->state = RECORD_STARTING;
	record->dev = device_copy(dev);
	record->pid = getpid();
	record->since = process_start_time(env, record->pid);
}

void record_set_stopped(struct record *record)
{
	device_free(take(record->dev));
	record->state = RECORD_NOTHING;
	record->pid = 0;
	record->since = 0;
	record->inode = 0;
}

void record_set_drained(struct record *record, const struct device *dev, const char *drained_of,
			const char *hold)
{
	struct device *drained = device_copy(dev);
	char *name = mem_strdup(hold);
	char *of = mem_strdup(drained_of);

	record_set_not_drained(record);
	record->drained = drained;
	record->hold = name;
	record->drained_of = of;
}

void record_set_not_drained(struct record *record)
{
	device_free(take(record->drained));
	free(take(record->hold));
	free(take(record->drained_of));
}

static void put_device(json_t *json, const struct device *dev)
{
	json_put(json, "parent", json_new_string(dev->parent));
	json_put(json, "type", json_new_string(dev->type));
	json_put(json, "attrs", device_attrs_to_json(dev));
}

static json_t *drained_to_json(const struct record *record)
{
	json_t *json = json_new_object();

	json_put(json, "hold", json_new_string(record->hold));
	if (strcmp(record->drained_of, record->drained->parent) != 0)
		json_put(json, "of", json_new_string(record->drained_of));
	put_device(json, record->drained);
	return json;
}

static json_t *to_json(const struct record *record)
{
	json_t *json = state_file_new();

	json_put(json, "state", json_new_string(state_names[record->state]));
	if (record->dev) {
		put_device(json, record->dev);
		json_put(json, "inode", json_integer((json_int_t)record->inode));
		json_put(json, "pid", json_integer(record->pid));
		json_put(json, "since", json_integer((json_int_t)record->since));
	}
	if (record->drained)
		json_put(json, "drained", drained_to_json(record));
	return json;
}

err_t record_save(const struct env *env, const struct record *record)
{
	_cleanup_(json_freep) json_t *json = NULL;

	if (!record->dev && !record->drained)
		return state_file_remove(env, RECORDS, record->uuid.text);
	json = to_json(record);
	return state_file_write(env, RECORDS, record->uuid.text, json, RECORD_MAX);
}

static bool is_name(const char *name, err_t (*check)(const char *name))
{
	_cleanup_(err_freep) struct err *e = name ? check(name) : NULL;

	return name && !e;
}

static err_t read_device(const json_t *json, const char *path, const struct uuid *uuid,
			 struct device **ret)
{
	const char *parent = json_string_value(json_object_get(json, "parent"));
	const char *type = json_string_value(json_object_get(json, "type"));
	_cleanup_(device_freep) struct device *dev = NULL;
	_cleanup_(err_freep) struct err *bad = NULL;

	if (!is_name(parent, name_check_parent) || !is_name(type, name_check_type))
		return state_file_invalid(path, "it names no parent or no type");
	dev = device_new(uuid, parent, type);
	bad = device_attrs_from_json(dev, json_object_get(json, "attrs"), path);
	if (bad)
		return state_file_invalid(path, err_message(bad));
	*ret = take(dev);
	return NULL;
}

static err_t read_drained(const json_t *json, const char *path, struct record *record)
{
	const char *hold = json_string_value(json_object_get(json, "hold"));
	const json_t *of = json_object_get(json, "of");

	if (!hold || (of && !is_name(json_string_value(of), name_check_parent)))
		return state_file_invalid(path, "it does not say whose drain it is");
	TRY(read_device(json, path, &record->uuid, &record->drained));
	record->hold = mem_strdup(hold);
	record->drained_of = mem_strdup(of ? json_string_value(of) : record->drained->parent);
	return NULL;
}

static err_t read_state(const json_t *json, const char *path, enum record_state *ret)
{
	const char *name = json_string_value(json_object_get(json, "state"));

	for (size_t i = 0; name && i < ARRAY_SIZE(state_names); i++)
		if (strcmp(name, state_names[i]) == 0) {
			*ret = (enum record_state)i;
			return NULL;
		}
	return state_file_invalid(path, "its state is not known");
}

static err_t record_from_json(const json_t *json, const char *path, struct record *record)
{
	const json_t *drained = json_object_get(json, "drained");

	TRY(read_state(json, path, &record->state));
	if (record->state != RECORD_NOTHING)
		TRY(read_device(json, path, &record->uuid, &record->dev));
	if (drained)
		TRY(read_drained(drained, path, record));
	record->pid = (pid_t)json_integer_value(json_object_get(json, "pid"));
	record->since = (unsigned long long)json_integer_value(json_object_get(json, "since"));
	record->inode = (ino_t)json_integer_value(json_object_get(json, "inode"));
	return NULL;
}

err_t record_load(const struct env *env, const struct uuid *uuid, struct record **ret)
{
	_cleanup_(record_freep) struct record *record = record_new(uuid);
	_cleanup_(json_freep) json_t *json = NULL;
	_cleanup_(mem_freep) char *path = NULL;
	struct err *e = state_file_read(env, RECORDS, uuid->text, RECORD_MAX, &json, &path);

	*ret = NULL;
	if (!e && json)
		e = record_from_json(json, path, record);
	if (e && err_kind(e) == ERR_INVALID)
		e = err_hint(e, "remove '%s': it only says how the device was started", path);
	TRY(e);
	if (json)
		*ret = take(record);
	return NULL;
}

char *record_place(const struct env *env)
{
	return rundir_path(env, RECORDS);
}

err_t record_stamp(const struct env *env, const struct uuid *uuid, struct dir_stamp *ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	*ret = (struct dir_stamp){ 0 };
	TRY(rundir_open(env, RECORDS, &dir));
	return dir ? dir_stamp(dir, uuid->text, ret) : NULL;
}

err_t record_list(const struct env *env, struct strlist *ret)
{
	return state_file_list(env, RECORDS, ret);
}

bool record_has_living_maker(const struct env *env, const struct record *record)
{
	return record->since && process_start_time(env, record->pid) == record->since;
}

void record_read_raw(const struct env *env, struct raw_file_list *ret)
{
	state_file_read_raw(env, RECORDS, RECORD_MAX, ret);
}
