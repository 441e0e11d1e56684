/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes the files that a dump has beside the description of its host. */
#include "unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "place.h"

#define DEPTH_MAX 4

/* Where the files under a key go: directories below the top, one after the other. */
struct kind {
	const char *key;
	const char *dirs[DEPTH_MAX];
	bool has_parent; /* then in a directory of that name */
};

static const struct kind kinds[] = {
	{ "definitions", { "etc", "mdevctl.d" }, true },
	{ "records", { "run", "mdevadm", "devices" }, false },
	{ "holds", { "run", "mdevadm", "held" }, false },
};

/* What a file of a dump is to become. */
struct wanted {
	const char *parent;
	const char *name;
	mode_t mode;
	struct text content;
	bool has_content;
};

/* --- reading --- */

static bool get_mode(const struct place *up, const json_t *json, mode_t *ret)
{
	const struct place at = place_below(up, "mode", 0);
	const char *digits = "0644";

	if (!place_get_string(up, json, "mode", &digits))
		return false;
	if (strlen(digits) != 4 || strspn(digits, "01234567") != 4)
		return place_fail(&at, "must be four octal digits");
	*ret = (mode_t)strtoul(digits, NULL, 8) & 0777;
	return true;
}

static int base64_value(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* RFC 4648, section 4. */
static bool add_base64(const struct place *at, const char *text, struct text *ret)
{
	unsigned int bits = 0;
	int count = 0;

	for (; *text && *text != '='; text++) {
		int value = base64_value(*text);
		char byte;

		if (value < 0)
			return place_fail(at, "must be base64");
		bits = bits << 6 | (unsigned int)value;
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		byte = (char)(bits >> count & 0xff);
		text_add(ret, &byte, 1);
	}
	return true;
}

static bool get_content(const struct place *up, const json_t *json, struct wanted *ret)
{
	const struct place at = place_below(up, "base64", 0);
	const char *text = NULL;
	const char *base64 = NULL;

	if (!place_get_string(up, json, "text", &text) ||
	    !place_get_string(up, json, "base64", &base64))
		return false;
	ret->has_content = text || base64;
	if (text)
		text_add_string(&ret->content, text);
	return !base64 || add_base64(&at, base64, &ret->content);
}

/* A dot in front is what a temporary file has, and what nobody would see. */
static bool get_file_name(const struct place *up, const json_t *json, const char *key,
			  const char **ret)
{
	const struct place at = place_below(up, key, 0);

	if (!place_get_component(up, json, key, ret))
		return false;
	return !*ret || **ret != '.' || place_fail(&at, "must not begin with a dot");
}

static bool get_wanted(const struct place *at, json_t *json, const struct kind *kind,
		       struct wanted *ret)
{
	static const char *const keys[] = { "parent", "name",	"mode",	  "uid",   "gid",
					    "text",   "base64", "target", "error", NULL };

	if (!place_check_keys(at, json, keys) || !get_file_name(at, json, "parent", &ret->parent) ||
	    !get_file_name(at, json, "name", &ret->name) || !get_mode(at, json, &ret->mode) ||
	    !get_content(at, json, ret))
		return false;
	if (ret->has_content && (!ret->name || (kind->has_parent && !ret->parent)))
		return place_fail(at, "must say the name of the file");
	return true;
}

/* --- writing --- */

/* The directory @name in that of *@dir, made if it is missing, takes the place of *@dir. */
static bool enter(int *dir, const char *name)
{
	int next;

	if (mkdirat(*dir, name, 0755) < 0 && errno != EEXIST)
		return false;
	next = openat(*dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (next < 0)
		return false;
	close(*dir);
	*dir = next;
	return true;
}

static bool enter_all(int *dir, const struct kind *kind, const char *parent)
{
	for (size_t i = 0; i < DEPTH_MAX && kind->dirs[i]; i++) {
		if (!enter(dir, kind->dirs[i]))
			return false;
	}
	return !kind->has_parent || enter(dir, parent);
}

static bool write_all(int fd, const struct text *text)
{
	for (size_t done = 0; done < text->len;) {
		ssize_t written = write(fd, text->data + done, text->len - done);

		if (written < 0)
			return false;
		done += (size_t)written;
	}
	return true;
}

static bool write_new(int dir, const struct wanted *wanted)
{
	int fd = openat(dir, wanted->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0600);
	bool is_good;

	if (fd < 0)
		return false;
	is_good = write_all(fd, &wanted->content) && fchmod(fd, wanted->mode) == 0;
	return close(fd) == 0 && is_good;
}

static bool write_file(const struct place *at, const char *top, const struct kind *kind,
		       const struct wanted *wanted)
{
	int dir = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_good = dir >= 0 && enter_all(&dir, kind, wanted->parent) && write_new(dir, wanted);
	int errnum = errno;

	if (dir >= 0)
		close(dir);
	return is_good || place_fail(at, "cannot write it below '%s': %s", top, strerror(errnum));
}

static void tell_unread(const struct place *at, const json_t *json)
{
	const char *error = json_string_value(json_object_get(json, "error"));
	char *shown = memory_copy(error ? error : "it says nothing");

	text_make_plain(shown);
	fprintf(stderr, "mdevsim: %s[%zu] is not unpacked, the dump could not read it: %s\n",
		at->up->key, at->index, shown);
	free(shown);
}

/* Without @top it is only read. */
static bool unpack_file(const struct place *at, json_t *json, const char *top,
			const struct kind *kind)
{
	struct wanted wanted = { 0 };
	bool is_good = get_wanted(at, json, kind, &wanted);

	if (is_good && top && wanted.has_content)
		is_good = write_file(at, top, kind, &wanted);
	else if (is_good && top)
		tell_unread(at, json);
	text_free(&wanted.content);
	return is_good;
}

static bool unpack_kind(const struct place *top_place, const char *top, const struct kind *kind)
{
	const struct place here = place_below(top_place, kind->key, 0);
	json_t *array = NULL;

	if (!place_get_array(top_place, top_place->sim->description, kind->key, &array))
		return false;
	for (size_t i = 0; i < json_array_size(array); i++) {
		const struct place at = place_below(&here, NULL, i);

		if (!unpack_file(&at, json_array_get(array, i), top, kind))
			return false;
	}
	return true;
}

static bool unpack_all(const struct place *top_place, const char *top)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!unpack_kind(top_place, top, &kinds[i]))
			return false;
	}
	return true;
}

/* All is read before anything is written. */
bool unpack(struct sim *sim, const char *file, const char *top, struct text *why)
{
	const struct place top_place = { NULL, file, 0, sim, why };

	return unpack_all(&top_place, NULL) && unpack_all(&top_place, top);
}
