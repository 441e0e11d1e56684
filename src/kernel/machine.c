/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/mdev.h"
#include "things.h"

#define PCI_DEVICES "bus/pci/devices"
/* A physical function has at most so many virtual ones: PCI Express, NumVFs has 16 bits. */
#define VIRTFN_MAX 65536

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

/* Adds what the PCI function @name belongs to: its physical function, and that one's others. */
static err_t add_relatives(const struct sysfs *sysfs, const char *name, struct strlist *ret)
{
	_cleanup_(mem_freep) char *link = mem_printf(PCI_DEVICES "/%s/physfn", name);
	_cleanup_(mem_freep) char *target = NULL;
	const char *physical;

	TRY(sysfs_read_link(sysfs->top, link, &target));
	physical = target ? str_base_name(target) : name;
	for (unsigned i = 0; i < VIRTFN_MAX; i++) {
		_cleanup_(mem_freep) char *virtfn = mem_printf("virtfn%u", i);
		_cleanup_(mem_freep) char *function = NULL;

		TRY(sysfs_virtual_function(sysfs, physical, virtfn, &function));
		if (!function)
			break;
		strlist_add(ret, take(function));
	}
	if (target)
		strlist_add(ret, mem_strdup(physical));
	return NULL;
}

/* GPUs with NVIDIA's own interface. */
static err_t add_nvidia(const struct sysfs *sysfs, struct strlist *ret)
{
	_cleanup_(strlist_clear) struct strlist devices = { 0 };

	TRY(sysfs_list(sysfs->top, PCI_DEVICES, &devices));
	for (size_t i = 0; i < devices.count; i++) {
		_cleanup_(mem_freep) char *path =
			mem_printf(PCI_DEVICES "/%s/nvidia/current_vgpu_type", devices.items[i]);
		bool has_file = false;

		TRY(dir_has(sysfs->top, path, &has_file));
		if (has_file)
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

static err_t list_all(const struct sysfs *sysfs, struct strlist *ret)
{
	_cleanup_(strlist_clear) struct strlist functions = { 0 };

	TRY(sysfs_list_parents(sysfs, ret));
	TRY(add_homes(sysfs, ret));
	TRY(add_nvidia(sysfs, ret));
	strlist_sort(ret);
	for (size_t i = 0; i < ret->count; i++)
		TRY(add_relatives(sysfs, ret->items[i], &functions));
	for (size_t i = 0; i < functions.count; i++)
		strlist_add(ret, take(functions.items[i]));
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

/* Which of its physical function's it is. */
static void read_virtfn(const struct sysfs *sysfs, const struct dir *dir,
			struct machine_parent *parent)
{
	const struct fact *physfn;

	facts_read_link(&parent->self.facts, "physfn", dir, "physfn");
	physfn = fact_list_find(&parent->self.facts, "physfn");
	for (unsigned i = 0; physfn && physfn->text && i < VIRTFN_MAX; i++) {
		_cleanup_(mem_freep) char *name = mem_printf("virtfn%u", i);
		_cleanup_(mem_freep) char *function = NULL;
		struct err *e = sysfs_virtual_function(sysfs, physfn->text, name, &function);
		bool is_it = function && strcmp(function, parent->self.name) == 0;

		if (e || is_it)
			fact_list_add(&parent->self.facts, "virtfn", 0,
				      is_it ? mem_printf("%u", i) : NULL, e);
		if (e || is_it || !function)
			return;
	}
}

static void describe_parent(const struct sysfs *sysfs, struct users *users, const struct dir *dir,
			    struct machine_parent *parent)
{
	struct thing *self = &parent->self;

	read_path(sysfs, dir, &self->facts);
	read_subsystem(dir, &self->facts);
	facts_read_link(&self->facts, "parent_driver", dir, "driver");
	facts_read_link(&self->facts, "module", dir, "driver/module");
	read_virtfn(sysfs, dir, parent);
	for (size_t i = 0; i < ARRAY_SIZE(parent_files); i++)
		facts_read(&self->files, parent_files[i], dir, parent_files[i], false);
	things_read_types(dir, parent);
	things_read_devices(sysfs, users, dir, parent);
}

static err_t open_any(const struct sysfs *sysfs, const char *name, struct dir **ret)
{
	_cleanup_(mem_freep) char *path = mem_printf(PCI_DEVICES "/%s", name);

	TRY(sysfs_find_home(sysfs, name, NULL, ret));
	return *ret ? NULL : sysfs_pass_absence(dir_open_linked(sysfs->top, path, ret));
}

static void add_parent(const struct sysfs *sysfs, struct users *users, const char *name,
		       struct machine *ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = open_any(sysfs, name, &dir);
	struct machine_parent *parent = e || dir ? machine_add_parent(ret, name) : NULL;

	if (e)
		fact_list_add(&parent->self.facts, "path", 0, NULL, e);
	else if (dir)
		describe_parent(sysfs, users, dir, parent);
}

err_t machine_read(const struct sysfs *sysfs, struct users *users, struct machine *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	if (!sysfs->top)
		return sysfs_missing(sysfs);
	TRY(list_all(sysfs, &names));
	for (size_t i = 0; i < names.count; i++)
		add_parent(sysfs, users, names.items[i], ret);
	return NULL;
}
