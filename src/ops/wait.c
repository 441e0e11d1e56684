/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ops_private.h"

err_t op_wait(struct ops *ops, const struct wait_request *request)
{
	const struct deadline deadline = deadline_in(request->timeout_ms);

	return err_hint(
		sysfs_wait_for_parent(ops->sysfs, request->parent, request->type, &deadline),
		"see whether its driver is loaded: 'mdevadm types'");
}
