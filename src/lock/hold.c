/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A registration of a held parent is noted in a file of its own: the one who notes it must not
 * wait for the parent's lock, and so must not touch the hold.
 */
#include "lock/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dir.h"
#include "state.h"

#define HOLDS	      "held"
#define REGISTRATIONS "registered"
#define HOLD_MAX      (256 * 1024 * 1024)

struct hold *hold_new(const char *parent, const char *reason)
{
	struct hold *hold = mem_zalloc(sizeof(*hold));

	hold->parent = mem_strdup(parent);
	hold->reason = mem_strdup(reason);
	return hold;
}

void hold_free(struct hold *hold)
{
	if (!hold)
		return;
	device_list_clear(&hold->devices);
	free(hold->parent);
	free(hold->reason);
	free(hold);
}

static char *to_text(const struct hold *hold)
{
	_cleanup_(json_freep) json_t *json = json_new_object();
	json_t *devices = json_new_object();

	json_put(json, "version", json_integer(1));
	json_put(json, "reason", json_new_string(hold->reason));
	json_put(json, "devices", devices);
	for (size_t i = 0; i < hold->devices.count; i++)
		json_put(devices, hold->devices.items[i]->uuid.text,
			 device_to_json(hold->devices.items[i]));
	return json_to_text(json);
}

static err_t read_device(const char *key, const json_t *json, const char *path, const char *parent,
			 struct device **ret)
{
	_cleanup_(mem_freep) char *text = json_to_text(json);
	struct uuid uuid;
	struct err *e;

	if (!uuid_parse(key, &uuid))
		return err_new(ERR_INVALID, "'%s': '%s' is no UUID", path, key);
	e = device_from_json(text, strlen(text), path, ret);
	if (e)
		return e;
	(*ret)->uuid = uuid;
	(*ret)->parent = mem_strdup(parent);
	return NULL;
}

static err_t from_text(const char *text, size_t size, const char *path, const char *parent,
		       struct hold **ret)
{
	_cleanup_(json_freep) json_t *json = NULL;
	_cleanup_(hold_freep) struct hold *hold = NULL;
	const char *reason;
	const char *key;
	json_t *value;
	struct err *e = json_parse(text, size, path, &json);

	if (e)
		return e;
	reason = json_string_value(json_object_get(json, "reason"));
	hold = hold_new(parent, reason ? reason : "unknown");
	json_object_foreach (json_object_get(json, "devices"), key, value) {
		struct device *dev;

		e = read_device(key, value, path, parent, &dev);
		if (e)
			return e;
		device_list_add(&hold->devices, dev);
	}
	*ret = take(hold);
	return NULL;
}

err_t hold_load(const struct env *env, const char *parent, struct hold **ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(mem_freep) char *text = NULL;
	_cleanup_(mem_freep) char *path = NULL;
	size_t size;
	struct err *e = state_open_dir(env, HOLDS, &dir);

	*ret = NULL;
	if (e || !dir)
		return e;
	e = dir_read(dir, parent, HOLD_MAX, &text, &size);
	if (e && err_errnum(e) == ENOENT) {
		err_free(e);
		return NULL;
	}
	path = mem_printf("%s/%s", dir->path, parent);
	if (!e)
		e = from_text(text, size, path, parent, ret);
	return err_hint(e, "mend or remove '%s', which holds the parent", path);
}

err_t hold_save(const struct env *env, const struct hold *hold)
{
	_cleanup_(mem_freep) char *text = to_text(hold);
	_cleanup_(mem_freep) char *temp = mem_printf(".%s.new", hold->parent);
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = state_make_dir(env, HOLDS, &dir);

	return e ? e : dir_replace(dir, temp, dir, hold->parent, text, strlen(text), false);
}

err_t hold_remove(const struct env *env, const char *parent)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = state_open_dir(env, HOLDS, &dir);

	return e || !dir ? e : dir_unlink(dir, parent);
}

static bool is_held(const struct env *env, const char *parent)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	err_free(state_open_dir(env, HOLDS, &dir));
	return dir && dir_has(dir, parent);
}

/*
 * Looks twice: who lifts the hold takes the note after it. So either he finds the note, or the
 * second look here finds no hold.
 */
err_t hold_note_registration(const struct env *env, const char *parent, bool *ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(fd_closep) int fd = -1;
	struct err *e;

	*ret = false;
	if (!is_held(env, parent))
		return NULL;
	e = state_make_dir(env, REGISTRATIONS, &dir);
	if (e)
		return e;
	fd = openat(dir->fd, parent, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return dir_err(dir, "make", parent);
	*ret = is_held(env, parent);
	return NULL;
}

bool hold_take_registration(const struct env *env, const char *parent)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	err_free(state_open_dir(env, REGISTRATIONS, &dir));
	return dir && unlinkat(dir->fd, parent, 0) == 0;
}
