/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "action.h"

#include "base/interrupt.h"
#include "journal.h"

static const char *const action_names[] = {
	[ACTION_DEFINE] = "define", [ACTION_UNDEFINE] = "undefine", [ACTION_MODIFY] = "modify",
	[ACTION_START] = "start",   [ACTION_STOP] = "stop",
};

/* Once a script has agreed it is told how it ended, also when a signal came meanwhile. */
err_t action_ask(struct ops *ops, struct callout_operation *operation, bool force, action_fn run,
		 void *data)
{
	struct err *e;

	TRY(callout_pre(operation, force));
	e = interrupt_check();
	if (!e)
		e = run(ops, data);
	callout_post(operation, !e || err_has_effect(e));
	return e;
}

void action_end(struct ops *ops, struct callout_operation *operation, enum action action,
		const struct device *dev, const struct err *e)
{
	journal_device(ops->env, action_names[action], &dev->uuid, dev->parent, e);
	ops_leave(ops, operation, !e || err_has_effect(e));
}

err_t action_run(struct ops *ops, enum action action, const struct device *dev, bool force,
		 action_fn run, void *data)
{
	struct callout_operation *operation = callout_operation_new(ops->callouts, action, dev);
	struct err *e = action_ask(ops, operation, force, run, data);

	action_end(ops, operation, action, dev, e);
	return e;
}
