/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What VFIO gives a device: its group, and the numbers of its device nodes. */
#pragma once

#include "device.h"

/* Adds iommu_group, vfio-dev and class/vfio/N, or takes them away. */
void vfio_add(struct sim *sim, struct device *dev, const struct device_wish *wish);
void vfio_release(struct sim *sim, struct device *dev);
/* Takes away what goes before the driver waits for those who have the device open. */
void vfio_unplug(struct sim *sim, struct device *dev);

bool vfio_group_is_taken(const struct sim *sim, int number);

/* Reads "MAJOR:MINOR". */
bool vfio_parse_number(const char *string, struct number *ret);
/* NUMBERS if none is called @name. */
enum number_kind vfio_number_by_name(const char *name);
/* From now on devices that @target means (a UUID, parent or type; NULL: all) have @number. */
void vfio_set_number(struct sim *sim, enum number_kind kind, struct number number,
		     const char *target);
