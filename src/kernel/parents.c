/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How parents belong together, and their coming. */
#include <string.h>

#include "base/interrupt.h"
#include "base/limits.h"
#include "sysfs_private.h"

err_t sysfs_physical_function(const struct sysfs *sysfs, const char *parent, char **ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(mem_freep) char *target = NULL;

	TRY(sysfs_find_home(sysfs, parent, NULL, &dir));
	if (dir)
		TRY(sysfs_read_link(dir, "physfn", &target));
	*ret = target ? mem_strdup(str_base_name(target)) : NULL;
	return NULL;
}

err_t sysfs_list_virtual_functions(const struct sysfs *sysfs, const char *physical,
				   struct strlist *ret)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };

	TRY(sysfs_list_parents(sysfs, &parents));
	for (size_t i = 0; i < parents.count; i++) {
		_cleanup_(mem_freep) char *own = NULL;

		TRY(sysfs_physical_function(sysfs, parents.items[i], &own));
		if (own && strcmp(own, physical) == 0)
			strlist_add(ret, mem_strdup(parents.items[i]));
	}
	return NULL;
}

static err_t has_come(const struct sysfs *sysfs, const char *parent, const char *type, bool *ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	*ret = false;
	TRY(sysfs_find_parent(sysfs, parent, &dir));
	if (!dir)
		return NULL;
	return type ? sysfs_has_type(dir, type, ret) : sysfs_has_types(dir, ret);
}

static err_t did_not_come(const char *parent, const char *type)
{
	if (type)
		return err_new(ERR_NOT_FOUND, "parent '%s' did not come with type '%s' in time",
			       parent, type);
	return err_new(ERR_NOT_FOUND, "parent '%s' did not come in time", parent);
}

err_t sysfs_wait_for_parent(const struct sysfs *sysfs, const char *parent, const char *type,
			    const struct deadline *deadline)
{
	for (;;) {
		bool is_over = deadline_is_over(deadline);
		bool is_there;

		TRY(has_come(sysfs, parent, type, &is_there));
		if (is_there)
			return NULL;
		if (is_over)
			return did_not_come(parent, type);
		deadline_sleep(deadline, RETRY_PAUSE_MS);
		TRY(interrupt_check());
	}
}
