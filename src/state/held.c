/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "state/held.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/rundir.h"
#include "base/uuid.h"
#include "state_file.h"

#define HELD "held"
/* Two reasons, of which each byte may take six in JSON. */
#define HELD_MAX (2 * 6 * HELD_REASON_MAX + 4096)

struct held *held_new(const char *parent)
{
	struct held *held = mem_zalloc(sizeof(*held));

	held->parent = mem_strdup(parent);
	return held;
}

static void part_free(struct held_part *part)
{
	if (part)
		free(part->reason);
	free(part);
}

void held_free(struct held *held)
{
	if (!held)
		return;
	part_free(held->hold);
	part_free(held->drain);
	free(held->name);
	free(held->parent);
	free(held);
}

static struct held_part *part_new(const char *reason)
{
	struct held_part *part = mem_zalloc(sizeof(*part));

	part->reason = mem_strdup(reason);
	part->uid = getuid();
	part->since = time(NULL);
	return part;
}

void held_set_hold(struct held *held, const char *reason)
{
	part_free(held->hold);
	held->hold = part_new(reason);
}

err_t held_set_drain(struct held *held, const char *reason)
{
	struct uuid name;

	TRY(uuid_generate(&name));
	held_end_drain(held);
	held->drain = part_new(reason);
	held->name = mem_strdup(name.text);
	return NULL;
}

void held_end_drain(struct held *held)
{
	part_free(take(held->drain));
	free(take(held->name));
}

const char *held_reason(const struct held *held)
{
	if (held->is_lifting)
		return NULL;
	return held->hold ? held->hold->reason : held->drain ? held->drain->reason : NULL;
}

bool held_has_drain(const struct held *held, const char *name)
{
	return held && held->name && name && strcmp(held->name, name) == 0;
}

err_t held_check_reason(const char *reason)
{
	size_t length = strlen(reason);

	if (length && length <= HELD_REASON_MAX)
		return NULL;
	return err_hint(length ? err_new(ERR_USAGE, "the reason has %zu bytes", length)
			       : err_new(ERR_USAGE, "the reason is empty"),
			"say why in 1 to %d bytes", HELD_REASON_MAX);
}

static void put_part(json_t *json, const char *key, const struct held_part *part)
{
	json_t *object;

	if (!part)
		return;
	object = json_new_object();
	json_put(object, "reason", json_new_string(part->reason));
	json_put(object, "uid", json_integer(part->uid));
	json_put(object, "since", json_integer(part->since));
	json_put(json, key, object);
}

err_t held_save(const struct env *env, const struct held *held)
{
	_cleanup_(json_freep) json_t *json = NULL;

	if (!held->hold && !held->drain)
		return held_remove(env, held->parent);
	json = state_file_new();
	put_part(json, "hold", held->hold);
	put_part(json, "drain", held->drain);
	if (held->name)
		json_put(json, "name", json_new_string(held->name));
	if (held->is_lifting)
		json_put(json, "lifting", json_true());
	return state_file_write(env, HELD, held->parent, json, HELD_MAX);
}

err_t held_remove(const struct env *env, const char *parent)
{
	return state_file_remove(env, HELD, parent);
}

static err_t read_part(const json_t *json, const char *key, const char *path,
		       struct held_part **ret)
{
	const json_t *object = json_object_get(json, key);
	const char *reason = json_string_value(json_object_get(object, "reason"));

	if (!object)
		return NULL;
	if (!reason)
		return state_file_invalid(path, "it gives no reason");
	*ret = part_new(reason);
	(*ret)->uid = (uid_t)json_integer_value(json_object_get(object, "uid"));
	(*ret)->since = json_integer_value(json_object_get(object, "since"));
	return NULL;
}

static err_t held_from_json(const json_t *json, const char *path, struct held *held)
{
	const char *name = json_string_value(json_object_get(json, "name"));

	TRY(read_part(json, "hold", path, &held->hold));
	TRY(read_part(json, "drain", path, &held->drain));
	if (!held->hold && !held->drain)
		return state_file_invalid(path, "nobody holds it");
	if (held->drain && !name)
		return state_file_invalid(path, "the drain has no name");
	held->name = mem_copy(name);
	held->is_lifting = json_is_true(json_object_get(json, "lifting"));
	return NULL;
}

static err_t hint_abandon(struct err *e, const char *parent)
{
	if (!e || err_kind(e) != ERR_INVALID)
		return e;
	return err_hint(e, "'mdevadm resume --abandon %s' removes it", parent);
}

err_t held_load(const struct env *env, const char *parent, struct held **ret)
{
	_cleanup_(held_freep) struct held *held = held_new(parent);
	_cleanup_(json_freep) json_t *json = NULL;
	_cleanup_(mem_freep) char *path = NULL;
	struct err *e;

	*ret = NULL;
	e = state_file_read(env, HELD, parent, HELD_MAX, &json, &path);
	if (!e && json)
		e = held_from_json(json, path, held);
	TRY(hint_abandon(e, parent));
	if (json)
		*ret = take(held);
	return NULL;
}

char *held_place(const struct env *env)
{
	return rundir_path(env, HELD);
}

err_t held_list(const struct env *env, struct strlist *ret)
{
	return state_file_list(env, HELD, ret);
}

void held_read_raw(const struct env *env, struct raw_file_list *ret)
{
	state_file_read_raw(env, HELD, HELD_MAX, ret);
}
