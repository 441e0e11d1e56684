/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What definitions say, whatever they are read from. */
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* --- what is in them --- */

static void look_at_keys(struct check *check)
{
	for (size_t i = 0; i < check->definitions.count; i++) {
		const struct device *dev = check->definitions.items[i];

		if (device_has_misspelt_key(dev))
			check_fault(check, dev->source, device_unknown_keys(dev));
		else
			check_note(check, dev->source, device_unknown_keys(dev));
	}
}

static void look_at_start(struct check *check)
{
	for (size_t i = 0; i < check->definitions.count; i++)
		check_fault(check, check->definitions.items[i]->source,
			    device_odd_start(check->definitions.items[i]));
}

/* --- several of one UUID --- */

static int compare_uuids(const void *a, const void *b)
{
	const struct device *x = *(const struct device *const *)a;
	const struct device *y = *(const struct device *const *)b;
	int order = strcmp(x->uuid.text, y->uuid.text);

	return order ? order : strcmp(x->source, y->source);
}

static err_t hint_several(const struct check *check, struct err *e, const char *uuid)
{
	if (check->files)
		return err_hint(e, "keep one, or make all but one manual");
	return err_hint(e,
			"make all but one manual, or remove it: 'mdevadm undefine --uuid %s "
			"--parent PARENT'",
			uuid);
}

/* Of @count definitions of one UUID. */
static void tell_several(struct check *check, const struct device *const *definitions, size_t count)
{
	const char *uuid = definitions[0]->uuid.text;
	_cleanup_(strlist_clear) struct strlist sources = { 0 };
	_cleanup_(mem_freep) char *joined = NULL;
	size_t autos = 0;
	struct err *e;

	for (size_t i = 0; i < count; i++) {
		strlist_add(&sources, mem_strdup(definitions[i]->source));
		autos += definitions[i]->start == DEVICE_START_AUTO;
	}
	joined = strlist_join_some(&sources, "'", 8);
	e = err_new(ERR_INVALID,
		    "%s is defined %zu times, of which one can run and %zu %s auto: %s", uuid,
		    count, autos, autos == 1 ? "is" : "are", joined);
	e = hint_several(check, e, uuid);
	if (autos > 1)
		check_fault(check, uuid, e);
	else
		check_note(check, uuid, e);
}

static void look_for_several(struct check *check)
{
	const struct device_list *list = &check->definitions;
	_cleanup_(mem_freep) const struct device **sorted =
		mem_zalloc((list->count + 1) * sizeof(struct device *));
	size_t end;

	for (size_t i = 0; i < list->count; i++)
		sorted[i] = list->items[i];
	if (list->count)
		qsort(sorted, list->count, sizeof(struct device *), compare_uuids);
	for (size_t i = 0; i < list->count; i = end) {
		for (end = i + 1; end < list->count; end++)
			if (!uuid_is_equal(&sorted[i]->uuid, &sorted[end]->uuid))
				break;
		if (end - i > 1 && uuid_is_set(&sorted[i]->uuid))
			tell_several(check, sorted + i, end - i);
	}
}

const struct check_rule check_definition_rules[] = {
	{ "definition-keys", look_at_keys },
	{ "definition-start", look_at_start },
	{ "definition-twice", look_for_several },
	{ 0 },
};
