/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "state_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/rundir.h"

#define VERSION 1

json_t *state_file_new(void)
{
	json_t *json = json_new_object();

	json_put(json, "version", json_integer(VERSION));
	return json;
}

err_t state_file_write(const struct env *env, const char *dir_name, const char *name,
		       const json_t *json, size_t max)
{
	_cleanup_(mem_freep) char *text = json_to_line(json);
	_cleanup_(mem_freep) char *temp = mem_printf(".%s.new", name);
	_cleanup_(dir_freep) struct dir *dir = NULL;

	struct dir_content content = {
		.temp = temp, .data = text, .size = strlen(text), .max = max
	};
	struct err *e;

	TRY(rundir_make(env, dir_name, &dir));
	content.temp_dir = dir;
	e = dir_replace(dir, name, &content);
	return e && err_kind(e) == ERR_INVALID ? err_hint(e, "use fewer or shorter attributes") : e;
}

err_t state_file_invalid(const char *path, const char *reason)
{
	return err_new(ERR_INVALID, "'%s' is not understood: %s", path, reason);
}

static err_t check_version(const json_t *json, const char *path)
{
	const json_t *version = json_object_get(json, "version");

	if (!json_is_integer(version) || json_integer_value(version) < VERSION)
		return state_file_invalid(path, "it has no version");
	if (json_integer_value(version) > VERSION)
		return err_hint(
			err_new(ERR_FAILED, "'%s' was written by a later version of mdevadm", path),
			"use that version, or restart the machine");
	return NULL;
}

err_t state_file_read(const struct env *env, const char *dir_name, const char *name, size_t max,
		      json_t **ret, char **ret_path)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(mem_freep) char *text = NULL;
	_cleanup_(json_freep) json_t *json = NULL;
	size_t size;
	struct err *e;

	*ret = NULL;
	*ret_path = mem_printf("%s/mdevadm/%s/%s", env->dir[ENV_DIR_RUN], dir_name, name);
	TRY(rundir_open(env, dir_name, &dir));
	if (!dir)
		return NULL;
	e = dir_read(dir, name, max, &text, &size);
	if (err_is_absence(e)) {
		err_free(e);
		return NULL;
	}
	TRY(e);
	TRY(json_parse(text, size, *ret_path, &json));
	TRY(check_version(json, *ret_path));
	*ret = take(json);
	return NULL;
}

err_t state_file_remove(const struct env *env, const char *dir_name, const char *name)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	TRY(rundir_open(env, dir_name, &dir));
	if (dir && unlinkat(dir->fd, name, 0) < 0 && errno != ENOENT)
		return dir_err(dir, "remove", name);
	return NULL;
}

err_t state_file_list(const struct env *env, const char *dir_name, struct strlist *ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	TRY(rundir_open(env, dir_name, &dir));
	return dir ? dir_list(dir, ret) : NULL;
}

void state_file_read_raw(const struct env *env, const char *dir_name, size_t max,
			 struct raw_file_list *ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = rundir_open(env, dir_name, &dir);

	raw_file_list_add_error(ret, NULL, e);
	if (dir)
		raw_file_list_read(ret, dir, max);
}
