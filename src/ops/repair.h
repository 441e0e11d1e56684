/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Putting right what runs that died have left. */
#pragma once

#include "claim.h"

/*
 * Takes away what a start that died has left, if that surely is what is there, its parent is
 * covered and nobody uses it, and warns of it; otherwise warns of what was found and leaves it,
 * with its record. A record whose device is gone or another one is cleared. What a drain has to
 * bring back stays. No scripts are asked. Afterwards claim->running and claim->record are what
 * there is.
 */
err_t repair_claimed(struct claim *claim);
/*
 * Clears the records of devices of @parent (NULL: of any) that are not there: they went with their
 * driver, or a start died before it made them. Locks each device that is free at the moment. What
 * goes wrong is warned about.
 */
void repair_forgotten(struct ops *ops, const char *parent);
