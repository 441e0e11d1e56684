/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hold.h"

#include <stdlib.h>

#include "journal.h"

/* One that is not there may come; but it may be a typing error as well. */
static err_t warn_if_absent(const struct ops *ops, const char *parent)
{
	_cleanup_(strlist_clear) struct strlist functions = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;
	bool is_there;

	TRY(sysfs_has_parent(ops->sysfs, parent, &is_there));
	TRY(sysfs_list_virtual_functions(ops->sysfs, parent, &functions));
	if (!is_there && !functions.count)
		env_warn(ops->env, err_wrap(sysfs_open_parent(ops->sysfs, parent, &dir),
					    "parent '%s' is held all the same", parent));
	return NULL;
}

err_t hold_load_living(const struct ops *ops, const char *parent, struct held **ret)
{
	_cleanup_(held_freep) struct held *held = NULL;

	TRY(held_load(ops->env, parent, &held));
	*ret = held && !held->is_lifting ? take(held) : NULL;
	return NULL;
}

err_t hold_drop_void(const struct ops *ops, struct record *record)
{
	_cleanup_(held_freep) struct held *held = NULL;
	struct err *e;

	if (!record->drained)
		return NULL;
	e = held_load(ops->env, record->drained_of, &held);
	if (e && err_kind(e) != ERR_INVALID)
		return e;
	if (!e && (!held || !held_has_drain(held, record->hold)))
		record_set_not_drained(record);
	err_free(e);
	return NULL;
}

static err_t hold_parent(struct ops *ops, const char *parent, const char *reason)
{
	const struct deadline deadline = lock_deadline(ops->env);
	_cleanup_(cover_clear) struct cover cover = { 0 };
	_cleanup_(held_freep) struct held *held = NULL;

	TRY(held_check_reason(reason));
	TRY(cover_parent(ops, parent, LOCK_EXCLUSIVE, &deadline, &cover));
	TRY(hold_load_living(ops, parent, &held));
	if (held)
		return err_hint(err_new(ERR_EXISTS, "it is held already: %s", held_reason(held)),
				"'mdevadm resume %s' lifts the hold", parent);
	TRY(warn_if_absent(ops, parent));
	held = held_new(parent);
	held_set_hold(held, reason);
	return held_save(ops->env, held);
}

err_t op_hold(struct ops *ops, const char *parent, const char *reason)
{
	struct err *e = hold_parent(ops, parent, reason);

	journal_parent(ops->env, "hold", parent, e);
	return err_wrap(e, "cannot hold parent '%s'", parent);
}

void holder_clear(struct holder *holder)
{
	free(holder->name);
	free(holder->reason);
	*holder = (struct holder){ 0 };
}

static err_t find_by_name(const struct env *env, const char *name, struct holder *ret)
{
	_cleanup_(held_freep) struct held *held = NULL;

	TRY(held_load(env, name, &held));
	if (held && held_reason(held))
		*ret = (struct holder){ mem_strdup(name), mem_strdup(held_reason(held)) };
	return NULL;
}

err_t hold_find(const struct env *env, const char *parent, const char *physical, struct holder *ret)
{
	TRY(find_by_name(env, parent, ret));
	return ret->name || !physical ? NULL : find_by_name(env, physical, ret);
}

err_t hold_look(const struct ops *ops, const char *parent, struct holder *ret)
{
	_cleanup_(mem_freep) char *physical = NULL;

	TRY(sysfs_physical_function(ops->sysfs, parent, &physical));
	return hold_find(ops->env, parent, physical, ret);
}

char *op_held_reason(struct ops *ops, const char *parent)
{
	_cleanup_(holder_clear) struct holder holder = { 0 };
	struct err *e = hold_look(ops, parent, &holder);

	env_warn(ops->env, err_wrap(e, "it cannot be told whether parent '%s' is held", parent));
	return take(holder.reason);
}
