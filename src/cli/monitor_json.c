/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "monitor_json.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"

#define VERSION 1

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

static json_t *text_or_null(const char *text)
{
	return text ? json_new_string(text) : json_null();
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
	json_put(json, "pid", json_integer(event->pid));
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
	json_put(json, "parent", text_or_null(event->parent));
	json_put(json, "state", text_or_null(event->state));
	json_put(json, "by", who_to_json(event));
	if (event->what != MONITOR_ITSELF)
		return json;
	json_put(json, "parents", json_integer((json_int_t)event->parents));
	json_put(json, "devices", json_integer((json_int_t)event->devices));
	json_put(json, "definitions", json_integer((json_int_t)event->definitions));
	return json;
}

static json_t *devices_of(const struct monitor_event *event)
{
	json_t *devices = json_new_array();
	json_t *json;

	if (!uuid_is_set(&event->uuid))
		return devices;
	json = json_new_object();
	json_put(json, "uuid", json_new_string(event->uuid.text));
	json_put(json, "parent", text_or_null(event->parent));
	json_put(json, "type", text_or_null(event->type));
	json_put(json, "start", json_new_string(device_start_name(event->start)));
	json_put(json, "state", text_or_null(event->state));
	json_append(devices, json);
	return devices;
}

static json_t *parents_of(const struct monitor_event *event)
{
	json_t *parents = json_new_array();
	json_t *json;

	if (event->what != MONITOR_PARENT)
		return parents;
	json = json_new_object();
	json_put(json, "parent", json_new_string(event->parent));
	json_put(json, "types", json_integer((json_int_t)event->types));
	json_append(parents, json);
	return parents;
}

/* What all documents of --json have. */
static json_t *new_document(const char *command)
{
	char host[256] = "";
	json_t *json = json_new_object();

	gethostname(host, sizeof(host) - 1);
	json_put(json, "version", json_integer(VERSION));
	json_put(json, "command", json_new_string(command));
	json_put(json, "host", json_new_string(host));
	json_put(json, "parents", json_new_array());
	json_put(json, "types", json_new_array());
	json_put(json, "devices", json_new_array());
	json_put(json, "results", json_new_array());
	json_put(json, "messages", json_new_array());
	return json;
}

void monitor_print_json(struct output *output, const struct monitor_event *event)
{
	_cleanup_(json_freep) json_t *json = new_document("monitor");

	json_put(json, "parents", parents_of(event));
	json_put(json, "devices", devices_of(event));
	json_put(json, "event", event_to_json(event));
	output_json_line(output, json);
}
