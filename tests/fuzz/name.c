/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A name that is taken stays where it belongs, and what is shown is safe to show. */
#include "model/name.h"
#include "base/str.h"
#include "base/uuid.h"
#include "fuzz.h"

static bool is_taken(struct err *e)
{
	bool is = !e;

	MUST(!e || err_kind(e) == ERR_INVALID);
	err_free(e);
	return is;
}

static bool leads_out(const char *path)
{
	_cleanup_(mem_freep) char *parts = mem_printf("/%s/", path);

	return strstr(parts, "/../") || strstr(parts, "/./") || strstr(parts, "//");
}

static void check_names(const char *text)
{
	bool is_component = !strchr(text, '/') && !leads_out(text) && str_is_plain(text);

	if (is_taken(name_check_parent(text)) || is_taken(name_check_type(text)))
		MUST(is_component);
	if (is_taken(name_check_attr(text)))
		MUST(!leads_out(text) && str_is_plain(text));
	if (is_taken(name_check_value(text)))
		MUST(str_is_utf8(text));
}

static void check_uuid(const char *text)
{
	struct uuid uuid = { 0 };
	struct uuid again = { 0 };

	if (!uuid_parse(text, &uuid))
		return;
	MUST(strlen(uuid.text) == UUID_LENGTH);
	MUST(uuid_parse(uuid.text, &again) && uuid_is_equal(&uuid, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(mem_freep) char *text = fuzz_text(data, size);
	_cleanup_(mem_freep) char *shown = str_escape(text);

	MUST(str_is_plain(shown));
	MUST(str_is_utf8(shown));
	check_names(text);
	check_uuid(text);
	return 0;
}
