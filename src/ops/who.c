/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "who.h"

#include <string.h>

/* Those of other devices, or that no event came of, must not become more and more. */
#define WAITING_MAX 20000

void who_clear(struct who *who)
{
	traced_list_clear(&who->waiting);
}

static void drop_at(struct traced_list *list, size_t index)
{
	list->count--;
	memmove(&list->items[index], &list->items[index + 1],
		(list->count - index) * sizeof(*list->items));
}

/* The index of the first, or the last, that fits; the count if there is none. */
static size_t find_traced(const struct traced_list *list, const struct uuid *uuid, bool is_removal,
			  bool is_last)
{
	size_t found = list->count;

	for (size_t i = 0; i < list->count && (is_last || found == list->count); i++)
		if (list->items[i].is_removal == is_removal &&
		    uuid_is_equal(&list->items[i].uuid, uuid))
			found = i;
	return found;
}

/* Drops what is of the device before @index. */
static void drop_before(struct traced_list *list, const struct uuid *uuid, size_t index)
{
	for (size_t i = index; i > 0; i--)
		if (uuid_is_equal(&list->items[i - 1].uuid, uuid))
			drop_at(list, i - 1);
}

bool who_take(struct who *who, const struct uuid *uuid, bool is_removal, bool is_last,
	      struct traced *ret)
{
	struct traced_list *waiting = &who->waiting;
	size_t index;

	while (waiting->count > WAITING_MAX)
		drop_at(waiting, 0);
	index = find_traced(waiting, uuid, is_removal, is_last);
	if (index == waiting->count)
		return false;
	*ret = waiting->items[index];
	drop_at(waiting, index);
	/* Of these, what they were told of is known already. */
	drop_before(waiting, uuid, index);
	return true;
}
