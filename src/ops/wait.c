/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/interrupt.h"
#include "context.h"

#define LOOK_MS 20

static bool is_there(const struct ops *ops, const struct wait_request *request)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(err_freep) struct err *e = sysfs_open_parent(ops->sysfs, request->parent, &dir);

	if (e)
		return false;
	return request->type ? sysfs_has_type(dir, request->type) : sysfs_has_types(dir);
}

/* Looks again and again: it must not depend on udev, which may be waiting for this run. */
err_t op_wait(struct ops *ops, const struct wait_request *request)
{
	const struct deadline deadline = deadline_in(request->timeout_ms);
	struct err *e = NULL;

	while (!e && !is_there(ops, request)) {
		if (deadline_is_over(&deadline))
			return err_hint(
				err_new(ERR_NOT_FOUND, "parent '%s' did not come%s%s%s within %d s",
					request->parent, request->type ? " with type '" : "",
					request->type ? request->type : "",
					request->type ? "'" : "", request->timeout_ms / 1000),
				"see whether its driver is loaded: 'mdevadm types'");
		deadline_sleep(&deadline, LOOK_MS);
		e = interrupt_check();
	}
	return e;
}
