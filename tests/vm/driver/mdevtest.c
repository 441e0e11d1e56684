// SPDX-License-Identifier: GPL-2.0-only
/*
 * An mdev driver for tests: it makes the faults and delays that the kernel's own
 * sample drivers cannot make, and keeps a log of what was asked of it.
 *
 * Parents: the platform devices of mdevtest_parent.c, each with the types
 * mdevtest-plain (no VFIO: no iommu group, no /dev/vfio/N) and mdevtest-vfio;
 * and, with bare=1, a device without driver, bus or class, whose types are
 * therefore called -plain and -vfio.
 *
 * Log (/sys/devices/platform/mdevtest.N/log, one for all parents; a write clears it):
 *	UUID probe TYPE		UUID probed ERRNO
 *	UUID write ATTR "VALUE"	(escaped, just the bytes that came; refused ones too)
 *	UUID remove		UUID removed
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/mdev.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <linux/vfio.h>
#include <linux/vmalloc.h>

#define MAX_PARENTS 8
#define LOG_SIZE (256 * 1024)

static unsigned int probe_ms;
module_param(probe_ms, uint, 0644);
MODULE_PARM_DESC(probe_ms, "how long a create takes; lowering it also shortens one under way");

static unsigned int remove_ms;
module_param(remove_ms, uint, 0644);
MODULE_PARM_DESC(remove_ms, "how long a remove takes; lowering it also shortens one under way");

static unsigned int write_ms;
module_param(write_ms, uint, 0644);
MODULE_PARM_DESC(write_ms, "how long a write to a device's attribute takes");

static int probe_errno;
module_param(probe_errno, int, 0644);
MODULE_PARM_DESC(probe_errno, "positive error number that creates fail with; 0: none");

static int probe_errno_count = -1;
module_param(probe_errno_count, int, 0644);
MODULE_PARM_DESC(probe_errno_count, "how many creates fail (counts down); -1: all");

static int picky_errno = EINVAL;
module_param(picky_errno, int, 0644);
MODULE_PARM_DESC(picky_errno, "what the attribute picky answers to the value bad");

static unsigned int instances = 8;
module_param(instances, uint, 0644);
MODULE_PARM_DESC(instances, "devices a parent can have; read when a parent is bound");

static bool bare;
module_param(bare, bool, 0444);
MODULE_PARM_DESC(bare, "also register a parent without driver, bus and class");

static DEFINE_MUTEX(lock);	/* the log, the values and probe_errno_count */
static char *log_text;
static size_t log_len;

static __printf(1, 2) void log_add(const char *fmt, ...)
{
	va_list args;

	mutex_lock(&lock);
	va_start(args, fmt);
	log_len += vscnprintf(log_text + log_len, LOG_SIZE - log_len, fmt, args);
	va_end(args);
	mutex_unlock(&lock);
}

static void linger(const unsigned int *ms)
{
	unsigned long start = jiffies;

	while (time_before(jiffies, start + msecs_to_jiffies(READ_ONCE(*ms))))
		msleep(10);
}

/* The attributes of a device. */

enum slot {
	SLOT_ALPHA, SLOT_BETA, SLOT_PICKY, SLOT_ASSIGN, SLOT_UNASSIGN, SLOT_LEVEL, SLOT_PARAMS,
	SLOT_COUNT
};

struct device_state {
	struct vfio_device *vdev;	/* NULL for the type plain */
	char *values[SLOT_COUNT];
};

struct slot_attribute {
	struct device_attribute attr;
	enum slot slot;
	const char *name;
};

static ssize_t slot_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct slot_attribute *slot = container_of(attr, struct slot_attribute, attr);
	const struct device_state *state = dev_get_drvdata(dev);
	ssize_t ret;

	mutex_lock(&lock);
	ret = sysfs_emit(buf, "%s\n", state->values[slot->slot] ?: "");
	mutex_unlock(&lock);
	return ret;
}

static ssize_t slot_store(struct device *dev, struct device_attribute *attr, const char *buf,
			  size_t count)
{
	const struct slot_attribute *slot = container_of(attr, struct slot_attribute, attr);
	struct device_state *state = dev_get_drvdata(dev);
	size_t len = count;
	char *value;

	log_add("%s write %s \"%*pE\"\n", dev_name(dev), slot->name, (int)count, buf);
	linger(&write_ms);

	/* vendor/params loses its last character, whatever it is, as NVIDIA's vgpu_params does. */
	if (len && (buf[len - 1] == '\n' || slot->slot == SLOT_PARAMS))
		len--;
	if (slot->slot == SLOT_PICKY && len == 3 && !memcmp(buf, "bad", 3))
		return -READ_ONCE(picky_errno);

	value = kmemdup_nul(buf, len, GFP_KERNEL);
	if (!value)
		return -ENOMEM;
	mutex_lock(&lock);
	swap(state->values[slot->slot], value);
	mutex_unlock(&lock);
	kfree(value);
	return count;
}

