/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vfio-hold [HOW] UUID: keeps the VFIO device of an mdev open until a signal ends it. HOW:
 *	(none)		group and device, as a virtual machine would
 *	--group		only the group
 *	--split		the group here, the device in a child that does not have the group
 *	--device	the device alone
 *	--path		the group's node as a path (O_PATH), which is no use of it
 * Says "holding" when it does.
 */
#define _GNU_SOURCE /* O_PATH */
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/vfio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
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

static int open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

/* Leaves the container open as well. */
static int open_device(int group, const char *uuid)
{
	int container = open_file("/dev/vfio/vfio", O_RDWR);
	int device;

	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) < 0)
		err(1, "VFIO_GROUP_SET_CONTAINER");
	if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU) < 0)
		err(1, "VFIO_SET_IOMMU (is vfio_iommu_type1 loaded?)");
	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, uuid);
	if (device < 0)
		err(1, "VFIO_GROUP_GET_DEVICE_FD");
	return device;
}

/* The child ends with its parent. */
static void split(int group, int device)
{
	pid_t child = fork();

	if (child < 0)
		err(1, "fork");
	if (child) {
		close(device);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(group);
	pause();
	_exit(0);
}

static void hold(const char *how, const char *uuid)
{
	char path[PATH_MAX];
	int group, device;

	find_group(uuid, path);
	group = open_file(path, strcmp(how, "--path") ? O_RDWR : O_PATH);
	if (!strcmp(how, "--group") || !strcmp(how, "--path"))
		return;
	device = open_device(group, uuid);
	if (!strcmp(how, "--split"))
		split(group, device);
	else if (!strcmp(how, "--device"))
		close(group);
}

int main(int argc, char **argv)
{
	static const char *const hows[] = { "", "--group", "--split", "--device", "--path" };
	const char *how = argc == 3 ? argv[1] : "";

	for (size_t i = 0; argc > 1 && argc < 4 && i < sizeof(hows) / sizeof(*hows); i++) {
		if (strcmp(how, hows[i]))
			continue;
		hold(how, argv[argc - 1]);
		puts("holding");
		fflush(stdout);
		pause();
		return 0;
	}
	errx(2, "usage: vfio-hold [--group|--split|--device|--path] UUID");
}
