/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vfio-hold [--group] UUID: keeps the VFIO device of an mdev open, as a virtual machine
 * would, until a signal ends it; with --group only its group. Says "holding" when it does.
 */
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The number of the device's iommu group names its file under /dev/vfio. */
static void find_group(const char *uuid, char path[static PATH_MAX])
{
	char link[PATH_MAX], target[PATH_MAX];
	ssize_t len;

	snprintf(link, sizeof(link), "/sys/bus/mdev/devices/%s/iommu_group", uuid);
	len = readlink(link, target, sizeof(target) - 1);
	if (len < 0)
		err(1, "%s", link);
	target[len] = '\0';
	snprintf(path, PATH_MAX, "/dev/vfio/%s", strrchr(target, '/') + 1);
}

static void open_device(int group, const char *uuid)
{
	int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);

	if (container < 0)
		err(1, "/dev/vfio/vfio");
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) < 0)
		err(1, "VFIO_GROUP_SET_CONTAINER");
	if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU) < 0)
		err(1, "VFIO_SET_IOMMU (is vfio_iommu_type1 loaded?)");
	if (ioctl(group, VFIO_GROUP_GET_DEVICE_FD, uuid) < 0)
		err(1, "VFIO_GROUP_GET_DEVICE_FD");
}

int main(int argc, char **argv)
{
	int group_only = argc == 3 && !strcmp(argv[1], "--group");
	char path[PATH_MAX];
	int group;

	if (argc != 2 && !group_only)
		errx(2, "usage: vfio-hold [--group] UUID");
	find_group(argv[argc - 1], path);
	group = open(path, O_RDWR | O_CLOEXEC);
	if (group < 0)
		err(1, "%s", path);
	if (!group_only)
		open_device(group, argv[argc - 1]);
	puts("holding");
	fflush(stdout);
	pause();
	return 0;
}
