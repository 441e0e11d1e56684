/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whoever is here waits for a key's effect: no lock is taken, and no script is run. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "completion.h"

/* Takes @description. A line could not have other names, nor could they be given. */
static void offer(const struct completion *completion, const char *value, const char *end,
		  char *description)
{
	FILE *stream = output_stream(completion->output);

	if (str_is_plain(value)) {
		fprintf(stream, "%s%s\t", value, end);
		output_text(completion->output, description);
		fputc('\n', stream);
	}
	free(description);
}

/* --- devices --- */

enum devices {
	DEVICES_ALL,
	DEVICES_RUNNING,
	DEVICES_DEFINED,
	DEVICES_TO_DEFINE, /* they run and are not defined */
	DEVICES_TO_START,  /* they are defined and do not run */
};

/* Which a command works on; of one that is not here, all are offered. */
static const struct {
	const char *command;
	enum devices devices;
	enum option option; /* with it, it is these */
	enum devices with_option;
} choices[] = {
	{ "define", DEVICES_TO_DEFINE, 0, 0 },
	{ "undefine", DEVICES_DEFINED, 0, 0 },
	{ "modify", DEVICES_DEFINED, OPT_LIVE, DEVICES_RUNNING },
	{ "start", DEVICES_TO_START, 0, 0 },
	{ "stop", DEVICES_RUNNING, 0, 0 },
	{ "restart", DEVICES_RUNNING, 0, 0 },
	{ "list", DEVICES_RUNNING, OPT_DEFINED, DEVICES_DEFINED },
};

static enum devices choose_devices(const struct completion *completion)
{
	for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
		if (strcmp(choices[i].command, completion->command) != 0)
			continue;
		return choices[i].option && option_is_given(completion->values, choices[i].option)
			       ? choices[i].with_option
			       : choices[i].devices;
	}
	return DEVICES_ALL;
}

/* Those of @uuid, or all if it is unset. */
static void find_devices(const struct completion *completion, const struct uuid *uuid, bool defined,
			 struct device_list *ret)
{
	const struct list_request request = {
		.defined = defined,
		.uuids = uuid,
		.uuid_count = uuid_is_set(uuid),
		.parent = completion->values->parent,
		.has_group = true,
	};

	err_free(op_list(completion->ops, &request, ret));
}

static bool is_wanted(enum devices devices, bool defined, const struct device *dev)
{
	switch (devices) {
	case DEVICES_ALL:
		/* What is defined was offered as such. */
		return defined || !dev->is_defined;
	case DEVICES_RUNNING:
		return !defined;
	case DEVICES_DEFINED:
		return defined;
	case DEVICES_TO_DEFINE:
		return !defined && !dev->is_defined;
	case DEVICES_TO_START:
		return defined && dev->state == DEVICE_STATE_ABSENT;
	}
	return false;
}

static const char *describe_state(const struct device *dev, bool defined)
{
	if (dev->state == DEVICE_STATE_STUCK)
		return ", stuck";
	if (dev->is_incomplete)
		return ", incomplete";
	return defined && dev->state == DEVICE_STATE_ABSENT ? ", not running" : ", running";
}

static void offer_device(const struct completion *completion, const struct device *dev,
			 bool defined)
{
	const char *start =
		defined || dev->is_defined ? device_start_name(dev->start) : "not defined";

	for (char *const *word = completion->words; *word; word++)
		if (strcasecmp(*word, dev->uuid.text) == 0)
			return;
	offer(completion, dev->uuid.text, "",
	      mem_printf("%s %s, %s%s", dev->parent, dev->type, start,
			 describe_state(dev, defined)));
}

static void offer_listed(const struct completion *completion, bool defined)
{
	enum devices devices = choose_devices(completion);
	_cleanup_(device_list_clear) struct device_list list = { 0 };

	find_devices(completion, &(struct uuid){ 0 }, defined, &list);
	for (size_t i = 0; i < list.count; i++)
		if (is_wanted(devices, defined, list.items[i]))
			offer_device(completion, list.items[i], defined);
}

static void offer_uuids(const struct completion *completion)
{
	enum devices devices = choose_devices(completion);

	if (devices != DEVICES_RUNNING && devices != DEVICES_TO_DEFINE)
		offer_listed(completion, true);
	if (devices != DEVICES_DEFINED && devices != DEVICES_TO_START)
		offer_listed(completion, false);
}

/* --- parents and types --- */

static void offer_parent(const struct completion *completion, const char *name, const char *what)
{
	_cleanup_(mem_freep) char *reason = op_held_reason(completion->ops, name);

	offer(completion, name, "",
	      mem_printf("%s%s%s", what, reason ? ", held: " : "", reason ? reason : ""));
}

/* Parents that are not there, but on which something is defined. */
static void offer_absent_parents(const struct completion *completion, const struct strlist *present)
{
	const struct list_request request = { .defined = true };
	_cleanup_(device_list_clear) struct device_list list = { 0 };

	err_free(op_list(completion->ops, &request, &list));
	for (size_t i = 0; i < list.count; i++) {
		const char *name = list.items[i]->parent;

		if (i && strcmp(list.items[i - 1]->parent, name) == 0)
			continue;
		if (!strlist_has(present, name))
			offer_parent(completion, name, "not there");
	}
}

static void offer_parents(const struct completion *completion)
{
	_cleanup_(parent_list_clear) struct parent_list parents = { 0 };
	_cleanup_(strlist_clear) struct strlist present = { 0 };

	err_free(op_types(completion->ops, NULL, true, &parents));
	for (size_t i = 0; i < parents.count; i++) {
		const struct parent *parent = parents.items[i];
		_cleanup_(mem_freep) char *what = mem_printf("%zu type%s", parent->type_count,
							     parent->type_count == 1 ? "" : "s");

		strlist_add(&present, mem_strdup(parent->name));
		offer_parent(completion, parent->name, what);
	}
	offer_absent_parents(completion, &present);
}

