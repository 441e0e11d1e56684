/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "libudev.h"

#include "base/library.h"

LIBRARY_NOTE(udev_note, "libudev.so.1", "inventory", "Names hardware, tells of events");

err_t libudev_open(struct libudev *ret)
{
	const struct library_symbol symbols[] = {
		{ "udev_new", &ret->new },
		{ "udev_unref", &ret->unref },
		{ "udev_list_entry_get_next", &ret->list_entry_get_next },
		{ "udev_list_entry_get_name", &ret->list_entry_get_name },
		{ "udev_list_entry_get_value", &ret->list_entry_get_value },
		{ "udev_hwdb_new", &ret->hwdb_new },
		{ "udev_hwdb_unref", &ret->hwdb_unref },
		{ "udev_hwdb_get_properties_list_entry", &ret->hwdb_get_properties_list_entry },
		{ "udev_monitor_new_from_netlink", &ret->monitor_new_from_netlink },
		{ "udev_monitor_unref", &ret->monitor_unref },
		{ "udev_monitor_set_receive_buffer_size", &ret->monitor_set_receive_buffer_size },
		{ "udev_monitor_enable_receiving", &ret->monitor_enable_receiving },
		{ "udev_monitor_get_fd", &ret->monitor_get_fd },
		{ "udev_monitor_receive_device", &ret->monitor_receive_device },
		{ "udev_device_new_from_subsystem_sysname",
		  &ret->device_new_from_subsystem_sysname },
		{ "udev_device_unref", &ret->device_unref },
		{ "udev_device_get_action", &ret->device_get_action },
		{ "udev_device_get_subsystem", &ret->device_get_subsystem },
		{ "udev_device_get_devpath", &ret->device_get_devpath },
		{ "udev_device_get_seqnum", &ret->device_get_seqnum },
		{ "udev_device_get_property_value", &ret->device_get_property_value },
		{ "udev_device_get_usec_since_initialized",
		  &ret->device_get_usec_since_initialized },
		{ 0 },
	};

	return library_open("libudev.so.1", "libudev1", symbols);
}
