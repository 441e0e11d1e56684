/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/fact.h"

#include <stdlib.h>
#include <string.h>

void fact_list_add(struct fact_list *list, const char *name, mode_t mode, char *text, struct err *e)
{
	struct fact fact = { .name = mem_strdup(name), .text = text, .mode = mode };

	if (e) {
		fact.error = mem_strdup(err_message(e));
		fact.errnum = err_errnum(e);
		err_free(e);
	}
	list->items = mem_grow(list->items, list->count, sizeof(*list->items));
	list->items[list->count++] = fact;
}

const struct fact *fact_list_find(const struct fact_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].name, name) == 0)
			return &list->items[i];
	return NULL;
}

size_t fact_list_count_errors(const struct fact_list *list)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += list->items[i].error != NULL;
	return count;
}

void fact_list_clear(struct fact_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].name);
		free(list->items[i].text);
		free(list->items[i].error);
	}
	free(list->items);
}

json_t *fact_error_to_json(const char *error, int errnum)
{
	json_t *json = json_new_object();
	const char *name = errnum ? strerrorname_np(errnum) : NULL;

	json_put(json, "error", json_new_string(error));
	if (name)
		json_put(json, "errno", json_new_string(name));
	return json;
}

json_t *fact_to_json(const struct fact *fact)
{
	if (fact->text)
		return json_new_string(fact->text);
	return fact->error ? fact_error_to_json(fact->error, fact->errnum) : json_null();
}

void fact_list_put(const struct fact_list *list, json_t *object)
{
	for (size_t i = 0; i < list->count; i++)
		json_put(object, list->items[i].name, fact_to_json(&list->items[i]));
}
