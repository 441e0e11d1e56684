/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a check has to know of the machine before it looks at anything else. */
#include "check.h"
#include "kernel/vendor.h"

static void look_for_sysfs(struct check *check)
{
	if (!sysfs_is_there(check->ops->sysfs))
		check_fault(check, check->env.dir[ENV_DIR_SYS],
			    sysfs_check_support(check->ops->sysfs));
}

static void look_whether_writable(struct check *check)
{
	check_fault(check, check->env.dir[ENV_DIR_SYS], sysfs_check_writable(check->ops->sysfs));
}

/* Types that cannot be read are warned about. */
static void read_parents(struct check *check)
{
	const struct sysfs *sysfs = check->ops->sysfs;
	struct err *e = sysfs_list_parents(sysfs, &check->names);

	check->knows_parents = !e && sysfs_is_there(sysfs);
	check_cannot_tell(check, check->env.dir[ENV_DIR_SYS], e);
	for (size_t i = 0; i < check->names.count; i++) {
		check->object = check->names.items[i];
		check_fault(check, check->object,
			    sysfs_read_parents(sysfs, check->object, &check->parents));
	}
	check_cannot_tell(check, check->env.dir[ENV_DIR_SYS],
			  vendor_list(sysfs, &check->vendor_functions));
}

const struct check_rule check_host_rules[] = {
	{ "sysfs-absent", look_for_sysfs },
	{ "sysfs-read-only", look_whether_writable },
	{ "type-unreadable", read_parents },
	{ 0 },
};
