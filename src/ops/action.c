/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>

#include "base/interrupt.h"
#include "context.h"
#include "journal.h"

static const char *const action_names[] = {
	[ACTION_DEFINE] = "define", [ACTION_UNDEFINE] = "undefine", [ACTION_MODIFY] = "modify",
	[ACTION_START] = "start",   [ACTION_STOP] = "stop",
};

static void add_operation(struct operations *operations, struct callout_operation *operation)
{
	operations->items = mem_resize(operations->items, operations->count + 1,
				       sizeof(struct callout_operation *));
	operations->items[operations->count++] = operation;
}

void operations_announce(struct operations *operations)
{
	for (size_t i = 0; i < operations->count; i++) {
		callout_notify(operations->items[i]);
		callout_operation_free(operations->items[i]);
	}
	free(operations->items);
	*operations = (struct operations){ 0 };
}

void operations_leave(struct ops *ops, struct operations *operations)
{
	pthread_mutex_lock(&ops->mutex);
	for (size_t i = 0; i < operations->count; i++)
		add_operation(&ops->unannounced, operations->items[i]);
	pthread_mutex_unlock(&ops->mutex);
	free(operations->items);
	*operations = (struct operations){ 0 };
}

static struct callout_operation *open_operation(struct ops *ops, struct claim *claim,
						enum action action, const struct device *dev)
{
	struct callout_operation *operation = callout_operation_new(ops->callouts, action, dev);

	claim->ops = ops;
	add_operation(&claim->operations, operation);
	return operation;
}

/* Once a script has agreed it is told how it ended, also when a signal came meanwhile. */
static err_t run_asked(struct ops *ops, struct callout_operation *operation, bool force,
		       action_fn run, void *data)
{
	struct err *e = callout_pre(operation, force);

	if (e)
		return e;
	e = interrupt_check();
	if (!e)
		e = run(ops, data);
	callout_post(operation, !e);
	return e;
}

static void journal_device(const struct ops *ops, enum action action, const struct device *dev,
			   const struct err *e)
{
	_cleanup_(mem_freep) char *object =
		mem_printf("%s on parent '%s'", dev->uuid.text, dev->parent);

	journal_write(ops->env, action_names[action], object, e);
}

err_t action_run(struct ops *ops, struct claim *claim, enum action action, const struct device *dev,
		 bool force, action_fn run, void *data)
{
	struct err *e = run_asked(ops, open_operation(ops, claim, action, dev), force, run, data);

	journal_device(ops, action, dev, e);
	return e;
}

/* A drain brings the device back as it is now. */
static void remember_change(const struct ops *ops, struct claim *claim, const struct device *dev)
{
	struct record *record = claim->record;

	if (!record || record->state != RECORD_RUNNING)
		return;
	device_free(record->dev);
	record->dev = device_copy(dev);
	env_warn(ops->env, record_save(ops->env, record));
}

err_t action_run_live(struct ops *ops, struct claim *claim, const struct device *dev, bool force,
		      action_fn run, void *data)
{
	struct callout_operation *operation = open_operation(ops, claim, ACTION_MODIFY, dev);
	struct err *e = callout_live(operation);

	if (!e)
		remember_change(ops, claim, dev);
	if (!e && run)
		e = err_wrap(run_asked(ops, operation, force, run, data),
			     "the running device is changed, but not its definition");
	journal_device(ops, ACTION_MODIFY, dev, e);
	return e;
}

void journal_parent(const struct ops *ops, const char *action, const char *parent,
		    const struct err *e)
{
	_cleanup_(mem_freep) char *object = mem_printf("parent '%s'", parent);

	journal_write(ops->env, action, object, e);
}
