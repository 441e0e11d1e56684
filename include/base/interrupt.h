/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SIGINT, SIGTERM and SIGHUP as something that an operation looks for. */
#pragma once

#include <stdbool.h>

#include "base/err.h"

/*
 * From here on these signals are blocked, in this thread and those that it starts: they stay
 * pending, and cannot tear an operation. Those that are ignored stay so.
 */
void interrupt_defer(void);
bool interrupt_is_pending(void);
/* An error that names the signal if one is pending. */
err_t interrupt_check(void);
/*
 * A descriptor, owned by the caller, that is readable while one of them is pending. The signals
 * have to be deferred.
 */
err_t interrupt_open(int *ret);
/* Takes what is pending away, for one whom a signal is to end as if it was done. */
void interrupt_forget(void);
/* Ends the process by the signal that is pending, if one is: when all is put right. */
void interrupt_deliver(void);
