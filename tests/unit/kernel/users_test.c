/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who uses a device. The numbers are those of /dev/full (1:7) and /dev/zero (1:5). */
#include "kernel/users.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "suites.h"

#define FULL  makedev(1, 7)
#define ZERO  makedev(1, 5)
#define CHAR  (S_IFCHR | 0600)
#define CDEVS DEVICE "/vfio-dev"

/* Not the machine's, so that a test can say who has what open. */
static void own_proc(struct fixture *fx)
{
	free(fx->env->dir[ENV_DIR_PROC]);
	fx->env->dir[ENV_DIR_PROC] = fixture_path(fx, "proc");
	fixture_make_dir(fx, "proc");
}

/* Nodes of devices are root's to make. */
static void make_used_device(struct fixture *fx)
{
	if (geteuid() != 0)
		skip();
	make_parent(fx);
	make_device(fx);
}

static void make_cdev(const struct fixture *fx)
{
	fixture_write(fx, CDEVS "/vfio0/dev", "1:7\n");
}

static void make_group(const struct fixture *fx, const char *number)
{
	fixture_link(fx, "../../../kernel/iommu_groups/12", DEVICE "/iommu_group");
	fixture_write(fx, "sys/class/vfio/12/dev", number);
}

/* Something in the fixture's /proc: the process @pid has @target open. */
static void add_file(const struct fixture *fx, const char *pid, const char *fd, const char *target)
{
	_cleanup_(mem_freep) char *comm = mem_printf("proc/%s/comm", pid);
	_cleanup_(mem_freep) char *link = mem_printf("proc/%s/fd/%s", pid, fd);

	fixture_write(fx, comm, "qemu\n");
	fixture_link(fx, target, link);
}

static void add_node(const struct fixture *fx, const char *pid, const char *fd, const char *node)
{
	_cleanup_(mem_freep) char *path = fixture_path(fx, node);

	add_file(fx, pid, fd, path);
}

static err_t ask(struct users *users, char **ret)
{
	const struct uuid uuid = fixture_uuid(UUID_A);
	_cleanup_(device_freep) struct device *dev = device_new(&uuid, "P", "T");

	return users_of(users, dev, ret);
}

static err_t ask_once(const struct fixture *fx, char **ret)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(users_freep) struct users *users = users_new(fx->env, sysfs);

	return ask(users, ret);
}

static char *users_seen(const struct fixture *fx)
{
	char *users = NULL;

	assert_ok(ask_once(fx, &users));
	return users;
}

/* In these there is no /proc at all: it must not be needed. */

static void device_that_has_gone_has_no_users(void **state)
{
	struct fixture *fx = *state;
	own_proc(fx);
	fixture_remove(fx, "proc");

	assert_null(users_seen(fx));
	make_parent(fx);
	assert_null(users_seen(fx));
}

static void device_of_another_driver_than_vfio_has_no_users(void **state)
{
	struct fixture *fx = *state;
	own_proc(fx);
	fixture_remove(fx, "proc");
	make_used_device(fx);

	assert_null(users_seen(fx));
}

static void group_that_opens_and_is_all_there_is_says_that_nobody_uses_it(void **state)
{
	struct fixture *fx = *state;
	own_proc(fx);
	fixture_remove(fx, "proc");
	make_used_device(fx);
	make_group(fx, "1:5\n");
	fixture_make_node(fx, "dev/vfio/12", CHAR, ZERO);

	assert_null(users_seen(fx));
}

static void missing_proc_is_an_error_when_it_is_needed(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	char *users = NULL;
	own_proc(fx);
	fixture_remove(fx, "proc");
	make_used_device(fx);
	make_cdev(fx);

	e = ask_once(fx, &users);

	assert_err(fx, e, ERR_FAILED,
		   "cannot tell who has the device open: cannot open 'ROOT/proc': "
		   "ENOENT (No such file or directory)",
		   "mount it: mount -t proc proc /proc");
	assert_null(users);
}

static void node_of_another_number_is_not_opened_to_ask(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(mem_freep) char *users = NULL;
	own_proc(fx);
	make_used_device(fx);
	make_group(fx, "1:5\n");
	fixture_make_node(fx, "dev/vfio/12", CHAR, FULL);
	fixture_make_node(fx, "other", CHAR, ZERO);
	add_node(fx, "12", "8", "other");
	add_file(fx, "12", "9", "anon_inode:[vfio-device]");

	users = users_seen(fx);

	assert_string_equal(users, "pid 12 (qemu)");
}

