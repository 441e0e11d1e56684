/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is replaced in a definition, a record or a hold. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "redact_private.h"

/* Attributes whose values say nothing about anybody. */
static const char *const known_attrs[] = {
	"assign_adapter",   "unassign_adapter",	     "assign_domain",
	"unassign_domain",  "assign_control_domain", "unassign_control_domain",
	"matrix",	    "guest_matrix",	     "control_domains",
	"ap_config",	    "nvidia/vgpu_params",    "intel_vgpu/vgpu_id",
	"intel_vgpu/hw_id", "power/control",	     "vendor/resolution",
	"vendor/memory",
};

enum key_kind {
	KEY_TEXT, /* or a number: kept, but for UUIDs and words */
	KEY_NAME, /* an address or the name of a type: kept, but for UUIDs */
	KEY_ATTRS,
	KEY_REASON, /* what a person wrote */
	KEY_OBJECT,
};

/* The keys of an object; others are taken out. One without a name ends them. */
struct key {
	const char *name;
	enum key_kind kind;
	const struct key *keys; /* of an object */
};

static const struct key definition_keys[] = {
	{ "mdev_type", KEY_NAME, NULL },
	{ "start", KEY_TEXT, NULL },
	{ "attrs", KEY_ATTRS, NULL },
	{ 0 },
};
static const struct key drained_keys[] = {
	{ "hold", KEY_TEXT, NULL }, { "of", KEY_NAME, NULL },	  { "parent", KEY_NAME, NULL },
	{ "type", KEY_NAME, NULL }, { "attrs", KEY_ATTRS, NULL }, { 0 },
};
static const struct key record_keys[] = {
	{ "version", KEY_TEXT, NULL },
	{ "state", KEY_TEXT, NULL },
	{ "parent", KEY_NAME, NULL },
	{ "type", KEY_NAME, NULL },
	{ "attrs", KEY_ATTRS, NULL },
	{ "inode", KEY_TEXT, NULL },
	{ "pid", KEY_TEXT, NULL },
	{ "since", KEY_TEXT, NULL },
	{ "protect", KEY_TEXT, NULL },
	{ "drained", KEY_OBJECT, drained_keys },
	{ 0 },
};
static const struct key part_keys[] = {
	{ "reason", KEY_REASON, NULL },
	{ "uid", KEY_TEXT, NULL },
	{ "since", KEY_TEXT, NULL },
	{ 0 },
};
static const struct key hold_keys[] = {
	{ "version", KEY_TEXT, NULL },	    { "hold", KEY_OBJECT, part_keys },
	{ "drain", KEY_OBJECT, part_keys }, { "name", KEY_TEXT, NULL },
	{ "lifting", KEY_TEXT, NULL },	    { 0 },
};
static const struct key *const keys_of[] = {
	[REDACT_DEFINITION] = definition_keys,
	[REDACT_RECORD] = record_keys,
	[REDACT_HOLD] = hold_keys,
};

bool redact_knows_attr(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(known_attrs); i++)
		if (strcmp(known_attrs[i], name) == 0)
			return true;
	return false;
}

static json_t *redacted_string(struct redaction *redaction, const json_t *json, text_fn redacted)
{
	_cleanup_(mem_freep) char *text = redacted(redaction, json_string_value(json));

	return json_new_string(text);
}

/* A value that is kept: no text, or one without what is replaced. */
static json_t *kept(struct redaction *redaction, json_t *value, text_fn redacted)
{
	if (json_is_string(value))
		return redacted_string(redaction, value, redacted);
	if (json_is_object(value) || json_is_array(value))
		return json_new_string(REMOVED);
	return json_incref(value);
}

static json_t *redacted_attr(struct redaction *redaction, json_t *attr)
{
	json_t *result = json_new_object();
	const char *name;
	json_t *value;

	json_object_foreach (attr, name, value)
		json_put(result, name,
			 redact_knows_attr(name) ? kept(redaction, value, redaction_of_uuids)
						 : json_new_string(REMOVED));
	return result;
}

/* What is wrong with it stays wrong. */
static json_t *redacted_attrs(struct redaction *redaction, json_t *attrs)
{
	json_t *result;
	json_t *attr;
	size_t i;

	if (!json_is_array(attrs))
		return kept(redaction, attrs, redaction_of_text);
	result = json_new_array();
	json_array_foreach (attrs, i, attr)
		json_append(result, json_is_object(attr) ? redacted_attr(redaction, attr)
							 : json_new_string(REMOVED));
	return result;
}

/* Of anything but an object that has keys of its own. */
static json_t *redacted_value(struct redaction *redaction, json_t *value, enum key_kind kind)
{
	switch (kind) {
	case KEY_NAME:
		return kept(redaction, value, redaction_of_uuids);
	case KEY_ATTRS:
		return redacted_attrs(redaction, value);
	case KEY_REASON:
		return json_new_string(REMOVED);
	default:
		return kept(redaction, value, redaction_of_text);
	}
}

static const struct key *find_key(const struct key *keys, const char *name)
{
	for (; keys->name; keys++)
		if (strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}

static json_t *redacted_object(struct redaction *redaction, json_t *object, const struct key *keys)
{
	json_t *result = json_new_object();
	const char *name;
	json_t *value;
	size_t removed = 0;

	json_object_foreach (object, name, value) {
		const struct key *key = find_key(keys, name);
		_cleanup_(mem_freep) char *other = NULL;

		if (!key) {
			other = mem_printf(REMOVED "%zu", ++removed);
			json_put(result, other, json_new_string(REMOVED));
		} else if (key->kind == KEY_OBJECT && json_is_object(value)) {
			json_put(result, name, redacted_object(redaction, value, key->keys));
		} else {
			json_put(result, name, redacted_value(redaction, value, key->kind));
		}
	}
	return result;
}

/* Of what cannot be read nobody knows what is in it. */
char *redacted_file(struct redaction *redaction, const char *text, enum redact_kind kind)
{
	_cleanup_(json_freep) json_t *json = NULL;
	_cleanup_(json_freep) json_t *result = NULL;
	_cleanup_(mem_freep) char *redacted = NULL;
	_cleanup_(err_freep) struct err *e = json_parse_loosely(text, strlen(text), "", &json);

	if (e || !json_is_object(json))
		return mem_strdup(REMOVED ": this was not understood\n");
	result = redacted_object(redaction, json, keys_of[kind]);
	redacted = json_to_text(result);
	return mem_printf("%s\n", redacted);
}
