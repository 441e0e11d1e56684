/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tests of the floor 'kernel': each runs those of a file and gives the number of failures. */
#pragma once

#include "fixture.h"
#include "kernel/mdev.h"

int mdev_tests(void);
int mdev_change_tests(void);
int sysfs_tests(void);
int types_tests(void);

#define BUS   "sys/class/mdev_bus"
#define TYPES "sys/devices/P/mdev_supported_types"

/*
 * A tree that looks like sysfs, of plain directories: nothing happens when it is written to.
 * A parent P with the type T, and a device UUID_A on it.
 */
static inline void make_parent(const struct fixture *fx)
{
	fixture_write(fx, TYPES "/T/available_instances", "3\n");
	fixture_write(fx, TYPES "/T/device_api", "vfio-pci\n");
	fixture_write(fx, TYPES "/T/create", "");
	fixture_link(fx, "../../devices/P", BUS "/P");
}

static inline void make_device(const struct fixture *fx)
{
	fixture_write(fx, "sys/devices/P/" UUID_A "/remove", "");
	fixture_link(fx, "../mdev_supported_types/T", "sys/devices/P/" UUID_A "/mdev_type");
	fixture_link(fx, "../../../devices/P/" UUID_A, "sys/bus/mdev/devices/" UUID_A);
}

static inline struct sysfs *open_sysfs(const struct fixture *fx)
{
	struct sysfs *sysfs = NULL;

	assert_ok(sysfs_open(fx->env, &sysfs));
	return sysfs;
}
