/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/json_text.h"

#include <jansson.h>
#include <string.h>

#include "base/mem.h"

#define BLANKS " \t\r\n"

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static const char *skip_blanks(const char *at)
{
	return at + strspn(at, BLANKS);
}

/* Goes behind the string that begins here. */
static const char *skip_string(const char *at)
{
	for (at++; *at && *at != '"'; at++)
		if (*at == '\\' && at[1])
			at++;
	return *at ? at + 1 : at;
}

/* Goes behind the value that begins here. */
static const char *skip_value(const char *at)
{
	size_t depth = 0;

	do {
		at = skip_blanks(at);
		if (*at == '"') {
			at = skip_string(at);
		} else if (is_one_of(*at, "{[,:}]")) {
			depth += is_one_of(*at, "{[");
			depth -= is_one_of(*at, "}]");
			at++;
		} else {
			at += strcspn(at, "{[,:}]\"" BLANKS);
		}
	} while (depth && *at);
	return at;
}

bool json_enter(const char *text, char bracket, const char **ret)
{
	text = skip_blanks(text);
	if (*text != bracket)
		return false;
	*ret = text + 1;
	return true;
}

/* Goes to what follows a bracket or a comma. */
static const char *skip_comma(const char *at)
{
	at = skip_blanks(at);
	return *at == ',' ? skip_blanks(at + 1) : at;
}

static struct json_span span_of(const char *begin, const char *end)
{
	return (struct json_span){ .at = begin, .size = (size_t)(end - begin) };
}

bool json_next_member(const char **at, struct json_member *ret)
{
	const char *key = skip_comma(*at);
	const char *value;

	if (*key != '"')
		return false;
	ret->key = span_of(key, skip_string(key));
	value = skip_blanks(key + ret->key.size);
	value = skip_blanks(*value == ':' ? value + 1 : value);
	ret->value = span_of(value, skip_value(value));
	*at = value + ret->value.size;
	return true;
}

bool json_next_element(const char **at, struct json_span *ret)
{
	const char *value = skip_comma(*at);

	if (!*value || *value == ']')
		return false;
	*ret = span_of(value, skip_value(value));
	*at = value + ret->size;
	return true;
}

/* Writes U+0001 over each NUL character of a string: the same number of bytes. */
static void cover_nuls(char *text, size_t size)
{
	for (size_t i = 0; i + 1 < size; i++) {
		if (text[i] != '\\')
			continue;
		if (i + 6 <= size && memcmp(text + i, "\\u0000", 6) == 0)
			text[i + 5] = '1';
		i++;
	}
}

char *json_key_text(const struct json_span *key)
{
	_cleanup_(mem_freep) char *copy = NULL;
	json_t *json;
	char *text;

	if (key->size >= 2 && !memchr(key->at, '\\', key->size))
		return mem_printf("%.*s", (int)key->size - 2, key->at + 1);
	copy = mem_printf("%.*s", (int)key->size, key->at);
	cover_nuls(copy, key->size);
	json = json_loads(copy, JSON_DECODE_ANY, NULL);
	text = mem_strdup(json_is_string(json) ? json_string_value(json) : copy);
	json_decref(json);
	return text;
}

static bool has_key(const struct json_member *member, const char *key)
{
	_cleanup_(mem_freep) char *own = json_key_text(&member->key);

	return strcmp(own, key) == 0;
}

struct json_span json_find(const char *text, const char *key)
{
	struct json_span found = { 0 };
	struct json_member member;
	const char *at;

	for (bool more = json_enter(text, '{', &at); more && json_next_member(&at, &member);)
		if (has_key(&member, key))
			found = member.value;
	return found;
}

size_t json_line_of(const char *text, const char *key, long index)
{
	const char *found = json_find(text, key).at;
	struct json_span element;
	const char *at;
	size_t line = 1;

	if (found && index >= 0 && json_enter(found, '[', &at))
		for (; index >= 0 && json_next_element(&at, &element); index--)
			found = element.at;
	for (at = text; found && at < found; at++)
		line += *at == '\n';
	return line;
}

void json_squeeze(char *text)
{
	char *to = text;

	while (*text) {
		size_t size = *text == '"' ? (size_t)(skip_string(text) - text) : 1;

		if (!is_one_of(*text, BLANKS)) {
			memmove(to, text, size);
			to += size;
		}
		text += size;
	}
	*to = '\0';
}

static const char *skip_digits(const char *at)
{
	return at + strspn(at, "0123456789");
}

/* Whether these @size bytes are a number as JSON has it. */
static bool is_number(const char *text, size_t size)
{
	const char *at = text + (*text == '-');
	const char *end = skip_digits(at);

	if (end == at || (*at == '0' && end > at + 1))
		return false;
	if (*end == '.') {
		at = end + 1;
		end = skip_digits(at);
		if (end == at)
			return false;
	}
	if (is_one_of(*end, "eE")) {
		at = end + 1 + is_one_of(end[1], "+-");
		end = skip_digits(at);
		if (end == at)
			return false;
	}
	return end == text + size;
}

/* The length of what can only be a number, or a fault, from here on. */
static size_t number_size(const char *at)
{
	return is_one_of(*at, "0123456789+-.") ? strspn(at, "0123456789+-.eE") : 0;
}

char *json_loosen(const char *text, size_t size)
{
	char *copy = mem_alloc(size + 1);
	char *at = copy;

	memcpy(copy, text, size);
	copy[size] = '\0';
	while (*at) {
		size_t string = *at == '"' ? (size_t)(skip_string(at) - at) : 0;
		size_t number = number_size(at);

		if (string && *skip_blanks(at + string) == ':')
			cover_nuls(at, string);
		if (number && is_number(at, number)) {
			memset(at, ' ', number);
			*at = '0';
		}
		at += string ? string : number ? number : 1;
	}
	return copy;
}
