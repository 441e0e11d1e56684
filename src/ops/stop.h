/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stopping one device that is claimed already. */
#pragma once

#include "context.h"
#include "kernel/users.h"

struct stop_how {
	bool force;
	int timeout_ms;
	const struct users *users; /* read for a whole batch; NULL: looked at for this device */
};

/* Errors do not name the device. ERR_IN_USE if somebody is seen to have it open. */
err_t stop_claimed(struct ops *ops, struct claim *claim, const struct stop_how *how);