#define SLOT_ATTR(_name, _path, _mode, _slot)				\
	static struct slot_attribute attr_##_name = {			\
		.attr = __ATTR(_name, _mode, slot_show, slot_store),	\
		.slot = _slot,						\
		.name = _path,						\
	}

#define SLOT_ATTR_WO(_name, _slot)					\
	static struct slot_attribute attr_##_name = {			\
		.attr = __ATTR(_name, 0200, NULL, slot_store),		\
		.slot = _slot,						\
		.name = #_name,						\
	}

SLOT_ATTR(alpha, "alpha", 0644, SLOT_ALPHA);
SLOT_ATTR(beta, "beta", 0644, SLOT_BETA);
SLOT_ATTR(picky, "picky", 0644, SLOT_PICKY);
SLOT_ATTR(level, "vendor/level", 0644, SLOT_LEVEL);
SLOT_ATTR(params, "vendor/params", 0644, SLOT_PARAMS);
SLOT_ATTR_WO(assign, SLOT_ASSIGN);
SLOT_ATTR_WO(unassign, SLOT_UNASSIGN);

static ssize_t kind_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_mdev_device(dev)->type->sysfs_name);
}
static DEVICE_ATTR_RO(kind);

static struct attribute *device_attrs[] = {
	&attr_alpha.attr.attr, &attr_beta.attr.attr, &attr_picky.attr.attr,
	&attr_assign.attr.attr, &attr_unassign.attr.attr, &dev_attr_kind.attr, NULL
};

static struct attribute *vendor_attrs[] = {
	&attr_level.attr.attr, &attr_params.attr.attr, NULL
};

static const struct attribute_group device_group = { .attrs = device_attrs };
static const struct attribute_group vendor_group = { .name = "vendor", .attrs = vendor_attrs };
static const struct attribute_group *device_groups[] = { &device_group, &vendor_group, NULL };

/* The type vfio: a device that can be opened and does nothing. */

struct vfio_state {
	struct vfio_device vdev;
};

