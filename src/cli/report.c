/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"

#define VERSION 1

struct report {
	pthread_mutex_t mutex;
	json_t *document;
	char *command;
};

static char *host_name(void)
{
	char name[HOST_NAME_MAX + 1] = "";

	gethostname(name, sizeof(name) - 1);
	return mem_strdup(name);
}

struct report *report_new(const char *command)
{
	static const char *const lists[] = { "parents", "types", "devices", "results", "messages" };
	struct report *report = mem_zalloc(sizeof(*report));
	_cleanup_(mem_freep) char *host = host_name();

	pthread_mutex_init(&report->mutex, NULL);
	report->command = mem_strdup(command);
	report->document = json_new_object();
	json_put(report->document, "version", json_new_number(VERSION));
	json_put(report->document, "command", json_new_string(command));
	json_put(report->document, "host", json_new_string(host));
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		json_put(report->document, lists[i], json_new_array());
	return report;
}

void report_free(struct report *report)
{
	if (!report)
		return;
	json_decref(report->document);
	pthread_mutex_destroy(&report->mutex);
	free(report->command);
	free(report);
}

void report_add(struct report *report, const char *list, json_t *object)
{
	pthread_mutex_lock(&report->mutex);
	json_append(json_object_get(report->document, list), object);
	pthread_mutex_unlock(&report->mutex);
}

void report_put(struct report *report, const char *key, json_t *value)
{
	pthread_mutex_lock(&report->mutex);
	json_put(report->document, key, value);
	pthread_mutex_unlock(&report->mutex);
}

static const char *errno_name(const struct err *e)
{
	int errnum = e ? err_errnum(e) : 0;

	return errnum ? strerrorname_np(errnum) : NULL;
}

static json_t *message(const struct report *report, const char *severity, const char *object,
		       const char *text, const struct err *e)
{
	json_t *json = json_new_object();

	json_put(json, "severity", json_new_string(severity));
	json_put(json, "operation", json_new_string(report->command));
	json_put(json, "object", json_new_text(object));
	json_put(json, "id", json_null());
	json_put(json, "message", json_new_string(text));
	json_put(json, "status", e ? json_new_number(err_kind(e)) : json_null());
	json_put(json, "errno", json_new_text(errno_name(e)));
	json_put(json, "hint", json_new_text(e ? err_advice(e) : NULL));
	return json;
}

void report_add_err(struct report *report, const char *severity, const char *object,
		    const struct err *e)
{
	for (; e; e = err_next(e))
		report_add(report, "messages",
			   message(report, severity, err_object(e) ? err_object(e) : object,
				   err_message(e), e));
}

void report_add_note(struct report *report, const char *text)
{
	report_add(report, "messages", message(report, "note", NULL, text, NULL));
}

static void add_result(struct report *report, const char *operation, const char *uuid,
		       const char *parent, bool is_done, const struct err *e)
{
	json_t *json = json_new_object();

	json_put(json, "operation", json_new_string(operation));
	json_put(json, "uuid", json_new_text(uuid));
	json_put(json, "parent", json_new_text(parent));
	json_put(json, "done", json_new_bool(is_done));
	json_put(json, "status", json_new_number(e ? (long long)err_kind(e) : 0));
	json_put(json, "errno", json_new_text(errno_name(e)));
	report_add(report, "results", json);
}

void report_add_result(struct report *report, const char *operation, const char *uuid,
		       const char *parent, const struct err *e)
{
	add_result(report, operation, uuid, parent, !e || err_has_effect(e), e);
}

void report_add_planned(struct report *report, const char *operation, const char *uuid,
			const char *parent)
{
	add_result(report, operation, uuid, parent, false, NULL);
}

const json_t *report_document(const struct report *report)
{
	return report->document;
}
