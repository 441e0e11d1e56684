/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What runs, and what should. */
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "check.h"
#include "drift.h"
#include "hold.h"
#include "kernel/mdev.h"

/* What cannot be read is left out with a warning. */
static void read_running(struct check *check)
{
	check->object = check->env.dir[ENV_DIR_SYS];
	check_cannot_tell(check, check->object, mdev_scan_all(check->ops->sysfs, &check->running));
}

const struct check_rule check_running_rules[] = {
	{ "device-unreadable", read_running },
	{ 0 },
};

/* --- stuck and going --- */

static err_t stuck_device(const struct device *dev)
{
	_cleanup_(mem_freep) char *quoted = check_quote(dev->parent);

	return err_hint(
		err_new(ERR_FAILED,
			"%s on parent '%s' is stuck: the kernel has no way to remove it any "
			"more",
			dev->uuid.text, dev->parent),
		"'mdevadm stop --all --parent %s', then reload the parent's driver, then "
		"'mdevadm start-parent-mdevs %s'",
		quoted, quoted);
}

static err_t going_device(const struct device *dev)
{
	return err_hint(err_new(ERR_IN_USE,
				"%s on parent '%s' is being removed, and goes when nobody has it "
				"open any more",
				dev->uuid.text, dev->parent),
			"end what uses it, such as its virtual machine");
}

/* A device that goes is so for a moment; *ret is what is so a moment later. */
static void list_lasting(struct check *check, enum device_state state, struct device_list *ret)
{
	const struct deadline never = { DEADLINE_NEVER };
	bool has_waited = false;

	for (size_t i = 0; i < check->running.count; i++) {
		const struct device *dev = check->running.items[i];
		struct device *again = NULL;

		if (dev->state != state)
			continue;
		if (!has_waited)
			deadline_sleep(&never, STUCK_MS);
		has_waited = true;
		check_cannot_tell(
			check, dev->uuid.text,
			mdev_find_below(check->ops->sysfs, dev->parent, &dev->uuid, &again));
		if (again && again->state == state)
			device_list_add(ret, again);
		else
			device_free(again);
	}
}

static void look_for_stuck(struct check *check)
{
	_cleanup_(device_list_clear) struct device_list list = { 0 };

	list_lasting(check, DEVICE_STATE_STUCK, &list);
	for (size_t i = 0; i < list.count; i++)
		check_fault(check, list.items[i]->uuid.text, stuck_device(list.items[i]));
}

static void look_for_going(struct check *check)
{
	_cleanup_(device_list_clear) struct device_list list = { 0 };

	list_lasting(check, DEVICE_STATE_REMOVING, &list);
	for (size_t i = 0; i < list.count; i++)
		check_note(check, list.items[i]->uuid.text, going_device(list.items[i]));
}

/* --- otherwise than defined --- */

/* The definition of the device on its parent; else any of its UUID, or NULL. */
static const struct device *find_definition(const struct check *check, const struct device *dev)
{
	const struct device *any = NULL;

	for (size_t i = 0; i < check->definitions.count; i++) {
		const struct device *one = check->definitions.items[i];

		if (!uuid_is_equal(&one->uuid, &dev->uuid))
			continue;
		if (strcmp(one->parent, dev->parent) == 0)
			return one;
		any = one;
	}
	return any;
}

static err_t tell(const struct device *dev, const struct difference *difference)
{
	struct err *e;

	if (difference->unknown)
		return NULL;
	if (difference->running && difference->defined)
		e = err_new(ERR_FAILED, "%s runs with %s '%s', but is defined with '%s'",
			    dev->uuid.text, difference->what, difference->running,
			    difference->defined);
	else
		e = err_new(ERR_FAILED, "%s runs otherwise than defined: %s", dev->uuid.text,
			    difference->what);
	return err_hint(e,
			"'mdevadm restart --defined --uuid %s' makes it as defined; or change the "
			"definition",
			dev->uuid.text);
}

/* The definition with the id of its type, where it has the name. */
static struct device *copy_definition(const struct check *check, const struct device *definition)
{
	const char *type = check_type_of(check, definition);
	struct device *copy = device_copy(definition);

	if (type) {
		free(copy->type);
		copy->type = mem_strdup(type);
	}
	return copy;
}

static void compare_with_definition(struct check *check, const struct device *dev)
{
	const struct device *definition = find_definition(check, dev);
	_cleanup_(device_freep) struct device *copy = NULL;
	struct device_status *status;

	if (!definition || dev->state != DEVICE_STATE_RUNNING)
		return;
	copy = copy_definition(check, definition);
	status = device_status_new(device_copy(dev));
	find_drift(check->ops, copy, status);
	for (size_t i = 0; i < status->difference_count; i++)
		check_fault(check, dev->uuid.text, tell(dev, &status->differences[i]));
	device_status_free(status);
}

static void look_for_differences(struct check *check)
{
	/* What is wrong with the scripts, which are asked again, was told. */
	check->env.warn = NULL;
	for (size_t i = 0; i < check->running.count && !interrupt_is_pending(); i++)
		compare_with_definition(check, check->running.items[i]);
	check->env.warn = check_warn;
}

/* --- not running --- */

/* Whether it could be started: what is in its way otherwise has been found as such. */
static err_t may_start(const struct check *check, const struct device *dev, bool *ret)
{
	_cleanup_(holder_clear) struct holder holder = { 0 };
	struct err *e;

	*ret = false;
	if (!check_type_of(check, dev))
		return NULL;
	e = hold_look(check->ops, dev->parent, &holder);
	/* A hold that is not understood has a finding of its own. */
	if (e && err_kind(e) == ERR_INVALID) {
		err_free(e);
		return NULL;
	}
	*ret = !e && !holder.name;
	return e;
}

static err_t auto_not_running(const struct device *dev)
{
	_cleanup_(mem_freep) char *quoted = check_quote(dev->parent);

	return err_hint(err_new(ERR_FAILED,
				"%s is auto and does not run, though parent '%s' is there",
				dev->uuid.text, dev->parent),
			"'mdevadm start --uuid %s --parent %s' starts it, or says why not",
			dev->uuid.text, quoted);
}

static void look_for_stopped(struct check *check)
{
	for (size_t i = 0; i < check->definitions.count; i++) {
		const struct device *dev = check->definitions.items[i];
		bool is_missing = false;

		if (dev->start != DEVICE_START_AUTO || check_find_running(check, &dev->uuid))
			continue;
		check_cannot_tell(check, dev->uuid.text, may_start(check, dev, &is_missing));
		if (is_missing)
			check_fault(check, dev->uuid.text, auto_not_running(dev));
	}
}

const struct check_rule check_device_rules[] = {
	{ "device-stuck", look_for_stuck },
	{ "device-going", look_for_going },
	{ "device-differs", look_for_differences },
	{ "device-not-running", look_for_stopped },
	{ 0 },
};
