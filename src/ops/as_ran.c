/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "as_ran.h"

#include <string.h>

#include "hold.h"
#include "state/record.h"

/* Fills @dev with what a definition of the same parent and type says; *ret: there is one. */
static err_t ask_definition(const struct ops *ops, struct device *dev, bool *ret)
{
	_cleanup_(device_freep) struct device *defined = NULL;
	struct err *e = store_load(ops->store, dev->parent, &dev->uuid, &defined);

	*ret = false;
	if (e && err_kind(e) == ERR_INVALID) {
		env_warn(ops->env, e);
		return NULL;
	}
	TRY(e);
	if (!defined || strcmp(defined->type, dev->type) != 0)
		return NULL;
	*ret = true;
	device_copy_attrs(dev, defined);
	return NULL;
}

static void say_unknown(const struct ops *ops, const struct device *dev, bool is_defined)
{
	const char *where = is_defined ? "it will be started with those of its definition"
				       : "it will be started without";

	env_warn(ops->env, err_hint(err_new(ERR_FAILED, "the attributes of %s are unknown: %s",
					    dev->uuid.text, where),
				    "a callout that answers 'get attributes' tells them"));
}

/* What was written when it was started, or what a drain that died before it stopped it knew. */
static const struct device *known_device(const struct record *record, const char *parent)
{
	if (!record)
		return NULL;
	if (record->state == RECORD_RUNNING)
		return record->dev;
	return record->drained && strcmp(record->drained->parent, parent) == 0 ? record->drained
									       : NULL;
}

/* *ret: it has told. */
static err_t ask_record(const struct ops *ops, struct device *dev, bool *ret)
{
	_cleanup_(record_freep) struct record *record = NULL;
	const struct device *known;
	struct err *e = record_load(ops->env, &dev->uuid, &record);

	/* The claim has named one that is not understood. */
	if (e && err_kind(e) != ERR_INVALID)
		return e;
	err_free(e);
	if (record)
		TRY(hold_drop_void(ops, record));
	known = known_device(record, dev->parent);
	*ret = known != NULL;
	if (known)
		device_copy_attrs(dev, known);
	return NULL;
}

err_t as_ran_learn(struct ops *ops, struct device *dev, bool force)
{
	bool is_known;

	TRY(callout_get_attrs(ops->callouts, dev, force, &is_known));
	if (!is_known)
		TRY(ask_record(ops, dev, &is_known));
	if (is_known)
		return NULL;
	TRY(ask_definition(ops, dev, &is_known));
	say_unknown(ops, dev, is_known);
	return NULL;
}
