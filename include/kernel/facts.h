/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is behind a device that runs: its driver, its nodes, who has these open. For listings. */
#pragma once

#include "kernel/sysfs.h"
#include "model/status.h"

/* What the kernel has of one device beside its parent, type and state. */
struct facts {
	char *driver; /* NULL if it is bound to none */
	char *group;  /* of the IOMMU: the number; NULL if it has none */
	ino_t inode;  /* of its directory; 0 if it is gone */
};

void facts_clear(struct facts *facts);
err_t facts_read(const struct sysfs *sysfs, const struct uuid *uuid, struct facts *ret);
/*
 * *ret is what the attribute reads as, without the newline at its end, owned by the caller. What
 * cannot be read is an error.
 */
err_t facts_read_attr(const struct sysfs *sysfs, const struct uuid *uuid, const char *name,
		      char **ret);
/* When udev first saw the device, in seconds since 1970; 0 if it does not know. */
err_t facts_since(const struct sysfs *sysfs, const struct uuid *uuid, long long *ret);

/* A character device of VFIO for one device: /dev/vfio/devices/NAME. */
struct cdev {
	struct uuid uuid;
	char *name;
};

/* Owns its items; zero-initialised is empty. */
struct cdev_list {
	struct cdev *items;
	size_t count;
};

/* All that there are, in no order: kernels before 6.6 have none. */
err_t facts_list_cdevs(const struct sysfs *sysfs, struct cdev_list *ret);
void cdev_list_clear(struct cdev_list *list);

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
