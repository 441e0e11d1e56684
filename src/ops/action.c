/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "context.h"
#include "journal.h"

static const char *const action_names[] = {
	[ACTION_DEFINE] = "define", [ACTION_UNDEFINE] = "undefine", [ACTION_MODIFY] = "modify",
	[ACTION_START] = "start",   [ACTION_STOP] = "stop",
};

err_t action_run(struct ops *ops, enum action action, const struct device *dev, bool force,
		 action_fn run, void *data)
{
	_cleanup_(mem_freep) char *object =
		mem_printf("%s on parent '%s'", dev->uuid.text, dev->parent);
	struct err *e = run(ops, data);

	(void)force;
	journal_write(ops->env, action_names[action], object, e);
	return e;
}

void journal_parent(const struct ops *ops, const char *action, const char *parent,
		    const struct err *e)
{
	_cleanup_(mem_freep) char *object = mem_printf("parent '%s'", parent);

	journal_write(ops->env, action, object, e);
}
