/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What runs, and what should. */
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "base/limits.h"
#include "check.h"
#include "hold.h"
#include "kernel/mdev.h"
#include "state/record.h"

static void add_running(struct check *check, struct device_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (!check_find_running(check, &list->items[i]->uuid))
			device_list_add(&check->running, take(list->items[i]));
}

/* What is going has no link any more, and is found below its parent. */
static void read_running(struct check *check)
{
	const struct sysfs *sysfs = check->ops->sysfs;
	_cleanup_(device_list_clear) struct device_list linked = { 0 };

	check->object = check->env.dir[ENV_DIR_SYS];
	check_cannot_tell(check, check->object, mdev_scan(sysfs, &linked));
	add_running(check, &linked);
	for (size_t i = 0; i < check->names.count; i++) {
		_cleanup_(device_list_clear) struct device_list children = { 0 };

		check_cannot_tell(check, check->names.items[i],
				  mdev_list_children(sysfs, check->names.items[i], &children));
		add_running(check, &children);
	}
	check->is_told = mem_zalloc((check->running.count + 1) * sizeof(*check->is_told));
}

const struct check_rule check_running_rules[] = {
	{ "device-unreadable", read_running },
	{ 0 },
};

/* --- stuck and going --- */

static err_t stuck(const struct device *dev)
{
	return err_hint(
		err_new(ERR_FAILED,
			"%s on parent '%s' is stuck: the kernel has no way to remove it any "
			"more",
			dev->uuid.text, dev->parent),
		"'mdevadm stop --all --parent %s', then reload the parent's driver, then "
		"'mdevadm start-parent-mdevs %s'",
		dev->parent, dev->parent);
}

static err_t going(const struct device *dev)
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
		check_fault(check, list.items[i]->uuid.text, stuck(list.items[i]));
}

static void look_for_going(struct check *check)
{
	_cleanup_(device_list_clear) struct device_list list = { 0 };

	list_lasting(check, DEVICE_STATE_REMOVING, &list);
	for (size_t i = 0; i < list.count; i++)
		check_note(check, list.items[i]->uuid.text, going(list.items[i]));
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

/* What it was started with, if it still is that device; NULL if that is not known. */
static err_t ask_record(const struct check *check, const struct device *dev, struct record **ret)
{
	_cleanup_(record_freep) struct record *record = NULL;
	ino_t inode;

	TRY(record_load(&check->env, &dev->uuid, &record));
	if (!record || record->state != RECORD_RUNNING)
		return NULL;
	TRY(mdev_inode(check->ops->sysfs, dev->parent, &dev->uuid, &inode));
	if (record->inode == inode)
		*ret = take(record);
	return NULL;
}

static char *show_attrs(const struct device *dev)
{
	_cleanup_(json_freep) json_t *json = device_attrs_to_json(dev);

	return json_to_line(json);
}

static err_t other_attrs(const struct device *dev, const struct device *definition)
{
	_cleanup_(mem_freep) char *has = show_attrs(dev);
	_cleanup_(mem_freep) char *defined = show_attrs(definition);

	return err_new(ERR_FAILED, "%s runs with the attributes %s, but is defined with %s",
		       dev->uuid.text, has, defined);
}

/* Attributes that nobody knows are as they should be. */
static err_t compare_attrs(const struct check *check, const struct device *dev, bool is_told,
			   const struct device *definition)
{
	_cleanup_(record_freep) struct record *record = NULL;

	if (!is_told)
		err_free(ask_record(check, dev, &record));
	if (record)
		dev = record->dev;
	else if (!is_told)
		return NULL;
	return device_has_attrs_of(dev, definition) ? NULL : other_attrs(dev, definition);
}

static err_t compare(const struct check *check, size_t index)
{
	const struct device *dev = check->running.items[index];
	const struct device *definition = find_definition(check, dev);
	const char *type;

	if (!definition || dev->state != DEVICE_STATE_RUNNING)
		return NULL;
	if (strcmp(definition->parent, dev->parent) != 0)
		return err_new(ERR_FAILED, "%s runs on parent '%s', but is defined on '%s'",
			       dev->uuid.text, dev->parent, definition->parent);
	type = check_type_of(check, definition);
	if (!type)
		type = definition->type;
	if (!dev->type || strcmp(dev->type, type) != 0)
		return err_new(ERR_FAILED, "%s runs with type '%s', but is defined with '%s'",
			       dev->uuid.text, dev->type ? dev->type : "", type);
	return compare_attrs(check, dev, check->is_told[index], definition);
}

static void look_for_differences(struct check *check)
{
	for (size_t i = 0; i < check->running.count; i++) {
		const char *uuid = check->running.items[i]->uuid.text;

		check_fault(check, uuid,
			    err_hint(compare(check, i),
				     "'mdevadm restart --defined --uuid %s' makes it as defined; "
				     "or change the definition",
				     uuid));
	}
}

/* --- not running --- */

/* Whether it could be started: what is in its way otherwise has been found as such. */
static err_t may_start(const struct check *check, const struct device *dev, bool *ret)
{
	_cleanup_(holder_clear) struct holder holder = { 0 };

	*ret = false;
	if (!check_type_of(check, dev))
		return NULL;
	TRY(hold_look(check->ops, dev->parent, &holder));
	*ret = !holder.name;
	return NULL;
}

static void look_for_stopped(struct check *check)
{
	for (size_t i = 0; i < check->definitions.count; i++) {
		const struct device *dev = check->definitions.items[i];
		bool is_missing = false;

		if (dev->start != DEVICE_START_AUTO || check_find_running(check, &dev->uuid))
			continue;
		/* A hold that cannot be told has a finding of its own. */
		err_free(may_start(check, dev, &is_missing));
		if (is_missing)
			check_fault(check, dev->uuid.text,
				    err_hint(err_new(ERR_FAILED,
						     "%s is auto and does not run, though parent "
						     "'%s' is there",
						     dev->uuid.text, dev->parent),
					     "'mdevadm start --uuid %s --parent %s' starts it, or "
					     "says why not",
					     dev->uuid.text, dev->parent));
	}
}

const struct check_rule check_device_rules[] = {
	{ "device-stuck", look_for_stuck },
	{ "device-going", look_for_going },
	{ "device-differs", look_for_differences },
	{ "device-not-running", look_for_stopped },
	{ 0 },
};