static void users_are_known_by_the_number_of_the_node(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(mem_freep) char *users = NULL;
	own_proc(fx);
	make_used_device(fx);
	make_cdev(fx);
	fixture_make_node(fx, "elsewhere/a", CHAR, FULL);
	fixture_make_node(fx, "elsewhere/b", CHAR, FULL);
	fixture_make_node(fx, "elsewhere/other", CHAR, ZERO);
	fixture_make_node(fx, "elsewhere/block", S_IFBLK | 0600, FULL);
	fixture_write(fx, "elsewhere/file", "");
	add_node(fx, "12", "3", "elsewhere/a");
	add_node(fx, "13", "3", "elsewhere/b");
	add_node(fx, "14", "3", "elsewhere/other");
	add_node(fx, "14", "4", "elsewhere/block");
	add_node(fx, "14", "5", "elsewhere/file");
	fixture_remove(fx, "proc/13/comm");

	users = users_seen(fx);

	assert_string_equal(users, "pid 12 (qemu), pid 13");
}

static void group_alone_is_no_use(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(mem_freep) char *users = NULL;
	own_proc(fx);
	make_used_device(fx);
	make_group(fx, "1:5\n");
	fixture_make_node(fx, "elsewhere", CHAR, ZERO);
	add_node(fx, "12", "3", "elsewhere");
	add_node(fx, "13", "3", "elsewhere");
	add_file(fx, "13", "4", "anon_inode:[vfio-device]");

	users = users_seen(fx);

	assert_string_equal(users, "pid 13 (qemu)");
}

static void number_is_that_of_the_node_where_sysfs_has_none(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(mem_freep) char *users = NULL;
	own_proc(fx);
	make_used_device(fx);
	fixture_make_dir(fx, CDEVS "/vfio0");
	fixture_make_dir(fx, CDEVS "/vfio1");
	fixture_make_node(fx, "dev/vfio/devices/vfio0", CHAR, FULL);
	fixture_make_node(fx, "dev/vfio/devices/vfio1", S_IFBLK | 0600, ZERO);
	fixture_make_node(fx, "elsewhere/a", CHAR, FULL);
	fixture_make_node(fx, "elsewhere/b", CHAR, ZERO);
	add_node(fx, "12", "3", "elsewhere/a");
	add_node(fx, "13", "3", "elsewhere/b");

	users = users_seen(fx);

	assert_string_equal(users, "pid 12 (qemu)");
}

static void number_that_is_none_is_an_error(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	char *users = NULL;
	make_used_device(fx);
	fixture_write(fx, CDEVS "/vfio0/dev", "1-7\n");

	e = ask_once(fx, &users);

	assert_err(fx, e, ERR_FAILED, "'" SEEN "/vfio-dev/vfio0/dev' has no device number", NULL);
}

static void process_that_has_ended_is_passed_over(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(mem_freep) char *users = NULL;
	own_proc(fx);
	make_used_device(fx);
	make_cdev(fx);
	fixture_make_node(fx, "elsewhere", CHAR, FULL);
	fixture_make_dir(fx, "proc/11");
	add_node(fx, "12", "3", "gone");
	add_node(fx, "13", "3", "elsewhere");

	users = users_seen(fx);

	assert_string_equal(users, "pid 13 (qemu)");
}

static void process_that_cannot_be_looked_at_is_an_error(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	char *users = NULL;
	own_proc(fx);
	make_used_device(fx);
	make_cdev(fx);
	fixture_make_dir(fx, "proc/12");
	fixture_link(fx, "fd", "proc/12/fd");

	e = ask_once(fx, &users);

	assert_err(fx, e, ERR_FAILED,
		   "cannot tell who has the device open: cannot open 'ROOT/proc/12/fd': "
		   "ELOOP (Too many levels of symbolic links)",
		   NULL);
	assert_null(users);
}

static void device_that_cannot_be_looked_at_is_not_unused(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(err_freep) struct err *e = NULL;
	char *users = NULL;
	fixture_link(fx, "P", BUS "/P");

	e = ask_once(fx, &users);

	assert_err(fx, e, ERR_FAILED,
		   "cannot open 'ROOT/" BUS "/P': ELOOP (Too many levels of symbolic links)", NULL);
}

