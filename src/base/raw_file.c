/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/raw_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"

static struct raw_file *add(struct raw_file_list *list, const char *parent, const char *name)
{
	list->items = mem_grow(list->items, list->count, sizeof(*list->items));
	list->items[list->count] = (struct raw_file){
		.parent = parent ? mem_strdup(parent) : NULL,
		.name = name ? mem_strdup(name) : NULL,
	};
	return &list->items[list->count++];
}

/* Takes @e; the first one counts. */
static void set_error(struct raw_file *file, struct err *e)
{
	if (!file->error)
		file->error = mem_strdup(err_message(e));
	err_free(e);
}

static void look_at(struct raw_file *file, const struct dir *dir, const char *name)
{
	struct err *e = NULL;
	struct stat st;

	if (fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		set_error(file, dir_err(dir, "look at", name));
		return;
	}
	file->mode = st.st_mode;
	file->uid = st.st_uid;
	file->gid = st.st_gid;
	if (S_ISLNK(st.st_mode))
		e = dir_read_link(dir, name, &file->target);
	if (e)
		set_error(file, e);
}

void raw_file_list_add(struct raw_file_list *list, const struct dir *dir, const char *parent,
		       const char *name, char *data, size_t size, struct err *e)
{
	struct raw_file *file = add(list, parent, name);

	file->data = data;
	file->size = size;
	if (e)
		set_error(file, e);
	look_at(file, dir, name);
}

void raw_file_list_add_error(struct raw_file_list *list, const char *parent, struct err *e)
{
	if (e)
		set_error(add(list, parent, NULL), e);
}

void raw_file_list_read(struct raw_file_list *list, const struct dir *dir, size_t max)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	raw_file_list_add_error(list, NULL, dir_list(dir, &names));
	for (size_t i = 0; i < names.count; i++) {
		char *data = NULL;
		size_t size = 0;
		struct err *e = dir_read(dir, names.items[i], max, &data, &size);

		if (err_is_absence(e))
			err_free(e);
		else
			raw_file_list_add(list, dir, NULL, names.items[i], data, size, e);
	}
}

void raw_file_list_clear(struct raw_file_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].parent);
		free(list->items[i].name);
		free(list->items[i].data);
		free(list->items[i].target);
		free(list->items[i].error);
	}
	free(list->items);
}

size_t raw_file_list_count_errors(const struct raw_file_list *list)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += list->items[i].error != NULL;
	return count;
}

/* RFC 4648, section 4; owned by the caller. */
static char *to_base64(const char *data, size_t size)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *text = mem_alloc((size + 2) / 3 * 4 + 1);
	char *out = text;

	for (size_t i = 0; i < size; i += 3) {
		unsigned bits = 0;

		for (size_t j = i; j < i + 3; j++)
			bits = bits << 8 | (j < size ? (unsigned char)data[j] : 0U);
		for (size_t j = 0; j < 4; j++)
			*out++ = '=';
		for (size_t j = 0; j <= 3 && i + j <= size; j++)
			out[(long)j - 4] = digits[bits >> (18 - 6 * j) & 63];
	}
	*out = '\0';
	return text;
}

static void put_content(json_t *json, const struct raw_file *file)
{
	_cleanup_(mem_freep) char *base64 = NULL;

	if (file->error)
		json_put(json, "error", json_new_string(file->error));
	if (!file->data)
		return;
	if (!memchr(file->data, 0, file->size) && str_is_utf8(file->data)) {
		json_put(json, "text", json_new_string(file->data));
		return;
	}
	base64 = to_base64(file->data, file->size);
	json_put(json, "base64", json_new_string(base64));
}

static json_t *file_to_json(const struct raw_file *file)
{
	_cleanup_(mem_freep) char *mode = mem_printf("%04o", (unsigned)file->mode & 07777);
	json_t *json = json_new_object();

	if (file->parent)
		json_put(json, "parent", json_new_string(file->parent));
	if (file->name)
		json_put(json, "name", json_new_string(file->name));
	if (file->mode) {
		json_put(json, "mode", json_new_string(mode));
		json_put(json, "uid", json_integer(file->uid));
		json_put(json, "gid", json_integer(file->gid));
	}
	if (file->target)
		json_put(json, "target", json_new_string(file->target));
	put_content(json, file);
	return json;
}

json_t *raw_file_list_to_json(const struct raw_file_list *list)
{
	json_t *json = json_new_array();

	for (size_t i = 0; i < list->count; i++)
		json_append(json, file_to_json(&list->items[i]));
	return json;
}
