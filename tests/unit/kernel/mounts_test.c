/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a sysfs is mounted, by a /proc/self/mountinfo of the test's own. */
#include "mounts.h"

#include <stdlib.h>
#include <string.h>

#include "suites.h"
#include "sysfs_private.h"

#define ROOT_MOUNT "20 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
#define TMPFS	   "21 20 0:30 / /sys rw - tmpfs tmpfs rw\n"
#define REAL	   "22 20 0:22 / /sys rw,relatime shared:2 - sysfs sysfs rw\n"
#define READ_ONLY  "23 20 0:22 / /ro ro,relatime - sysfs sysfs rw\n"
#define RO_SUPER   "24 20 0:23 / /ro-super rw,relatime - sysfs sysfs ro\n"
#define WRITABLE   "25 20 0:22 / /a\\040place\\134x rw,relatime - sysfs sysfs rw\n"

static void set_dir(struct fixture *fx, enum env_dir which, const char *path)
{
	free(fx->env->dir[which]);
	fx->env->dir[which] = fixture_path(fx, path);
}

static void set_mounts(struct fixture *fx, const char *mountinfo)
{
	fixture_write(fx, "proc/self/mountinfo", mountinfo);
	set_dir(fx, ENV_DIR_PROC, "proc");
}

static char *list(const struct fixture *fx)
{
	_cleanup_(strlist_clear) struct strlist paths = { 0 };

	assert_ok(mounts_list_sysfs(fx->env, &paths));
	return strlist_join(&paths, "'");
}

static void writable_sysfs_comes_before_those_that_are_not(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(mem_freep) char *paths = NULL;
	set_mounts(fx, ROOT_MOUNT TMPFS READ_ONLY RO_SUPER WRITABLE REAL);

	paths = list(fx);

	assert_string_equal(paths, "'/a place\\x', '/sys', '/ro', '/ro-super'");
}

static void without_sysfs_none_is_mounted(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(mem_freep) char *paths = NULL;
	set_mounts(fx, ROOT_MOUNT TMPFS);

	paths = list(fx);

	assert_string_equal(paths, "");
}

static void mounts_that_cannot_be_read_are_an_error(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(strlist_clear) struct strlist paths = { 0 };
	_cleanup_(err_freep) struct err *e = NULL;
	set_dir(fx, ENV_DIR_PROC, "proc");

	e = mounts_list_sysfs(fx->env, &paths);

	assert_err(fx, e, ERR_FAILED,
		   "cannot read 'ROOT/proc/self/mountinfo': ENOENT (No such file or directory)",
		   "is /proc mounted? mount -t proc proc /proc");
}

/* ROOT/sys is a plain directory; it counts as sysfs only if it was moved there. */
static struct sysfs *open_unmoved(struct fixture *fx)
{
	fx->env->moved[ENV_DIR_SYS] = false;
	return open_sysfs(fx);
}

/* What is no sysfs any more, or is not there, is passed over. */
static void first_mount_that_still_is_a_sysfs_is_used(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(mem_freep) char *mounts = mem_printf(
		"26 20 0:22 / %s/sys rw - sysfs sysfs rw\n" READ_ONLY WRITABLE REAL, fx->root);
	_cleanup_(dir_freep) struct dir *real = NULL;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;
	bool has_bus = false;
	assert_ok(dir_open("/sys", &real));
	assert_ok(dir_has(real, "bus", &has_bus));
	if (!has_bus)
		skip();
	set_mounts(fx, mounts);

	sysfs = open_unmoved(fx);

	assert_non_null(sysfs->top);
	assert_string_equal(sysfs->top->path, "/sys");
}

static void without_a_sysfs_anywhere_there_is_none(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;
	set_mounts(fx, ROOT_MOUNT WRITABLE);

	sysfs = open_unmoved(fx);

	assert_null(sysfs->top);
}

static void unknown_mounts_say_that_sys_is_no_sysfs(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	struct sysfs *sysfs = NULL;
	set_dir(fx, ENV_DIR_PROC, "proc");
	fx->env->moved[ENV_DIR_SYS] = false;

	e = sysfs_open(fx->env, &sysfs);

	assert_err(fx, e, ERR_FAILED,
		   "'ROOT/sys' is not a sysfs: cannot read 'ROOT/proc/self/mountinfo': "
		   "ENOENT (No such file or directory)",
		   "is /proc mounted? mount -t proc proc /proc");
}

int mounts_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(writable_sysfs_comes_before_those_that_are_not),
		fixture_test(without_sysfs_none_is_mounted),
		fixture_test(mounts_that_cannot_be_read_are_an_error),
		fixture_test(first_mount_that_still_is_a_sysfs_is_used),
		fixture_test(without_a_sysfs_anywhere_there_is_none),
		fixture_test(unknown_mounts_say_that_sys_is_no_sysfs),
	};

	return cmocka_run_group_tests_name("mounts", tests, NULL, NULL);
}
