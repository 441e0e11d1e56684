/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is replaced where in a dump. What is not known to be harmless is taken out. */
#include "redact_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/uuid.h"

/* --- strings, wherever they are --- */

static void set_string(json_t *string, const char *text)
{
	if (json_string_set(string, text) < 0)
		mem_exhausted();
}

/* All strings in @json, but none of its keys. */
static void redact_strings(struct redaction *redaction, json_t *json, text_fn redacted)
{
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_string(json)) {
		_cleanup_(mem_freep) char *text = redacted(redaction, json_string_value(json));

		set_string(json, text);
	}
	json_object_foreach (json, key, value)
		redact_strings(redaction, value, redacted);
	json_array_foreach (json, i, value)
		redact_strings(redaction, value, redacted);
}

/* Errors have the paths and names of whatever was looked at. */
static void redact_errors(struct redaction *redaction, json_t *json)
{
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach (json, key, value) {
		if (strcmp(key, "error") == 0 && json_is_string(value))
			redact_strings(redaction, value, redaction_of_text);
		else
			redact_errors(redaction, value);
	}
	json_array_foreach (json, i, value)
		redact_errors(redaction, value);
}

/* --- definitions, records and holds --- */

/* What is called other than a device or a parent has been given a name by a person. */
static void redact_name(struct redaction *redaction, json_t *file, enum redact_kind kind)
{
	json_t *name = json_object_get(file, "name");
	struct uuid uuid;

	if (json_is_string(name) && kind != REDACT_HOLD &&
	    !uuid_parse(json_string_value(name), &uuid))
		redaction_add_word(redaction, json_string_value(name), "file");
	redact_strings(redaction, name,
		       kind == REDACT_HOLD ? redaction_of_uuids : redaction_of_text);
}

static void redact_file(struct redaction *redaction, json_t *file, enum redact_kind kind)
{
	json_t *text = json_object_get(file, "text");
	json_t *base64 = json_object_get(file, "base64");
	_cleanup_(mem_freep) char *redacted = NULL;

	redact_name(redaction, file, kind);
	redact_strings(redaction, json_object_get(file, "target"), redaction_of_text);
	if (!text && !base64)
		return;
	redacted = redacted_file(redaction, text ? json_string_value(text) : "", kind);
	json_object_del(file, "base64");
	json_put(file, "text", json_new_string(redacted));
}

static void redact_files(struct redaction *redaction, json_t *files, enum redact_kind kind)
{
	json_t *file;
	size_t i;

	json_array_foreach (files, i, file)
		redact_file(redaction, file, kind);
}

/* --- parents --- */

/* Of files {NAME: TEXT}. */
static void redact_unknown_files(json_t *files)
{
	const char *name;
	json_t *value;

	json_object_foreach (files, name, value)
		if (json_is_string(value) && !redact_knows_attr(name))
			set_string(value, REMOVED "\n");
}

static void redact_devices(struct redaction *redaction, json_t *devices)
{
	json_t *device;
	size_t i;

	json_array_foreach (devices, i, device) {
		redact_unknown_files(json_object_get(device, "attrs"));
		redact_strings(redaction, json_object_get(device, "users"), redaction_of_text);
	}
}

static void redact_types(json_t *types)
{
	json_t *type;
	size_t i;

	json_array_foreach (types, i, type)
		redact_unknown_files(json_object_get(type, "files"));
}

static void redact_parents(struct redaction *redaction, json_t *parents)
{
	json_t *parent;
	size_t i;

	json_array_foreach (parents, i, parent) {
		redact_types(json_object_get(parent, "types"));
		redact_devices(redaction, json_object_get(parent, "devices"));
		redact_devices(redaction, json_object_get(parent, "going"));
	}
	redact_strings(redaction, parents, redaction_of_uuids);
}

/* --- all --- */

static void redact_host(struct redaction *redaction, json_t *host)
{
	static const char *const removed[] = { "name", "machine_id" };

	for (size_t i = 0; i < ARRAY_SIZE(removed); i++)
		if (json_is_string(json_object_get(host, removed[i])))
			json_put(host, removed[i], json_new_string(REMOVED));
	redact_strings(redaction, host, redaction_of_text);
}

void redact_dump(struct redaction *redaction, json_t *dump)
{
	redact_parents(redaction, json_object_get(dump, "parents"));
	redact_files(redaction, json_object_get(dump, "definitions"), REDACT_DEFINITION);
	redact_files(redaction, json_object_get(dump, "records"), REDACT_RECORD);
	redact_files(redaction, json_object_get(dump, "holds"), REDACT_HOLD);
	redact_host(redaction, json_object_get(dump, "host"));
	redact_strings(redaction, json_object_get(dump, "journal"), redaction_of_text);
	redact_errors(redaction, dump);
}
