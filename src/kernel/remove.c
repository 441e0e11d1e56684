/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Removing mediated devices. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "kernel/mdev.h"
#include "sysfs_private.h"

/* A child's exit status for a write that was short; errnos are far below. */
#define SHORT_WRITE 255
/* How many descriptors a process of this program has at the very most. */
#define MOST_FDS 65536
/* How long a removal that somebody else has begun is given. */
#define OTHERS_MS 1000
#define RETRY_MS  100

static err_t stuck(const struct dir *parent)
{
	return err_hint(err_new(ERR_FAILED,
				"it is stuck: something removed it while it was being created, and "
				"the kernel has taken its remove file away"),
			"only unloading the driver of parent '%s' removes it",
			str_base_name(parent->path));
}

err_t mdev_removal_blocks(void)
{
	return err_hint(err_new(ERR_IN_USE,
				"its removal is under way and waits for those who have it open"),
			"end what uses the device; it goes then by itself");
}

static bool is_there(const struct dir *parent, const struct uuid *uuid)
{
	return faccessat(parent->fd, uuid->text, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Polls: the kernel sends no event when the directory has gone, only before. */
static bool wait_until_gone(const struct dir *parent, const struct uuid *uuid,
			    const struct deadline *deadline)
{
	for (int64_t pause_ms = 1; is_there(parent, uuid);) {
		if (deadline_is_over(deadline) || interrupt_is_pending())
			return false;
		deadline_sleep(deadline, pause_ms);
		if (pause_ms < 50)
			pause_ms *= 2;
	}
	return true;
}

err_t mdev_wait_gone(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid,
		     const struct deadline *deadline, bool *ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = sysfs_open_parent(sysfs, parent, &dir);

	if (e && err_kind(e) == ERR_NOT_FOUND) {
		err_free(e);
		*ret = true;
		return NULL;
	}
	if (!e)
		*ret = wait_until_gone(dir, uuid, deadline);
	return e;
}

static int compare_fds(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Kernels before 5.9 have no close_range(). */
static void close_from_to(unsigned first, unsigned last)
{
	if (close_range(first, last, 0) == 0)
		return;
	for (unsigned fd = first; fd <= last && fd < MOST_FDS; fd++)
		close((int)fd);
}

/* Closes all but the @count descriptors in @fds, which are sorted. */
static void close_others(const int *fds, size_t count)
{
	unsigned next = 0;

	for (size_t i = 0; i < count; i++) {
		if ((unsigned)fds[i] > next)
			close_from_to(next, (unsigned)fds[i] - 1);
		next = (unsigned)fds[i] + 1;
	}
	close_from_to(next, ~0U);
}

/* In the child, where only what is safe after fork() of a threaded process may be called. */
static void write_and_exit(int remove_fd, const int *fds, size_t count)
{
	ssize_t written;

	close_others(fds, count);
	written = write(remove_fd, "1", 1);
	_exit(written == 1 ? 0 : written < 0 ? errno : SHORT_WRITE);
}

/* Starts the child; @ret_end is the end of a pipe that it holds the other end of while it lives. */
static err_t start_child(int remove_fd, const int *lock_fds, size_t lock_count, pid_t *ret,
			 int *ret_end)
{
	_cleanup_(mem_freep) int *fds = mem_alloc((lock_count + 2) * sizeof(*fds));
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(errno, "cannot make a pipe");
	for (size_t i = 0; i < lock_count; i++)
		fds[i] = lock_fds[i];
	fds[lock_count] = remove_fd;
	fds[lock_count + 1] = ends[1];
	qsort(fds, lock_count + 2, sizeof(*fds), compare_fds);

	child = fork();
	if (child == 0)
		write_and_exit(remove_fd, fds, lock_count + 2);
	close(ends[1]);
	if (child < 0) {
		int errnum = errno;

		close(ends[0]);
		return err_errno(errnum, "cannot start a process");
	}
	*ret = child;
	*ret_end = ends[0];
	return NULL;
}

/* False if the deadline or a signal came before the child's end. */
static bool wait_for_end(int end, const struct deadline *deadline)
{
	struct pollfd closed = { .fd = end, .events = POLLIN };

	while (poll(&closed, 1, 20) <= 0)
		if (deadline_is_over(deadline) || interrupt_is_pending())
			return false;
	return true;
}

static err_t blocked(const struct dir *parent, const struct uuid *uuid, pid_t child)
{
	struct err *e = interrupt_check();
	const char *reason = "the kernel is waiting for those who have it open";

	if (e)
		return err_set_kind(err_wrap(e, "%s is still going: %s", uuid->text, reason),
				    ERR_IN_USE);
	return err_hint(err_new(ERR_IN_USE,
				"'%s/%s' is still there: %s; pid %d goes on with the removal",
				parent->path, uuid->text, reason, (int)child),
			"end what uses the device; it goes then by itself");
}

/* What the child's exit status says. */
static err_t result_of(int status, const char *path)
{
	static const char message[] = "cannot write '1' to";

	if (!WIFEXITED(status))
		return err_new(ERR_FAILED, "%s '%s': the process was killed", message, path);
	if (WEXITSTATUS(status) == 0)
		return NULL;
	if (WEXITSTATUS(status) == SHORT_WRITE)
		return err_new(ERR_FAILED, "%s '%s': nothing was written", message, path);
	return err_hint_for_errnum(err_errno(WEXITSTATUS(status), "%s '%s'", message, path));
}

static err_t remove_in_child(const struct dir *parent, const struct uuid *uuid, int remove_fd,
			     const char *path, const int *lock_fds, size_t lock_count,
			     const struct deadline *deadline)
{
	_cleanup_(fd_closep) int end = -1;
	int status = 0;
	pid_t child = 0;
	struct err *e = start_child(remove_fd, lock_fds, lock_count, &child, &end);

	if (e)
		return e;
	if (!wait_for_end(end, deadline))
		return blocked(parent, uuid, child);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	e = result_of(status, path);
	if (!e && !wait_until_gone(parent, uuid, deadline))
		e = err_hint(err_new(ERR_BUSY, "'%s/%s' is still there", parent->path, uuid->text),
			     "see 'dmesg'");
	return e;
}

/* Somebody else's removal, or the parent's going, may have come first: gone is gone. */
static err_t forgive_if_gone(struct err *e, const struct dir *parent, const struct uuid *uuid)
{
	const struct deadline moment = deadline_in(OTHERS_MS);
	bool others = e && (err_errnum(e) == EAGAIN || err_errnum(e) == ENODEV);

	if (!e || (others ? !wait_until_gone(parent, uuid, &moment) : is_there(parent, uuid)))
		return e;
	err_free(e);
	return NULL;
}

/*
 * There is no remove file any more: another removal is under way, which takes the device's link
 * away soon after the file, or the device is stuck, and keeps the link for good.
 */
static err_t wait_for_others(const struct sysfs *sysfs, const struct dir *parent,
			     const struct uuid *uuid, const struct deadline *deadline)
{
	_cleanup_(mem_freep) char *link = mem_printf(SYSFS_DEVICES "/%s", uuid->text);
	const struct deadline moment = deadline_in(OTHERS_MS);

	if (wait_until_gone(parent, uuid, &moment))
		return NULL;
	if (faccessat(sysfs->top->fd, link, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return stuck(parent);
	return wait_until_gone(parent, uuid, deadline) ? NULL : mdev_removal_blocks();
}

static err_t remove_once(const struct sysfs *sysfs, const struct dir *parent,
			 const struct uuid *uuid, const int *lock_fds, size_t lock_count,
			 const struct deadline *deadline)
{
	_cleanup_(mem_freep) char *file = mem_printf("%s/remove", uuid->text);
	_cleanup_(mem_freep) char *path = mem_printf("%s/%s", parent->path, file);
	_cleanup_(fd_closep) int fd = openat(parent->fd, file, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	struct err *e;

	if (fd < 0 && errno == ENOENT)
		return wait_for_others(sysfs, parent, uuid, deadline);
	if (fd < 0)
		return dir_err(parent, "open", file);
	e = remove_in_child(parent, uuid, fd, path, lock_fds, lock_count, deadline);
	return forgive_if_gone(e, parent, uuid);
}

err_t mdev_remove(const struct sysfs *sysfs, const char *parent, const struct uuid *uuid,
		  const int *lock_fds, size_t lock_count, const struct deadline *deadline)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = sysfs_open_parent(sysfs, parent, &dir);

	if (!e)
		e = remove_once(sysfs, dir, uuid, lock_fds, lock_count, deadline);
	/* Before Linux 5.2 a driver may refuse, instead of waiting for those who have it open. */
	while (e && err_errnum(e) == EBUSY && !deadline_is_over(deadline) &&
	       !interrupt_is_pending()) {
		err_free(e);
		deadline_sleep(deadline, RETRY_MS);
		e = remove_once(sysfs, dir, uuid, lock_fds, lock_count, deadline);
	}
	return e && err_errnum(e) == EBUSY ? err_set_kind(e, ERR_IN_USE) : e;
}