/* A look is believed for a moment. */
static void somebody_who_came_after_the_first_look_is_seen(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(sysfs_freep) struct sysfs *sysfs = open_sysfs(fx);
	_cleanup_(users_freep) struct users *users = users_new(fx->env, sysfs);
	_cleanup_(mem_freep) char *first = NULL;
	_cleanup_(mem_freep) char *second = NULL;
	own_proc(fx);
	make_used_device(fx);
	make_cdev(fx);
	fixture_make_node(fx, "elsewhere", CHAR, FULL);
	add_node(fx, "12", "3", "elsewhere");

	assert_ok(ask(users, &first));
	add_node(fx, "13", "3", "elsewhere");
	do {
		mem_freep(&second);
		second = NULL;
		assert_ok(ask(users, &second));
	} while (strcmp(second, first) == 0);

	assert_string_equal(first, "pid 12 (qemu)");
	assert_string_equal(second, "pid 12 (qemu), pid 13 (qemu)");
}

/* Real processes: others on this machine may have the same device open. */

static bool is_among(const char *users, pid_t pid)
{
	_cleanup_(mem_freep) char *user = mem_printf("pid %d (test_kernel)", (int)pid);

	return users && strstr(users, user);
}

struct user {
	char *dir;
	int ready;
};

/* As libvirt does for its guests: a mount namespace with a /dev of its own. */
static int use_in_own_namespace(void *data)
{
	const struct user *user = data;
	_cleanup_(mem_freep) char *node = mem_printf("%s/vfio0", user->dir);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", user->dir, "tmpfs", 0, "") < 0 || mknod(node, CHAR, FULL) < 0 ||
	    open(node, O_RDWR | O_CLOEXEC) < 0)
		return 77;
	if (write(user->ready, "", 1) == 1)
		pause();
	return 0;
}

static void user_in_another_mount_namespace_is_seen(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(mem_freep) char *users = NULL;
	struct user user = { .dir = fixture_path(fx, "private") };
	int ends[2];
	pid_t child;
	char byte;
	make_used_device(fx);
	make_cdev(fx);
	fixture_make_dir(fx, "private");
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	user.ready = ends[1];
	child = fixture_fork(use_in_own_namespace, &user);
	close(ends[1]);
	free(user.dir);
	if (read(ends[0], &byte, 1) != 1) {
		close(ends[0]);
		assert_int_equal(fixture_wait(child), 77);
		skip();
	}

	users = users_seen(fx);

	kill(child, SIGKILL);
	fixture_wait(child);
	close(ends[0]);
	assert_true(is_among(users, child));
}

/* It needs no permission on the node. */
static void descriptor_of_a_path_is_no_use(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(mem_freep) char *users_of_path = NULL;
	_cleanup_(mem_freep) char *users_of_file = NULL;
	_cleanup_(fd_closep) int path = -1;
	_cleanup_(fd_closep) int file = -1;
	make_used_device(fx);
	make_cdev(fx);
	fixture_make_node(fx, "node", CHAR, FULL);

	path = openat(fx->dir->fd, "node", O_PATH | O_CLOEXEC);
	users_of_path = users_seen(fx);
	file = openat(fx->dir->fd, "node", O_WRONLY | O_CLOEXEC);
	users_of_file = users_seen(fx);

	assert_true(path >= 0 && file >= 0);
	assert_false(is_among(users_of_path, getpid()));
	assert_true(is_among(users_of_file, getpid()));
}

/* A group that is busy: a terminal that is taken exclusively answers EBUSY without privilege. */

struct question {
	struct fixture *fx;
	char *users;
	struct err *e;
};

static void *ask_without_privilege(void *data)
{
	struct question *question = data;
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[2];

	/* Of this thread alone. */
	syscall(SYS_capget, &header, sets);
	sets[CAP_SYS_ADMIN / 32].effective &= ~(1U << (CAP_SYS_ADMIN % 32));
	syscall(SYS_capset, &header, sets);
	question->e = ask_once(question->fx, &question->users);
	return NULL;
}

static char *users_of_busy_group(struct fixture *fx)
{
	struct question question = { .fx = fx };
	pthread_t thread;

	pthread_create(&thread, NULL, ask_without_privilege, &question);
	pthread_join(thread, NULL);
	assert_ok(question.e);
	return question.users;
}

