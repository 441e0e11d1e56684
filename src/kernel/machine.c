/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/functions.h"
#include "kernel/mdev.h"
#include "things.h"

/* What people ask for first; those that are not there are passed over. */
static const char *const parent_files[] = {
	"vendor",
	"device",
	"class",
	"subsystem_vendor",
	"subsystem_device",
	"revision",
	"numa_node",
	"sriov_totalvfs",
	"sriov_numvfs",
	"features",
	"nvidia/creatable_vgpu_types",
	"nvidia/current_vgpu_type",
};

/* --- what else is to be looked at --- */

/* GPUs with NVIDIA's own interface, and what cannot be told about: its error is what is known. */
static err_t add_vendor(const struct sysfs *sysfs, struct strlist *ret)
{
	_cleanup_(strlist_clear) struct strlist devices = { 0 };

	TRY(sysfs_list(sysfs->top, SYSFS_PCI, &devices));
	for (size_t i = 0; i < devices.count; i++) {
		bool has_files = false;
		_cleanup_(err_freep) struct err *e =
			vendor_has_files(sysfs, devices.items[i], &has_files);

		if (e || has_files)
			strlist_add(ret, take(devices.items[i]));
	}
	return NULL;
}

/* The parents of devices whose driver goes: their own link is the first thing to go. */
static err_t add_homes(const struct sysfs *sysfs, struct strlist *ret)
{
	_cleanup_(device_list_clear) struct device_list devices = { 0 };

	TRY(mdev_scan(sysfs, &devices));
	for (size_t i = 0; i < devices.count; i++)
		strlist_add(ret, mem_strdup(devices.items[i]->parent));
	return NULL;
}

/* Also what belongs to a parent as a PCI function: its physical one, and that one's others. */
static err_t list_all(const struct sysfs *sysfs, struct functions *functions, struct strlist *ret)
{
	TRY(sysfs_list_parents(sysfs, ret));
	TRY(add_homes(sysfs, ret));
	TRY(add_vendor(sysfs, ret));
	strlist_sort(ret);
	functions_read(sysfs, ret, functions);
	for (size_t i = 0; i < functions->count; i++) {
		strlist_add(ret, mem_strdup(functions->items[i].name));
		strlist_add(ret, mem_strdup(functions->items[i].physical));
	}
	strlist_sort(ret);
	return NULL;
}

/* --- a parent --- */

/* *ret is where @dir is below the top of sysfs, without links; owned by the caller. */
static err_t find_path(const struct sysfs *sysfs, const struct dir *dir, char **ret)
{
	_cleanup_(mem_freep) char *top = realpath(sysfs->top->path, NULL);
	_cleanup_(mem_freep) char *real = realpath(dir->path, NULL);

	if (!top || !real)
		return err_errno(errno, "cannot tell where '%s' is", dir->path);
	if (!str_starts_with(real, top) || real[strlen(top)] != '/')
		return err_new(ERR_FAILED, "'%s' leads out of sysfs", dir->path);
	*ret = mem_strdup(real + strlen(top) + 1);
	return NULL;
}

static void read_path(const struct sysfs *sysfs, const struct dir *dir, struct fact_list *facts)
{
	char *path = NULL;
	struct err *e = find_path(sysfs, dir, &path);

	fact_list_add(facts, "path", 0, path, e);
}

/* The kind of things that it belongs to: a bus, or a class. */
static void read_subsystem(const struct dir *dir, struct fact_list *facts)
{
	_cleanup_(mem_freep) char *target = NULL;
	struct err *e = sysfs_read_link(dir, "subsystem", &target);

	if (!e && !target)
		return;
	fact_list_add(facts, target && strstr(target, "/class/") ? "class" : "bus", 0,
		      target ? mem_strdup(str_base_name(target)) : NULL, e);
}

static void add_virtfn(const struct functions *functions, struct machine_parent *parent)
{
	const struct function *function = functions_find(functions, parent->self.name);

	if (function)
		fact_list_add(&parent->self.facts, "virtfn", 0, mem_printf("%u", function->number),
			      NULL);
}

static void describe_parent(const struct sysfs *sysfs, struct users *users, const struct dir *dir,
			    struct machine_parent *parent)
{
	struct thing *self = &parent->self;

	read_path(sysfs, dir, &self->facts);
	read_subsystem(dir, &self->facts);
	facts_read_link(&self->facts, "parent_driver", dir, "driver");
	facts_read_link(&self->facts, "module", dir, "driver/module");
	facts_read_link(&self->facts, "physfn", dir, "physfn");
	for (size_t i = 0; i < ARRAY_SIZE(parent_files); i++)
		facts_read(&self->files, parent_files[i], dir, parent_files[i], false);
	things_read_types(dir, parent);
	things_read_devices(sysfs, users, dir, parent);
}

static err_t open_any(const struct sysfs *sysfs, const char *name, struct dir **ret)
{
	TRY(sysfs_find_home(sysfs, name, NULL, ret));
	return *ret ? NULL : hardware_open(sysfs, name, ret);
}

static void add_parent(const struct sysfs *sysfs, struct users *users, const char *name,
		       const struct functions *functions, struct machine *ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = open_any(sysfs, name, &dir);
	struct machine_parent *parent = e || dir ? machine_add_parent(ret, name) : NULL;

	if (e)
		fact_list_add(&parent->self.facts, "path", 0, NULL, e);
	if (!dir)
		return;
	describe_parent(sysfs, users, dir, parent);
	add_virtfn(functions, parent);
}

err_t machine_read(const struct sysfs *sysfs, struct users *users, struct machine *ret)
{
	_cleanup_(functions_clear) struct functions functions = { 0 };
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	if (!sysfs->top)
		return sysfs_missing(sysfs);
	TRY(list_all(sysfs, &functions, &names));
	for (size_t i = 0; i < names.count; i++)
		add_parent(sysfs, users, names.items[i], &functions, ret);
	return NULL;
}
