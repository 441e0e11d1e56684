/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mdevsim: a file system that behaves as the kernel's sysfs of mediated devices does. */
/*
 *	mdevsim [--legacy] [--foreground] [--log FILE] DESCRIPTION MOUNTPOINT
 *
 * MOUNTPOINT stands for /sys. The program returns when the mount is ready, having printed the
 * daemon's pid; SIGTERM to that, or an unmount, ends it. Root's mount is open to all users, with
 * the permissions checked; an ordinary user owns all of his, and nobody else sees it.
 *
 * Imitated (of Linux 5.19 and later; with --legacy, the life-cycle rules up to 5.1):
 *
 * - class/mdev_bus, bus/mdev, the parents' devices, types, the devices with their links, modes and
 *   contents, kernel/iommu_groups, class/vfio, class/vfio-dev, dev/char; relative links that stay
 *inside MOUNTPOINT;
 * - what each write to create and remove answers, how it races with others, and the device that is
 *   stuck because its remove came before the end of its create;
 * - what is left of a device while its removal waits for those who have it open: no link in
 *   bus/mdev/devices, no remove, no mdev_type; the directory with iommu_group and attributes, and
 *   class/vfio/N. vfio-dev stays if it has no number, as before 6.6, and goes if it has one;
 * - a device's own inode: a later one of the same UUID has another;
 * - writes through a descriptor of what is gone (ENODEV), of more than a page (a short write), with
 *   O_TRUNC and O_APPEND, and O_CREAT of what is missing (EACCES).
 *
 * Not imitated:
 *
 * - uevents, /dev/vfio, module loading, other users' files of a normal user's mount;
 * - who holds a device open: `open UUID` says that somebody does;
 * - the time between the driver's attach and the end of create: a device's attributes appear with
 *   its directory, so that one who writes them too early is counted, not refused;
 * - two removes at once: the loser always gets its success while the other goes on, and ENODEV
 *   after it. The kernel may also answer ENODEV at once;
 * - signals: the kernel's blocked remove cannot be interrupted. Here the caller gets EINTR, and the
 *   removal goes on to its end without him. `interruptible off` makes it as the kernel is. The
 *   simulator's end ends all;
 * - the magic number of statfs(2): it is FUSE's.
 *
 * The kernel caches nothing of this but directories that are never removed.
 *
 * The description is one JSON object. `*` marks what must be there; the rest has defaults.
 *
 *   { "pools": { "gpu0": 4 },     the ports of pools that parents share
 *     "parents": [ {
 *       "name": "mtty",           * as in class/mdev_bus
 *       "path": "devices/...",    devices/virtual/sim/NAME
 *       "driver": "mtty",         the parent's name; in bus/mdev/drivers
 *       "bus": "pci",             none; gives subsystem and bus/pci/devices/NAME
 *       "physfn": "0000:06:00.0", none; this is one of its virtual functions: the links physfn
 *                                 and, there, virtfnN. It is a parent, or else a bare directory
 *                                 beside this one, and in bus/pci/devices
 *       "ports": 24,              a pool that all types share; without it each type has its own
 *       "pool": "gpu0",           none; the pool is that of all parents that say so. Any one of
 *                                 them, or "pools", gives its ports and what follows
 *       "one_size": true,         false; all devices must be of the type of those there are: the
 *                                 other types, by name, show 0, and their create fails
 *       "one_size_errno": "EIO",  with this
 *       "full_errno": "ENOSPC",   EUSERS; what create says when none is left
 *       "vfio": true,             false: no iommu_group, no vfio-dev
 *       "cdev": "1:7",            none; what vfio-dev/vfioN/dev shows, which is missing without
 *                                 this, as before Linux 6.6
 *       "group": "1:8",           240:N; what class/vfio/N/dev shows
 *       "keeps_dir": true,        the directory outlives the driver; false below devices/virtual
 *       "registered": true,       false: the driver comes later
 *       "files": { "vendor": "0x10de\n" },   more files of the parent, read-only
 *       "devices": [ { "uuid": "...", "type": "mtty-1" } ],   there from the start
 *       "types": [ {
 *           "name": "mtty-1",     * with the driver's prefix
 *           "label": "Single",    the file `name`; null or not given: no such file
 *           "device_api": "vfio-pci",
 *           "description": null,  several lines parted by \n; null or not given: no such file
 *           "cost": 1,            ports of the pool
 *           "instances": 1,       of this type and parent at most; with ports no limit but those
 *           "cdev", "group"       the parent's
 *           "attrs": [ {
 *               "name": "nvidia/vgpu_params",     * slashes make directories
 *               "mode": "rw",                     0644; or "r" (0444), "w" (0200)
 *               "value": "",                      what it shows before a write
 *               "refuse": { "255": "EINVAL" },    values, without newline, that get an errno
 *               "accept": [ "auto", "on" ],       only these; shown with a newline
 *               "eats_last": false,               drop the last byte unless it is a newline
 *               "enxio_until_written": false      ENXIO instead of the value before a write
 *           } ] } ] } ] }
 *
 * MOUNTPOINT/.mdevsim has three files. `stats` shows counters, `key value`. `log` has a line an
 * event: sequence number, microseconds (monotonic), pid, event, path or name, value, result. In
 * the last three blanks and unprintable bytes are escaped, an empty value is `-`, the result is
 * `ok`, an errno or, at a -begin, `-`. Events: create-begin, create-end, remove-begin, remove-end,
 * attr, uevent, unbind, unregister-begin, unregister-end, register, ctl. `ctl` takes one command a
 * write:
 *
 *   delay OP MS [TARGET]      OP: create, remove, attr, read, linger, unregister. TARGET: a UUID,
 *                             parent, type or attribute; none is all. The last one set counts,
 *                             0 ends it. linger: UUID and instance come back that long after the
 *                             directory is gone; until then nobody else has that instance
 *   error OP ERRNO [COUNT] [TARGET]   OP as above (not linger), or probe: the create fails after
 *                             the device appeared. COUNT: default 1, -1 always
 *   number cdev|group MAJ:MIN [TARGET]   the device nodes' numbers, as "cdev" and "group" above,
 *                             of devices there are and that come. The last one set counts
 *   clear                     all delays and errors
 *   reset                     empties the log, zeroes the counters
 *   open UUID, close UUID     hold a device open, which can be done more than once; let go
 *   unregister PARENT         the driver goes, once creates and removes under way are done; EBUSY
 *                             if a device is open
 *   register PARENT           it comes
 *   vanish UUID               the device is gone at once
 *   stuck UUID                it has no remove any more
 *   unlink UUID, relink UUID  its link in bus/mdev/devices goes, and comes; its directory stays
 *   garbage FILE PARENT TYPE TEXT     what the type's file shows; with \n, \t, \xHH
 *   hide PARENT TYPE FILE     the type's file is missing
 *   restore PARENT TYPE FILE  undoes both
 *   forget-class, remember-class      class/mdev_bus goes, and comes
 *   readonly on|off           opening for writing gives EROFS
 *   legacy on|off             the life-cycle rules
 *   interruptible on|off      see above
 *
 * Counters of broken rules, in both modes: remove_during_create, remove_during_remove,
 * create_during_unregister, remove_during_unregister, create_during_remove, double_create,
 * attr_write_during_create, attr_write_during_remove; violations_total is their sum.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "describe.h"
#include "fs.h"
#include "parent.h"

/* Each blocked remove takes one; the kernel has no such limit. */
#define MAX_THREADS 2000