/* Gives the terminal's two descriptors; what has it open is said by the fixture's /proc. */
static void make_busy_group(struct fixture *fx, int *ret_master, int *ret)
{
	_cleanup_(mem_freep) char *number = NULL;
	char name[64];
	struct stat st;

	own_proc(fx);
	make_used_device(fx);
	*ret_master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*ret_master < 0 || grantpt(*ret_master) < 0 || unlockpt(*ret_master) < 0 ||
	    ptsname_r(*ret_master, name, sizeof(name)) != 0)
		skip();
	*ret = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*ret < 0 || fstat(*ret, &st) < 0 || ioctl(*ret, TIOCEXCL) < 0)
		skip();
	number = mem_printf("%u:%u\n", major(st.st_rdev), minor(st.st_rdev));
	make_group(fx, number);
	fixture_link(fx, name, "dev/vfio/12");
}

static void busy_group_of_nobody_in_sight_is_used_by_a_process_that_cannot_be_seen(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(fd_closep) int master = -1;
	_cleanup_(fd_closep) int terminal = -1;
	_cleanup_(mem_freep) char *users = NULL;
	make_busy_group(fx, &master, &terminal);
	/* In /proc there is always one. */
	fixture_make_dir(fx, "proc/1");

	users = users_of_busy_group(fx);

	assert_non_null(users);
	assert_string_equal(users, "a process that cannot be seen");
}

static void busy_group_is_no_use_if_who_has_it_has_no_device(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(fd_closep) int master = -1;
	_cleanup_(fd_closep) int terminal = -1;
	make_busy_group(fx, &master, &terminal);
	add_node(fx, "12", "3", "dev/vfio/12");

	assert_null(users_of_busy_group(fx));
}

static void busy_group_is_used_by_who_has_a_device_as_well(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(fd_closep) int master = -1;
	_cleanup_(fd_closep) int terminal = -1;
	_cleanup_(mem_freep) char *users = NULL;
	make_busy_group(fx, &master, &terminal);
	add_node(fx, "12", "3", "dev/vfio/12");
	add_file(fx, "12", "4", "anon_inode:[vfio-device]");

	users = users_of_busy_group(fx);

	assert_non_null(users);
	assert_string_equal(users, "pid 12 (qemu)");
}

/* Since Linux 6.6 the device's own node, when it is open, makes the group busy as well. */
static void busy_group_is_explained_by_who_has_the_devices_own_node(void **state)
{
	struct fixture *fx = *state;
	_cleanup_(fd_closep) int master = -1;
	_cleanup_(fd_closep) int terminal = -1;
	_cleanup_(mem_freep) char *users = NULL;
	make_busy_group(fx, &master, &terminal);
	make_cdev(fx);
	fixture_make_node(fx, "elsewhere", CHAR, FULL);
	add_node(fx, "12", "3", "elsewhere");

	users = users_of_busy_group(fx);

	assert_non_null(users);
	assert_string_equal(users, "pid 12 (qemu)");
}

int users_tests(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(device_that_has_gone_has_no_users),
		fixture_test(device_of_another_driver_than_vfio_has_no_users),
		fixture_test(group_that_opens_and_is_all_there_is_says_that_nobody_uses_it),
		fixture_test(missing_proc_is_an_error_when_it_is_needed),
		fixture_test(node_of_another_number_is_not_opened_to_ask),
		fixture_test(users_are_known_by_the_number_of_the_node),
		fixture_test(group_alone_is_no_use),
		fixture_test(number_is_that_of_the_node_where_sysfs_has_none),
		fixture_test(number_that_is_none_is_an_error),
		fixture_test(process_that_has_ended_is_passed_over),
		fixture_test(process_that_cannot_be_looked_at_is_an_error),
		fixture_test(device_that_cannot_be_looked_at_is_not_unused),
		fixture_test(somebody_who_came_after_the_first_look_is_seen),
		fixture_test(user_in_another_mount_namespace_is_seen),
		fixture_test(descriptor_of_a_path_is_no_use),
		fixture_test(
			busy_group_of_nobody_in_sight_is_used_by_a_process_that_cannot_be_seen),
		fixture_test(busy_group_is_no_use_if_who_has_it_has_no_device),
		fixture_test(busy_group_is_used_by_who_has_a_device_as_well),
		fixture_test(busy_group_is_explained_by_who_has_the_devices_own_node),
	};

	return cmocka_run_group_tests_name("users", tests, NULL, NULL);
}
