/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/running.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sysfs_private.h"

err_t running_read_group(const struct sysfs *sysfs, const struct uuid *uuid, char **ret)
{
	_cleanup_(mem_freep) char *path = mem_printf(SYSFS_DEVICES "/%s/iommu_group", uuid->text);
	_cleanup_(mem_freep) char *target = NULL;

	TRY(sysfs_read_link(sysfs->top, path, &target));
	*ret = target ? mem_strdup(str_base_name(target)) : NULL;
	return NULL;
}

err_t running_read_inode(const struct sysfs *sysfs, const struct uuid *uuid, ino_t *ret)
{
	_cleanup_(mem_freep) char *path = mem_printf(SYSFS_DEVICES "/%s", uuid->text);
	struct stat st = { 0 };

	if (fstatat(sysfs->top->fd, path, &st, 0) < 0 && !errnum_is_absence(errno))
		return dir_err(sysfs->top, "look at", path);
	*ret = st.st_ino;
	return NULL;
}

err_t running_read_attr(const struct sysfs *sysfs, const struct uuid *uuid, const char *name,
			char **ret)
{
	_cleanup_(mem_freep) char *path = mem_printf(SYSFS_DEVICES "/%s/%s", uuid->text, name);
	size_t length;

	TRY(dir_read(sysfs->top, path, SYSFS_FILE_MAX, ret, NULL));
	length = strlen(*ret);
	if (length && (*ret)[length - 1] == '\n')
		(*ret)[length - 1] = '\0';
	return NULL;
}

static void add_named(const char *owner, const char *name, struct named_list *ret)
{
	struct uuid uuid;

	/* What is no mediated device is not ours. */
	if (!uuid_parse(owner, &uuid))
		return;
	ret->items = mem_grow(ret->items, ret->count, sizeof(*ret->items));
	ret->items[ret->count++] = (struct named){ .uuid = uuid, .name = mem_strdup(name) };
}

static int compare(const void *a, const void *b)
{
	const struct named *x = a;
	const struct named *y = b;

	return strcmp(x->uuid.text, y->uuid.text);
}

static void sort(struct named_list *list)
{
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare);
}

err_t running_list_drivers(const struct sysfs *sysfs, struct named_list *ret)
{
	_cleanup_(strlist_clear) struct strlist drivers = { 0 };

	if (sysfs->top)
		TRY(sysfs_list(sysfs->top, SYSFS_DRIVERS, &drivers));
	for (size_t i = 0; i < drivers.count; i++) {
		_cleanup_(mem_freep) char *path = mem_printf(SYSFS_DRIVERS "/%s", drivers.items[i]);
		_cleanup_(strlist_clear) struct strlist names = { 0 };

		env_warn(sysfs->env, err_wrap(sysfs_list(sysfs->top, path, &names),
					      "driver '%s' is left out", drivers.items[i]));
		for (size_t j = 0; j < names.count; j++)
			add_named(names.items[j], drivers.items[i], ret);
	}
	sort(ret);
	return NULL;
}

/* ".../UUID/vfio-dev/vfio0" */
static void add_cdev(char *target, const char *name, struct named_list *ret)
{
	char *end = strstr(target, "/vfio-dev/");

	if (!end)
		return;
	*end = '\0';
	add_named(str_base_name(target), name, ret);
}

err_t running_list_cdevs(const struct sysfs *sysfs, struct named_list *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	if (sysfs->top)
		TRY(sysfs_list(sysfs->top, SYSFS_CDEVS, &names));
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_(mem_freep) char *path = mem_printf(SYSFS_CDEVS "/%s", names.items[i]);
		_cleanup_(mem_freep) char *target = NULL;

		TRY(sysfs_read_link(sysfs->top, path, &target));
		if (target)
			add_cdev(target, names.items[i], ret);
	}
	sort(ret);
	return NULL;
}

const char *named_find(const struct named_list *list, const struct uuid *uuid)
{
	const struct named key = { .uuid = *uuid };
	const struct named *found = NULL;

	if (list->count)
		found = bsearch(&key, list->items, list->count, sizeof(key), compare);
	return found ? found->name : NULL;
}

void named_list_clear(struct named_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].name);
	free(list->items);
	*list = (struct named_list){ 0 };
}
