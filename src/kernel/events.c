/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dir.h"
#include "libudev.h"

/*
 * Room for some thousand events, most of which are not ours. More would only hide for longer that
 * the reader is too slow.
 */
#define BUFFER_SIZE (1024 * 1024)
#define READ_MAX    1000

struct events {
	struct libudev lib;
	struct udev *udev;
	struct udev_monitor *monitor;
};

void event_list_clear(struct event_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].parent);
	free(list->items);
	*list = (struct event_list){ 0 };
}

/* The daemon's socket is there while it runs, and for it alone. */
static const char *event_source(const struct env *env)
{
	_cleanup_(mem_freep) char *control = mem_printf("%s/udev/control", env->dir[ENV_DIR_RUN]);

	return access(control, F_OK) == 0 ? "udev" : "kernel";
}

static err_t listen_to(struct events *events, const char *source)
{
	const struct libudev *lib = &events->lib;
	int failed;

	errno = 0;
	events->udev = lib->new ();
	if (events->udev)
		events->monitor = lib->monitor_new_from_netlink(events->udev, source);
	if (!events->monitor)
		return err_hint_for_errnum(err_errno(errno ? errno : EIO,
						     "cannot listen to the events of %s", source));
	/* A smaller one, where this is too much for the user, does as well. */
	lib->monitor_set_receive_buffer_size(events->monitor, BUFFER_SIZE);
	failed = lib->monitor_enable_receiving(events->monitor);
	if (failed < 0)
		return err_hint_for_errnum(
			err_errno(-failed, "cannot listen to the events of %s", source));
	return NULL;
}

err_t events_open(const struct env *env, struct events **ret)
{
	_cleanup_(events_freep) struct events *events = NULL;

	*ret = NULL;
	if (env->root || env->moved[ENV_DIR_SYS])
		return NULL;
	events = mem_zalloc(sizeof(*events));
	TRY(libudev_open(&events->lib));
	TRY(listen_to(events, event_source(env)));
	*ret = take(events);
	return NULL;
}

void events_free(struct events *events)
{
	if (!events)
		return;
	if (events->monitor)
		events->lib.monitor_unref(events->monitor);
	if (events->udev)
		events->lib.unref(events->udev);
	free(events);
}

int events_fd(const struct events *events)
{
	return events->lib.monitor_get_fd(events->monitor);
}

static enum event_kind kind_of(const char *what, const char *came, const char *went)
{
	if (strcmp(what, came) == 0)
		return EVENT_CAME;
	return strcmp(what, went) == 0 ? EVENT_WENT : EVENT_OTHER;
}

/* The name before the last one of /devices/.../PARENT/UUID; false if there is none. */
static bool read_place(const char *path, struct event *event)
{
	const char *last = str_base_name(path);
	_cleanup_(mem_freep) char *above = NULL;

	if (last - path < 2 || !uuid_parse(last, &event->uuid))
		return false;
	above = mem_printf("%.*s", (int)(last - path) - 1, path);
	event->parent = mem_strdup(str_base_name(above));
	return true;
}

/* False if it is of nothing that is ours. */
static bool read_event(const struct libudev *lib, struct udev_device *device, struct event *event)
{
	const char *subsystem = lib->device_get_subsystem(device);
	const char *action = lib->device_get_action(device);
	const char *path = lib->device_get_devpath(device);
	const char *state = lib->device_get_property_value(device, "MDEV_STATE");

	if (!action || !path)
		return false;
	event->number = lib->device_get_seqnum(device);
	if (subsystem && strcmp(subsystem, "mdev") == 0) {
		event->kind = kind_of(action, "add", "remove");
		return read_place(path, event);
	}
	if (!state)
		return false;
	event->kind = kind_of(state, "registered", "unregistered");
	event->parent = mem_strdup(str_base_name(path));
	return true;
}

static void add_event(const struct libudev *lib, struct udev_device *device, struct event_list *ret)
{
	struct event event = { 0 };

	if (read_event(lib, device, &event)) {
		ret->items = mem_grow(ret->items, ret->count, sizeof(*ret->items));
		ret->items[ret->count++] = event;
	}
	lib->device_unref(device);
}

err_t events_read(struct events *events, struct event_list *ret, bool *ret_is_lost)
{
	const struct libudev *lib = &events->lib;

	*ret_is_lost = false;
	/* What comes as fast as it is read must not keep it from being told. */
	for (int i = 0; i < READ_MAX; i++) {
		struct udev_device *device;

		errno = 0;
		device = lib->monitor_receive_device(events->monitor);
		if (device)
			add_event(lib, device, ret);
		else if (errno == ENOBUFS)
			*ret_is_lost = true;
		else if (!errno || errno == EAGAIN || errno == EINTR)
			return NULL;
		else
			return err_errno(errno, "cannot read events");
	}
	return NULL;
}

err_t events_last_number(const struct env *env, unsigned long long *ret)
{
	_cleanup_(mem_freep) char *path =
		mem_printf("%s/kernel/uevent_seqnum", env->dir[ENV_DIR_SYS]);
	_cleanup_(mem_freep) char *text = NULL;

	TRY(stream_read(path, 64, &text, NULL));
	*ret = strtoull(text, NULL, 10);
	return NULL;
}
