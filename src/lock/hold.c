/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A hold has a file for each device, so that one can be struck without a look at the others, by
 * whoever has that device's lock.
 *
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
/* Its file is written last, and removed first: with it, the parent is held. */
#define REASON	   "reason"
#define REASON_MAX 65536

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

static bool is_errnum(const struct err *e, int errnum)
{
	return e && err_errnum(e) == errnum;
}

/* *ret is NULL if the parent is not held. */
static err_t open_hold(const struct env *env, const char *parent, struct dir **ret)
{
	_cleanup_(dir_freep) struct dir *holds = NULL;
	struct err *e = state_open_dir(env, HOLDS, &holds);

	*ret = NULL;
	if (e || !holds)
		return e;
	e = dir_open_at(holds, parent, ret);
	if (!e && !dir_has(*ret, REASON))
		dir_free(take(*ret));
	if (!is_errnum(e, ENOENT))
		return e;
	err_free(e);
	return NULL;
}

/* One that was struck meanwhile is no error. */
static err_t read_device(const struct dir *dir, const char *name, struct hold *hold)
{
	_cleanup_(mem_freep) char *text = NULL;
	_cleanup_(mem_freep) char *path = mem_printf("%s/%s", dir->path, name);
	struct device *dev;
	struct uuid uuid;
	size_t size;
	struct err *e;

	if (!uuid_parse(name, &uuid))
		return NULL;
	e = dir_read(dir, name, DEVICE_JSON_MAX, &text, &size);
	if (is_errnum(e, ENOENT)) {
		err_free(e);
		return NULL;
	}
	if (!e)
		e = device_from_json(text, size, path, &dev);
	if (e)
		return err_hint(e, "mend or remove '%s', which says what to start again", path);
	dev->uuid = uuid;
	dev->parent = mem_strdup(hold->parent);
	device_list_add(&hold->devices, dev);
	return NULL;
}

err_t hold_load(const struct env *env, const char *parent, struct hold **ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(mem_freep) char *reason = NULL;
	_cleanup_(hold_freep) struct hold *hold = NULL;
	struct err *e = open_hold(env, parent, &dir);

	*ret = NULL;
	if (e || !dir)
		return e;
	e = dir_read(dir, REASON, REASON_MAX, &reason, NULL);
	if (!e)
		e = dir_list(dir, &names);
	if (e)
		return e;
	hold = hold_new(parent, reason);
	for (size_t i = 0; i < names.count && !e; i++)
		e = read_device(dir, names.items[i], hold);
	if (!e)
		*ret = take(hold);
	return e;
}

/* By way of a file beside the hold: the directory of a hold that is lifted must be empty. */
static err_t write_file(const struct dir *holds, const char *parent, const struct dir *dir,
			const char *name, const char *text)
{
	_cleanup_(mem_freep) char *temp = mem_printf(".%s.new", parent);

	return dir_replace(holds, temp, dir, name, text, strlen(text), false);
}

/* What a drain that died before it held anything has left. */
static err_t forget_devices(const struct dir *dir)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	struct err *e = dir_list(dir, &names);

	for (size_t i = 0; i < names.count && !e; i++)
		e = dir_unlink(dir, names.items[i]);
	return e;
}

err_t hold_save(const struct env *env, const struct hold *hold)
{
	_cleanup_(dir_freep) struct dir *holds = NULL;
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = state_make_dir(env, HOLDS, &holds);

	if (!e)
		e = dir_make_at(holds, hold->parent, 0755, &dir);
	if (!e && !dir_has(dir, REASON))
		e = forget_devices(dir);
	for (size_t i = 0; i < hold->devices.count && !e; i++) {
		const struct device *dev = hold->devices.items[i];
		_cleanup_(mem_freep) char *text = device_to_definition(dev);

		e = write_file(holds, hold->parent, dir, dev->uuid.text, text);
	}
	return e ? e : write_file(holds, hold->parent, dir, REASON, hold->reason);
}

err_t hold_remove(const struct env *env, const char *parent)
{
	_cleanup_(dir_freep) struct dir *holds = NULL;
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = state_open_dir(env, HOLDS, &holds);

	if (e || !holds)
		return e;
	e = dir_open_at(holds, parent, &dir);
	if (!e)
		e = dir_unlink(dir, REASON);
	if (!e)
		e = forget_devices(dir);
	if (!e && unlinkat(holds->fd, parent, AT_REMOVEDIR) < 0)
		e = dir_err(holds, "remove", parent);
	return e;
}

bool hold_has(const struct env *env, const char *parent, const struct uuid *uuid)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	err_free(open_hold(env, parent, &dir));
	return dir && dir_has(dir, uuid->text);
}

err_t hold_strike(const struct env *env, const struct uuid *uuid, bool *ret_was_there)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };
	_cleanup_(dir_freep) struct dir *holds = NULL;
	struct err *e = state_open_dir(env, HOLDS, &holds);

	*ret_was_there = false;
	if (!e && holds)
		e = dir_list(holds, &parents);
	for (size_t i = 0; i < parents.count && !e; i++) {
		_cleanup_(mem_freep) char *path = mem_printf("%s/%s", parents.items[i], uuid->text);

		if (unlinkat(holds->fd, path, 0) == 0)
			*ret_was_there = true;
		else if (errno != ENOENT)
			e = dir_err(holds, "remove", path);
	}
	return e;
}

static bool is_held(const struct env *env, const char *parent)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	err_free(open_hold(env, parent, &dir));
	return dir != NULL;
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
