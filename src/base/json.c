/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* Jansson tells a failed allocation from a fault in the text only now and then. */
static void __attribute__((constructor)) share_allocator(void)
{
	json_set_alloc_funcs(mem_alloc, free);
}

static void *require(void *pointer)
{
	if (!pointer)
		mem_exhausted();
	return pointer;
}

/* jansson quotes the text near the fault, which may have anything in it. */
static err_t syntax_error(const char *source, const json_error_t *error)
{
	_cleanup_(mem_freep) char *reason = str_escape(error->text);

	return err_new(ERR_INVALID, "'%s', line %d, column %d: %s", source, error->line,
		       error->column, reason);
}

err_t json_parse(const char *text, size_t size, const char *source, json_t **ret)
{
	json_error_t error;
	json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);

	if (!json)
		return syntax_error(source, &error);
	*ret = json;
	return NULL;
}

/* Where a walk through a valid JSON text is. */
struct walk {
	const char *at;
	size_t line;
};

static void skip_space(struct walk *walk)
{
	for (; *walk->at && strchr(" \t\r\n", *walk->at); walk->at++)
		if (*walk->at == '\n')
			walk->line++;
}

static void skip_string(struct walk *walk)
{
	for (walk->at++; *walk->at && *walk->at != '"'; walk->at++)
		if (*walk->at == '\\' && walk->at[1])
			walk->at++;
	if (*walk->at)
		walk->at++;
}

/* Goes behind the value that begins here. */
static void skip_value(struct walk *walk)
{
	size_t depth = 0;

	do {
		skip_space(walk);
		if (*walk->at == '"') {
			skip_string(walk);
			continue;
		}
		if (*walk->at == '{' || *walk->at == '[')
			depth++;
		else if (*walk->at == '}' || *walk->at == ']')
			depth--;
		else if (!strchr(",:", *walk->at))
			walk->at += strcspn(walk->at, ",:]} \t\r\n\"") - 1;
		if (*walk->at)
			walk->at++;
	} while (depth && *walk->at);
}

/* Goes to element @index of the array that begins here. */
static void enter_array(struct walk *walk, long index)
{
	if (*walk->at != '[')
		return;
	for (walk->at++; index > 0 && *walk->at; index--) {
		skip_value(walk);
		skip_space(walk);
		if (*walk->at == ',')
			walk->at++;
	}
	skip_space(walk);
}

static bool is_key(const char *at, const char *key)
{
	size_t length = strlen(key);

	return strncmp(at + 1, key, length) == 0 && at[length + 1] == '"';
}

size_t json_line_of(const char *text, const char *key, long index)
{
	struct walk walk = { .at = text, .line = 1 };

	skip_space(&walk);
	if (*walk.at != '{')
		return 1;
	walk.at++;
	for (skip_space(&walk); *walk.at == '"'; skip_space(&walk)) {
		bool found = is_key(walk.at, key);

		skip_string(&walk);
		skip_space(&walk);
		if (*walk.at == ':')
			walk.at++;
		skip_space(&walk);
		if (found) {
			if (index >= 0)
				enter_array(&walk, index);
			return walk.line;
		}
		skip_value(&walk);
		skip_space(&walk);
		if (*walk.at == ',')
			walk.at++;
	}
	return 1;
}

/* jansson writes \u001B where mdevctl writes \u001b. */
static void lower_escapes(char *text)
{
	for (char *at = strchr(text, '\\'); at; at = strchr(at + 2, '\\'))
		for (int i = 2; at[1] == 'u' && i < 6; i++)
			if (at[i] >= 'A' && at[i] <= 'F')
				at[i] = (char)(at[i] - 'A' + 'a');
}

static char *dump(const json_t *json, size_t flags)
{
	char *text = require(json_dumps(json, flags | JSON_ENCODE_ANY));

	lower_escapes(text);
	return text;
}

char *json_to_text(const json_t *json)
{
	return dump(json, JSON_INDENT(2));
}

char *json_to_line(const json_t *json)
{
	return dump(json, JSON_COMPACT);
}

json_t *json_new_object(void)
{
	return require(json_object());
}

json_t *json_new_array(void)
{
	return require(json_array());
}

json_t *json_new_string(const char *text)
{
	_cleanup_(mem_freep) char *plain = NULL;
	json_t *json = json_string(text);

	if (json)
		return json;
	plain = str_escape(text);
	return require(json_string(plain));
}

void json_put(json_t *object, const char *key, json_t *value)
{
	_cleanup_(mem_freep) char *plain = NULL;

	if (json_object_set(object, key, value) < 0) {
		plain = str_escape(key);
		if (json_object_set(object, plain, value) < 0)
			mem_exhausted();
	}
	json_decref(value);
}

void json_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) < 0)
		mem_exhausted();
}