struct options {
	const char *description;
	const char *mountpoint;
	const char *log;
	bool is_legacy;
	bool is_foreground;
};

static const char usage[] = "Usage: mdevsim [OPTIONS] DESCRIPTION MOUNTPOINT\n"
			    "Mounts a simulated /sys with mediated devices.\n"
			    "\n"
			    "  -l, --legacy      life-cycle rules of kernels up to 5.1\n"
			    "  -f, --foreground  stay in the foreground\n"
			    "  -L, --log FILE    append each event to FILE as well\n"
			    "  -h, --help        show this text\n";

static bool parse_options(int argc, char **argv, struct options *ret)
{
	static const struct option known[] = {
		{ "legacy", no_argument, NULL, 'l' },
		{ "foreground", no_argument, NULL, 'f' },
		{ "log", required_argument, NULL, 'L' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "lfL:h", known, NULL)) != -1) {
		if (c == 'l') {
			ret->is_legacy = true;
		} else if (c == 'f') {
			ret->is_foreground = true;
		} else if (c == 'L') {
			ret->log = optarg;
		} else if (c == 'h') {
			fputs(usage, stdout);
			exit(0);
		} else {
			return false;
		}
	}
	if (argc - optind != 2)
		return false;
	ret->description = argv[optind];
	ret->mountpoint = argv[optind + 1];
	return true;
}

