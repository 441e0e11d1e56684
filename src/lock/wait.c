/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel queues those who wait in flock(), which makes waiting prompt and fair, but gives
 * them no time limit. A timer that signals this very thread makes it look up now and then: whether
 * the time is over, and whether the run has been interrupted. Each look costs its place in the
 * queue, and so they are rare.
 */
#include "wait.h"

#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/interrupt.h"

#define LOOK_UP_NS 100000000

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static void do_nothing(int signal)
{
	(void)signal;
}

static err_t start_timer(timer_t *ret)
{
	/* Without SA_RESTART: the signal is there to interrupt. */
	const struct sigaction action = { .sa_handler = do_nothing };
	const struct itimerspec times = { .it_value.tv_nsec = LOOK_UP_NS,
					  .it_interval.tv_nsec = LOOK_UP_NS };
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM };

	event.sigev_notify_thread_id = gettid();
	if (sigaction(SIGALRM, &action, NULL) < 0 || timer_create(CLOCK_MONOTONIC, &event, ret) < 0)
		return err_errno(errno, "cannot set a timer");
	timer_settime(*ret, 0, &times, NULL);
	return NULL;
}

static err_t wait_until(int fd, int operation, const struct deadline *deadline, bool *ret)
{
	while (flock(fd, operation) < 0) {
		int errnum = errno;
		struct err *e = interrupt_check();

		if (e)
			return e;
		if (errnum != EINTR)
			return err_errno(errnum, "flock");
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
	sigset_t alarm;
	sigset_t before;
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

	e = start_timer(&timer);
	if (e)
		return e;
	/* A caller's mask survives exec, and with SIGALRM in it nothing would end the wait. */
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	pthread_sigmask(SIG_UNBLOCK, &alarm, &before);
	e = wait_until(fd, operation, deadline, ret);
	timer_delete(timer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return e;
}
