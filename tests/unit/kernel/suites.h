/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tests of the floor 'kernel': each runs those of a file and gives the number of failures. */
#pragma once

#include "fixture.h"
#include "kernel/mdev.h"

int attrs_tests(void);
int create_tests(void);
int machine_tests(void);
int mounts_tests(void);
int remove_tests(void);
int scan_tests(void);
int support_tests(void);
int sysfs_tests(void);
int trace_tests(void);
int types_tests(void);
int users_tests(void);

#define BUS    "sys/class/mdev_bus"
#define TYPES  "sys/devices/P/mdev_supported_types"
#define DEVICE "sys/devices/P/" UUID_A
#define LINK   "sys/bus/mdev/devices/" UUID_A
#define SEEN   "ROOT/sys/class/mdev_bus/P/" UUID_A

#define LOG_HINT "the kernel's log says why: journalctl -k"

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
	fixture_write(fx, DEVICE "/remove", "");
	fixture_link(fx, "../mdev_supported_types/T", DEVICE "/mdev_type");
	fixture_link(fx, "../../../devices/P/" UUID_A, LINK);
}

/* What cannot be told: every look at something in the device's directory gives ELOOP. */
static inline void make_device_unreadable(const struct fixture *fx)
{
	fixture_link(fx, UUID_A, DEVICE);
	fixture_link(fx, "../../../devices/P/" UUID_A, LINK);
}

static inline struct sysfs *open_sysfs(const struct fixture *fx)
{
	struct sysfs *sysfs = NULL;

	assert_ok(sysfs_open(fx->env, &sysfs));
	return sysfs;
}

static inline void check_content(const struct fixture *fx, const char *path, const char *expected)
{
	_cleanup_(mem_freep) char *text = fixture_read(fx, path);

	assert_string_equal(text, expected);
}
