/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sysfs shows of parents and types. */
#include "parent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "life.h"
#include "pool.h"

static struct node *dir_path(struct sim *sim, const char *path)
{
	return node_dir_path(&sim->tree, sim->tree.root, path, strlen(path));
}

void parent_add_roots(struct sim *sim)
{
	sim->bus_mdev = dir_path(sim, "bus/mdev");
	sim->bus_devices = dir_path(sim, "bus/mdev/devices");
	sim->bus_drivers = dir_path(sim, "bus/mdev/drivers");
	sim->iommu_groups = dir_path(sim, "kernel/iommu_groups");
	sim->class_vfio = dir_path(sim, "class/vfio");
	sim->class_vfio_dev = dir_path(sim, "class/vfio-dev");
	sim->dev_char = dir_path(sim, "dev/char");
	sim->virtual_vfio = dir_path(sim, "devices/virtual/vfio");
	sim->class_dir = dir_path(sim, "class/mdev_bus");
	node_fix(sim->bus_devices);
	node_fix(sim->bus_drivers);
	node_fix(sim->iommu_groups);
	node_fix(sim->class_vfio);
	node_fix(sim->class_vfio_dev);
	node_fix(sim->dev_char);
	node_fix(sim->virtual_vfio);
}

static void type_subject(const struct node *node, struct subject *ret)
{
	const struct type *type = node->data;

	ret->type = type->name;
	ret->parent = type->parent->name;
}

static int show_line(const struct type *type, enum type_file file, const char *line,
		     struct text *ret)
{
	if (type->garbage[file])
		text_add_string(ret, type->garbage[file]);
	else
		text_printf(ret, "%s\n", line);
	return 0;
}

static int available_show(struct node *node, struct text *ret)
{
	const struct type *type = node->data;
	char number[16];

	snprintf(number, sizeof(number), "%u", pool_available(type));
	return show_line(type, TYPE_AVAILABLE, number, ret);
}

static int api_show(struct node *node, struct text *ret)
{
	const struct type *type = node->data;

	return show_line(type, TYPE_API, type->device_api, ret);
}

static int name_show(struct node *node, struct text *ret)
{
	const struct type *type = node->data;

	return show_line(type, TYPE_NAME, type->label, ret);
}

static int description_show(struct node *node, struct text *ret)
{
	const struct type *type = node->data;

	return show_line(type, TYPE_DESCRIPTION, type->description, ret);
}

static const struct {
	const char *name;
	mode_t mode;
	struct node_ops ops;
} type_files[TYPE_FILES] = {
	[TYPE_AVAILABLE] = { "available_instances",
			     0444,
			     { .show = available_show, .subject = type_subject } },
	[TYPE_API] = { "device_api", 0444, { .show = api_show, .subject = type_subject } },
	[TYPE_NAME] = { "name", 0444, { .show = name_show, .subject = type_subject } },
	[TYPE_DESCRIPTION] = { "description",
			       0444,
			       { .show = description_show, .subject = type_subject } },
	[TYPE_CREATE] = { "create", 0200, { .store = life_store_create, .subject = type_subject } },
};

static bool type_has_file(const struct type *type, enum type_file file)
{
	if (type->hidden[file])
		return false;
	if (type->garbage[file])
		return true;
	return (file != TYPE_NAME || type->label) &&
	       (file != TYPE_DESCRIPTION || type->description);
}

static void type_show_file(struct sim *sim, struct type *type, enum type_file file)
{
	const char *name = type_files[file].name;
	struct node *there;

	if (!type->dir)
		return;
	there = node_find(&sim->tree, type->dir, name);
	if (!type_has_file(type, file))
		node_remove(&sim->tree, there);
	else if (!there)
		node_file(&sim->tree, type->dir, name, type_files[file].mode, &type_files[file].ops,
			  type);
}

static void type_show(struct sim *sim, struct type *type)
{
	type->dir = node_dir(&sim->tree, type->parent->types_dir, type->name);
	for (enum type_file file = 0; file < TYPE_FILES; file++)
		type_show_file(sim, type, file);
	type->devices = node_dir(&sim->tree, type->dir, "devices");
}

enum type_file type_file_by_name(const char *name)
{
	enum type_file file = 0;

	while (file < TYPE_FILES && strcmp(type_files[file].name, name) != 0)
		file++;
	return file;
}

void type_set_garbage(struct sim *sim, struct type *type, enum type_file file, char *text)
{
	free(type->garbage[file]);
	type->garbage[file] = text;
	type_show_file(sim, type, file);
}

void type_set_hidden(struct sim *sim, struct type *type, enum type_file file, bool is_hidden)
{
	type->hidden[file] = is_hidden;
	type_show_file(sim, type, file);
}

static int parent_uevent_show(struct node *node, struct text *ret)
{
	const struct parent *parent = node->data;

	if (parent->state != PARENT_GONE)
		text_printf(ret, "DRIVER=%s\n", parent->driver);
	return 0;
}

static void parent_subject(const struct node *node, struct subject *ret)
{
	const struct parent *parent = node->data;

	ret->parent = parent->name;
}

