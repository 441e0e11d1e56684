/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/str.h"

#define CHANGES                                                                             \
	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB | \
	 IN_DELETE_SELF | IN_MOVE_SELF)

/* One that the kernel has; the same directory always gets the same number. */
struct watched {
	int number;
	char *path;
	char *name; /* the only name in it that counts; NULL: all */
};

struct watch {
	int fd;
	struct watched *items;
	size_t count;
};

err_t watch_open(struct watch **ret)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (fd < 0)
		return err_hint(err_errno(errno, "cannot watch directories"),
				"see /proc/sys/fs/inotify/max_user_instances");
	*ret = mem_zalloc(sizeof(**ret));
	(*ret)->fd = fd;
	return NULL;
}

static void watched_clear(struct watched *watched)
{
	free(watched->path);
	free(watched->name);
}

void watch_free(struct watch *watch)
{
	if (!watch)
		return;
	for (size_t i = 0; i < watch->count; i++)
		watched_clear(&watch->items[i]);
	free(watch->items);
	close(watch->fd);
	free(watch);
}

int watch_fd(const struct watch *watch)
{
	return watch->fd;
}

static struct watched *find_watched(const struct watch *watch, int number)
{
	for (size_t i = 0; i < watch->count; i++)
		if (watch->items[i].number == number)
			return &watch->items[i];
	return NULL;
}

/* What was watched for one name, and is now wanted for all or for another, tells of all. */
static void remember_watched(struct watch *watch, int number, const char *path, const char *name)
{
	struct watched *known = find_watched(watch, number);

	if (known) {
		if (known->name && (!name || strcmp(known->name, name) != 0))
			free(take(known->name));
		return;
	}
	watch->items = mem_grow(watch->items, watch->count, sizeof(*watch->items));
	watch->items[watch->count++] = (struct watched){ .number = number,
							 .path = mem_strdup(path),
							 .name = name ? mem_strdup(name) : NULL };
}

static err_t cannot_watch(const char *path)
{
	struct err *e = err_errno(errno, "cannot watch '%s'", path);

	if (err_is(e, ENOSPC))
		return err_hint(e, "see /proc/sys/fs/inotify/max_user_watches");
	return err_hint_for_errnum(e);
}

/* Watches @at for what of @path comes next in it; false if it is not there itself. */
static err_t add_watch(struct watch *watch, const char *at, const char *path, bool *ret)
{
	int number = inotify_add_watch(watch->fd, *at ? at : "/", CHANGES | IN_ONLYDIR);
	const char *rest = path + strlen(at);
	_cleanup_(mem_freep) char *name = NULL;

	*ret = number >= 0;
	if (number < 0)
		return errnum_is_absence(errno) && *at ? NULL : cannot_watch(at);
	if (*rest)
		name = mem_printf("%.*s", (int)strcspn(rest + 1, "/"), rest + 1);
	remember_watched(watch, number, at, name);
	return NULL;
}

/* Whether what comes next in @at has come before that was watched. */
static bool has_come_meanwhile(const char *at, const char *path)
{
	const char *rest = path + strlen(at);
	_cleanup_(mem_freep) char *next =
		mem_printf("%s/%.*s", at, (int)strcspn(rest + 1, "/"), rest + 1);
	struct stat st;

	return stat(next, &st) == 0 && S_ISDIR(st.st_mode);
}

err_t watch_add(struct watch *watch, const char *path)
{
	_cleanup_(mem_freep) char *at = mem_strdup(path);

	for (;;) {
		bool is_there;

		TRY(add_watch(watch, at, path, &is_there));
		if (is_there && (strcmp(at, path) == 0 || !has_come_meanwhile(at, path)))
			return NULL;
		if (is_there)
			memcpy(at, path, strlen(path) + 1);
		else
			*strrchr(at, '/') = '\0';
	}
}

/* Its writer will close it: what is read before that is not what is meant. */
static bool is_yet_to_be_written(const struct watched *watched, const struct inotify_event *event)
{
	_cleanup_(mem_freep) char *path = NULL;
	struct stat st;

	if (!(event->mask & IN_CREATE) || event->mask & IN_ISDIR)
		return false;
	path = mem_printf("%s/%s", watched->path, event->name);
	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1;
}

static bool counts(const struct watch *watch, const struct inotify_event *event)
{
	const struct watched *watched = find_watched(watch, event->wd);

	if (!watched || !event->len)
		return true;
	if (watched->name)
		return strcmp(watched->name, event->name) == 0;
	return event->name[0] != '.' && !is_yet_to_be_written(watched, event);
}

/* The directory is gone, and the kernel may give its number to none other. */
static void drop_watched(struct watch *watch, int number)
{
	struct watched *watched = find_watched(watch, number);

	if (!watched)
		return;
	watched_clear(watched);
	*watched = watch->items[--watch->count];
}

err_t watch_read(struct watch *watch, bool *ret_has_changed, bool *ret_is_lost)
{
	_Alignas(struct inotify_event) char buffer[16384];
	ssize_t size;

	*ret_has_changed = false;
	*ret_is_lost = false;
	while ((size = read(watch->fd, buffer, sizeof(buffer))) > 0) {
		const struct inotify_event *event;

		for (char *at = buffer; at < buffer + size; at += sizeof(*event) + event->len) {
			event = (const struct inotify_event *)(void *)at;
			*ret_is_lost |= (event->mask & IN_Q_OVERFLOW) != 0;
			*ret_has_changed |= counts(watch, event);
			if (event->mask & IN_IGNORED)
				drop_watched(watch, event->wd);
		}
	}
	return size < 0 && errno != EAGAIN && errno != EINTR
		       ? err_errno(errno, "cannot read what has changed in directories")
		       : NULL;
}
