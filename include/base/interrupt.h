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
/* Ends the process by the signal that is pending, if one is: when all is put right. */
void interrupt_deliver(void);