/* The device that the line names, with its attributes if it is defined; NULL if there is none. */
static struct device *named_device(const struct completion *completion, bool defined)
{
	_cleanup_(device_list_clear) struct device_list list = { 0 };

	if (!uuid_is_set(&completion->values->uuid))
		return NULL;
	find_devices(completion, &completion->values->uuid, defined, &list);
	/* Which one is meant is open where several parents have it. */
	return list.count == 1 ? take(list.items[0]) : NULL;
}

/* The parent that the line names, or its device has; NULL if it is any. */
static const char *named_parent(const struct completion *completion, const struct device *dev)
{
	if (completion->values->parent)
		return completion->values->parent;
	return dev ? dev->parent : NULL;
}

/* Whether @type is the first of its name. */
static bool is_first(const struct parent_list *parents, const struct mdev_type *type)
{
	for (size_t i = 0; i < parents->count; i++)
		for (size_t j = 0; j < parents->items[i]->type_count; j++)
			if (strcmp(parents->items[i]->types[j].id, type->id) == 0)
				return &parents->items[i]->types[j] == type;
	return true;
}

static unsigned long count_instances(const struct parent_list *parents, const char *id)
{
	unsigned long sum = 0;

	for (size_t i = 0; i < parents->count; i++)
		for (size_t j = 0; j < parents->items[i]->type_count; j++)
			if (strcmp(parents->items[i]->types[j].id, id) == 0)
				sum += parents->items[i]->types[j].available_instances;
	return sum;
}

static void offer_types(const struct completion *completion)
{
	_cleanup_(device_freep) struct device *dev = named_device(completion, true);
	_cleanup_(parent_list_clear) struct parent_list parents = { 0 };

	err_free(op_types(completion->ops, named_parent(completion, dev), true, &parents));
	for (size_t i = 0; i < parents.count; i++) {
		for (size_t j = 0; j < parents.items[i]->type_count; j++) {
			const struct mdev_type *type = &parents.items[i]->types[j];

			if (is_first(&parents, type))
				offer(completion, type->id, "",
				      mem_printf("%s%s%lu available", type->name,
						 *type->name ? ", " : "",
						 count_instances(&parents, type->id)));
		}
	}
}

/* --- attributes --- */

static void offer_attrs_of(const struct completion *completion, const struct device *dev,
			   struct strlist *offered)
{
	/* Its value is typed on where the name is. */
	const char *end = strchr(completion->spec->metavar, '=') ? "=" : "";

	for (size_t i = 0; i < dev->attr_count; i++) {
		if (strlist_has(offered, dev->attrs[i].name))
			continue;
		strlist_add(offered, mem_strdup(dev->attrs[i].name));
		offer(completion, dev->attrs[i].name, end, mem_strdup(dev->attrs[i].value));
	}
}

/* What other definitions of the type have may be what this one lacks. */
static void offer_attrs_of_type(const struct completion *completion, const char *type,
				struct strlist *offered)
{
	const struct list_request request = { .defined = true };
	_cleanup_(device_list_clear) struct device_list list = { 0 };

	err_free(op_list(completion->ops, &request, &list));
	for (size_t i = 0; i < list.count; i++)
		if (!type || strcmp(list.items[i]->type, type) == 0)
			offer_attrs_of(completion, list.items[i], offered);
}

static void offer_attrs(const struct completion *completion)
{
	_cleanup_(device_freep) struct device *dev = named_device(completion, true);
	_cleanup_(strlist_clear) struct strlist offered = { 0 };
	const char *type = completion->values->type;

	if (dev)
		offer_attrs_of(completion, dev, &offered);
	/* What is deleted is there. */
	if (str_starts_with(completion->spec->name, "del"))
		return;
	offer_attrs_of_type(completion, !type && dev ? dev->type : type, &offered);
}

static void offer_indexes(const struct completion *completion)
{
	_cleanup_(device_freep) struct device *dev = named_device(completion, true);

	if (!dev)
		return;
	for (size_t i = 0; i <= dev->attr_count; i++) {
		_cleanup_(mem_freep) char *index = mem_printf("%zu", i);

		if (i < dev->attr_count)
			offer(completion, index, "",
			      mem_printf("%s=%s", dev->attrs[i].name, dev->attrs[i].value));
		else if (option_is_given(completion->values, OPT_ADDATTR))
			offer(completion, index, "", mem_strdup("at the end"));
	}
}

static void offer_bases(const struct completion *completion)
{
	for (enum env_dir i = 0; i < ENV_DIR_COUNT; i++)
		offer(completion, env_dir_name(i), "=", mem_strdup(completion->env->dir[i]));
}

/* --- all kinds --- */

static const struct {
	enum option_kind kind;
	void (*offer)(const struct completion *completion);
} sources[] = {
	{ KIND_UUID, offer_uuids },	  { KIND_PARENT, offer_parents },
	{ KIND_TYPE, offer_types },	  { KIND_ATTR, offer_attrs },
	{ KIND_ATTR_VALUE, offer_attrs }, { KIND_ATTR_NAME, offer_attrs },
	{ KIND_INDEX, offer_indexes },	  { KIND_BASE, offer_bases },
};

bool completion_has_values(enum option_kind kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
		if (sources[i].kind == kind)
			return true;
	return false;
}

void completion_print_values(const struct completion *completion)
{
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
		if (sources[i].kind == completion->spec->kind)
			sources[i].offer(completion);
}
