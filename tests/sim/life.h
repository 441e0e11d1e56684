/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life cycle of devices and parents: the kernel's rules, and who breaks ours. */
#pragma once

#include "device.h"

/* What sysfs files do with a write; see struct node_ops. */
ssize_t life_store_create(struct call *call, struct node *node, const char *buf, size_t len);
ssize_t life_store_remove(struct call *call, struct node *node, const char *buf, size_t len);
ssize_t life_store_uevent(struct call *call, struct node *node, const char *buf, size_t len);
ssize_t life_store_unbind(struct call *call, struct node *node, const char *buf, size_t len);

/*
 * Makes a device that the description has, without delays and log: *ret is borrowed. A negative
 * errno, or 0.
 */
int life_add(struct sim *sim, struct type *type, const char *uuid, const struct device_wish *wish,
	     struct device **ret);

/* The parent's driver goes, or comes. They return 0 or a negative errno. */
int life_unregister(struct call *call, struct parent *parent);
int life_register(struct call *call, struct parent *parent);

/* These act on the device at once; 0 or a negative errno. */
int life_open(struct sim *sim, struct device *dev);
int life_close(struct sim *sim, struct device *dev);
int life_vanish(struct sim *sim, struct device *dev);
int life_stick(struct sim *sim, struct device *dev);
int life_unlink(struct sim *sim, struct device *dev);
int life_relink(struct sim *sim, struct device *dev);

/* Makes @ret the lower-case form of the 36 characters at @uuid; false if it is none. */
bool life_parse_uuid(const char *uuid, char ret[UUID_LEN + 1]);
