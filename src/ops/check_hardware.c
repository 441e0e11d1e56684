/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What parents have and lack. */
#include <string.h>

#include "check.h"
#include "kernel/running.h"

/* --- parents --- */

static void look_for_any(struct check *check)
{
	struct err *e;

	if (!check->knows_parents || check->names.count || check->vendor_functions.count)
		return;
	e = sysfs_check_support(check->ops->sysfs);
	/* A machine may have no such hardware, and no need of it. */
	if (check->definitions.count)
		check_fault(check, check->env.dir[ENV_DIR_SYS], e);
	else
		check_note(check, check->env.dir[ENV_DIR_SYS], e);
}

/*
 * The kernel registers a parent although a type of it could not be added, and then it has none
 * (parent_create_sysfs_files() in drivers/vfio/mdev/mdev_sysfs.c).
 */
static err_t has_no_types(const struct check *check, const char *parent, bool *ret)
{
	_cleanup_(strlist_clear) struct strlist ids = { 0 };

	*ret = false;
	TRY(sysfs_list_types(check->ops->sysfs, parent, &ids));
	/* One whose driver goes is no parent any more. */
	return ids.count ? NULL : sysfs_has_parent(check->ops->sysfs, parent, ret);
}

static err_t without_types(struct check *check, const char *parent)
{
	struct err *e = err_new(ERR_NOT_FOUND, "parent '%s' is registered and has no type", parent);

	if (check_is_nvidia(check, parent))
		return err_hint(e, CHECK_MIG_HINT);
	return err_hint(e, "the kernel's log says why: journalctl -k; then reload the driver");
}

static void look_for_no_types(struct check *check)
{
	for (size_t i = 0; i < check->names.count; i++) {
		const char *name = check->names.items[i];
		bool is_so = false;

		check_cannot_tell(check, name, has_no_types(check, name, &is_so));
		if (is_so)
			check_fault(check, name, without_types(check, name));
	}
}

/* --- vfio_ap --- */

static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += length)
		if ((at == text || strchr(" \n", at[-1])) && strchr(" \n", at[length]))
			return true;
	return false;
}

static const char *const ap_features[] = { "guest_matrix", "dyn", "ap_config" };

/* Without the file there are none: see the kernel's Documentation/arch/s390/vfio-ap.rst. */
static void look_for_ap_features(struct check *check)
{
	_cleanup_(strlist_clear) struct strlist missing = { 0 };
	_cleanup_(mem_freep) char *features = NULL;
	_cleanup_(mem_freep) char *joined = NULL;

	if (!strlist_has(&check->names, "matrix"))
		return;
	check_cannot_tell(
		check, "matrix",
		sysfs_read_parent_file(check->ops->sysfs, "matrix", "features", &features));
	for (size_t i = 0; i < ARRAY_SIZE(ap_features); i++)
		if (!features || !has_word(features, ap_features[i]))
			strlist_add(&missing, mem_strdup(ap_features[i]));
	joined = strlist_join(&missing, "'");
	if (missing.count)
		check_note(check, "matrix",
			   err_hint(err_new(ERR_NOT_FOUND,
					    "the kernel's vfio_ap lacks the features %s", joined),
				    "without them what a guest really gets cannot be seen, nor a "
				    "running device be changed as a whole: use a later kernel"));
}

/* *ret stays NULL if the device has no such attribute. */
static err_t read_if_there(const struct check *check, const struct device *dev, const char *name,
			   char **ret)
{
	struct err *e = running_read_attr(check->ops->sysfs, &dev->uuid, name, ret);

	if (!err_is_absence(e))
		return e;
	err_free(e);
	return NULL;
}

static err_t compare_matrix(const struct check *check, const struct device *dev)
{
	_cleanup_(mem_freep) char *matrix = NULL;
	_cleanup_(mem_freep) char *guest = NULL;

	TRY(read_if_there(check, dev, "matrix", &matrix));
	TRY(read_if_there(check, dev, "guest_matrix", &guest));
	if (!matrix || !guest || strcmp(matrix, guest) == 0)
		return NULL;
	return err_hint(err_new(ERR_FAILED,
				"a guest of %s does not get all queues that are assigned to it: "
				"some are not bound to vfio_ap",
				dev->uuid.text),
			"compare 'matrix' and 'guest_matrix' of the device; 'lszcrypt -V' shows "
			"the drivers of the queues, /sys/bus/ap/apmask and aqmask which of them "
			"the host keeps");
}

static void look_for_unbound_queues(struct check *check)
{
	for (size_t i = 0; i < check->running.count; i++) {
		const struct device *dev = check->running.items[i];
		struct err *e;

		if (strcmp(dev->parent, "matrix") != 0 || dev->state != DEVICE_STATE_RUNNING)
			continue;
		e = compare_matrix(check, dev);
		if (e && err_errnum(e))
			check_cannot_tell(check, dev->uuid.text, e);
		else
			check_fault(check, dev->uuid.text, e);
	}
}

const struct check_rule check_hardware_rules[] = {
	{ "no-parent", look_for_any },
	{ "parent-without-types", look_for_no_types },
	{ "ap-features", look_for_ap_features },
	{ "ap-queues-unbound", look_for_unbound_queues },
	{ 0 },
};
