/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "remove_child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/dir.h"

/* How many descriptors a process of this program has at the very most. */
#define MOST_FDS 65536

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

/*
 * In the child, where only what is safe after fork() of a threaded process may be called. The byte
 * says that it had its turn, which may come late: from then on its time is measured.
 */
static void write_and_exit(int remove_fd, int end, const int *fds, size_t count)
{
	ssize_t written;

	close_others(fds, count);
	if (write(end, "", 1) == 1)
		written = write(remove_fd, "1", 1);
	else
		written = -1;
	_exit(written == 1 ? 0 : written < 0 ? errno : REMOVE_CHILD_SHORT);
}

/* The child keeps only the two descriptors and the locks. */
static pid_t fork_child(int remove_fd, int end, const int *lock_fds, size_t lock_count)
{
	size_t count = lock_count + 2;
	_cleanup_(mem_freep) int *fds = mem_alloc(count * sizeof(*fds));
	pid_t child;

	for (size_t i = 0; i < lock_count; i++)
		fds[i] = lock_fds[i];
	fds[lock_count] = remove_fd;
	fds[lock_count + 1] = end;
	qsort(fds, count, sizeof(*fds), compare_fds);
	child = fork();
	if (child == 0)
		write_and_exit(remove_fd, end, fds, count);
	return child;
}

err_t remove_child_start(int remove_fd, const int *lock_fds, size_t lock_count, pid_t *ret,
			 int *ret_end)
{
	int ends[2];
	int errnum;
	char turn;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(errno, "cannot make a pipe");
	child = fork_child(remove_fd, ends[1], lock_fds, lock_count);
	errnum = errno;
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		return err_errno(errnum, "cannot start a process");
	}
	while (read(ends[0], &turn, 1) < 0 && errno == EINTR)
		;
	*ret = child;
	*ret_end = ends[0];
	return NULL;
}
