/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libudev's functions, by their own names without the "udev_". */
#pragma once

#include <libudev.h>

#include "base/err.h"

struct libudev {
	__typeof__(udev_new) *new;
	__typeof__(udev_unref) *unref;
	__typeof__(udev_list_entry_get_next) *list_entry_get_next;
	__typeof__(udev_list_entry_get_name) *list_entry_get_name;
	__typeof__(udev_list_entry_get_value) *list_entry_get_value;
	__typeof__(udev_hwdb_new) *hwdb_new;
	__typeof__(udev_hwdb_unref) *hwdb_unref;
	__typeof__(udev_hwdb_get_properties_list_entry) *hwdb_get_properties_list_entry;
	__typeof__(udev_monitor_new_from_netlink) *monitor_new_from_netlink;
	__typeof__(udev_monitor_unref) *monitor_unref;
	__typeof__(udev_monitor_set_receive_buffer_size) *monitor_set_receive_buffer_size;
	__typeof__(udev_monitor_enable_receiving) *monitor_enable_receiving;
	__typeof__(udev_monitor_get_fd) *monitor_get_fd;
	__typeof__(udev_monitor_receive_device) *monitor_receive_device;
	__typeof__(udev_device_new_from_subsystem_sysname) *device_new_from_subsystem_sysname;
	__typeof__(udev_device_unref) *device_unref;
	__typeof__(udev_device_get_action) *device_get_action;
	__typeof__(udev_device_get_subsystem) *device_get_subsystem;
	__typeof__(udev_device_get_devpath) *device_get_devpath;
	__typeof__(udev_device_get_seqnum) *device_get_seqnum;
	__typeof__(udev_device_get_property_value) *device_get_property_value;
	__typeof__(udev_device_get_usec_since_initialized) *device_get_usec_since_initialized;
};

err_t libudev_open(struct libudev *ret);
