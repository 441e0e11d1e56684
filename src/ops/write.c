/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "write.h"

#include "kernel/mdev.h"

static err_t check_covered(const struct claim *claim, const struct uuid *uuid, const char *parent)
{
	if (!uuid_is_equal(&claim->uuid, uuid))
		return err_hint(err_new(ERR_FAILED, "%s is not touched: this run has locked %s",
					uuid->text, claim->uuid.text),
				"do it with a run of its own: 'mdevadm stop --uuid %s'",
				uuid->text);
	if (claim_covers(claim, parent))
		return NULL;
	return err_hint(err_new(ERR_FAILED,
				"%s on parent '%s' is not touched: this run has not locked that "
				"parent",
				uuid->text, parent),
			"do it with a run of its own: 'mdevadm stop --uuid %s'", uuid->text);
}

err_t write_create(const struct claim *claim, const struct device *dev)
{
	TRY(check_covered(claim, &dev->uuid, dev->parent));
	return mdev_create(claim->ops->sysfs, dev);
}

err_t write_attrs(const struct claim *claim, const struct device *dev)
{
	TRY(check_covered(claim, &dev->uuid, dev->parent));
	return mdev_write_attrs(claim->ops->sysfs, dev);
}

err_t write_remove(struct claim *claim, const char *parent, const struct deadline *deadline,
		   bool *ret_goes_on)
{
	const struct covered *covered = cover_find(claim->cover, parent);
	const struct covered *physical;
	int fds[3] = { lock_fd(claim->device) };
	size_t count = 1;
	struct err *e;

	TRY(check_covered(claim, &claim->uuid, parent));
	fds[count++] = lock_fd(covered->lock);
	physical = covered->physical ? cover_find(claim->cover, covered->physical) : NULL;
	if (physical)
		fds[count++] = lock_fd(physical->lock);
	/* For a start that finds none left: the kernel may count it a moment longer. */
	lock_mark(covered->lock);
	e = mdev_remove(claim->ops->sysfs, parent, &claim->uuid, fds, count, deadline, ret_goes_on);
	lock_mark(covered->lock);
	if (*ret_goes_on) {
		lock_leave(claim->device);
		lock_leave(covered->lock);
		if (physical)
			lock_leave(physical->lock);
	}
	return e;
}

err_t write_live(const struct claim *claim, const struct device *dev,
		 struct callout_operation *operation)
{
	TRY(check_covered(claim, &dev->uuid, dev->parent));
	return callout_live(operation);
}
