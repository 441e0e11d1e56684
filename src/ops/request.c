/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "request.h"

err_t read_jsonfile(const char *jsonfile, const struct uuid *uuid, const char *parent,
		    struct device **ret)
{
	_cleanup_(device_freep) struct device *dev = NULL;
	_cleanup_(mem_freep) char *text = NULL;
	size_t size;
	struct err *e = stream_read(jsonfile, DEVICE_JSON_MAX, &text, &size);

	if (!e)
		e = device_from_json(text, size, jsonfile, &dev);
	if (e)
		return err_hint(e, "'mdevadm list --defined --dumpjson --uuid UUID' prints a "
				   "definition; --jsonfile takes a file, or /dev/stdin");
	dev->uuid = *uuid;
	dev->parent = mem_strdup(parent);
	*ret = take(dev);
	return NULL;
}

err_t begin_new(const struct uuid *asked, const char *jsonfile, const char *parent,
		struct uuid *ret_uuid, struct device **ret_given)
{
	struct err *e = NULL;

	*ret_uuid = *asked;
	if (!uuid_is_set(asked))
		e = uuid_generate(ret_uuid);
	if (!e && jsonfile)
		e = read_jsonfile(jsonfile, ret_uuid, parent, ret_given);
	return e;
}

err_t end_new(struct err *e, const char *verb, const struct uuid *asked, const char *parent,
	      const struct uuid *uuid, struct uuid *ret_made)
{
	/* Of what has come into being the UUID must be known. */
	if (e && !uuid_is_set(asked) && !err_has_effect(e))
		return parent ? err_wrap(e, "cannot %s a device on parent '%s'", verb, parent)
			      : err_wrap(e, "cannot %s a device", verb);
	if (e)
		return err_wrap(e, "cannot %s %s", verb, uuid->text);
	*ret_made = uuid_is_set(asked) ? (struct uuid){ 0 } : *uuid;
	return NULL;
}

err_t lock_definitions(struct ops *ops, const struct uuid *uuid, struct lock **ret,
		       struct strlist *ret_parents)
{
	const struct deadline deadline = lock_deadline(ops->env);
	_cleanup_(lock_freep) struct lock *lock = NULL;

	TRY(ops_open_locks(ops));
	TRY(lock_device(ops->locks, uuid, &deadline, &lock));
	TRY(store_find(ops->store, uuid, ret_parents));
	*ret = take(lock);
	return NULL;
}

err_t choose_definition(const struct strlist *defined, const char *parent, const char **ret)
{
	_cleanup_(mem_freep) char *parents = NULL;

	if (parent && strlist_has(defined, parent)) {
		*ret = parent;
		return NULL;
	}
	if (!defined->count)
		return err_hint(err_new(ERR_NOT_FOUND, "it is not defined"),
				"'mdevadm list --defined' shows what is");
	parents = strlist_join(defined, "'");
	if (parent)
		return err_hint(err_new(ERR_NOT_FOUND, "it is not defined on parent '%s'", parent),
				"it is on %s", parents);
	if (defined->count > 1)
		return err_hint(err_new(ERR_USAGE, "it is defined on several parents: %s", parents),
				"say which with --parent");
	*ret = defined->items[0];
	return NULL;
}

/*
 * One that is not there may come; but it may be a mistyped one as well. Of a tree that no kernel
 * runs on nothing is to be expected.
 */
static err_t check_absent(const struct ops *ops, const char *parent)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	const char *near;
	struct err *e;

	if (ops->env->moved[ENV_DIR_SYS] && !sysfs_is_there(ops->sysfs))
		return NULL;
	TRY(err_wrap(sysfs_check_support_of(ops->sysfs, parent),
		     "it is stored, and cannot be started here"));
	TRY(sysfs_list_parents(ops->sysfs, &names));
	near = strlist_nearest(&names, parent);
	e = err_new(ERR_NOT_FOUND, "parent '%s' is not there at present", parent);
	if (near)
		e = err_hint(e, "did you mean '%s'? 'mdevadm types' lists the parents", near);
	return err_hint(e, "it is stored for when the parent comes; 'mdevadm types' lists those "
			   "that are there");
}

err_t hint_types(const struct ops *ops, struct err *e, const char *parent)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *absent = sysfs_open_parent(ops->sysfs, parent, &dir);

	if (!absent)
		return err_hint(e, "say which with --type; 'mdevadm types --parent %s' lists them",
				parent);
	e = err_hint(e, "say which with --type; %s", err_message(absent));
	err_free(absent);
	return e;
}

/* Without the error's hint: the advice to mend it comes too late. */
void warn_of_unreadable(const struct ops *ops, struct err *e, const char *what)
{
	env_warn(ops->env, err_new(ERR_INVALID, "the definition that is %s cannot be read: %s",
				   what, err_message(e)));
	err_free(e);
}

static err_t check_type_offered(const struct ops *ops, const struct device *dev)
{
	_cleanup_(dir_freep) struct dir *parent = NULL;
	bool has_parent;
	bool has_types;
	bool has_type;

	TRY(sysfs_has_parent(ops->sysfs, dev->parent, &has_parent));
	if (!has_parent)
		return check_absent(ops, dev->parent);
	TRY(sysfs_open_parent(ops->sysfs, dev->parent, &parent));
	TRY(sysfs_has_types(parent, &has_types));
	TRY(sysfs_has_type(parent, dev->type, &has_type));
	if (!has_types || has_type)
		return NULL;
	return sysfs_hint_type(err_new(ERR_NOT_FOUND, "parent '%s' has no type '%s' at present",
				       dev->parent, dev->type),
			       parent, dev->parent, dev->type);
}

void warn_of_oddities(const struct ops *ops, const struct device *dev)
{
	env_warn(ops->env, device_odd_start(dev));
	env_warn(ops->env, device_unknown_keys(dev));
}

void warn_of_missing_type(const struct ops *ops, const struct device *dev)
{
	env_warn(ops->env, check_type_offered(ops, dev));
}
