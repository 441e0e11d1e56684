/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What VFIO gives a device: its group, and the numbers of its device nodes. */
#include "vfio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Any that no other driver of a test's host has. */
#define GROUP_MAJOR 240

struct number_rule {
	struct number_rule *next;
	enum number_kind kind;
	struct number number;
	const char *target;
};

static const char *const kind_names[NUMBERS] = {
	[NUMBER_CDEV] = "cdev",
	[NUMBER_GROUP] = "group",
};

enum number_kind vfio_number_by_name(const char *name)
{
	enum number_kind kind = 0;

	while (kind < NUMBERS && strcmp(kind_names[kind], name) != 0)
		kind++;
	return kind;
}

bool vfio_parse_number(const char *string, struct number *ret)
{
	struct number number = { .is_set = true };
	char again[32];
	char *end;

	number.major = (unsigned int)strtoul(string, &end, 10);
	if (*end)
		number.minor = (unsigned int)strtoul(end + 1, NULL, 10);
	snprintf(again, sizeof(again), "%u:%u", number.major, number.minor);
	if (strcmp(again, string) != 0)
		return false;
	*ret = number;
	return true;
}

/* What was set last counts; before that, what the description says. */
static struct number number_of(const struct sim *sim, const struct device *dev,
			       enum number_kind kind)
{
	struct subject subject = { 0 };

	device_subject(dev, &subject);
	for (const struct number_rule *rule = sim->numbers; rule; rule = rule->next) {
		if (rule->kind == kind && subject_is(&subject, rule->target))
			return rule->number;
	}
	if (kind == NUMBER_GROUP && !dev->type->numbers[kind].is_set)
		return (struct number){ true, GROUP_MAJOR, (unsigned int)dev->group };
	return dev->type->numbers[kind];
}

/* dev/char/MAJOR:MINOR; of those that have one number, as only a test's have, the first one has it.
 */
static void link_number(struct sim *sim, struct node *dir, struct number number, struct node **link)
{
	char name[32];

	if (*link)
		node_remove(&sim->tree, *link);
	*link = NULL;
	if (!number.is_set)
		return;
	snprintf(name, sizeof(name), "%u:%u", number.major, number.minor);
	if (!node_find(&sim->tree, sim->dev_char, name))
		*link = node_link(&sim->tree, sim->dev_char, name, dir);
}

/* The files of a class's device at @dir whose node is called PREFIX and then @dir's name. */
static void show_number(struct sim *sim, struct node *dir, const char *prefix, struct number number,
			struct node **link)
{
	struct tree *tree = &sim->tree;
	struct text dev = { 0 };
	struct text uevent = { 0 };

	link_number(sim, dir, number, link);
	node_remove_name(tree, dir, "dev");
	node_remove_name(tree, dir, "uevent");
	if (number.is_set) {
		text_printf(&dev, "%u:%u\n", number.major, number.minor);
		text_printf(&uevent, "MAJOR=%u\nMINOR=%u\nDEVNAME=%s%s\n", number.major,
			    number.minor, prefix, dir->name);
		node_text(tree, dir, "dev", dev.data);
	}
	node_text(tree, dir, "uevent", uevent.data ? uevent.data : "");
	text_free(&dev);
	text_free(&uevent);
}

static void show_numbers(struct sim *sim, struct device *dev)
{
	if (dev->cdev_dir)
		show_number(sim, dev->cdev_dir, "vfio/devices/", number_of(sim, dev, NUMBER_CDEV),
			    &dev->char_links[NUMBER_CDEV]);
	if (dev->vfio_dir)
		show_number(sim, dev->vfio_dir, "vfio/", number_of(sim, dev, NUMBER_GROUP),
			    &dev->char_links[NUMBER_GROUP]);
}

void vfio_set_number(struct sim *sim, enum number_kind kind, struct number number,
		     const char *target)
{
	struct number_rule *rule = sim_keep(sim, 1, sizeof(*rule));

	*rule = (struct number_rule){ sim->numbers, kind, number, NULL };
	if (target)
		rule->target =
			memcpy(sim_keep(sim, strlen(target) + 1, 1), target, strlen(target) + 1);
	sim->numbers = rule;
	for (size_t i = 0; i < sim->n_parents; i++) {
		for (struct device *dev = sim->parents[i].devices; dev; dev = dev->next)
			show_numbers(sim, dev);
	}
}

/* Numbers are reused, the lowest free one first, as the kernel's ida does. */
static int group_take(struct sim *sim)
{
	size_t n = 0;

	while (n < sim->n_groups && sim->groups[n])
		n++;
	if (n == sim->n_groups) {
		sim->n_groups = n ? 2 * n : 64;
		sim->groups = realloc(sim->groups, sim->n_groups * sizeof(bool));
		if (!sim->groups)
			abort();
		memset(sim->groups + n, 0, sim->n_groups - n);
	}
	sim->groups[n] = true;
	return (int)n;
}

static void add_group(struct sim *sim, struct device *dev, const char *number)
{
	struct tree *tree = &sim->tree;
	struct node *dir;

	dev->group_dir = node_dir(tree, sim->iommu_groups, number);
	dir = node_dir(tree, dev->group_dir, "devices");
	node_link(tree, dir, dev->uuid, dev->dir);
	node_link(tree, dev->dir, "iommu_group", dev->group_dir);

	dev->vfio_dir = node_dir(tree, sim->virtual_vfio, number);
	node_link(tree, dev->vfio_dir, "subsystem", sim->class_vfio);
	dev->vfio_link = node_link(tree, sim->class_vfio, number, dev->vfio_dir);
}

void vfio_add(struct sim *sim, struct device *dev)
{
	struct tree *tree = &sim->tree;
	char name[24];

	dev->group = group_take(sim);
	snprintf(name, sizeof(name), "vfio%d", dev->group);
	add_group(sim, dev, name + strlen("vfio"));
	dev->cdev_dir = node_dir(tree, node_dir(tree, dev->dir, "vfio-dev"), name);
	dev->cdev_link = node_link(tree, sim->class_vfio_dev, name, dev->cdev_dir);
	show_numbers(sim, dev);
}

static void remove_node(struct sim *sim, struct node **node)
{
	if (*node)
		node_remove(&sim->tree, *node);
	*node = NULL;
}

static void remove_cdev(struct sim *sim, struct device *dev)
{
	remove_node(sim, &dev->char_links[NUMBER_CDEV]);
	remove_node(sim, &dev->cdev_link);
	if (dev->cdev_dir)
		node_remove(&sim->tree, dev->cdev_dir->parent);
	dev->cdev_dir = NULL;
}

void vfio_release(struct sim *sim, struct device *dev)
{
	if (dev->group < 0)
		return;
	remove_cdev(sim, dev);
	node_remove_name(&sim->tree, dev->dir, "iommu_group");
	remove_node(sim, &dev->char_links[NUMBER_GROUP]);
	remove_node(sim, &dev->group_dir);
	remove_node(sim, &dev->vfio_link);
	remove_node(sim, &dev->vfio_dir);
	sim->groups[dev->group] = false;
	dev->group = -1;
}

/*
 * Since 6.6 vfio_unregister_group_dev() takes the character device away before it waits, so that
 * nobody else opens it; the group's stays until the wait is over.
 */
void vfio_unplug(struct sim *sim, struct device *dev)
{
	if (dev->cdev_dir && number_of(sim, dev, NUMBER_CDEV).is_set)
		remove_cdev(sim, dev);
}
