/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the kernel's Documentation/driver-api/vfio.rst. */
#include "kernel/users.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/limits.h"
#include "openers.h"
#include "sysfs_private.h"

#define COMM_MAX 64

struct users {
	const struct env *env;
	const struct sysfs *sysfs;
	pthread_mutex_t mutex; /* of what follows */
	struct openers openers;
	struct deadline fresh; /* until when they are believed; over before the first look */
};

/* The numbers of the nodes through which a device is used. */
struct nodes {
	char *group_path; /* below /dev, NULL if the device has no group */
	dev_t group;	  /* 0 if there is none */
	dev_t *cdevs;
	size_t cdev_count;
};

static void nodes_clear(struct nodes *nodes)
{
	free(nodes->group_path);
	free(nodes->cdevs);
}

struct users *users_new(const struct env *env, const struct sysfs *sysfs)
{
	struct users *users = mem_zalloc(sizeof(*users));

	users->env = env;
	users->sysfs = sysfs;
	users->fresh = deadline_in(0);
	pthread_mutex_init(&users->mutex, NULL);
	return users;
}

void users_free(struct users *users)
{
	if (!users)
		return;
	openers_clear(&users->openers);
	pthread_mutex_destroy(&users->mutex);
	free(users);
}

/* "MAJOR:MINOR\n"; 0 if it is none. */
static dev_t parse_number(char *text)
{
	char *colon = strchr(text, ':');
	unsigned long major = 0;
	unsigned long minor = 0;

	text[strcspn(text, "\n")] = '\0';
	if (!colon)
		return 0;
	*colon = '\0';
	if (!str_to_number(text, UINT32_MAX, &major) ||
	    !str_to_number(colon + 1, UINT32_MAX, &minor))
		return 0;
	return makedev((unsigned)major, (unsigned)minor);
}

/* The number of the node @path below /dev; 0 if there is no character device. */
static err_t number_of_node(const struct env *env, const char *path, dev_t *ret)
{
	_cleanup_(mem_freep) char *full = mem_printf("%s/%s", env->dir[ENV_DIR_DEV], path);
	struct stat st = { 0 };

	if (stat(full, &st) < 0 && !errnum_is_absence(errno))
		return err_errno(errno, "cannot look at '%s'", full);
	*ret = S_ISCHR(st.st_mode) ? st.st_rdev : 0;
	return NULL;
}

/* The number in the file dev of the directory @path of @at, else that of the node. */
static err_t read_number(const struct users *users, const struct dir *at, const char *path,
			 const char *node, dev_t *ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(mem_freep) char *text = NULL;

	TRY(sysfs_pass_absence(dir_open_linked(at, path, &dir)));
	if (dir)
		TRY(sysfs_pass_absence(dir_read(dir, "dev", SYSFS_FILE_MAX, &text, NULL)));
	if (!text)
		return number_of_node(users->env, node, ret);
	*ret = parse_number(text);
	return *ret ? NULL : err_new(ERR_FAILED, "'%s/dev' has no device number", dir->path);
}

static err_t read_group(const struct users *users, const struct dir *device, struct nodes *nodes)
{
	_cleanup_(mem_freep) char *target = NULL;
	_cleanup_(mem_freep) char *path = NULL;

	TRY(sysfs_read_link(device, "iommu_group", &target));
	if (!target)
		return NULL;
	path = mem_printf("class/vfio/%s", str_base_name(target));
	nodes->group_path = mem_printf("vfio/%s", str_base_name(target));
	return read_number(users, users->sysfs->top, path, nodes->group_path, &nodes->group);
}

static err_t read_cdevs(const struct users *users, const struct dir *device, struct nodes *nodes)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	TRY(sysfs_list(device, "vfio-dev", &names));
	nodes->cdevs = mem_alloc((names.count + 1) * sizeof(*nodes->cdevs));
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_(mem_freep) char *path = mem_printf("vfio-dev/%s", names.items[i]);
		_cleanup_(mem_freep) char *node = mem_printf("vfio/devices/%s", names.items[i]);
		dev_t number = 0;

		TRY(read_number(users, device, path, node, &number));
		/* A kernel without VFIO_DEVICE_CDEV has the directory and no node. */
		if (number)
			nodes->cdevs[nodes->cdev_count++] = number;
	}
	return NULL;
}

