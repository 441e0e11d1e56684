/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

void strlist_add(struct strlist *list, char *item)
{
	list->items = mem_grow(list->items, list->count, sizeof(*list->items));
	list->items[list->count++] = item;
}

bool strlist_has(const struct strlist *list, const char *item)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], item) == 0)
			return true;
	return false;
}

static int compare_items(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool strlist_has_sorted(const struct strlist *list, const char *item)
{
	return list->count &&
	       bsearch(&item, list->items, list->count, sizeof(*list->items), compare_items);
}

void strlist_sort(struct strlist *list)
{
	size_t kept = 0;

	if (!list->count)
		return;

	qsort(list->items, list->count, sizeof(*list->items), compare_items);
	for (size_t i = 0; i < list->count; i++) {
		if (kept && strcmp(list->items[kept - 1], list->items[i]) == 0)
			free(list->items[i]);
		else
			list->items[kept++] = list->items[i];
	}
	list->count = kept;
}

bool strlist_is_equal(const struct strlist *a, const struct strlist *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

char *strlist_join(const struct strlist *list, const char *quote)
{
	return strlist_join_some(list, quote, list->count);
}

char *strlist_join_some(const struct strlist *list, const char *quote, size_t max)
{
	char *joined = mem_strdup("");

	for (size_t i = 0; i < list->count && i <= max; i++) {
		_cleanup_(mem_freep) char *before = joined;

		if (i == max)
			joined = mem_printf("%s and more", before);
		else
			joined = mem_printf("%s%s%s%s%s", before, i ? ", " : "", quote,
					    list->items[i], quote);
	}
	return joined;
}

void strlist_clear(struct strlist *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strlist){ 0 };
}
