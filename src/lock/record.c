/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lock/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/dir.h"
#include "holders.h"
#include "model/name.h"
#include "state.h"

#define RECORDS	   "devices"
#define STOPS	   "stopped"
#define STOP_S	   5
#define RECORD_MAX (2 * DEVICE_JSON_MAX)

void record_free(struct record *record)
{
	if (!record)
		return;
	device_free(record->dev);
	free(record);
}

struct record *record_new(const struct device *dev)
{
	struct record *record = mem_zalloc(sizeof(*record));

	record->dev = device_copy(dev);
	record->state = RECORD_STARTING;
	record->pid = getpid();
	return record;
}

static char *to_text(const struct env *env, const struct record *record)
{
	_cleanup_(json_freep) json_t *json = json_new_object();
	long long since = (long long)process_start(env, record->pid);

	json_put(json, "version", json_integer(1));
	json_put(json, "state",
		 json_new_string(record->state == RECORD_RUNNING ? "running" : "starting"));
	json_put(json, "parent", json_new_string(record->dev->parent));
	json_put(json, "device", device_to_json(record->dev));
	json_put(json, "pid", json_integer(record->pid));
	json_put(json, "since", json_integer(since));
	json_put(json, "inode", json_integer((json_int_t)record->inode));
	return json_to_text(json);
}

err_t record_save(const struct env *env, const struct record *record)
{
	_cleanup_(mem_freep) char *text = to_text(env, record);
	_cleanup_(mem_freep) char *temp = mem_printf(".%s.new", record->dev->uuid.text);
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = state_make_dir(env, RECORDS, &dir);

	return e ? e
		 : dir_replace(dir, temp, dir, record->dev->uuid.text, text, strlen(text), false);
}

/* The device in a record is a definition with a parent. */
static err_t read_device(const json_t *json, const char *path, const struct uuid *uuid,
			 struct device **ret)
{
	const char *parent = json_string_value(json_object_get(json, "parent"));
	_cleanup_(mem_freep) char *text = NULL;
	struct err *e;

	if (!parent || !json_is_object(json_object_get(json, "device")))
		return err_new(ERR_INVALID, "'%s' is no record of a device", path);
	e = name_check_parent(parent);
	if (e)
		return err_wrap(e, "'%s'", path);
	text = json_to_text(json_object_get(json, "device"));
	e = device_from_json(text, strlen(text), path, ret);
	if (e)
		return e;
	(*ret)->uuid = *uuid;
	(*ret)->parent = mem_strdup(parent);
	return NULL;
}

static err_t from_text(const char *text, size_t size, const char *path, const struct uuid *uuid,
		       struct record **ret)
{
	_cleanup_(record_freep) struct record *record = mem_zalloc(sizeof(*record));
	_cleanup_(json_freep) json_t *json = NULL;
	const char *state;
	struct err *e = json_parse(text, size, path, &json);

	if (!e)
		e = read_device(json, path, uuid, &record->dev);
	if (e)
		return e;
	state = json_string_value(json_object_get(json, "state"));
	record->state = state && strcmp(state, "running") == 0 ? RECORD_RUNNING : RECORD_STARTING;
	record->pid = (pid_t)json_integer_value(json_object_get(json, "pid"));
	record->since = (unsigned long long)json_integer_value(json_object_get(json, "since"));
	record->inode = (ino_t)json_integer_value(json_object_get(json, "inode"));
	*ret = take(record);
	return NULL;
}

err_t record_load(const struct env *env, const struct uuid *uuid, struct record **ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(mem_freep) char *text = NULL;
	_cleanup_(mem_freep) char *path = NULL;
	struct record *record = NULL;
	size_t size;
	struct err *e = state_open_dir(env, RECORDS, &dir);

	*ret = NULL;
	if (e || !dir)
		return e;
	e = dir_read(dir, uuid->text, RECORD_MAX, &text, &size);
	if (e && err_errnum(e) == ENOENT) {
		err_free(e);
		return NULL;
	}
	path = mem_printf("%s/%s", dir->path, uuid->text);
	if (!e)
		e = from_text(text, size, path, uuid, &record);
	if (e)
		env_warn(env,
			 err_hint(e, "remove '%s': it only says how the device was started", path));
	*ret = record;
	return NULL;
}

static err_t unlink_if_there(const struct dir *dir, const char *name)
{
	if (unlinkat(dir->fd, name, 0) < 0 && errno != ENOENT)
		return dir_err(dir, "remove", name);
	return NULL;
}

err_t record_remove(const struct env *env, const struct uuid *uuid)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = state_open_dir(env, RECORDS, &dir);

	return e || !dir ? e : unlink_if_there(dir, uuid->text);
}

bool record_has_living_maker(const struct env *env, const struct record *record)
{
	return record->since && process_start(env, record->pid) == record->since;
}

static bool is_recent(const struct dir *dir, const char *name)
{
	struct timespec now;
	struct stat st;

	clock_gettime(CLOCK_REALTIME, &now);
	return fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       labs(now.tv_sec - st.st_mtim.tv_sec) <= STOP_S;
}

/* Takes the older ones away, so that they do not pile up. */
err_t record_note_stop(const struct env *env, const struct uuid *uuid)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(fd_closep) int fd = -1;
	struct err *e = state_make_dir(env, STOPS, &dir);

	if (!e)
		e = dir_list(dir, &names);
	if (e)
		return e;
	for (size_t i = 0; i < names.count; i++)
		if (!is_recent(dir, names.items[i]))
			unlinkat(dir->fd, names.items[i], 0);
	fd = openat(dir->fd, uuid->text, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0 || futimens(fd, NULL) < 0)
		return dir_err(dir, "make", uuid->text);
	return NULL;
}

bool record_was_just_stopped(const struct env *env, const struct uuid *uuid)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	err_free(state_open_dir(env, STOPS, &dir));
	return dir && is_recent(dir, uuid->text);
}
