/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "context.h"

#include <stdlib.h>

#include "base/dir.h"

err_t ops_open(const struct env *env, struct ops **ret)
{
	_cleanup_(ops_freep) struct ops *ops = mem_zalloc(sizeof(*ops));
	struct err *e;

	ops->env = env;
	pthread_mutex_init(&ops->mutex, NULL);
	ops->callouts = callouts_new(env);
	ops->store = store_new(env);
	e = sysfs_open(env, &ops->sysfs);
	if (e)
		return e;
	*ret = take(ops);
	return NULL;
}

void ops_free(struct ops *ops)
{
	if (!ops)
		return;
	operations_announce(&ops->unannounced);
	store_free(ops->store);
	sysfs_free(ops->sysfs);
	locks_free(ops->locks);
	callouts_free(ops->callouts);
	pthread_mutex_destroy(&ops->mutex);
	free(ops);
}

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
		return e;
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
	if (e && !uuid_is_set(asked))
		return err_wrap(e, "cannot %s a device on parent '%s'", verb, parent);
	if (e)
		return err_wrap(e, "cannot %s %s", verb, uuid->text);
	*ret_made = uuid_is_set(asked) ? (struct uuid){ 0 } : *uuid;
	return NULL;
}

static char *join(const struct strlist *list)
{
	char *joined = mem_strdup("");

	for (size_t i = 0; i < list->count; i++) {
		_cleanup_(mem_freep) char *before = joined;

		joined = mem_printf("%s%s'%s'", before, i ? ", " : "", list->items[i]);
	}
	return joined;
}

err_t choose_definition(const struct claim *claim, const char *parent, const char **ret)
{
	_cleanup_(mem_freep) char *parents = NULL;

	if (parent && strlist_has(&claim->defined, parent)) {
		*ret = parent;
		return NULL;
	}
	if (!claim->defined.count)
		return err_hint(err_new(ERR_NOT_FOUND, "it is not defined"),
				"'mdevadm list --defined' shows what is");
	parents = join(&claim->defined);
	if (parent)
		return err_hint(err_new(ERR_NOT_FOUND, "it is not defined on parent '%s'", parent),
				"it is on %s", parents);
	if (claim->defined.count > 1)
		return err_hint(err_new(ERR_USAGE, "it is defined on several parents: %s", parents),
				"say which with --parent");
	*ret = claim->defined.items[0];
	return NULL;
}

void warn_of_missing_type(const struct ops *ops, const struct device *dev)
{
	_cleanup_(dir_freep) struct dir *parent = NULL;
	_cleanup_(err_freep) struct err *e = sysfs_open_parent(ops->sysfs, dev->parent, &parent);

	if (e || !sysfs_has_types(parent) || sysfs_has_type(parent, dev->type))
		return;
	env_warn(ops->env,
		 err_hint(err_new(ERR_NOT_FOUND, "parent '%s' has no type '%s' at present",
				  dev->parent, dev->type),
			  "'mdevadm types --parent %s' lists its types", dev->parent));
}
