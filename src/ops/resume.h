/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bringing a held parent's devices back. */
#pragma once

#include "hold.h"

/*
 * Starts what the drain of @held has stopped, ends the hold, and starts what is auto. The caller
 * has the parent's exclusive lock, @cover. *ret_auto (NULL before) is an error of what keeps
 * nothing held: that something auto does not run, or that a record could not be read.
 */
err_t resume_locked(struct ops *ops, const struct resume_request *request, struct cover *cover,
		    struct held *held, struct err **ret_auto);
/*
 * Adds what a drain of @parent has stopped: that of the drain @name, or with NULL of any. A record
 * that is not understood is warned about and counted in left_out.
 */
err_t list_drained(const struct ops *ops, const char *parent, const char *name,
		   struct device_list *ret);
/*
 * Has no drain of @parent bring those back any more, nor one that is over. One that another run has
 * locked is left.
 */
err_t strike_drained(struct ops *ops, const char *parent, const struct device_list *devices);
