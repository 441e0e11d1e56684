// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devices that mdevtest.c makes mdev parents of. They belong to a module of
 * their own, so that a parent can outlive its driver, as a PCI card does:
 * unbinding /sys/bus/platform/drivers/mdevtest takes the types away and leaves
 * /sys/devices/platform/mdevtest.N.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#define MAX_PARENTS 8

static unsigned int parents = 1;
module_param(parents, uint, 0444);
MODULE_PARM_DESC(parents, "how many platform devices mdevtest.0, mdevtest.1, … there are (1 to 8)");

static struct platform_device *devices[MAX_PARENTS];

static void unregister_all(void)
{
	unsigned int i;

	for (i = 0; i < MAX_PARENTS; i++)
		if (!IS_ERR_OR_NULL(devices[i]))
			platform_device_unregister(devices[i]);
}

static int __init mdevtest_parent_init(void)
{
	unsigned int i;

	if (!parents || parents > MAX_PARENTS)
		return -EINVAL;
	for (i = 0; i < parents; i++) {
		devices[i] = platform_device_register_simple("mdevtest", i, NULL, 0);
		if (IS_ERR(devices[i])) {
			int ret = PTR_ERR(devices[i]);

			unregister_all();
			return ret;
		}
	}
	return 0;
}

static void __exit mdevtest_parent_exit(void)
{
	unregister_all();
}

module_init(mdevtest_parent_init);
module_exit(mdevtest_parent_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Parent devices for mdevtest");
