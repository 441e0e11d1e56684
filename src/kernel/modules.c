/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's modules that have to do with mediated devices. */
#include "facts.h"
#include "kernel/machine.h"

static const char *const module_names[] = {
	"mdev", "vfio",	 "vfio_iommu_type1", "vfio_mdev", "vfio_pci", "nvidia", "nvidia_vgpu_vfio",
	"i915", "kvmgt", "vfio_ap",	     "vfio_ccw",  "mtty",     "mdpy",	"mbochs",
};

static void add_fact_names(const struct machine *machine, const char *key, struct strlist *ret)
{
	for (size_t i = 0; i < machine->count; i++) {
		const struct fact *fact = fact_list_find(&machine->items[i].self.facts, key);

		if (fact && fact->text)
			strlist_add(ret, mem_strdup(fact->text));
	}
}

static void read_parameters(const struct dir *module, struct thing *thing)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = sysfs_pass_absence(dir_open_at(module, "parameters", &dir));

	if (e)
		fact_list_add(&thing->facts, "parameters", 0, NULL, e);
	else if (dir)
		facts_read_files(thing, dir, "", NULL, 0);
}

static void read_module(const struct sysfs *sysfs, const char *name, struct thing_list *ret)
{
	_cleanup_(mem_freep) char *path = mem_printf("module/%s", name);
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = sysfs_pass_absence(dir_open_linked(sysfs->top, path, &dir));
	struct thing *thing = e || dir ? thing_list_add(ret, name) : NULL;

	if (e)
		fact_list_add(&thing->facts, "parameters", 0, NULL, e);
	if (!dir)
		return;
	facts_read(&thing->facts, "version", dir, "version", true);
	facts_read(&thing->facts, "srcversion", dir, "srcversion", true);
	read_parameters(dir, thing);
}

void machine_read_modules(const struct sysfs *sysfs, const struct machine *machine,
			  struct thing_list *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(module_names); i++)
		strlist_add(&names, mem_strdup(module_names[i]));
	add_fact_names(machine, "driver", &names);
	add_fact_names(machine, "module", &names);
	strlist_sort(&names);
	for (size_t i = 0; sysfs->top && i < names.count; i++)
		read_module(sysfs, names.items[i], ret);
}
