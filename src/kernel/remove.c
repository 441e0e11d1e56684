/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Removing mediated devices. What write() returned decides nothing: of two concurrent removes both
 * may be told that they succeeded, and one of them did nothing. A device that is gone is removed,
 * whatever was answered.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/process.h"
#include "kernel/mdev.h"
#include "remove_child.h"
#include "sysfs_private.h"

struct removal {
	const struct sysfs *sysfs;
	const struct dir *parent;
	const char *parent_name;
	const struct uuid *uuid;
	const int *lock_fds;
	size_t lock_count;
	const struct deadline *deadline;
	int64_t patience_ms; /* what the deadline was at the beginning */
	int64_t begin;	     /* of the write, for the log */
	pid_t child;	     /* 0 if the removal is not ours */
	bool goes_on;
};

static bool is_over(const struct deadline *deadline)
{
	return deadline_is_over(deadline) || interrupt_is_pending();
}

/* Polls: the kernel sends no event when the directory has gone, only before. */
static err_t wait_until_gone(const struct dir *parent, const struct uuid *uuid,
			     const struct deadline *deadline,
			     bool (*is_time_over)(const struct deadline *deadline), bool *ret)
{
	bool is_there = true;

	for (int64_t pause_ms = LOOK_PAUSE_MIN_MS;; pause_ms *= 2) {
		TRY(dir_has(parent, uuid->text, &is_there));
		if (!is_there || is_time_over(deadline))
			break;
		if (pause_ms > LOOK_PAUSE_MAX_MS)
			pause_ms = LOOK_PAUSE_MAX_MS;
		deadline_sleep(deadline, pause_ms);
	}
	*ret = !is_there;
	return NULL;
}

err_t mdev_wait_gone(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid,
		     const struct deadline *deadline, bool *ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	TRY(sysfs_find_home(sysfs, parent, uuid, &dir));
	if (dir)
		return wait_until_gone(dir, uuid, deadline, is_over, ret);
	*ret = true;
	return NULL;
}

static err_t hint_users(struct err *e)
{
	return err_hint(e, "if something has the device open, end that; it goes then by itself");
}

err_t mdev_removal_blocks(void)
{
	return hint_users(err_new(ERR_IN_USE, "its removal is under way and has not ended"));
}

/*
 * *ret is false if the time was over first, or the device gone: then the child, and with it its
 * hold on the locks, is given a moment to end as well.
 */
static err_t wait_for_end(const struct removal *r, int end, bool *ret)
{
	const struct deadline moment = deadline_in(REMOVAL_MOMENT_MS);
	struct pollfd closed = { .fd = end, .events = POLLIN };
	bool has_ended = false;
	bool is_there = true;

	while (!has_ended && is_there) {
		has_ended = poll(&closed, 1, LOOK_PAUSE_MAX_MS) > 0;
		if (!deadline_is_over(&moment))
			continue;
		if (is_over(r->deadline))
			break;
		TRY(dir_has(r->parent, r->uuid->text, &is_there));
	}
	*ret = has_ended || (!is_there && poll(&closed, 1, REMOVAL_MOMENT_MS) > 0);
	return NULL;
}

/* What the child's exit status says. */
static err_t result_of(int status, const struct removal *r)
{
	_cleanup_(mem_freep) char *what =
		mem_printf("cannot write '1' to '%s/%s/remove'", r->parent->path, r->uuid->text);
	struct err *e;

	if (!WIFEXITED(status))
		return err_new(ERR_FAILED, "%s: the process was killed", what);
	if (WEXITSTATUS(status) == 0)
		return NULL;
	if (WEXITSTATUS(status) == REMOVE_CHILD_SHORT)
		return err_new(ERR_FAILED, "%s: nothing was written", what);
	e = err_errno(WEXITSTATUS(status), "%s", what);
	if (err_is(e, EBUSY))
		return err_hint(err_set_kind(e, ERR_IN_USE),
				"the driver refuses while the device is in use: end what uses it");
	if (err_is(e, EAGAIN) || err_is(e, ENODEV))
		return err_hint(e,
				"something else creates or removes it, or the parent's driver is "
				"going: see 'mdevadm list' and try again");
	return err_hint(e, SYSFS_LOG_HINT);
}

static err_t end_child(struct removal *r)
{
	int status = 0;

	r->goes_on = false;
	TRY(process_wait(r->child, &status));
	return log_end(r->begin, result_of(status, r), "taken", "write '1' to '%s/%s/remove'",
		       r->parent->path, r->uuid->text);
}

/* For one that has not gone in time, by the child or by somebody else. Never says who uses it. */
static err_t not_ended(const struct removal *r)
{
	_cleanup_(err_freep) struct err *interrupt = interrupt_check();
	_cleanup_(mem_freep) char *pid =
		r->child ? mem_printf(" (pid %d)", (int)r->child) : mem_strdup("");

	if (interrupt)
		return hint_users(err_new(ERR_IN_USE, "%s: the removal of %s goes on%s",
					  err_message(interrupt), r->uuid->text, pid));
	if (!r->child)
		return mdev_removal_blocks();
	return hint_users(err_new(ERR_IN_USE,
				  "'%s/%s' is still there: its removal has not ended within "
				  "%lld s; pid %d goes on with it",
				  r->parent->path, r->uuid->text,
				  (long long)(r->patience_ms + 999) / 1000, (int)r->child));
}

