/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "foreign.h"

#include <string.h>

#include "base/json_text.h"
#include "base/str.h"

/* As many unknown keys a warning names. */
#define SHOWN_MAX 5

static const char *const own_keys[] = { "mdev_type", "start", "attrs", NULL };

static bool is_own(const char *name)
{
	for (size_t i = 0; own_keys[i]; i++)
		if (strcmp(name, own_keys[i]) == 0)
			return true;
	return false;
}

void foreign_read(struct device *dev, const char *text)
{
	struct json_member member;
	const char *at;

	for (bool more = json_enter(text, '{', &at); more && json_next_member(&at, &member);) {
		_cleanup_(mem_freep) char *name = json_key_text(&member.key);
		const char *end = member.value.at + member.value.size;

		if (is_own(name))
			continue;
		dev->foreign = mem_grow(dev->foreign, dev->foreign_count, sizeof(*dev->foreign));
		dev->foreign[dev->foreign_count++] = (struct foreign_key){
			.name = take(name),
			.text = mem_printf("%.*s", (int)(end - member.key.at), member.key.at),
		};
	}
}

/* Copies @text to @at, and points behind it. */
static char *put(char *at, const char *text, size_t size)
{
	memcpy(at, text, size);
	at[size] = '\0';
	return at + size;
}

char *foreign_append(const struct device *dev, const char *text, const char *comma, const char *end)
{
	size_t room = strlen(text) + 1;
	char *whole;
	char *at;

	for (size_t i = 0; i < dev->foreign_count; i++)
		room += strlen(comma) + strlen(dev->foreign[i].text);
	whole = mem_alloc(room);
	at = put(whole, text, strlen(text) - strlen(end));
	for (size_t i = 0; i < dev->foreign_count; i++) {
		at = put(at, comma, strlen(comma));
		at = put(at, dev->foreign[i].text, strlen(dev->foreign[i].text));
	}
	put(at, end, strlen(end));
	return whole;
}

/* Words that mean one of ours without being spelled like it. */
static const struct {
	const char *word;
	const char *own;
} synonyms[] = {
	{ "attributes", "attrs" },
	{ "autostart", "start" },
	{ "type", "mdev_type" },
};

static const char *meant_by(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(synonyms); i++)
		if (strcmp(name, synonyms[i].word) == 0)
			return synonyms[i].own;
	return str_nearest(name, own_keys);
}

bool device_has_misspelt_key(const struct device *dev)
{
	for (size_t i = 0; i < dev->foreign_count; i++)
		if (meant_by(dev->foreign[i].name))
			return true;
	return false;
}

/* The first that probably means one of ours. */
static err_t hint_nearest(struct err *e, const struct device *dev)
{
	for (size_t i = 0; i < dev->foreign_count; i++) {
		const char *name = dev->foreign[i].name;
		const char *nearest = meant_by(name);

		if (nearest)
			return err_hint(e, "did you mean '%s' by '%s'?", nearest, name);
	}
	return err_hint(e, "the keys that count are 'mdev_type', 'start' and 'attrs'");
}

err_t device_unknown_keys(const struct device *dev)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(mem_freep) char *joined = NULL;

	if (!dev->foreign_count)
		return NULL;
	for (size_t i = 0; i < dev->foreign_count; i++)
		strlist_add(&names, mem_strdup(dev->foreign[i].name));
	joined = strlist_join_some(&names, "'", SHOWN_MAX);
	return hint_nearest(err_new(ERR_INVALID, "'%s' has keys that mean nothing here: %s",
				    dev->source, joined),
			    dev);
}
