/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel queues those who wait in flock(), which makes waiting prompt and fair, but gives
 * them no time limit. A timer that signals this very thread ends the wait. It goes on firing,
 * so that a signal which comes just before flock() is not the only one.
 */
#include "wait.h"

#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define REPEAT_NS 20000000

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static void do_nothing(int signal)
{
	(void)signal;
}

static err_t start_timer(const struct deadline *deadline, timer_t *ret)
{
	/* Without SA_RESTART: the signal is there to interrupt. */
	const struct sigaction action = { .sa_handler = do_nothing };
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM };
	struct itimerspec times = { .it_interval.tv_nsec = REPEAT_NS };

	event.sigev_notify_thread_id = gettid();
	times.it_value.tv_sec = deadline->at_ns / 1000000000;
	times.it_value.tv_nsec = deadline->at_ns % 1000000000;
	if (sigaction(SIGALRM, &action, NULL) < 0 || timer_create(CLOCK_MONOTONIC, &event, ret) < 0)
		return err_errno(errno, "cannot set a timer");
	if (timer_settime(*ret, TIMER_ABSTIME, &times, NULL) < 0) {
		struct err *e = err_errno(errno, "cannot set a timer");

		timer_delete(*ret);
		return e;
	}
	return NULL;
}

/* Waits; interrupted by a signal it looks at the time and goes on. */
static err_t wait_until(int fd, int operation, const struct deadline *deadline, bool *ret)
{
	while (flock(fd, operation) < 0) {
		if (errno != EINTR)
			return err_errno(errno, "flock");
		if (deadline_is_over(deadline)) {
			*ret = false;
			return NULL;
		}
	}
	*ret = true;
	return NULL;
}

err_t wait_for_flock(int fd, int operation, const struct deadline *deadline, bool *ret)
{
	struct err *e;
	timer_t timer;

	if (flock(fd, operation | LOCK_NB) == 0) {
		*ret = true;
		return NULL;
	}
	if (errno != EWOULDBLOCK)
		return err_errno(errno, "flock");
	if (deadline_is_over(deadline)) {
		*ret = false;
		return NULL;
	}
	if (deadline->at_ns == DEADLINE_NEVER)
		return wait_until(fd, operation, deadline, ret);

	e = start_timer(deadline, &timer);
	if (e)
		return e;
	e = wait_until(fd, operation, deadline, ret);
	timer_delete(timer);
	return e;
}
