/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changing a device that runs. */
#pragma once

#include "action.h"
#include "claim.h"

/*
 * Has a script change the claimed device, which runs, to the attributes of @dev, and then runs
 * @run, unless that is NULL, as action_run() does. That the script says it has done so is not
 * enough where it can be asked: if the attributes are those from before, nothing was changed. The
 * record gets those that the script tells.
 */
err_t live_change(struct claim *claim, struct device *dev, bool force, action_fn run);
