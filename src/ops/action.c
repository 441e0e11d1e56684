/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "context.h"

err_t action_run(struct ops *ops, enum action action, const struct device *dev, bool force,
		 action_fn run, void *data)
{
	(void)action;
	(void)dev;
	(void)force;
	return run(ops, data);
}
