/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blocked signals need neither a handler nor a flag: the kernel keeps them and can be asked. */
#include "base/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

/* Those of the signals that are not ignored. */
static sigset_t deferred_set(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		struct sigaction action;

		if (sigaction(signals[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(&set, signals[i]);
	}
	return set;
}

void interrupt_defer(void)
{
	sigset_t set = deferred_set();

	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* 0 if none is pending. */
static int pending_signal(void)
{
	sigset_t pending;

	sigpending(&pending);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (sigismember(&pending, signals[i]) == 1)
			return signals[i];
	return 0;
}

bool interrupt_is_pending(void)
{
	return pending_signal() != 0;
}

err_t interrupt_check(void)
{
	int number = pending_signal();

	return number ? err_new(ERR_FAILED, "interrupted by SIG%s", sigabbrev_np(number)) : NULL;
}

err_t interrupt_open(int *ret)
{
	const sigset_t set = deferred_set();
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);

	if (fd < 0)
		return err_errno(errno, "cannot wait for signals");
	*ret = fd;
	return NULL;
}

void interrupt_forget(void)
{
	const sigset_t set = deferred_set();
	const struct timespec now = { 0 };

	while (sigtimedwait(&set, NULL, &now) > 0)
		;
}

void interrupt_deliver(void)
{
	sigset_t set = deferred_set();

	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