static const struct node_ops parent_uevent_ops = {
	.show = parent_uevent_show,
	.store = life_store_uevent,
	.subject = parent_subject,
};

static const struct node_ops unbind_ops = {
	.store = life_store_unbind,
};

static struct node *show_on_bus(struct sim *sim, struct node *dir, const char *name,
				const char *bus_name)
{
	struct node *bus =
		node_dir_path(&sim->tree, dir_path(sim, "bus"), bus_name, strlen(bus_name));
	struct node *devices = node_dir_path(&sim->tree, bus, "devices", strlen("devices"));

	node_fix(devices);
	node_link(&sim->tree, dir, "subsystem", bus);
	return node_link(&sim->tree, devices, name, dir);
}

/* The directory of a PCI device that is no parent, beside that of its virtual functions. */
static struct node *bare_physfn(struct sim *sim, const struct parent *parent)
{
	size_t len = (size_t)(strrchr(parent->path, '/') - parent->path);
	struct node *up = node_dir_path(&sim->tree, sim->tree.root, parent->path, len);
	struct node *dir = node_find(&sim->tree, up, parent->physfn);

	if (!dir) {
		dir = node_dir(&sim->tree, up, parent->physfn);
		node_fix(dir);
		show_on_bus(sim, dir, parent->physfn, "pci");
	}
	return dir;
}

static unsigned int virtfn_number(const struct sim *sim, const struct parent *parent)
{
	unsigned int n = 0;

	for (const struct parent *other = sim->parents; other != parent; other++)
		n += other->physfn && strcmp(other->physfn, parent->physfn) == 0;
	return n;
}

static void show_physfn(struct sim *sim, struct parent *parent)
{
	const struct parent *other = sim_parent(sim, parent->physfn);
	struct node *physfn = other ? dir_path(sim, other->path) : bare_physfn(sim, parent);
	char name[24];

	snprintf(name, sizeof(name), "virtfn%u", virtfn_number(sim, parent));
	node_remove_name(&sim->tree, physfn, name);
	node_link(&sim->tree, physfn, name, parent->dir);
	node_link(&sim->tree, parent->dir, "physfn", physfn);
}

static void show_device(struct sim *sim, struct parent *parent)
{
	parent->dir = dir_path(sim, parent->path);
	node_fix(parent->keeps_dir ? parent->dir : parent->dir->parent);
	node_file(&sim->tree, parent->dir, "uevent", 0644, &parent_uevent_ops, parent);
	if (parent->bus)
		parent->bus_link = show_on_bus(sim, parent->dir, parent->name, parent->bus);
	if (parent->physfn)
		show_physfn(sim, parent);
	for (const struct file_rule *file = parent->files; file && file->name; file++)
		node_text(&sim->tree, parent->dir, file->name, file->content);
}

static void show_driver(struct sim *sim, const struct parent *parent)
{
	struct node *dir;

	if (node_find(&sim->tree, sim->bus_drivers, parent->driver))
		return;
	dir = node_dir(&sim->tree, sim->bus_drivers, parent->driver);
	node_file(&sim->tree, dir, "unbind", 0200, &unbind_ops, NULL);
}

static void show_link(struct sim *sim, struct parent *parent)
{
	if (sim->class_dir && !parent->link)
		parent->link = node_link(&sim->tree, sim->class_dir, parent->name, parent->dir);
}

void parent_show(struct sim *sim, struct parent *parent)
{
	if (!parent->index)
		parent->index = node_dir(&sim->tree, sim->tree.hidden, parent->name);
	if (!parent->dir)
		show_device(sim, parent);
	show_driver(sim, parent);
	parent->types_dir = node_dir(&sim->tree, parent->dir, "mdev_supported_types");
	for (size_t i = 0; i < parent->n_types; i++)
		type_show(sim, &parent->types[i]);
	parent->state = PARENT_REGISTERED;
	show_link(sim, parent);
}

void parent_hide(struct sim *sim, struct parent *parent)
{
	node_remove(&sim->tree, parent->link);
	parent->link = NULL;
	node_remove(&sim->tree, parent->types_dir);
	parent->types_dir = NULL;
	for (size_t i = 0; i < parent->n_types; i++)
		parent->types[i].dir = parent->types[i].devices = NULL;
	for (struct device *dev = parent->devices; dev; dev = dev->next)
		dev->type_link = NULL; /* went with the type's directory */
	parent->state = PARENT_GONE;

	if (parent->keeps_dir || parent->devices)
		return;
	node_remove(&sim->tree, parent->bus_link);
	node_remove(&sim->tree, parent->dir);
	parent->bus_link = parent->dir = NULL;
}

void parent_set_class(struct sim *sim, bool is_there)
{
	if (is_there == (sim->class_dir != NULL))
		return;
	if (is_there) {
		sim->class_dir = dir_path(sim, "class/mdev_bus");
	} else {
		node_remove(&sim->tree, sim->class_dir);
		sim->class_dir = NULL;
	}
	for (size_t i = 0; i < sim->n_parents; i++) {
		struct parent *parent = &sim->parents[i];

		parent->link = NULL;
		if (is_there && parent->state == PARENT_REGISTERED)
			show_link(sim, parent);
	}
}