static long vfio_state_ioctl(struct vfio_device *vdev, unsigned int cmd, unsigned long arg)
{
	struct vfio_device_info info = { .argsz = sizeof(info), .flags = VFIO_DEVICE_FLAGS_RESET };

	switch (cmd) {
	case VFIO_DEVICE_GET_INFO:
		return copy_to_user((void __user *)arg, &info, sizeof(info)) ? -EFAULT : 0;
	case VFIO_DEVICE_RESET:
		return 0;
	default:
		return -ENOTTY;
	}
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
/* Later kernels free by themselves. */
static void vfio_state_release(struct vfio_device *vdev)
{
	vfio_free_device(vdev);
}
#endif

static const struct vfio_device_ops vfio_state_ops = {
	.name = "mdevtest",
	.ioctl = vfio_state_ioctl,
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	.release = vfio_state_release,
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
	.bind_iommufd = vfio_iommufd_emulated_bind,
	.unbind_iommufd = vfio_iommufd_emulated_unbind,
	.attach_ioas = vfio_iommufd_emulated_attach_ioas,
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	.detach_ioas = vfio_iommufd_emulated_detach_ioas,
#endif
};

static int vfio_state_add(struct device_state *state, struct device *dev)
{
	struct vfio_state *vfio = vfio_alloc_device(vfio_state, vdev, dev, &vfio_state_ops);
	int ret;

	if (IS_ERR(vfio))
		return PTR_ERR(vfio);
	ret = vfio_register_emulated_iommu_dev(&vfio->vdev);
	if (ret) {
		vfio_put_device(&vfio->vdev);
		return ret;
	}
	state->vdev = &vfio->vdev;
	return 0;
}

/* The mdev driver. */

static int injected_error(void)
{
	int ret = 0;

	mutex_lock(&lock);
	if (probe_errno > 0 && probe_errno_count) {
		ret = -probe_errno;
		if (probe_errno_count > 0)
			probe_errno_count--;
	}
	mutex_unlock(&lock);
	return ret;
}

static int device_probe(struct mdev_device *mdev)
{
	struct device_state *state;
	int ret;

	log_add("%s probe %s\n", dev_name(&mdev->dev), mdev->type->sysfs_name);
	linger(&probe_ms);

	ret = injected_error();
	if (ret)
		goto out;
	state = kzalloc(sizeof(*state), GFP_KERNEL);
	if (!state) {
		ret = -ENOMEM;
		goto out;
	}
	if (!strcmp(mdev->type->sysfs_name, "vfio"))
		ret = vfio_state_add(state, &mdev->dev);
	if (ret)
		kfree(state);
	else
		dev_set_drvdata(&mdev->dev, state);
out:
	log_add("%s probed %d\n", dev_name(&mdev->dev), -ret);
	return ret;
}

/* The core has taken the attributes away by now: nobody else looks at the state. */
static void device_remove(struct mdev_device *mdev)
{
	struct device_state *state = dev_get_drvdata(&mdev->dev);
	int i;

	log_add("%s remove\n", dev_name(&mdev->dev));
	linger(&remove_ms);

	if (state->vdev) {
		vfio_unregister_group_dev(state->vdev);
		vfio_put_device(state->vdev);
	}
	for (i = 0; i < SLOT_COUNT; i++)
		kfree(state->values[i]);
	kfree(state);
	log_add("%s removed\n", dev_name(&mdev->dev));
}

static ssize_t show_description(struct mdev_type *type, char *buf)
{
	return sysfs_emit(buf, "a device for tests: %s\nwith a second line\n", type->sysfs_name);
}

static struct mdev_driver device_driver = {
	.device_api = VFIO_DEVICE_API_PCI_STRING,
	.probe = device_probe,
	.remove = device_remove,
	.show_description = show_description,
	.driver = {
		.name = "mdevtest",
		.owner = THIS_MODULE,
		.mod_name = KBUILD_MODNAME,
		.dev_groups = device_groups,
	},
};

/*
 * The parents. Static, because the core may look at a parent once more when the
 * last reference to one of its devices goes, which can be after the unbinding.
 */

struct parent_state {
	struct mdev_parent parent;
	struct mdev_type types[2];
	struct mdev_type *type_list[2];
};

static struct parent_state parents[MAX_PARENTS + 1];
static struct device *bare_device;

static int parent_add(struct parent_state *state, struct device *dev)
{
	memset(state->types, 0, sizeof(state->types));
	state->types[0].sysfs_name = "plain";
	state->types[1].sysfs_name = "vfio";
	state->types[1].pretty_name = "Test device, with VFIO";
	state->type_list[0] = &state->types[0];
	state->type_list[1] = &state->types[1];

	device_driver.max_instances = READ_ONCE(instances);
	return mdev_register_parent(&state->parent, dev, &device_driver, state->type_list,
				    ARRAY_SIZE(state->type_list));
}

static ssize_t log_read(struct file *file, struct kobject *kobj, struct bin_attribute *attr,
			char *buf, loff_t pos, size_t count)
{
	ssize_t ret;

	mutex_lock(&lock);
	ret = memory_read_from_buffer(buf, count, &pos, log_text, log_len);
	mutex_unlock(&lock);
	return ret;
}

static ssize_t log_write(struct file *file, struct kobject *kobj, struct bin_attribute *attr,
			 char *buf, loff_t pos, size_t count)
{
	mutex_lock(&lock);
	log_len = 0;
	mutex_unlock(&lock);
	return count;
}

/* Binary only so that it can be longer than a page. */
static BIN_ATTR_RW(log, 0);

static struct bin_attribute *parent_bin_attrs[] = { &bin_attr_log, NULL };
static const struct attribute_group parent_group = { .bin_attrs = parent_bin_attrs };
static const struct attribute_group *parent_groups[] = { &parent_group, NULL };

static int parent_probe(struct platform_device *pdev)
{
	if (pdev->id < 0 || pdev->id >= MAX_PARENTS)
		return -ENODEV;
	return parent_add(&parents[pdev->id], &pdev->dev);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
static void parent_remove(struct platform_device *pdev)
{
	mdev_unregister_parent(&parents[pdev->id].parent);
}
#else
static int parent_remove(struct platform_device *pdev)
{
	mdev_unregister_parent(&parents[pdev->id].parent);
	return 0;
}
#endif

static struct platform_driver parent_driver = {
	.probe = parent_probe,
	.remove = parent_remove,
	.driver = {
		.name = "mdevtest",
		.dev_groups = parent_groups,
	},
};

static int bare_add(void)
{
	int ret;

	bare_device = root_device_register("mdevtest-bare");
	if (IS_ERR(bare_device))
		return PTR_ERR(bare_device);
	ret = parent_add(&parents[MAX_PARENTS], bare_device);
	if (ret)
		root_device_unregister(bare_device);
	return ret;
}

static int __init mdevtest_init(void)
{
	int ret;

	log_text = vmalloc(LOG_SIZE);
	if (!log_text)
		return -ENOMEM;
	ret = mdev_register_driver(&device_driver);
	if (ret)
		goto free_log;
	ret = platform_driver_register(&parent_driver);
	if (ret)
		goto unregister_mdev;
	ret = bare ? bare_add() : 0;
	if (ret)
		goto unregister_platform;
	return 0;

unregister_platform:
	platform_driver_unregister(&parent_driver);
unregister_mdev:
	mdev_unregister_driver(&device_driver);
free_log:
	vfree(log_text);
	return ret;
}

static void __exit mdevtest_exit(void)
{
	if (bare) {
		mdev_unregister_parent(&parents[MAX_PARENTS].parent);
		root_device_unregister(bare_device);
	}
	platform_driver_unregister(&parent_driver);
	mdev_unregister_driver(&device_driver);
	vfree(log_text);
}

module_init(mdevtest_init);
module_exit(mdevtest_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Mediated devices with faults, for tests");
MODULE_SOFTDEP("pre: mdevtest_parent");
