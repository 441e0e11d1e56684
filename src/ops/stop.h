/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stopping one device that is claimed already. */
#pragma once

#include "base/deadline.h"
#include "claim.h"
#include "kernel/users.h"

struct stop_how {
	bool force;
	struct deadline deadline; /* for a removal that blocks */
	struct users *users;	  /* of a whole batch; NULL: looked at for this device */
	bool keeps_drained;	  /* a drain's: else the device is not to come back */
	bool *ret_goes_on;	  /* set to true if the removal goes on by itself; may be NULL */
};

/* Errors do not name the device. ERR_IN_USE if somebody has it open. */
err_t stop_claimed(struct claim *claim, const struct stop_how *how);
