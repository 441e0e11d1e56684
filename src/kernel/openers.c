/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The links in /proc/PID/fd lead to open files across mount namespaces. */
#include "openers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/log.h"

void openers_clear(struct openers *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].pid);
	free(list->items);
	strlist_clear(&list->holders);
	*list = (struct openers){ 0 };
}

static void add_opener(struct openers *list, dev_t number, const char *pid)
{
	list->items = mem_grow(list->items, list->count, sizeof(*list->items));
	list->items[list->count++] = (struct opener){ .number = number, .pid = mem_strdup(pid) };
}

/* The process or its file has gone, or is not ours to see. */
static bool is_passed_over(int errnum)
{
	return errnum == ENOENT || errnum == ESRCH || errnum == EACCES || errnum == EPERM;
}

/*
 * What says nothing of this file, but of this process, ends the look. So does a file that may be
 * one of VFIO's. Else anybody could keep every stop away by a file that cannot be looked at.
 */
static err_t look_failed(const struct dir *dir, const char *name, const char *target)
{
	bool is_own = errno == ENOMEM || errno == ENFILE || errno == EMFILE;

	if (is_passed_over(errno) || (!is_own && !strstr(target, "vfio")))
		return NULL;
	return dir_err(dir, "look at", name);
}

/* The link to a descriptor of O_PATH has neither r nor w. */
static err_t add_file(struct openers *list, const struct dir *dir, const char *name,
		      const char *target, const char *pid)
{
	struct statx file;
	struct stat link;

	/* Without syncing: a file of a server that is gone must not hold this up. */
	if (statx(dir->fd, name, AT_STATX_DONT_SYNC, STATX_TYPE, &file) < 0)
		return look_failed(dir, name, target);
	if (!S_ISCHR(file.stx_mode))
		return NULL;
	if (fstatat(dir->fd, name, &link, AT_SYMLINK_NOFOLLOW) < 0)
		return look_failed(dir, name, target);
	if (link.st_mode & (S_IRUSR | S_IWUSR))
		add_opener(list, makedev(file.stx_rdev_major, file.stx_rdev_minor), pid);
	return NULL;
}

static err_t read_file(struct openers *list, const struct dir *dir, const char *name,
		       const char *pid, bool *ret_has_devices)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(dir->fd, name, target, sizeof(target) - 1);

	/* A path that the kernel cannot tell for its length is one. */
	if (length < 0 && errno == ENAMETOOLONG)
		return add_file(list, dir, name, "", pid);
	if (length < 0)
		return look_failed(dir, name, "vfio");
	target[length] = '\0';
	if (strcmp(target, "anon_inode:[vfio-device]") == 0)
		*ret_has_devices = true;
	/* Sockets, pipes and the like have no path. */
	return target[0] == '/' ? add_file(list, dir, name, target, pid) : NULL;
}

/* Lists @path ("fd" of a process or task); nothing if it is gone or not ours to see. */
static err_t list_files(struct openers *list, const struct dir *proc, const char *path,
			struct dir **ret, struct strlist *ret_names)
{
	struct err *e = dir_open_linked(proc, path, ret);

	if (!e)
		e = dir_list_at(*ret, ".", ret_names);
	if (!e || !is_passed_over(err_errnum(e)))
		return e;
	list->is_partial |= err_is(e, EACCES) || err_is(e, EPERM);
	err_free(e);
	return NULL;
}

/* All tasks share the files, and the first one may have ended before the others. */
static err_t open_files_of(struct openers *list, const struct dir *proc, const char *pid,
			   struct dir **ret, struct strlist *ret_names)
{
	_cleanup_(mem_freep) char *fds = mem_printf("%s/fd", pid);
	_cleanup_(mem_freep) char *tasks = mem_printf("%s/task", pid);
	_cleanup_(strlist_clear) struct strlist ids = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;

	TRY(list_files(list, proc, fds, ret, ret_names));
	if (ret_names->count)
		return NULL;
	TRY(list_files(list, proc, tasks, &dir, &ids));
	for (size_t i = 0; i < ids.count && !ret_names->count; i++) {
		_cleanup_(mem_freep) char *path = mem_printf("%s/fd", ids.items[i]);

		dir_free(take(*ret));
		TRY(list_files(list, dir, path, ret, ret_names));
	}
	return NULL;
}

static err_t read_process(struct openers *list, const struct dir *proc, const char *pid)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;
	size_t first = list->count;
	bool has_devices = false;

	TRY(open_files_of(list, proc, pid, &dir, &names));
	for (size_t i = 0; i < names.count; i++)
		TRY(read_file(list, dir, names.items[i], pid, &has_devices));
	for (size_t i = first; i < list->count; i++)
		list->items[i].has_vfio_devices = has_devices;
	if (has_devices)
		strlist_add(&list->holders, mem_strdup(pid));
	return NULL;
}

static err_t open_proc(const struct env *env, struct dir **ret)
{
	TRY(err_hint(dir_open(env->dir[ENV_DIR_PROC], ret), "mount it: mount -t proc proc /proc"));
	(*ret)->is_logged = false;
	return NULL;
}

static err_t read_processes(const struct env *env, struct openers *ret)
{
	_cleanup_(openers_clear) struct openers openers = { 0 };
	_cleanup_(strlist_clear) struct strlist pids = { 0 };
	_cleanup_(dir_freep) struct dir *proc = NULL;
	bool has_any = false;

	TRY(open_proc(env, &proc));
	TRY(dir_list_at(proc, ".", &pids));
	for (size_t i = 0; i < pids.count; i++) {
		if (pids.items[i][0] < '0' || pids.items[i][0] > '9')
			continue;
		TRY(read_process(&openers, proc, pids.items[i]));
		has_any = true;
	}
	/* Not even this one: it is no procfs. */
	if (!has_any)
		return err_hint(err_new(ERR_FAILED, "no process is seen in '%s'", proc->path),
				"mount it: mount -t proc proc %s", proc->path);
	*ret = openers;
	openers = (struct openers){ 0 };
	return NULL;
}

err_t openers_read(const struct env *env, struct openers *ret)
{
	int64_t begin = log_begin();

	return log_end(begin, read_processes(env, ret), "done", "read who has which device open");
}
