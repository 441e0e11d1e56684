/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
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

/* What is wrong in plain words; NULL where jansson's are plain, too. */
static const char *plain_words(enum json_error_code code)
{
	switch (code) {
	case json_error_stack_overflow:
		return "it is nested too deeply";
	case json_error_invalid_utf8:
		return "it is not UTF-8";
	case json_error_premature_end_of_input:
		return "it ends too early";
	case json_error_end_of_input_expected:
		return "there is more behind its end";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "a string has the character \\u0000, which nothing can take";
	case json_error_numeric_overflow:
		return "a number is too large";
	default:
		return NULL;
	}
}

/* jansson quotes the text near the fault, which may have anything in it. */
static err_t syntax_error(const char *source, const json_error_t *error)
{
	const char *plain = plain_words(json_error_code(error));
	_cleanup_(mem_freep) char *reason = str_escape(plain ? plain : error->text);

	return err_new(ERR_INVALID, "'%s', line %d, column %d: %s", source, error->line,
		       error->column, reason);
}

/* jansson 2.14 passes over one behind a number. */
static err_t check_nuls(const char *text, const char *end, const char *source)
{
	const char *nul = memchr(text, 0, (size_t)(end - text));
	size_t line = 1;

	if (!nul)
		return NULL;
	for (; text < nul; text++)
		line += *text == '\n';
	return err_hint(err_new(ERR_INVALID, "'%s', line %zu: there is a NUL byte in the text",
				source, line),
			"a file that was cut by a crash, or is UTF-16, has such");
}

/* What other programs put before a text, and what is no JSON at all. */
static err_t check_form(const char *text, size_t size, const char *source)
{
	const char *end = text + size;

	if (size >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
		return err_hint(err_new(ERR_INVALID, "'%s' is UTF-16, not UTF-8", source),
				"'iconv -f UTF-16 -t UTF-8' converts it");
	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return err_hint(err_new(ERR_INVALID, "'%s' begins with a byte order mark", source),
				"save it as UTF-8 without one; sed '1s/^\\xEF\\xBB\\xBF//' takes "
				"it away");
	while (text < end && strchr(" \t\r\n", *text) && *text)
		text++;
	if (text == end)
		return err_new(ERR_INVALID, "'%s' is empty", source);
	return check_nuls(text, end, source);
}

/* Some programs end their text with NUL bytes. */
static size_t size_without_nuls(const char *text, size_t size)
{
	while (size && !text[size - 1])
		size--;
	return size;
}

static json_t *load(const char *text, size_t size, size_t flags, json_error_t *error)
{
	return json_loadb(text, size, JSON_DECODE_ANY | flags, error);
}

err_t json_parse(const char *text, size_t size, const char *source, json_t **ret)
{
	json_error_t error;
	json_t *json;

	size = size_without_nuls(text, size);
	TRY(check_form(text, size, source));
	json = load(text, size, 0, &error);
	if (!json)
		return syntax_error(source, &error);
	*ret = json;
	return NULL;
}

/* Whether it is one of jansson's limits, and not the text that is wrong. */
static bool is_limit(const json_error_t *error)
{
	return json_error_code(error) == json_error_numeric_overflow ||
	       json_error_code(error) == json_error_null_byte_in_key;
}

err_t json_parse_loosely(const char *text, size_t size, const char *source, json_t **ret)
{
	_cleanup_(mem_freep) char *loose = NULL;
	json_error_t error;
	json_t *json;

	size = size_without_nuls(text, size);
	TRY(check_form(text, size, source));
	json = load(text, size, JSON_ALLOW_NUL, &error);
	if (!json && is_limit(&error)) {
		loose = json_loosen(text, size);
		json = load(loose, size, JSON_ALLOW_NUL, &error);
	}
	if (!json)
		return syntax_error(source, &error);
	*ret = json;
	return NULL;
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

json_t *json_new_text(const char *text)
{
	return text ? json_new_string(text) : json_null();
}

json_t *json_new_number(long long number)
{
	return require(json_integer(number));
}

json_t *json_new_known(long number)
{
	return number < 0 ? json_null() : json_new_number(number);
}

json_t *json_new_bool(bool is_true)
{
	return json_boolean(is_true);
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
