/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ops_private.h"

/* Takes @e, the time that is over. Where there is no parent at all it is said why. */
static err_t explain_absence(const struct ops *ops, struct err *e, const char *parent)
{
	struct err *why;

	if (!e || err_kind(e) != ERR_NOT_FOUND)
		return e;
	why = err_wrap(sysfs_check_support_of(ops->sysfs, parent), "%s", err_message(e));
	if (!why)
		return err_hint(e, "see whether its driver is loaded: 'mdevadm types'");
	err_free(e);
	return err_set_kind(why, ERR_NOT_FOUND);
}

err_t op_wait(struct ops *ops, const struct wait_request *request)
{
	const struct deadline deadline = deadline_in(request->timeout_ms);

	return explain_absence(ops,
			       sysfs_wait_for_parent(ops->sysfs, request->parent, request->type,
						     request->instances, &deadline),
			       request->parent);
}
