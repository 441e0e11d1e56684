/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What udev alone knows: what hardware is called, see hwdb(7), and since when a device is there. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/hardware.h"
#include "kernel/running.h"
#include "libudev.h"
#include "sysfs_private.h"

/* "0x10de\n" as "000010DE"; NULL if there is no such file. */
static err_t read_id(const struct dir *dir, const char *name, char **ret)
{
	_cleanup_(mem_freep) char *text = NULL;

	TRY(sysfs_pass_absence(dir_read(dir, name, SYSFS_FILE_MAX, &text, NULL)));
	*ret = text ? mem_printf("%08lX", strtoul(text, NULL, 16)) : NULL;
	return NULL;
}

/* The key of a PCI device, whose class the database does not ask for. */
static err_t read_modalias(const struct dir *dir, char **ret)
{
	_cleanup_(mem_freep) char *vendor = NULL;
	_cleanup_(mem_freep) char *device = NULL;
	_cleanup_(mem_freep) char *alias = NULL;

	TRY(sysfs_pass_absence(dir_read(dir, "modalias", SYSFS_FILE_MAX, &alias, NULL)));
	if (alias) {
		alias[strcspn(alias, "\n")] = '\0';
		*ret = take(alias);
		return NULL;
	}
	TRY(read_id(dir, "vendor", &vendor));
	TRY(read_id(dir, "device", &device));
	*ret = vendor && device ? mem_printf("pci:v%sd%s", vendor, device) : NULL;
	return NULL;
}

/* "NVIDIA Corporation GV100GL [Tesla V100]", owned; NULL if the database has no model. */
static char *find_product(const struct libudev *lib, struct udev_hwdb *hwdb, const char *alias)
{
	struct udev_list_entry *at = lib->hwdb_get_properties_list_entry(hwdb, alias, 0);
	const char *vendor = NULL;
	const char *model = NULL;

	for (; at; at = lib->list_entry_get_next(at)) {
		if (strcmp(lib->list_entry_get_name(at), "ID_VENDOR_FROM_DATABASE") == 0)
			vendor = lib->list_entry_get_value(at);
		if (strcmp(lib->list_entry_get_name(at), "ID_MODEL_FROM_DATABASE") == 0)
			model = lib->list_entry_get_value(at);
	}
	if (!model)
		return NULL;
	return mem_printf("%s%s%s", vendor ? vendor : "", vendor ? " " : "", model);
}

static err_t look_up(const char *alias, char **ret)
{
	struct udev_hwdb *hwdb;
	struct err *e = NULL;
	struct libudev lib;
	struct udev *udev;

	TRY(libudev_open(&lib));
	udev = lib.new();
	if (!udev)
		mem_exhausted();
	errno = 0;
	hwdb = lib.hwdb_new(udev);
	/* None is installed where there is no udev. */
	if (!hwdb && errno && errno != ENOENT)
		e = err_errno(errno, "cannot open udev's hardware database");
	if (hwdb)
		*ret = find_product(&lib, hwdb, alias);
	/* It answers so (ENODATA) also when it had no memory, and then has it the next time. */
	if (hwdb && !*ret)
		*ret = find_product(&lib, hwdb, alias);
	lib.hwdb_unref(hwdb);
	lib.unref(udev);
	return e;
}

err_t hardware_find_product(const struct sysfs *sysfs, const char *name, struct hardware *hardware)
{
	_cleanup_(mem_freep) char *alias = NULL;
	_cleanup_(dir_freep) struct dir *dir = NULL;

	TRY(hardware_open(sysfs, name, &dir));
	if (dir)
		TRY(read_modalias(dir, &alias));
	return alias ? look_up(alias, &hardware->product) : NULL;
}

/* It looks at /sys and /run/udev, wherever the others of this run are. */
err_t running_since(const struct sysfs *sysfs, const struct uuid *uuid, long long *ret)
{
	struct udev_device *device;
	struct libudev lib;
	struct udev *udev;
	unsigned long long age = 0;

	if (sysfs->env->moved[ENV_DIR_SYS])
		return NULL;
	TRY(libudev_open(&lib));
	udev = lib.new();
	if (!udev)
		mem_exhausted();
	device = lib.device_new_from_subsystem_sysname(udev, "mdev", uuid->text);
	if (device)
		age = lib.device_get_usec_since_initialized(device);
	if (age)
		*ret = (long long)time(NULL) - (long long)(age / 1000000);
	lib.device_unref(device);
	lib.unref(udev);
	return NULL;
}
