/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "things.h"

#include "kernel/mdev.h"

/* How deep below a device its attributes may be. */
#define ATTR_DEPTH 4

/* What the kernel's core has in a device's directory, and no driver. */
static const char *const device_files[] = { "uevent", "remove", "power", "vfio-dev", NULL };
/* What has a fact of its own, and what only takes. */
static const char *const type_files[] = { "available_instances", "device_api", "name",
					  "description",	 "create",     NULL };

/* --- a type --- */

/* A file that every type is to have: that it is missing is a fact as well. */
static void read_required(struct fact_list *facts, const char *name, const struct dir *dir,
			  const char *path, bool is_line)
{
	size_t before = facts->count;

	facts_read(facts, name, dir, path, is_line);
	if (facts->count == before)
		fact_list_add(facts, name, 0, NULL, NULL);
}

static void describe_type(const struct dir *types, const char *id, struct thing_list *ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = dir_open_at(types, id, &dir);
	struct thing *type;

	if (facts_has_vanished(e, types, id)) {
		err_free(e);
		return;
	}
	type = thing_list_add(ret, id);
	if (e) {
		fact_list_add(&type->facts, "available", 0, NULL, e);
		return;
	}
	facts_read(&type->facts, "label", dir, "name", true);
	facts_read(&type->facts, "description", dir, "description", true);
	read_required(&type->facts, "device_api", dir, "device_api", true);
	read_required(&type->facts, "available", dir, "available_instances", false);
	facts_read_files(type, dir, "", type_files, 0);
}

void things_read_types(const struct dir *dir, struct machine_parent *parent)
{
	_cleanup_(strlist_clear) struct strlist ids = { 0 };
	_cleanup_(dir_freep) struct dir *types = NULL;
	struct err *e = sysfs_pass_absence(dir_open_at(dir, SYSFS_TYPES, &types));

	parent->is_registered = types || e;
	if (types)
		e = sysfs_pass_absence(dir_list(types, &ids));
	if (e)
		fact_list_add(&parent->self.facts, "types", 0, NULL, e);
	for (size_t i = 0; i < ids.count; i++)
		describe_type(types, ids.items[i], &parent->types);
}

/* --- a device --- */

/* The first name in the directory @path, NULL if there is none. */
static err_t first_name(const struct dir *dir, const char *path, char **ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	TRY(sysfs_list(dir, path, &names));
	strlist_sort(&names);
	*ret = names.count ? take(names.items[0]) : NULL;
	return NULL;
}

static void read_vfio(const struct sysfs *sysfs, const struct dir *dir, struct fact_list *facts)
{
	_cleanup_(mem_freep) char *cdev = NULL;
	const struct fact *group;
	struct err *e;

	facts_read_link(facts, "iommu_group", dir, "iommu_group");
	group = fact_list_find(facts, "iommu_group");
	/* Not all devices are VFIO's: that it has none is a fact as well. */
	if (!group)
		fact_list_add(facts, "iommu_group", 0, NULL, NULL);
	if (group && group->text) {
		_cleanup_(mem_freep) char *path = mem_printf("class/vfio/%s/dev", group->text);

		facts_read(facts, "group", sysfs->top, path, true);
	}
	e = first_name(dir, "vfio-dev", &cdev);
	if (e || cdev)
		fact_list_add(facts, "vfio_dev", 0, cdev ? mem_strdup(cdev) : NULL, e);
	if (cdev) {
		_cleanup_(mem_freep) char *path = mem_printf("vfio-dev/%s/dev", cdev);

		facts_read(facts, "cdev", dir, path, true);
	}
}

static void read_users(struct users *users, const struct device *dev, struct fact_list *facts)
{
	char *text = NULL;
	struct err *e = users_visible(users, dev, &text);

	if (e || text)
		fact_list_add(facts, "users", 0, text, e);
}

static const char *state_name(enum device_state state)
{
	if (state == DEVICE_STATE_STUCK)
		return "stuck";
	return state == DEVICE_STATE_REMOVING ? "removing" : NULL;
}

static void describe_device(const struct sysfs *sysfs, struct users *users,
			    const struct dir *parent, const struct device *dev,
			    struct thing_list *ret)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct err *e = dir_open_at(parent, dev->uuid.text, &dir);
	const char *state = state_name(dev->state);
	struct thing *thing;

	if (facts_has_vanished(e, parent, dev->uuid.text)) {
		err_free(e);
		return;
	}
	thing = thing_list_add(ret, dev->uuid.text);
	if (dev->type)
		fact_list_add(&thing->facts, "type", 0, mem_strdup(dev->type), NULL);
	if (state)
		fact_list_add(&thing->facts, "state", 0, mem_strdup(state), NULL);
	if (e) {
		fact_list_add(&thing->facts, "iommu_group", 0, NULL, e);
		return;
	}
	read_vfio(sysfs, dir, &thing->facts);
	read_users(users, dev, &thing->facts);
	facts_read(&thing->files, "power/control", dir, "power/control", false);
	facts_read_files(thing, dir, "", device_files, ATTR_DEPTH);
}

/* The driver of the mediated devices, which the first of them that has one knows. */
static void read_driver(const struct dir *dir, struct machine_parent *parent)
{
	for (size_t i = 0; i < parent->devices.count; i++) {
		_cleanup_(mem_freep) char *path =
			mem_printf("%s/driver", parent->devices.items[i].name);

		facts_read_link(&parent->self.facts, "driver", dir, path);
		if (fact_list_find(&parent->self.facts, "driver"))
			return;
	}
}

/* One that cannot be told about has that for its type. */
static void read_child(const struct sysfs *sysfs, struct users *users, const struct dir *dir,
		       const struct uuid *uuid, struct machine_parent *parent)
{
	_cleanup_(device_freep) struct device *dev = NULL;
	struct err *e = mdev_find_below(sysfs, parent->self.name, uuid, &dev);

	if (e)
		fact_list_add(&thing_list_add(&parent->devices, uuid->text)->facts, "type", 0, NULL,
			      e);
	else if (dev)
		describe_device(sysfs, users, dir, dev, &parent->devices);
}

void things_read_devices(const struct sysfs *sysfs, struct users *users, const struct dir *dir,
			 struct machine_parent *parent)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	struct err *e = sysfs_pass_absence(dir_list(dir, &names));
	struct uuid uuid;

	if (e)
		fact_list_add(&parent->self.facts, "devices", 0, NULL, e);
	for (size_t i = 0; i < names.count; i++)
		if (uuid_parse(names.items[i], &uuid))
			read_child(sysfs, users, dir, &uuid, parent);
	read_driver(dir, parent);
}
