/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing the attributes of mediated devices. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/mdev.h"
#include "sysfs_private.h"

/* How many attributes a hint names: a line or two of a terminal. */
#define SHOWN_MAX 20

/* What a driver's store function answers. */
static const struct {
	int errnum;
	const char *meaning;
	const char *hint;
} causes[] = {
	/* vfio_ap's are those of the kernel's Documentation/arch/s390/vfio-ap.rst. */
	{ EINVAL, "the driver refuses the value",
	  "see its documentation for what this attribute takes" },
	{ EADDRINUSE, "what the value names is in use",
	  "vfio_ap: a queue of this adapter or domain is assigned to another device: see 'mdevadm "
	  "list -v' and the attribute 'matrix' of the others" },
	{ EADDRNOTAVAIL, "what the value names is not available",
	  "vfio_ap: a queue is not bound to vfio_ap but reserved for the host's zcrypt drivers: "
	  "see "
	  "/sys/bus/ap/apmask and /sys/bus/ap/aqmask" },
	{ EBUSY, "what the value names, or the device, is busy",
	  "end what uses it and try again; vfio_ap: a queue is assigned to another device, or "
	  "apmask or aqmask are being changed" },
	{ ENODEV, "there is no such thing, or the device is going",
	  "vfio_ap: the number is above /sys/bus/ap/ap_max_adapter_id or ap_max_domain_id; "
	  "'mdevadm "
	  "types' shows whether the parent is still there" },
	{ EIO, "the driver or the hardware failed", SYSFS_LOG_HINT },
};

static err_t explain_write(struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++)
		if (err_is(e, causes[i].errnum))
			return err_hint(err_wrap(e, "%s", causes[i].meaning), "%s", causes[i].hint);
	return err_hint(e, SYSFS_LOG_HINT);
}

/* What every device has, and what no definition should write. */
static bool is_the_kernels(const char *path)
{
	return strcmp(path, "remove") == 0 || strcmp(path, "uevent") == 0;
}

/*
 * Adds the files in @dir that can be written, and those of its directories if @depth is above 0.
 * For a hint only: what cannot be read is left out.
 */
static void add_writable(const struct dir *dir, const char *prefix, int depth, struct strlist *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	err_free(dir_list(dir, &names));
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_(mem_freep) char *path = mem_printf("%s%s", prefix, names.items[i]);
		_cleanup_(mem_freep) char *inside = mem_printf("%s/", path);
		_cleanup_(dir_freep) struct dir *sub = NULL;
		struct stat st;

		if (fstatat(dir->fd, names.items[i], &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISREG(st.st_mode) && (st.st_mode & 0222) && !is_the_kernels(path))
			strlist_add(ret, str_escape(path));
		if (S_ISDIR(st.st_mode) && depth > 0)
			err_free(dir_open_at(dir, names.items[i], &sub));
		if (sub)
			add_writable(sub, inside, depth - 1, ret);
	}
}

/* The device is rolled back after this, and nobody can look at it any more. */
static err_t hint_names(struct err *e, const struct dir *dir)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(mem_freep) char *joined = NULL;

	add_writable(dir, "", 1, &names);
	if (!names.count)
		return err_hint(e, "the device has no attributes that can be written, or has gone");
	joined = strlist_join_some(&names, "'", SHOWN_MAX);
	return err_hint(e, "the device has no such attribute; it has %s", joined);
}

static err_t open_attr(const struct sysfs *sysfs, const struct dir *dir, const char *name, int *ret)
{
	struct err *e = dir_open_beneath(dir, name, ret);

	switch (e ? err_errnum(e) : 0) {
	case ELOOP:
	case EXDEV:
		e = err_set_kind(e, ERR_INVALID);
		return err_hint(e, "an attribute is a file in the device's directory, "
				   "and not behind a link");
	case ENOENT:
	case ENOTDIR:
	case EISDIR:
		return hint_names(err_set_kind(e, ERR_NOT_FOUND), dir);
	case EACCES:
		return err_hint(e, "the attribute cannot be written, or not by this user");
	case ENODEV:
		return err_hint(e, "the device is going: see 'mdevadm list'");
	default:
		return sysfs_hint(sysfs, e);
	}
}

/* An attribute that is missing yet is no fault here: writing another may make it appear. */
static err_t check_attrs(const struct sysfs *sysfs, const struct dir *dir, const struct device *dev)
{
	for (size_t i = 0; i < dev->attr_count; i++) {
		_cleanup_(fd_closep) int fd = -1;
		struct err *e = open_attr(sysfs, dir, dev->attrs[i].name, &fd);

		if (e && err_kind(e) == ERR_INVALID)
			return e;
		err_free(e);
	}
	return NULL;
}

/*
 * With one newline: some drivers (NVIDIA's) take the last character for it and drop it, and numbers
 * with two are refused. An empty value writes nothing, as with mdevctl.
 */
static err_t write_attr(const struct sysfs *sysfs, const struct dir *dir, const struct attr *attr)
{
	_cleanup_(mem_freep) char *path = mem_printf("%s/%s", dir->path, attr->name);
	_cleanup_(mem_freep) char *value = NULL;
	_cleanup_(fd_closep) int fd = -1;

	TRY(open_attr(sysfs, dir, attr->name, &fd));
	if (!*attr->value)
		return NULL;
	value = mem_strdup(attr->value);
	for (size_t end = strlen(value); end && value[end - 1] == '\n'; end--)
		value[end - 1] = '\0';
	return explain_write(sysfs_write(fd, path, value, "\n"));
}

err_t mdev_write_attrs(const struct sysfs *sysfs, const struct device *dev)
{
	_cleanup_(dir_freep) struct dir *dir = NULL;

	if (!dev->attr_count)
		return NULL;
	TRY(sysfs_find_device(sysfs, dev->parent, &dev->uuid, &dir));
	if (!dir)
		return err_hint(
			err_new(ERR_NOT_FOUND, "the device is not there to take its attributes"),
			"something removes it, or the driver of parent '%s' is going: see "
			"'mdevadm list' and 'mdevadm types'",
			dev->parent);
	TRY(check_attrs(sysfs, dir, dev));
	for (size_t i = 0; i < dev->attr_count; i++)
		TRY(write_attr(sysfs, dir, &dev->attrs[i]));
	return NULL;
}
