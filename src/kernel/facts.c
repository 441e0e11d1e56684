/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sysfs_private.h"

void facts_clear(struct facts *facts)
{
	free(facts->driver);
	free(facts->group);
	*facts = (struct facts){ 0 };
}

/* *ret is the last part of where the device's link leads, or NULL. */
static err_t read_link(const struct sysfs *sysfs, const struct uuid *uuid, const char *name,
		       char **ret)
{
	_cleanup_(mem_freep) char *path = mem_printf(SYSFS_DEVICES "/%s/%s", uuid->text, name);
	_cleanup_(mem_freep) char *target = NULL;

	TRY(sysfs_read_link(sysfs->top, path, &target));
	*ret = target ? mem_strdup(str_base_name(target)) : NULL;
	return NULL;
}

static err_t read_inode(const struct sysfs *sysfs, const struct uuid *uuid, ino_t *ret)
{
	_cleanup_(mem_freep) char *path = mem_printf(SYSFS_DEVICES "/%s", uuid->text);
	struct stat st = { 0 };

	if (fstatat(sysfs->top->fd, path, &st, 0) < 0 && !errnum_is_absence(errno))
		return dir_err(sysfs->top, "look at", path);
	*ret = st.st_ino;
	return NULL;
}

err_t facts_read(const struct sysfs *sysfs, const struct uuid *uuid, struct facts *ret)
{
	TRY(read_link(sysfs, uuid, "driver", &ret->driver));
	TRY(read_link(sysfs, uuid, "iommu_group", &ret->group));
	return read_inode(sysfs, uuid, &ret->inode);
}

err_t facts_read_attr(const struct sysfs *sysfs, const struct uuid *uuid, const char *name,
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

/* ".../UUID/vfio-dev/vfio0" */
static void add_cdev(char *target, const char *name, struct cdev_list *ret)
{
	char *end = strstr(target, "/vfio-dev/");
	struct uuid uuid;

	if (!end)
		return;
	*end = '\0';
	/* Those of other devices are not ours. */
	if (!uuid_parse(str_base_name(target), &uuid))
		return;
	ret->items = mem_grow(ret->items, ret->count, sizeof(*ret->items));
	ret->items[ret->count++] = (struct cdev){ .uuid = uuid, .name = mem_strdup(name) };
}

err_t facts_list_cdevs(const struct sysfs *sysfs, struct cdev_list *ret)
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
	return NULL;
}

void cdev_list_clear(struct cdev_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].name);
	free(list->items);
	*list = (struct cdev_list){ 0 };
}