enum group_answer {
	GROUP_UNKNOWN,
	GROUP_OPENS,
	GROUP_BUSY,
};

/* A group opens once at a time and, since Linux 6.6, not while a device of it is open as vfioN. */
static enum group_answer ask_group(const struct users *users, const struct nodes *nodes)
{
	_cleanup_(mem_freep) char *path = mem_printf("%s/%s", users->env->dir[ENV_DIR_DEV],
						     nodes->group_path ? nodes->group_path : "");
	_cleanup_(fd_closep) int fd = -1;
	struct stat st;

	if (!nodes->group || stat(path, &st) < 0 || !S_ISCHR(st.st_mode) ||
	    st.st_rdev != nodes->group)
		return GROUP_UNKNOWN;
	fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		return GROUP_OPENS;
	return errno == EBUSY ? GROUP_BUSY : GROUP_UNKNOWN;
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

static bool is_cdev(const struct nodes *nodes, dev_t number)
{
	for (size_t i = 0; i < nodes->cdev_count; i++)
		if (nodes->cdevs[i] == number)
			return true;
	return false;
}

/* Adds those who use the device; *ret_seen counts also those who have the group alone. */
static void add_users(const struct users *users, const struct nodes *nodes, struct strlist *ret,
		      size_t *ret_seen)
{
	for (size_t i = 0; i < users->openers.count; i++) {
		const struct opener *use = &users->openers.items[i];
		bool has_group = nodes->group && use->number == nodes->group;
		bool has_cdev = is_cdev(nodes, use->number);

		*ret_seen += has_group || has_cdev;
		if (has_cdev || (has_group && use->has_vfio_devices))
			strlist_add(ret, describe(users, use->pid));
	}
	strlist_sort(ret);
}

/*
 * Looks through /proc unless that was done a moment ago: what is seen is the older, the likelier
 * has somebody opened a device since, and the moment is so long that looking takes a fraction of
 * the time.
 */
static err_t refresh(struct users *users)
{
	const struct deadline begin = deadline_in(0);

	if (!deadline_is_over(&users->fresh))
		return NULL;
	openers_clear(&users->openers);
	TRY(openers_read(users->env, &users->openers));
	users->fresh = deadline_in(USERS_FRESH_FACTOR * deadline_ms_since(&begin));
	return NULL;
}

static err_t find_users(struct users *users, const struct nodes *nodes, enum group_answer answer,
			struct strlist *ret)
{
	size_t seen = 0;
	struct err *e;

	if (!nodes->cdev_count && (answer == GROUP_OPENS || !nodes->group))
		return NULL;
	pthread_mutex_lock(&users->mutex);
	e = refresh(users);
	if (!e)
		add_users(users, nodes, ret, &seen);
	pthread_mutex_unlock(&users->mutex);
	TRY(err_wrap(e, "cannot tell who has the device open"));
	if (answer == GROUP_BUSY && !seen)
		strlist_add(ret, mem_strdup("a process that cannot be seen"));
	return NULL;
}

static err_t look_for_users(struct users *users, const struct device *dev, bool asks_group,
			    char **ret)
{
	_cleanup_(strlist_clear) struct strlist found = { 0 };
	_cleanup_(nodes_clear) struct nodes nodes = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;

	TRY(sysfs_find_device(users->sysfs, dev->parent, &dev->uuid, &dir));
	if (dir)
		TRY(read_group(users, dir, &nodes));
	if (dir)
		TRY(read_cdevs(users, dir, &nodes));
	TRY(find_users(users, &nodes, asks_group ? ask_group(users, &nodes) : GROUP_UNKNOWN,
		       &found));
	*ret = found.count ? strlist_join(&found, "") : NULL;
	return NULL;
}

err_t users_of(struct users *users, const struct device *dev, char **ret)
{
	return look_for_users(users, dev, true, ret);
}

err_t users_visible(struct users *users, const struct device *dev, char **ret)
{
	return look_for_users(users, dev, false, ret);
}
