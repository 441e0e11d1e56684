/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "live.h"

#include "write.h"

/*
 * What the script says that the device has; *ret is NULL if it says nothing, or nothing readable.
 */
static void ask(const struct claim *claim, const struct device *like, struct device **ret)
{
	struct ops *ops = claim->ops;
	struct device *dev = device_copy(like);
	bool is_told = false;
	struct err *e = callout_get_attrs(ops->callouts, dev, false, &is_told);

	if (!e && is_told)
		*ret = dev;
	else
		device_free(dev);
	env_warn(ops->env, err_wrap(e, "it cannot be told what %s has", like->uuid.text));
}

static err_t check_changed(const struct claim *claim, const struct device *wanted,
			   const struct device *before, const struct device *after)
{
	if (!after) {
		env_warn(claim->ops->env,
			 err_hint(err_new(ERR_FAILED,
					  "no script tells what attributes %s has: that the change "
					  "was made is believed",
					  wanted->uuid.text),
				  "a callout that answers 'get attributes' tells them"));
		return NULL;
	}
	if (!before || !device_has_same_attrs(before, after) ||
	    device_has_same_attrs(before, wanted))
		return NULL;
	return err_hint(err_new(ERR_FAILED, "the script said that it changed the device, but the "
					    "device has the attributes that it had before"),
			"see what the script and 'journalctl -k' say; nothing was stored");
}

/* A drain brings the device back as it is now. */
static void remember(struct claim *claim, const struct device *dev)
{
	struct record *record = claim->record;

	if (record->state != RECORD_RUNNING)
		return;
	device_free(record->dev);
	record->dev = device_copy(dev);
	/* Of a drain that died before it stopped the device. */
	if (record->drained)
		device_copy_attrs(record->drained, dev);
	env_warn(claim->ops->env,
		 err_wrap(record_save(claim->ops->env, record),
			  "the change took effect, but is not remembered for a drain"));
}

static err_t change_and_look(struct claim *claim, const struct device *dev,
			     struct callout_operation *operation)
{
	_cleanup_(device_freep) struct device *before = NULL;
	_cleanup_(device_freep) struct device *after = NULL;
	struct err *e;

	ask(claim, dev, &before);
	TRY(write_live(claim, dev, operation));
	ask(claim, dev, &after);
	e = check_changed(claim, dev, before, after);
	if (e)
		callout_live_failed(operation);
	else
		remember(claim, after ? after : dev);
	return e;
}

err_t live_change(struct claim *claim, struct device *dev, bool force, action_fn run)
{
	struct ops *ops = claim->ops;
	struct callout_operation *operation =
		callout_operation_new(ops->callouts, ACTION_MODIFY, dev);
	struct err *e = change_and_look(claim, dev, operation);

	if (!e && run) {
		e = action_ask(ops, operation, force, run, dev);
		if (!err_has_effect(e))
			e = err_wrap(e, "the running device is changed, but not its definition");
	}
	action_end(ops, operation, ACTION_MODIFY, dev, e);
	return e;
}
