/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "monitor_json.h"

#include <string.h>
#include <time.h>

#include "base/json.h"
#include "report.h"

const char *monitor_what_name(enum monitor_what what)
{
	static const char *const names[] = {
		[MONITOR_ITSELF] = "monitor", [MONITOR_PARENT] = "parent",
		[MONITOR_DEVICE] = "device",  [MONITOR_DEFINITION] = "definition",
		[MONITOR_HOLD] = "hold",      [MONITOR_RECORD] = "record",
	};

	return names[what];
}

const char *monitor_action_name(enum monitor_action action)
{
	static const char *const names[] = {
		[MONITOR_READY] = "ready",     [MONITOR_RESYNCHRONISED] = "resynchronised",
		[MONITOR_ADDED] = "added",     [MONITOR_REMOVED] = "removed",
		[MONITOR_CHANGED] = "changed",
	};

	return names[action];
}

const char *monitor_state(const struct monitor_event *event)
{
	bool has_start = event->what == MONITOR_DEFINITION && event->is_defined;

	return has_start ? device_start_name(event->start) : event->state;
}

const char *monitor_time(const struct timespec *at, char buffer[MONITOR_TIME_SIZE])
{
	struct tm local;
	char zone[8];
	size_t length;

	localtime_r(&at->tv_sec, &local);
	length = strftime(buffer, MONITOR_TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &local);
	strftime(zone, sizeof(zone), "%z", &local);
	snprintf(buffer + length, MONITOR_TIME_SIZE - length, ".%03ld%.3s:%s",
		 at->tv_nsec / 1000000, zone, zone + 3);
	return buffer;
}

static json_t *uuid_or_null(const struct uuid *uuid)
{
	return uuid_is_set(uuid) ? json_new_string(uuid->text) : json_null();
}

static json_t *who_to_json(const struct monitor_event *event)
{
	json_t *json;

	if (!event->pid)
		return json_null();
	json = json_new_object();
	json_put(json, "pid", json_new_number(event->pid));
	json_put(json, "command", json_new_string(event->command));
	return json;
}

static json_t *event_to_json(const struct monitor_event *event)
{
	char time[MONITOR_TIME_SIZE];
	json_t *json = json_new_object();

	json_put(json, "time", json_new_string(monitor_time(&event->at, time)));
	json_put(json, "what", json_new_string(monitor_what_name(event->what)));
	json_put(json, "action", json_new_string(monitor_action_name(event->action)));
	json_put(json, "uuid", uuid_or_null(&event->uuid));
	json_put(json, "parent", json_new_text(event->parent));
	json_put(json, "state", json_new_text(monitor_state(event)));
	json_put(json, "by", who_to_json(event));
	if (event->what != MONITOR_ITSELF)
		return json;
	json_put(json, "parents", json_new_number((long long)event->parents));
	json_put(json, "devices", json_new_number((long long)event->devices));
	json_put(json, "definitions", json_new_number((long long)event->definitions));
	return json;
}

static json_t *device_after(const struct monitor_event *event)
{
	json_t *json = json_new_object();

	json_put(json, "uuid", json_new_string(event->uuid.text));
	json_put(json, "parent", json_new_text(event->parent));
	json_put(json, "type", json_new_text(event->type));
	json_put(json, "start",
		 json_new_text(event->is_defined ? device_start_name(event->start) : NULL));
	json_put(json, "state", json_new_text(event->state));
	return json;
}

static json_t *parent_after(const struct monitor_event *event)
{
	json_t *json = json_new_object();

	json_put(json, "parent", json_new_string(event->parent));
	json_put(json, "types", json_new_number((long long)event->types));
	return json;
}

void monitor_print_json(struct output *output, const struct monitor_event *event)
{
	_cleanup_(report_freep) struct report *report = report_new("monitor");

	if (uuid_is_set(&event->uuid))
		report_add(report, "devices", device_after(event));
	if (event->what == MONITOR_PARENT)
		report_add(report, "parents", parent_after(event));
	report_put(report, "event", event_to_json(event));
	output_document_line(output, report_document(report));
}
