/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A device, its directory and links, and the instance that it takes. No rules: see life.h. */
#pragma once

#include "sim.h"

enum device_state {
	DEVICE_CREATING,
	DEVICE_ACTIVE,
	DEVICE_REMOVING,
	DEVICE_STUCK, /* in sysfs, and no write removes it */
	DEVICE_GONE   /* its directory is; it may linger */
};

struct device {
	struct device *next, *prev; /* of the same parent */
	struct device *next_lingering;
	struct type *type;
	enum device_state state;
	unsigned int refs;
	unsigned int opens;
	int group; /* -1: none */
	uint64_t lingers_until;
	bool is_bound;
	bool is_spoilt; /* a remove came at a wrong time: it ends up stuck */
	bool is_listed; /* a legacy unregister has seen it */
	struct node *dir;
	struct node *index;
	struct node *bus_link;
	struct node *type_link;
	struct node *driver_link;
	struct node *group_dir;		  /* in kernel/iommu_groups */
	struct node *vfio_dir;		  /* in devices/virtual/vfio */
	struct node *vfio_link;		  /* in class/vfio */
	struct node *cdev_dir;		  /* vfio-dev/vfioN */
	struct node *cdev_link;		  /* in class/vfio-dev */
	struct node *char_links[NUMBERS]; /* in dev/char */
	char uuid[UUID_LEN + 1];
};

/*
 * Adds a device as the kernel does before the create is done: directory, `remove`, attributes,
 * links of the bus and the driver. The result is borrowed; take a reference to keep it over a
 * wait.
 */
struct device *device_add(struct sim *sim, struct type *type, const char *uuid);
/* Adds what comes last, mdev_type and TYPE/devices/UUID. It is active, or stuck, then. */
void device_complete(struct sim *sim, struct device *dev);
/* Takes away what goes before the driver lets go of the device. */
void device_unplug(struct sim *sim, struct device *dev);
/* Takes away what only a bound driver gives. */
void device_unbind(struct sim *sim, struct device *dev);
/* The directory goes; UUID and instance @linger_ms later. Nothing happens if it is gone. */
void device_delete(struct sim *sim, struct device *dev, unsigned int linger_ms);
/* Gives up the UUIDs and instances whose time is over. */
void device_reap(struct sim *sim);

void device_set_stuck(struct sim *sim, struct device *dev);
void device_add_remove_file(struct sim *sim, struct device *dev);
/* The link in bus/mdev/devices comes, unless there is one, or goes. */
void device_link(struct sim *sim, struct device *dev);
void device_unlink(struct sim *sim, struct device *dev);

struct device *device_find(struct sim *sim, const char *uuid);
struct device *device_find_on(struct sim *sim, const struct parent *parent, const char *uuid);

struct device *device_ref(struct device *dev);
void device_unref(struct device *dev);
void device_subject(const struct device *dev, struct subject *ret);
