/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* No UUID is left that is not made up, and a redacted definition has none but the known keys. */
#include <ctype.h>
#include <strings.h>

#include "base/uuid.h"
#include "fuzz.h"
#include "model/redact.h"

#define WORD "secret"

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* What stands alone at @at, with that length, is no UUID, or a made-up one. */
static void check_at(const char *at, size_t length)
{
	_cleanup_(mem_freep) char *text = mem_printf("%.*s", (int)length, at);
	struct uuid uuid;

	if (strlen(text) == length && !is_word_char(at[length]) && uuid_parse(text, &uuid))
		MUST(strncmp(uuid.text, "facade00", 8) == 0);
}

static void check_text(const char *text)
{
	for (const char *at = text; *at; at++) {
		if (at != text && is_word_char(at[-1]))
			continue;
		check_at(at, UUID_LENGTH);
		check_at(at, 32);
		MUST(strncmp(at, WORD, strlen(WORD)) != 0 || is_word_char(at[strlen(WORD)]));
	}
}

static bool is_known(const char *key)
{
	return strcmp(key, "mdev_type") == 0 || strcmp(key, "start") == 0 ||
	       strcmp(key, "attrs") == 0 || strncmp(key, "removed", 7) == 0;
}

static void check_definition(const char *text)
{
	_cleanup_(json_freep) json_t *json = NULL;
	_cleanup_(err_freep) struct err *e = json_parse(text, strlen(text), "output", &json);
	const char *key;
	json_t *value;

	if (strncmp(text, "removed: ", 9) == 0)
		return;
	MUST(!e && json_is_object(json));
	json_object_foreach (json, key, value)
		MUST(is_known(key));
}

/* A dump with one definition; the text is borrowed from *ret. */
static const char *redact_definition(struct redaction *redaction, const char *text, json_t **ret)
{
	json_t *file = json_new_object();
	json_t *files = json_new_array();

	json_put(file, "text", json_new_string(text));
	json_append(files, file);
	*ret = json_new_object();
	json_put(*ret, "definitions", files);
	redact_dump(redaction, *ret);
	return json_string_value(json_object_get(file, "text"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(redaction_freep) struct redaction *redaction = redaction_new();
	_cleanup_(mem_freep) char *input = fuzz_text(data, size);
	_cleanup_(mem_freep) char *text = NULL;
	_cleanup_(json_freep) json_t *dump = NULL;

	redaction_add_word(redaction, WORD, "word");
	text = redaction_of_text(redaction, input);
	check_text(text);
	check_definition(redact_definition(redaction, input, &dump));
	return 0;
}
