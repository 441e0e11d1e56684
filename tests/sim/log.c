/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happened: a line an event, and counters. */
#include "log.h"

#include <string.h>
#include <unistd.h>

static const char *const count_names[COUNTS] = {
	[COUNT_CREATES] = "creates",
	[COUNT_REMOVES] = "removes",
	[COUNT_ATTR_WRITES] = "attr_writes",
	[COUNT_FAILED_CREATES] = "failed_creates",
	[COUNT_FAILED_REMOVES] = "failed_removes",
	[COUNT_FAILED_ATTR_WRITES] = "failed_attr_writes",
	[COUNT_REGISTERS] = "registers",
	[COUNT_UNREGISTERS] = "unregisters",
	[COUNT_REMOVE_DURING_CREATE] = "remove_during_create",
	[COUNT_REMOVE_DURING_REMOVE] = "remove_during_remove",
	[COUNT_CREATE_DURING_UNREGISTER] = "create_during_unregister",
	[COUNT_REMOVE_DURING_UNREGISTER] = "remove_during_unregister",
	[COUNT_CREATE_DURING_REMOVE] = "create_during_remove",
	[COUNT_DOUBLE_CREATE] = "double_create",
	[COUNT_ATTR_WRITE_DURING_CREATE] = "attr_write_during_create",
	[COUNT_ATTR_WRITE_DURING_REMOVE] = "attr_write_during_remove",
	[COUNT_CRASHES] = "crashes",
	[COUNT_ORPHANS] = "orphans",
	[COUNT_STUCK_DEVICES] = "stuck_devices",
	[COUNT_DEVICES] = "devices",
	[COUNT_OPEN_DEVICES] = "open_devices",
	[COUNT_IN_FLIGHT] = "in_flight",
	[COUNT_IN_FLIGHT_MAX] = "in_flight_max",
};

static void log_line(struct log *log, pid_t pid, const char *event, const char *object,
		     const char *value, size_t len, const char *result)
{
	size_t start = log->lines.len;

	text_printf(&log->lines, "%lu %llu %ld %s ", ++log->sequence,
		    (unsigned long long)clock_us(), (long)pid, event);
	text_add_escaped(&log->lines, object, strlen(object));
	text_add_string(&log->lines, " ");
	text_add_escaped(&log->lines, value, len);
	text_printf(&log->lines, " %s\n", result);

	if (log->fd >= 0 && write(log->fd, log->lines.data + start, log->lines.len - start) < 0)
		log->fd = -1; /* a full disk must not stop the simulated kernel */
}

void log_event(struct log *log, pid_t pid, const char *event, const char *object, const char *value,
	       size_t len, int error)
{
	log_line(log, pid, event, object, value, len, errno_name(error));
}

void log_begin(struct log *log, pid_t pid, const char *event, const char *object, const char *value,
	       size_t len)
{
	log_line(log, pid, event, object, value, len, "-");
}

void log_stats(const struct log *log, struct text *ret)
{
	unsigned long violations = 0;

	for (int i = COUNT_REMOVE_DURING_CREATE; i <= COUNT_ATTR_WRITE_DURING_REMOVE; i++)
		violations += log->counts[i];
	text_printf(ret, "violations_total %lu\n", violations);
	for (int i = 0; i < COUNTS; i++)
		text_printf(ret, "%s %lu\n", count_names[i], log->counts[i]);
}

void log_reset(struct log *log)
{
	for (int i = 0; i < COUNT_STUCK_DEVICES; i++)
		log->counts[i] = 0;
	log->counts[COUNT_IN_FLIGHT_MAX] = log->counts[COUNT_IN_FLIGHT];
	log->sequence = 0;
	text_clear(&log->lines);
}

void log_free(struct log *log)
{
	text_free(&log->lines);
	if (log->fd >= 0)
		close(log->fd);
}