static void complain(const char *what, const char *why)
{
	fprintf(stderr, "mdevsim: %s: %s\n", what, why);
}

static bool sim_load(struct sim *sim, const struct options *options)
{
	struct text why = { 0 };
	bool is_good;

	parent_add_roots(sim);
	control_add(sim);
	is_good = describe_load(sim, options->description, &why);
	if (!is_good)
		fprintf(stderr, "mdevsim: %s\n", why.data);
	text_free(&why);
	sim->is_legacy = options->is_legacy;
	if (is_good && options->log) {
		sim->log.fd = open(options->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
		is_good = sim->log.fd >= 0;
		if (!is_good)
			complain(options->log, strerror(errno));
	}
	return is_good;
}

static void child_setup(int ready)
{
	int null = open("/dev/null", O_RDWR);

	setsid();
	/* Whoever reads the starting script's output must not wait for the daemon. */
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		dup2(null, fd);
	if (null > 2)
		close(null);
	if (chdir("/") < 0 || write(ready, "", 1) < 0)
		_exit(1);
	close(ready);
}

/* The parent process prints the daemon's pid, and ends; only the daemon returns. */
static void become_daemon(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready) < 0 || (pid = fork()) < 0) {
		complain("fork", strerror(errno));
		_exit(1);
	}
	if (pid == 0) {
		close(ready[0]);
		child_setup(ready[1]);
		return;
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		_exit(1);
	printf("%ld\n", (long)pid);
	fflush(stdout);
	_exit(0);
}

static int serve_mounted(struct sim *sim, bool is_foreground)
{
	struct fuse_loop_config *config = fuse_loop_cfg_create();
	int err;

	fuse_loop_cfg_set_max_threads(config, MAX_THREADS);
	fuse_loop_cfg_set_idle_threads(config, 16);
	if (!is_foreground)
		become_daemon();
	err = fuse_session_loop_mt(sim->session, config);
	fuse_loop_cfg_destroy(config);
	return err < 0 ? 1 : 0;
}

static int serve(struct sim *sim, const char *mountpoint, bool is_foreground)
{
	int status = 1;

	if (fuse_set_signal_handlers(sim->session) < 0)
		return 1;
	if (fuse_session_mount(sim->session, mountpoint) == 0) {
		status = serve_mounted(sim, is_foreground);
		fuse_session_unmount(sim->session);
	}
	fuse_remove_signal_handlers(sim->session);
	return status;
}

static int mount_and_serve(struct sim *sim, const struct options *options)
{
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	char *mountpoint = realpath(options->mountpoint, NULL);
	int status = 1;

	if (!mountpoint) {
		complain(options->mountpoint, strerror(errno));
		return 1;
	}
	fuse_opt_add_arg(&args, "mdevsim");
	fuse_opt_add_arg(&args, "-ofsname=mdevsim,subtype=mdevsim,default_permissions");
	if (geteuid() == 0)
		fuse_opt_add_arg(&args, "-oallow_other");
	sim->session = fuse_session_new(&args, &fs_ops, sizeof(fs_ops), sim);
	if (sim->session) {
		status = serve(sim, mountpoint, options->is_foreground);
		fuse_session_destroy(sim->session);
		fs_free(sim);
	}
	fuse_opt_free_args(&args);
	free(mountpoint);
	return status;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	struct sim sim;
	int status = 1;

	/* A test harness waits for all that holds its descriptors. */
	close_range(3, ~0U, 0);
	if (!parse_options(argc, argv, &options)) {
		fputs("mdevsim: see 'mdevsim --help'\n", stderr);
		return 2;
	}
	sim_init(&sim);
	if (sim_load(&sim, &options))
		status = mount_and_serve(&sim, &options);
	sim_free(&sim);
	return status;
}