static err_t stuck(const char *parent)
{
	return err_hint(err_new(ERR_FAILED,
				"it is stuck: something removed it while it was being created, and "
				"the kernel has taken its remove file away"),
			"only unloading the driver of parent '%s' removes it", parent);
}

/*
 * There is no remove file any more: another removal is under way, which takes the device's link
 * away soon after the file, or the device is stuck, and keeps the link for good.
 */
static err_t wait_for_others(struct removal *r)
{
	_cleanup_(mem_freep) char *link = mem_printf(SYSFS_DEVICES "/%s", r->uuid->text);
	const struct deadline moment = deadline_in(STUCK_MS);
	bool has_link = false;
	bool is_gone = false;

	TRY(wait_until_gone(r->parent, r->uuid, &moment, deadline_is_over, &is_gone));
	if (is_gone)
		return NULL;
	TRY(dir_has(r->sysfs->top, link, &has_link));
	if (has_link)
		return stuck(r->parent_name);
	r->child = 0;
	r->goes_on = true;
	TRY(wait_until_gone(r->parent, r->uuid, r->deadline, is_over, &is_gone));
	return is_gone ? NULL : not_ended(r);
}

/* Whether the parent's driver is going, which takes all devices along, one after the other. */
static bool is_parent_going(const struct removal *r)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(err_freep) struct err *e = sysfs_find_parent(r->sysfs, r->parent_name, &dir);

	return !e && !dir;
}

/* How long the device is given to go after the kernel's @answer. */
static struct deadline time_after(const struct removal *r, const struct err *answer)
{
	if (err_is(answer, ENODEV) && is_parent_going(r))
		return *r->deadline;
	/* Somebody else removes it, or the parent is going and takes it along. */
	if (err_is(answer, EAGAIN) || err_is(answer, ENODEV))
		return deadline_in(OTHERS_REMOVAL_MS);
	if (answer || deadline_is_over(r->deadline))
		return deadline_in(answer ? 0 : REMOVAL_MOMENT_MS);
	return *r->deadline;
}

/* The child has ended with @answer (taken); what is seen decides. */
static err_t judge(struct removal *r, struct err *answer)
{
	_cleanup_(err_freep) struct err *e = answer;
	_cleanup_(mem_freep) char *file = mem_printf("%s/remove", r->uuid->text);
	const struct deadline time = time_after(r, e);
	bool has_remove = false;
	bool is_gone = false;

	TRY(wait_until_gone(r->parent, r->uuid, &time, is_over, &is_gone));
	if (is_gone)
		return NULL;
	TRY(dir_has(r->parent, file, &has_remove));
	if (!has_remove)
		return wait_for_others(r);
	if (e)
		return take(e);
	return err_hint(err_new(ERR_FAILED, "the kernel took the removal, but '%s/%s' is there",
				r->parent->path, r->uuid->text),
			SYSFS_LOG_HINT);
}

static err_t remove_once(struct removal *r)
{
	_cleanup_(mem_freep) char *file = mem_printf("%s/remove", r->uuid->text);
	_cleanup_(fd_closep) int fd =
		openat(r->parent->fd, file, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_(fd_closep) int end = -1;
	bool has_ended = false;
	bool is_there = true;

	if (fd < 0 && errnum_is_absence(errno))
		return wait_for_others(r);
	if (fd < 0)
		return sysfs_hint(r->sysfs,
				  err_errno(errno, "cannot open '%s/%s'", r->parent->path, file));
	r->begin = log_begin();
	TRY(remove_child_start(fd, r->lock_fds, r->lock_count, &r->child, &end));
	r->goes_on = true;
	log_line("pid %d removes '%s/%s'", (int)r->child, r->parent->path, r->uuid->text);
	TRY(wait_for_end(r, end, &has_ended));
	if (has_ended)
		return judge(r, end_child(r));
	TRY(dir_has(r->parent, r->uuid->text, &is_there));
	return is_there ? not_ended(r) : NULL;
}

err_t mdev_remove(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid,
		  const int *lock_fds, size_t lock_count, const struct deadline *deadline,
		  bool *ret_goes_on)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct removal r = { .sysfs = sysfs,
			     .uuid = uuid,
			     .lock_fds = lock_fds,
			     .lock_count = lock_count,
			     .deadline = deadline,
			     .patience_ms = deadline_left_ms(deadline) };
	struct err *e;

	*ret_goes_on = false;
	if (!sysfs->top)
		return sysfs_missing(sysfs);
	TRY(sysfs_find_home(sysfs, parent, uuid, &dir));
	if (!dir)
		return NULL;
	r.parent = dir;
	r.parent_name = parent;
	e = remove_once(&r);
	/* Before Linux 5.2 a driver may refuse, instead of waiting for those who have it open. */
	while (err_is(e, EBUSY) && !is_over(deadline)) {
		err_free(e);
		deadline_sleep(deadline, RETRY_PAUSE_MS);
		e = remove_once(&r);
	}
	*ret_goes_on = e && r.goes_on;
	return e;
}
