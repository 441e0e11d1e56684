/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated host: parents, types, devices, and the call that is being served. */
#pragma once

#define FUSE_USE_VERSION 312

#include <fuse_lowlevel.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "fault.h"
#include "log.h"
#include "tree.h"

#define UUID_LEN 36

struct attr_rule {
	const char *name;
	const char *value;	      /* before anything is written */
	const char *const *accept;    /* NULL-ended; other values get EINVAL; NULL accepts all */
	const struct refusal *refuse; /* ended by one without a value */
	mode_t mode;
	bool eats_last;
	bool is_unknown; /* until it is written: reading gives ENXIO */
};

struct refusal {
	const char *value;
	int errnum;
};

/* A device node's. */
struct number {
	bool is_set;
	unsigned int major;
	unsigned int minor;
};

/* Of vfio-dev/vfioN, and of class/vfio/N. */
enum number_kind { NUMBER_CDEV, NUMBER_GROUP, NUMBERS };

/* The files of a type that `garbage` and `hide` know. */
enum type_file { TYPE_AVAILABLE, TYPE_API, TYPE_NAME, TYPE_DESCRIPTION, TYPE_CREATE, TYPE_FILES };

struct type {
	struct parent *parent;
	const char *name;
	const char *label; /* NULL: no such file; description likewise */
	const char *device_api;
	const char *description;
	const struct attr_rule *attrs;
	size_t n_attrs;
	unsigned int cost;	/* ports of the parent's pool */
	unsigned int instances; /* at most, unless a pool decides */
	bool has_instances;	/* so many in any case */
	struct number numbers[NUMBERS];
	unsigned int used;
	char *garbage[TYPE_FILES];
	bool hidden[TYPE_FILES];
	struct node *dir; /* NULL while the parent's driver is away */
	struct node *devices;
};

enum parent_state { PARENT_REGISTERED, PARENT_UNREGISTERING, PARENT_GONE };

struct parent {
	const char *name;
	const char *path;
	const char *driver;
	const char *bus;    /* NULL: a virtual device */
	const char *physfn; /* the PCI device that it is a virtual function of, or NULL */
	int full_errno;
	bool is_vfio;
	struct number numbers[NUMBERS]; /* of types that have none */
	bool keeps_dir; /* the device stays when its driver goes, as PCI devices do */
	struct pool *pool;
	struct type *types;
	size_t n_types;
	const struct file_rule *files; /* ended by one without a name */

	enum parent_state state;
	unsigned int busy; /* creates and removes under way */
	unsigned int opens;
	struct device *devices;
	struct node *dir;
	struct node *link; /* in class/mdev_bus */
	struct node *bus_link;
	struct node *types_dir;
	struct node *index; /* UUID to device, also of those that linger */
};

struct file_rule {
	const char *name;
	const char *content;
};

struct sim {
	pthread_mutex_t mutex; /* of all below */
	pthread_cond_t changed;
	struct fuse_session *session;
	struct json_t *description; /* parents' and types' strings point into it */
	struct block *kept;
	struct pool *pools;
	struct inode *inodes;
	struct handle *handles;
	struct tree tree;
	struct node *class_dir; /* class/mdev_bus; NULL when forgotten */
	struct node *bus_mdev;
	struct node *bus_devices;
	struct node *bus_drivers;
	struct node *iommu_groups;
	struct node *class_vfio;
	struct node *class_vfio_dev;
	struct node *dev_char;
	struct node *virtual_vfio; /* devices/virtual/vfio */
	struct parent *parents;
	size_t n_parents;
	struct device *lingering;
	bool *groups; /* which iommu groups' numbers are taken */
	size_t n_groups;
	struct number_rule *numbers;
	struct faults faults;
	struct log log;
	bool is_legacy;
	bool is_readonly;
	bool is_interruptible;
};

/* One request. @req is NULL for what the description itself asks for. */
struct call {
	struct sim *sim;
	fuse_req_t req;
	pid_t pid;
	bool is_answered; /* with EINTR: the caller was interrupted, the work goes on */
};

/*
 * Waits for a change, at most @ms, with the mutex let go. Returns false when the simulator
 * is ending.
 */
bool call_wait(struct call *call, unsigned int ms);
/* Sleeps with the mutex let go. */
void call_sleep(struct call *call, unsigned int ms);

void sim_init(struct sim *sim);
/* Frees what the description and the calls made; the tree is freed as well. */
void sim_free(struct sim *sim);
/* Zeroed memory that is freed with @sim. */
void *sim_keep(struct sim *sim, size_t count, size_t size);
/* The parent called @name, or NULL. */
struct parent *sim_parent(struct sim *sim, const char *name);
struct type *sim_type(const struct parent *parent, const char *name);
