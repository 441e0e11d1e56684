/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/finding.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const char *const severity_names[] = {
	[FINDING_NOTE] = "note",
	[FINDING_FAULT] = "fault",
};

const char *finding_severity_name(enum finding_severity severity)
{
	return severity_names[severity];
}

static void finding_clear(struct finding *finding)
{
	free(finding->object);
	free(finding->message);
	free(finding->remedy);
}

void finding_list_clear(struct finding_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		finding_clear(&list->items[i]);
	free(list->items);
	*list = (struct finding_list){ 0 };
}

static bool has(const struct finding_list *list, const char *id, const char *object,
		const char *message)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].id, id) == 0 &&
		    strcmp(list->items[i].object, object) == 0 &&
		    strcmp(list->items[i].message, message) == 0)
			return true;
	return false;
}

void finding_list_add(struct finding_list *list, enum finding_severity severity, const char *id,
		      const char *object, struct err *e)
{
	for (const struct err *at = e; at; at = err_next(at)) {
		const char *remedy = err_advice(at);

		if (has(list, id, object, err_message(at)))
			continue;
		list->items = mem_grow(list->items, list->count, sizeof(*list->items));
		list->items[list->count++] = (struct finding){
			.severity = severity,
			.id = id,
			.object = mem_strdup(object),
			.message = mem_strdup(err_message(at)),
			.remedy = remedy ? mem_strdup(remedy) : NULL,
		};
	}
	err_free(e);
}

static int compare_findings(const void *a, const void *b)
{
	const struct finding *x = a;
	const struct finding *y = b;
	int order = strcmp(x->object, y->object);

	if (!order)
		order = (int)y->severity - (int)x->severity;
	if (!order)
		order = strcmp(x->id, y->id);
	return order ? order : strcmp(x->message, y->message);
}

void finding_list_sort(struct finding_list *list)
{
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare_findings);
}

size_t finding_list_count(const struct finding_list *list, enum finding_severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += list->items[i].severity == severity;
	return count;
}

json_t *finding_to_json(const struct finding *finding)
{
	bool is_fault = finding->severity == FINDING_FAULT;
	json_t *json = json_new_object();

	json_put(json, "severity", json_new_string(finding_severity_name(finding->severity)));
	json_put(json, "object", json_new_string(finding->object));
	json_put(json, "id", json_new_string(finding->id));
	json_put(json, "message", json_new_string(finding->message));
	json_put(json, "status", is_fault ? json_new_number(ERR_PARTIAL) : json_null());
	json_put(json, "errno", json_null());
	json_put(json, "hint", json_new_text(finding->remedy));
	return json;
}
