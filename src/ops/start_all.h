/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting what is defined. */
#pragma once

#include "claim.h"

/*
 * Starts what is defined as auto on @parent, as start-parent-mdevs does: the same for one who has
 * locked the parent, @cover, and for one who has not (NULL). While the parent is held, nothing is
 * started, and that is no failure; other parents' locks are not waited for. ERR_PARTIAL if a device
 * cannot be started, which is warned about.
 */
err_t start_auto(struct ops *ops, const char *parent, const struct cover *cover, unsigned jobs,
		 bool force);
/* ERR_NOT_FOUND if the parent is not there. */
err_t check_parent(const struct ops *ops, const char *parent);
