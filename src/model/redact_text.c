/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is replaced in texts: UUIDs, words, serial numbers. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "base/uuid.h"
#include "redact_private.h"

#define UUID_DIGITS 32

struct word {
	char *text;
	char *kind;
	char *replacement;
};

struct redaction {
	json_t *uuids; /* each with the one in its place */
	struct word *words;
	size_t word_count;
};

struct redaction *redaction_new(void)
{
	struct redaction *redaction = mem_zalloc(sizeof(*redaction));

	redaction->uuids = json_new_object();
	return redaction;
}

void redaction_free(struct redaction *redaction)
{
	if (!redaction)
		return;
	for (size_t i = 0; i < redaction->word_count; i++) {
		free(redaction->words[i].text);
		free(redaction->words[i].kind);
		free(redaction->words[i].replacement);
	}
	free(redaction->words);
	json_decref(redaction->uuids);
	free(redaction);
}

static size_t count_of_kind(const struct redaction *redaction, const char *kind)
{
	size_t count = 0;

	for (size_t i = 0; i < redaction->word_count; i++)
		count += strcmp(redaction->words[i].kind, kind) == 0;
	return count;
}

void redaction_add_word(struct redaction *redaction, const char *word, const char *kind)
{
	if (!*word)
		return;
	for (size_t i = 0; i < redaction->word_count; i++)
		if (strcmp(redaction->words[i].text, word) == 0)
			return;
	redaction->words =
		mem_grow(redaction->words, redaction->word_count, sizeof(*redaction->words));
	redaction->words[redaction->word_count] = (struct word){
		.text = mem_strdup(word),
		.kind = mem_strdup(kind),
		.replacement = mem_printf("%s%zu", kind, count_of_kind(redaction, kind) + 1),
	};
	redaction->word_count++;
}

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Whether a word that began at @at, where one can begin, ends after @length. */
static bool ends_there(const char *at, size_t length)
{
	return !is_word_char(at[length]);
}

/* With the digits A to F in it, so that upper case shows. */
static const char *made_up(struct redaction *redaction, const struct uuid *uuid)
{
	const json_t *known = json_object_get(redaction->uuids, uuid->text);
	_cleanup_(mem_freep) char *text = NULL;

	if (!known) {
		text = mem_printf("facade00-0000-4000-8000-%012zx",
				  json_object_size(redaction->uuids) + 1);
		json_put(redaction->uuids, uuid->text, json_new_string(text));
		known = json_object_get(redaction->uuids, uuid->text);
	}
	return json_string_value(known);
}

static bool has_upper_case(const char *text)
{
	for (; *text; text++)
		if (isupper((unsigned char)*text))
			return true;
	return false;
}

static void print_spelled(FILE *stream, const char *uuid, const char *as)
{
	bool is_upper = has_upper_case(as);
	bool has_hyphens = strchr(as, '-');

	for (; *uuid; uuid++)
		if (*uuid != '-' || has_hyphens)
			fputc(is_upper ? toupper((unsigned char)*uuid) : *uuid, stream);
}

/* Each of these prints what replaces what is at @at, and returns its length; 0: nothing is. */

static size_t replace_uuid(struct redaction *redaction, const char *at, FILE *stream)
{
	static const size_t lengths[] = { UUID_LENGTH, UUID_DIGITS };

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		_cleanup_(mem_freep) char *text = mem_printf("%.*s", (int)lengths[i], at);
		struct uuid uuid;

		if (strlen(text) != lengths[i] || !uuid_parse(text, &uuid) ||
		    !ends_there(at, lengths[i]))
			continue;
		print_spelled(stream, made_up(redaction, &uuid), text);
		return lengths[i];
	}
	return 0;
}

static size_t replace_word(struct redaction *redaction, const char *at, FILE *stream)
{
	const struct word *longest = NULL;
	size_t length = 0;

	for (size_t i = 0; i < redaction->word_count; i++) {
		const struct word *word = &redaction->words[i];

		if (!str_starts_with(at, word->text) || !ends_there(at, strlen(word->text)) ||
		    strlen(word->text) <= length)
			continue;
		longest = word;
		length = strlen(word->text);
	}
	if (longest)
		fputs(longest->replacement, stream);
	return length;
}

/* How long "serial", "Serial Number", "S/N" and the like are with what parts them from it. */
static size_t serial_prefix(const char *at)
{
	static const char *const names[] = {
		"serial number", "serial_number", "serialnumber", "serial no.",
		"serial no",	 "serial",	  "s/n"
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t length = strlen(names[i]);
		size_t parting =
			strspn(at + (strncasecmp(at, names[i], length) ? 0 : length), " \t:=#'\"");

		if (strncasecmp(at, names[i], length) != 0)
			continue;
		if (strcspn(at + length, ":=#") < parting || (parting && i < 4))
			return length + parting;
	}
	return 0;
}

static size_t replace_serial(struct redaction *redaction, const char *at, FILE *stream)
{
	size_t before = serial_prefix(at);
	size_t length = 0;

	(void)redaction;
	if (!before)
		return 0;
	while (is_word_char(at[before + length]) ||
	       (at[before + length] && strchr("-./", at[before + length])))
		length++;
	if (!length)
		return 0;
	fprintf(stream, "%.*s" REMOVED, (int)before, at);
	return before + length;
}

typedef size_t (*replace_fn)(struct redaction *redaction, const char *at, FILE *stream);

static size_t replace_any(struct redaction *redaction, const replace_fn *functions, const char *at,
			  FILE *stream)
{
	size_t length = 0;

	for (size_t i = 0; functions[i] && !length; i++)
		length = functions[i](redaction, at, stream);
	return length;
}

static char *replace_all(struct redaction *redaction, const replace_fn *functions, const char *text)
{
	char *result = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&result, &size);
	bool may_begin = true;

	if (!stream)
		mem_exhausted();
	while (*text) {
		size_t length = may_begin ? replace_any(redaction, functions, text, stream) : 0;

		if (!length) {
			fputc(*text, stream);
			length = 1;
		}
		may_begin = !is_word_char(text[length - 1]);
		text += length;
	}
	if (fclose(stream) != 0)
		mem_exhausted();
	return result;
}

char *redaction_of_text(struct redaction *redaction, const char *text)
{
	static const replace_fn all[] = { replace_uuid, replace_serial, replace_word, NULL };

	return replace_all(redaction, all, text);
}

char *redaction_of_uuids(struct redaction *redaction, const char *text)
{
	static const replace_fn uuids[] = { replace_uuid, NULL };

	return replace_all(redaction, uuids, text);
}
