/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why there is no parent: what people are told then, in one place. */
#include <errno.h>
#include <sys/statvfs.h>

#include "kernel/vendor.h"
#include "sysfs_private.h"

bool sysfs_is_there(const struct sysfs *sysfs)
{
	return sysfs->top != NULL;
}

err_t sysfs_missing(const struct sysfs *sysfs)
{
	TRY(env_check_root(sysfs->env));
	return err_hint(err_new(ERR_FAILED, "no sysfs at '%s'", sysfs->env->dir[ENV_DIR_SYS]),
			"mount it: mount -t sysfs sysfs %s", sysfs->env->dir[ENV_DIR_SYS]);
}

/* Its virtual functions have the files; the device itself may be asked for as well. */
static err_t is_nvidia(const struct sysfs *sysfs, const char *device, bool *ret)
{
	_cleanup_(mem_freep) char *link = mem_printf(SYSFS_PCI "/%s/physfn", device);
	_cleanup_(mem_freep) char *first = mem_printf("%s/virtfn0", device);

	TRY(dir_has(sysfs->top, link, ret));
	return vendor_has_files(sysfs, *ret ? device : first, ret);
}

/* See NVIDIA's vGPU user guide, "vendor-specific VFIO framework". */
err_t vendor_explain(const struct sysfs *sysfs, const char *device)
{
	return err_hint(
		err_new(ERR_NOT_FOUND,
			"the GPU '%s' has NVIDIA's own interface instead of mediated "
			"devices, as since Linux 6.8 with vGPU 17",
			device),
		"mdevadm cannot make vGPUs there: see NVIDIA's vGPU guide, and what its virtual "
		"functions have in %s/" SYSFS_PCI "/*/nvidia",
		sysfs->top->path);
}

static err_t check_no_nvidia(const struct sysfs *sysfs)
{
	_cleanup_(strlist_clear) struct strlist devices = { 0 };

	TRY(sysfs_list(sysfs->top, SYSFS_PCI, &devices));
	strlist_sort(&devices);
	for (size_t i = 0; i < devices.count; i++) {
		bool has_files = false;

		TRY(vendor_has_files(sysfs, devices.items[i], &has_files));
		if (has_files)
			return vendor_explain(sysfs, devices.items[i]);
	}
	return NULL;
}

/* The class and the bus are the core's, which a driver loads. */
static err_t no_parent(const struct sysfs *sysfs)
{
	bool has_class = false;
	bool has_bus = false;

	TRY(dir_has(sysfs->top, SYSFS_PARENTS, &has_class));
	TRY(dir_has(sysfs->top, "bus/mdev", &has_bus));
	if (has_class || has_bus)
		return err_hint(
			err_new(ERR_NOT_FOUND, "no parent of mediated devices is "
					       "registered"),
			"see whether the hardware is there and its driver loaded (nvidia with "
			"its vGPU manager, kvmgt, vfio_ap, vfio_ccw, or the sample "
			"mtty); " SYSFS_LOG_HINT);
	return err_hint(err_new(ERR_NOT_FOUND, "no driver with mediated devices is loaded"),
			"load that of the hardware: nvidia with its vGPU manager, kvmgt (Intel), "
			"vfio_ap or vfio_ccw (s390), or the sample mtty");
}

err_t sysfs_check_support(const struct sysfs *sysfs)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };

	if (!sysfs->top)
		return err_set_kind(sysfs_missing(sysfs), ERR_NOT_FOUND);
	TRY(sysfs_list_parents(sysfs, &parents));
	if (parents.count)
		return NULL;
	TRY(check_no_nvidia(sysfs));
	return no_parent(sysfs);
}

err_t sysfs_check_support_of(const struct sysfs *sysfs, const char *parent)
{
	bool is_other = false;

	TRY(sysfs_check_support(sysfs));
	TRY(is_nvidia(sysfs, parent, &is_other));
	return is_other ? vendor_explain(sysfs, parent) : NULL;
}

err_t sysfs_check_writable(const struct sysfs *sysfs)
{
	struct statvfs fs;

	if (!sysfs->top)
		return NULL;
	if (fstatvfs(sysfs->top->fd, &fs) < 0)
		return err_errno(errno, "cannot look at the file system of '%s'", sysfs->top->path);
	if (!(fs.f_flag & ST_RDONLY))
		return NULL;
	return sysfs_hint(sysfs, err_errno(EROFS, "no device can be started or stopped"));
}
