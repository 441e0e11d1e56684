/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Virtual functions whose files nvidia/creatable_vgpu_types ("1145  : NVIDIA L40S-1B" below a line
 * "ID    : vGPU Name", which may be missing) and nvidia/current_vgpu_type (a number, 0 for none)
 * stand for mdevs. They are looked at and never written.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/vendor.h"
#include "sysfs_private.h"

err_t vendor_has_files(const struct sysfs *sysfs, const char *device, bool *ret)
{
	static const char *const files[] = { "creatable_vgpu_types", "current_vgpu_type" };

	*ret = false;
	for (size_t i = 0; i < ARRAY_SIZE(files) && !*ret; i++) {
		_cleanup_(mem_freep) char *path =
			mem_printf(SYSFS_PCI "/%s/nvidia/%s", device, files[i]);

		TRY(dir_has(sysfs->top, path, ret));
	}
	return NULL;
}

static err_t add_vendor_function(const struct sysfs *sysfs, const char *device, struct strlist *ret)
{
	_cleanup_(mem_freep) char *link = mem_printf(SYSFS_PCI "/%s/physfn", device);
	bool has_files = false;
	bool is_function = false;

	TRY(vendor_has_files(sysfs, device, &has_files));
	if (has_files)
		TRY(dir_has(sysfs->top, link, &is_function));
	if (is_function)
		strlist_add(ret, mem_strdup(device));
	return NULL;
}

err_t vendor_list(const struct sysfs *sysfs, struct strlist *ret)
{
	_cleanup_(strlist_clear) struct strlist devices = { 0 };

	if (sysfs->top)
		TRY(sysfs_list(sysfs->top, SYSFS_PCI, &devices));
	for (size_t i = 0; i < devices.count; i++)
		env_warn(sysfs->env,
			 err_about(err_wrap(add_vendor_function(sysfs, devices.items[i], ret),
					    "PCI device '%s' is left out", devices.items[i]),
				   devices.items[i]));
	strlist_sort(ret);
	return NULL;
}

/* "NUMBER : NAME"; other lines are the head, or blank. */
static void add_line(struct parent *parent, char *line)
{
	char *colon = strchr(line, ':');
	unsigned long number;

	if (!colon)
		return;
	*colon++ = '\0';
	str_trim(line);
	str_trim(colon);
	if (!str_to_number(line, LONG_MAX, &number))
		return;
	parent_add_type(parent, &(struct mdev_type){
					.id = mem_printf("nvidia-%lu", number),
					.available_instances = 1,
					.device_api = mem_strdup("vfio-pci"),
					.name = mem_strdup(colon),
					.description = mem_strdup(""),
				});
}

static err_t read_vendor_file(const struct dir *dir, const char *name, char **ret)
{
	*ret = NULL;
	TRY(sysfs_pass_absence(dir_read(dir, name, SYSFS_FILE_MAX, ret, NULL)));
	if (!*ret)
		*ret = mem_strdup("");
	return NULL;
}

static err_t read_current(const struct dir *dir, char **ret)
{
	_cleanup_(mem_freep) char *text = NULL;
	unsigned long number;

	TRY(read_vendor_file(dir, "current_vgpu_type", &text));
	str_trim(text);
	if (!*text)
		return NULL;
	if (!str_to_number(text, LONG_MAX, &number))
		return err_new(ERR_FAILED, "'%s/current_vgpu_type' has no number", dir->path);
	*ret = number ? mem_printf("nvidia-%lu", number) : NULL;
	return NULL;
}

err_t vendor_read(const struct sysfs *sysfs, const char *name, struct parent **ret,
		  char **ret_current)
{
	_cleanup_(mem_freep) char *path = mem_printf(SYSFS_PCI "/%s/nvidia", name);
	_cleanup_(parent_freep) struct parent *parent = parent_new(name);
	_cleanup_(mem_freep) char *list = NULL;
	_cleanup_(dir_freep) struct dir *dir = NULL;
	char *rest;

	TRY(dir_open_linked(sysfs->top, path, &dir));
	TRY(read_current(dir, ret_current));
	TRY(read_vendor_file(dir, "creatable_vgpu_types", &list));
	rest = list;
	while (rest)
		add_line(parent, strsep(&rest, "\n"));
	*ret = take(parent);
	return NULL;
}
