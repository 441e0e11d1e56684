/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A device is used through /dev/vfio/GROUP and a device file got from it, which /proc shows as
 * "anon_inode:[vfio-device]", or through /dev/vfio/devices/vfioN
 * (Documentation/driver-api/vfio.rst).
 */
#include "kernel/users.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sysfs_private.h"

#define COMM_MAX 64

/* A VFIO file that a process has open. */
struct use {
	dev_t dev;
	ino_t inode;
	char *pid;
	bool has_devices; /* the process has files of VFIO devices */
};

struct users {
	const struct env *env;
	struct use *items;
	size_t count;
};

void users_free(struct users *users)
{
	if (!users)
		return;
	for (size_t i = 0; i < users->count; i++)
		free(users->items[i].pid);
	free(users->items);
	free(users);
}

static void add_use(struct users *users, const struct stat *st, const char *pid)
{
	users->items = mem_resize(users->items, users->count + 1, sizeof(*users->items));
	users->items[users->count++] =
		(struct use){ .dev = st->st_dev, .inode = st->st_ino, .pid = mem_strdup(pid) };
}

/* Adds what @pid has open of VFIO; nothing if it ends meanwhile or is not ours to see. */
static void read_process(struct users *users, const struct dir *proc, const char *pid)
{
	_cleanup_(mem_freep) char *path = mem_printf("%s/fd", pid);
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;
	size_t first = users->count;
	bool has_devices = false;
	struct err *e = dir_open_linked(proc, path, &dir);

	if (!e)
		e = dir_list_at(dir, ".", &names);
	for (size_t i = 0; i < names.count; i++) {
		char target[256];
		ssize_t length = readlinkat(dir->fd, names.items[i], target, sizeof(target) - 1);
		struct stat st;

		if (length < 0)
			continue;
		target[length] = '\0';
		if (strcmp(target, "anon_inode:[vfio-device]") == 0)
			has_devices = true;
		else if (strstr(target, "vfio") && fstatat(dir->fd, names.items[i], &st, 0) == 0)
			add_use(users, &st, pid);
	}
	for (size_t i = first; i < users->count; i++)
		users->items[i].has_devices = has_devices;
	err_free(e);
}

err_t users_read(const struct env *env, struct users **ret)
{
	_cleanup_(users_freep) struct users *users = mem_zalloc(sizeof(*users));
	_cleanup_(strlist_clear) struct strlist pids = { 0 };
	_cleanup_(dir_freep) struct dir *proc = NULL;
	struct err *e = dir_open(env->dir[ENV_DIR_PROC], &proc);

	users->env = env;
	if (!e)
		e = dir_list_at(proc, ".", &pids);
	if (e)
		return err_wrap(e, "cannot tell who has the device open");
	for (size_t i = 0; i < pids.count; i++)
		if (pids.items[i][0] >= '0' && pids.items[i][0] <= '9')
			read_process(users, proc, pids.items[i]);
	*ret = take(users);
	return NULL;
}

static char *describe(const struct users *users, const char *pid)
{
	_cleanup_(mem_freep) char *path =
		mem_printf("%s/%s/comm", users->env->dir[ENV_DIR_PROC], pid);
	_cleanup_(mem_freep) char *name = NULL;
	_cleanup_(err_freep) struct err *e = stream_read(path, COMM_MAX, &name, NULL);

	if (e)
		return mem_printf("pid %s", pid);
	name[strcspn(name, "\n")] = '\0';
	return mem_printf("pid %s (%s)", pid, name);
}

/* Adds those who have the file @path below /dev open; @is_group says that it is a group. */
static void add_users_of(const struct users *users, const char *path, bool is_group,
			 struct strlist *ret)
{
	_cleanup_(mem_freep) char *full = mem_printf("%s/%s", users->env->dir[ENV_DIR_DEV], path);
	struct stat st;

	if (stat(full, &st) < 0)
		return;
	for (size_t i = 0; i < users->count; i++) {
		const struct use *use = &users->items[i];

		if (use->dev == st.st_dev && use->inode == st.st_ino &&
		    (!is_group || use->has_devices))
			strlist_add(ret, describe(users, use->pid));
	}
}

static char *join(const struct strlist *list)
{
	char *joined = NULL;

	for (size_t i = 0; i < list->count; i++) {
		_cleanup_(mem_freep) char *before = joined;

		joined = before ? mem_printf("%s, %s", before, list->items[i])
				: mem_strdup(list->items[i]);
	}
	return joined;
}

err_t users_of(const struct users *users, const struct sysfs *sysfs, const struct device *dev,
	       char **ret)
{
	_cleanup_(strlist_clear) struct strlist found = { 0 };
	_cleanup_(strlist_clear) struct strlist cdevs = { 0 };
	_cleanup_(dir_freep) struct dir *parent = NULL;
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(mem_freep) char *group = NULL;
	_cleanup_(mem_freep) char *group_node = NULL;
	struct err *e = sysfs_open_parent(sysfs, dev->parent, &parent);

	if (!e)
		e = dir_open_at(parent, dev->uuid.text, &dir);
	if (e)
		return e;

	err_free(dir_read_link(dir, "iommu_group", &group));
	if (group) {
		group_node = mem_printf("vfio/%s", str_base_name(group));
		add_users_of(users, group_node, true, &found);
	}
	err_free(dir_list_at(dir, "vfio-dev", &cdevs));
	for (size_t i = 0; i < cdevs.count; i++) {
		_cleanup_(mem_freep) char *node = mem_printf("vfio/devices/%s", cdevs.items[i]);

		add_users_of(users, node, false, &found);
	}
	strlist_sort(&found);
	*ret = join(&found);
	return NULL;
}
