/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the kernel's Documentation/ABI/testing/sysfs-bus-pci. */
#include "kernel/hardware.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sysfs_private.h"

/* *ret is the text of the file without its newline, or NULL if there is none. */
static err_t read_line(const struct dir *dir, const char *name, char **ret)
{
	_cleanup_(mem_freep) char *text = NULL;

	TRY(sysfs_pass_absence(dir_read(dir, name, SYSFS_FILE_MAX, &text, NULL)));
	if (text)
		text[strcspn(text, "\n")] = '\0';
	*ret = take(text);
	return NULL;
}

/* -1 if there is no such file, or no number in it; "-1" is what the kernel has for no NUMA node. */
static err_t read_long(const struct dir *dir, const char *name, long *ret)
{
	_cleanup_(mem_freep) char *text = NULL;
	unsigned long number;

	TRY(read_line(dir, name, &text));
	*ret = text && str_to_number(text, LONG_MAX, &number) ? (long)number : -1;
	return NULL;
}

/* The last part of where the link @name leads, or NULL. */
static err_t read_link_name(const struct dir *dir, const char *name, char **ret)
{
	_cleanup_(mem_freep) char *target = NULL;

	TRY(sysfs_read_link(dir, name, &target));
	*ret = target ? mem_strdup(str_base_name(target)) : NULL;
	return NULL;
}

/* Where the links of classes and buses lead, below sysfs. */
static err_t find_device_path(const struct sysfs *sysfs, const char *name, char **ret)
{
	static const char *const places[] = { SYSFS_PARENTS, SYSFS_PCI };
	_cleanup_(mem_freep) char *target = NULL;
	const char *path;

	for (size_t i = 0; i < ARRAY_SIZE(places) && !target; i++) {
		_cleanup_(mem_freep) char *link = mem_printf("%s/%s", places[i], name);

		TRY(sysfs_read_link(sysfs->top, link, &target));
	}
	path = target ? strstr(target, "devices/") : NULL;
	*ret = mem_copy(path);
	return NULL;
}

static err_t read_all(const struct sysfs *sysfs, const char *name, const struct dir *dir,
		      struct hardware *ret)
{
	TRY(find_device_path(sysfs, name, &ret->path));
	TRY(read_link_name(dir, "subsystem", &ret->subsystem));
	TRY(read_link_name(dir, "driver", &ret->driver));
	TRY(read_long(dir, "numa_node", &ret->numa_node));
	TRY(read_long(dir, "sriov_numvfs", &ret->functions));
	TRY(read_long(dir, "sriov_totalvfs", &ret->functions_max));
	return read_link_name(dir, "physfn", &ret->physical);
}

err_t hardware_open(const struct sysfs *sysfs, const char *name, struct dir **ret)
{
	_cleanup_(mem_freep) char *path = mem_printf(SYSFS_PCI "/%s", name);

	TRY(sysfs_find_parent(sysfs, name, ret));
	if (*ret || !sysfs->top)
		return NULL;
	return sysfs_pass_absence(dir_open_linked(sysfs->top, path, ret));
}

err_t hardware_read(const struct sysfs *sysfs, const char *name, struct hardware *ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	hardware_clear(ret);
	TRY(hardware_open(sysfs, name, &dir));
	if (dir)
		env_warn(sysfs->env, err_wrap(read_all(sysfs, name, dir, ret),
					      "something about '%s' is left out", name));
	return NULL;
}
