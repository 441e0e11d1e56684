/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a machine has: parents with their hardware, their types and what is left of them. */
#pragma once

#include "model/parent.h"

/* Strings that are not known, or that it has not, are NULL, numbers -1. */
struct hardware {
	char *path; /* below sysfs: "devices/pci0000:00/0000:00:02.0" */
	char *subsystem;
	char *driver;
	char *product; /* vendor and model, as the hardware database has them */
	long numa_node;
	char *physical; /* its physical function */
	long function;	/* its number among that one's virtual functions */
	long functions; /* of a physical function: how many virtual ones there are */
	long functions_max;
};

#define HARDWARE_UNKNOWN                                                               \
	{                                                                              \
		.numa_node = -1, .function = -1, .functions = -1, .functions_max = -1, \
	}

void hardware_clear(struct hardware *hardware);
/* The address as NVIDIA's tools write it ("00000000:2B:00.0"), owned; NULL if it is no PCI device.
 */
char *hardware_pci_address(const char *name);
/* The name as libvirt writes it ("pci_0000_2b_00_0"), owned; NULL if the subsystem is not known. */
char *hardware_nodedev(const struct hardware *hardware, const char *name);

/* Numbers in a type's description, as NVIDIA's driver writes it; -1 if it has none. */
long mdev_type_framebuffer(const struct mdev_type *type); /* in MiB */
long mdev_type_max_instance(const struct mdev_type *type);
/* What its size is called: "2Q" of "GRID V100D-2Q"; its whole name, or id, if there is no such. */
const char *mdev_type_size_name(const struct mdev_type *type);

enum parent_kind {
	PARENT_MDEV,
	PARENT_CARD,	    /* a physical function, for the parents that are its virtual ones */
	PARENT_VENDOR_VFIO, /* a virtual function with NVIDIA's own interface */
	PARENT_ABSENT,	    /* nothing but definitions name it */
};

/* What is known of a type on a parent. */
struct type_use {
	size_t running;
	long functions; /* of a card: how many virtual functions still offer it; else -1 */
	long room;	/* how many more at most; -1 if only the card can tell, or nobody */
};

/* Why nothing may be started there. */
struct parent_hold {
	char *reason; /* NULL if it is not held */
	char *by;
	long long since; /* seconds since 1970 */
};

struct parent_info {
	enum parent_kind kind;
	struct parent *offer;  /* its name and its types; a card's are those of all its functions */
	struct type_use *uses; /* one for each type */
	struct hardware hardware;
	struct parent_hold hold;
	size_t running;
	size_t defined;
	char *vendor_type; /* PARENT_VENDOR_VFIO: the type that it has; NULL: none */
	char *only_size;   /* of the only size that can run beside what runs; NULL: any */
};

/* Takes @offer. */
struct parent_info *parent_info_new(enum parent_kind kind, struct parent *offer);
void parent_info_free(struct parent_info *info);
const char *parent_kind_name(enum parent_kind kind);

/* Owns its items; zero-initialised is empty. */
struct parent_info_list {
	struct parent_info **items;
	size_t count;
};

/* Takes @info. */
void parent_info_list_add(struct parent_info_list *list, struct parent_info *info);
struct parent_info *parent_info_list_find(const struct parent_info_list *list, const char *name);
void parent_info_list_clear(struct parent_info_list *list);

/*
 * Adds a card for each physical function of the parents in @list, puts its functions behind it, and
 * works out what room there is: a virtual function says only what it offers itself. The kernel has
 * no number for a card: what a size needs is the share that its framebuffer has of the whole.
 */
void inventory_add_cards(struct parent_info_list *list);

/* How many more devices at most, of the type that has most room; -1 if only the card can tell. */
long parent_info_room(const struct parent_info *info);
/* The framebuffer that all devices can have together, in MiB, and have now; -1 if it is not known.
 */
long parent_info_memory(const struct parent_info *info, long *ret_used);

/* Flat objects, with all keys always; new references. */
json_t *parent_info_to_json(const struct parent_info *info);
/* Of the type at @index. */
json_t *type_info_to_json(const struct parent_info *info, size_t index);
