/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The attributes of a device. */
#pragma once

#include "device.h"

/* Adds the file, in subdirectories if its name has slashes. @rule must outlive it. */
void attr_add(struct sim *sim, struct device *dev, const struct attr_rule *rule);
/* Adds power/control, which every device has. */
void attr_add_power(struct sim *sim, struct device *dev);
/*
 * What an attribute that is there shows, or the errno that reading it gives, until it is written.
 * False if there is none of that name.
 */
bool attr_set(struct sim *sim, struct device *dev, const char *name, const char *value, int errnum);
