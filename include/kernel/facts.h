/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is behind a device that runs: its driver, its nodes, who has these open. For listings. */
#pragma once

#include "kernel/sysfs.h"
#include "model/status.h"

/* *ret is the number of its IOMMU group, owned by the caller; NULL if it has none. */
err_t facts_read_group(const struct sysfs *sysfs, const struct uuid *uuid, char **ret);
/* As mdev_inode(), of a device that runs. */
err_t facts_read_inode(const struct sysfs *sysfs, const struct uuid *uuid, ino_t *ret);
/*
 * *ret is what the attribute reads as, without the newline at its end, owned by the caller. What
 * cannot be read is an error.
 */
err_t facts_read_attr(const struct sysfs *sysfs, const struct uuid *uuid, const char *name,
		      char **ret);
/* When udev first saw the device, in seconds since 1970; 0 if it does not know. */
err_t facts_since(const struct sysfs *sysfs, const struct uuid *uuid, long long *ret);

/* What belongs to a device and has a name. */
struct fact {
	struct uuid uuid;
	char *name;
};

/* Owns its items, sorted by UUID; zero-initialised is empty. */
struct fact_list {
	struct fact *items;
	size_t count;
};

/* Adds the drivers that devices are bound to: one listing for each driver. */
err_t facts_list_drivers(const struct sysfs *sysfs, struct fact_list *ret);
/* Adds the character devices /dev/vfio/devices/NAME: kernels before 6.6 have none. */
err_t facts_list_cdevs(const struct sysfs *sysfs, struct fact_list *ret);
/* Borrowed; NULL if the device has none. */
const char *fact_find(const struct fact_list *list, const struct uuid *uuid);
void fact_list_clear(struct fact_list *list);

/* A process that uses a node of VFIO. */
struct node_user {
	bool has_group; /* @node is a group's number, and it has device files from it; else NAME */
	char *node;
	struct user user;
};

/* Owns its items; zero-initialised is empty. */
struct node_user_list {
	struct node_user *items;
	size_t count;
	bool is_partial; /* there are processes whose files cannot be seen */
};

/*
 * All that /proc shows, sorted by node, then pid. Opens no group, during which a VM that starts
 * would get EBUSY: so one whose process is in another pid namespace is not seen.
 */
err_t facts_list_users(const struct env *env, const struct sysfs *sysfs,
		       struct node_user_list *ret);
void node_user_list_clear(struct node_user_list *list);
