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

err_t sysfs_virtual_function(const struct sysfs *sysfs, const char *physical, const char *name,
			     char **ret)
{
	_cleanup_(mem_freep) char *path = mem_printf(SYSFS_PCI "/%s/%s", physical, name);
	_cleanup_(mem_freep) char *target = NULL;

	if (sysfs->top && str_starts_with(name, "virtfn"))
		TRY(sysfs_read_link(sysfs->top, path, &target));
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

/* What a wait looks for, and what there is of it. */
struct awaited {
	const char *type;
	unsigned long instances;
	bool is_there;
	unsigned long left;
};

static bool has_come(const struct awaited *awaited)
{
	return awaited->is_there && awaited->left >= awaited->instances;
}

/* Adds what @parent has of it. */
static err_t look_at(const struct sysfs *sysfs, const char *parent, struct awaited *awaited)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(dir_freep) struct dir *type = NULL;
	_cleanup_(mem_freep) char *path =
		mem_printf(SYSFS_TYPES "/%s", awaited->type ? awaited->type : "");
	unsigned long left = 0;
	bool is_there = false;

	TRY(sysfs_find_parent(sysfs, parent, &dir));
	if (dir)
		TRY(dir_has(dir, path, &is_there));
	awaited->is_there |= is_there;
	if (!is_there || !awaited->instances)
		return NULL;
	TRY(sysfs_pass_absence(dir_open_linked(dir, path, &type)));
	if (type)
		TRY(sysfs_pass_absence(sysfs_read_instances(type, &left)));
	awaited->left += left;
	return NULL;
}

static err_t look_at_group(const struct sysfs *sysfs, const char *parent, struct awaited *awaited)
{
	_cleanup_(strlist_clear) struct strlist functions = { 0 };

	awaited->is_there = false;
	awaited->left = 0;
	TRY(look_at(sysfs, parent, awaited));
	if (has_come(awaited))
		return NULL;
	TRY(sysfs_list_virtual_functions(sysfs, parent, &functions));
	for (size_t i = 0; i < functions.count; i++)
		TRY(look_at(sysfs, functions.items[i], awaited));
	return NULL;
}

static err_t did_not_come(const char *parent, const struct awaited *awaited)
{
	if (awaited->is_there)
		return err_hint(err_new(ERR_NO_INSTANCE,
					"parent '%s' has %lu instances of type '%s' left, not %lu",
					parent, awaited->left, awaited->type, awaited->instances),
				"'mdevadm list --parent %s' shows what runs", parent);
	if (awaited->type)
		return err_new(ERR_NOT_FOUND, "parent '%s' did not come with type '%s' in time",
			       parent, awaited->type);
	return err_new(ERR_NOT_FOUND, "parent '%s' did not come in time", parent);
}

err_t sysfs_wait_for_parent(const struct sysfs *sysfs, const char *parent, const char *type,
			    unsigned long instances, const struct deadline *deadline)
{
	struct awaited awaited = { .type = type, .instances = instances };

	for (;;) {
		bool is_over = deadline_is_over(deadline);

		TRY(look_at_group(sysfs, parent, &awaited));
		if (has_come(&awaited))
			return NULL;
		if (is_over)
			return did_not_come(parent, &awaited);
		deadline_sleep(deadline, RETRY_PAUSE_MS);
		TRY(interrupt_check());
	}
}
