/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The probes are one list for all of the kernel; what they tell goes into a buffer of our own. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/process.h"
#include "trace_private.h"

#define PREFIX "mdevadm_"
#define PROBES "kprobe_events"

/* For each processor: some thousand records. */
#define BUFFER_KB "256"
/* Other devices have other names, but for a few of some buses. */
#define FILTER              \
	"name ~ \"????????" \
	"-????"             \
	"-????"             \
	"-????"             \
	"-????????????"     \
	"\""

static const char *const probe_names[] = { TRACE_ADD, TRACE_REMOVE };
static const char *const probe_functions[] = { TRACE_ADD_FUNCTION, TRACE_REMOVE_FUNCTION };

/* The first member of struct device is its kobject, whose first one is the name. */
#define ARGUMENTS "name=+0(+0($arg1)):string command=$comm"

static err_t is_no_tracefs(const struct dir *dir)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	TRY(dir_list(dir, &names));
	if (!names.count)
		return err_hint(err_new(ERR_FAILED, "no tracefs is mounted at '%s'", dir->path),
				"mount -t tracefs tracefs %s", dir->path);
	return err_hint(err_new(ERR_FAILED, "'%s' has no '" PROBES "'", dir->path),
			"the kernel needs CONFIG_KPROBE_EVENTS; without --who it is not needed");
}

static err_t no_tracefs(const struct env *env, struct err *e)
{
	const char *sys = env->dir[ENV_DIR_SYS];

	if (err_is_absence(e))
		return err_hint(e,
				"mount -t tracefs tracefs %s/kernel/tracing; if that directory "
				"is missing, the kernel has no CONFIG_TRACING",
				sys);
	return err_hint(e, "--who needs root");
}

err_t trace_find(const struct env *env, struct dir **ret)
{
	_cleanup_(mem_freep) char *path = mem_printf("%s/kernel/tracing", env->dir[ENV_DIR_SYS]);
	_cleanup_(dir_freep) struct dir *dir = NULL;
	bool has_probes = false;
	struct err *e;

	if (env->root || env->moved[ENV_DIR_SYS])
		return err_hint(err_new(ERR_FAILED, "'%s' is not the running kernel's", path),
				"--who works on the running system alone");
	e = dir_open(path, &dir);
	if (e)
		return no_tracefs(env, e);
	TRY(dir_has(dir, PROBES, &has_probes));
	if (!has_probes)
		return is_no_tracefs(dir);
	*ret = take(dir);
	return NULL;
}

char *trace_name(const struct env *env)
{
	return mem_printf(PREFIX "%d_%llu", (int)getpid(), process_start_time(env, getpid()));
}

/* One write, which the kernel takes as one command. */
static err_t write_line(const struct dir *dir, const char *path, int flags, const char *text)
{
	int fd = openat(dir->fd, path, O_WRONLY | O_CLOEXEC | flags);
	struct err *e = NULL;

	if (fd < 0)
		return dir_err(dir, "open", path);
	if (write(fd, text, strlen(text)) < 0)
		e = err_errno(errno, "cannot write '%s' to '%s/%s'", text, dir->path, path);
	close(fd);
	return e;
}

static err_t set_probe(const struct dir *top, const char *group, size_t index)
{
	_cleanup_(mem_freep) char *line = mem_printf("p:%s/%s %s " ARGUMENTS, group,
						     probe_names[index], probe_functions[index]);

	return err_hint(write_line(top, PROBES, O_APPEND, line),
			"does the kernel allow probes? see /proc/sys/kernel/kprobes, "
			"/sys/kernel/security/lockdown and 'journalctl -k'");
}

static err_t enable_probe(const struct dir *instance, const char *group, size_t index)
{
	_cleanup_(mem_freep) char *filter =
		mem_printf("events/%s/%s/filter", group, probe_names[index]);
	_cleanup_(mem_freep) char *enable =
		mem_printf("events/%s/%s/enable", group, probe_names[index]);

	TRY(write_line(instance, filter, 0, FILTER));
	return write_line(instance, enable, 0, "1");
}

err_t trace_set_up(const struct dir *top, const char *name, struct dir **ret_instance)
{
	_cleanup_(dir_freep) struct dir *instances = NULL;
	_cleanup_(dir_freep) struct dir *instance = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(probe_names); i++)
		TRY(set_probe(top, name, i));
	TRY(dir_open_at(top, "instances", &instances));
	if (mkdirat(instances->fd, name, 0700) < 0)
		return dir_err(instances, "make", name);
	TRY(dir_open_at(instances, name, &instance));
	TRY(write_line(instance, "buffer_size_kb", 0, BUFFER_KB));
	for (size_t i = 0; i < ARRAY_SIZE(probe_names); i++)
		TRY(enable_probe(instance, name, i));
	*ret_instance = take(instance);
	return NULL;
}

/* What is not there need not be taken away. */
static err_t pass_gone(struct err *e)
{
	if (!err_is_absence(e))
		return e;
	err_free(e);
	return NULL;
}

err_t trace_tear_down(const struct dir *top, const char *name)
{
	_cleanup_(mem_freep) char *path = mem_printf("instances/%s", name);
	struct err *e = NULL;

	/* A probe that a buffer uses cannot be taken away. */
	if (unlinkat(top->fd, path, AT_REMOVEDIR) < 0)
		e = pass_gone(dir_err(top, "remove", path));
	for (size_t i = 0; i < ARRAY_SIZE(probe_names); i++) {
		_cleanup_(mem_freep) char *line = mem_printf("-:%s/%s", name, probe_names[i]);

		e = err_also(e, pass_gone(write_line(top, PROBES, O_APPEND, line)));
	}
	return err_hint(e, "the next 'mdevadm monitor --who' takes it away");
}

/* The two numbers of a name as trace_name() has it. */
static bool read_name(const char *name, unsigned long *ret_pid, unsigned long *ret_since)
{
	const char *pid = name + strlen(PREFIX);
	const char *since = str_starts_with(name, PREFIX) ? strchr(pid, '_') : NULL;
	_cleanup_(mem_freep) char *first = NULL;

	if (!since)
		return false;
	first = mem_printf("%.*s", (int)(since - pid), pid);
	return str_to_number(first, INT_MAX, ret_pid) &&
	       str_to_number(since + 1, ULONG_MAX, ret_since) && *ret_pid && *ret_since;
}

/* Whether the name is that of a process that surely is no more. */
static bool is_left_behind(const struct env *env, const char *name)
{
	unsigned long pid, since;
	unsigned long long now;

	if (!read_name(name, &pid, &since))
		return false;
	if (kill((pid_t)pid, 0) < 0)
		return errno == ESRCH;
	now = process_start_time(env, (pid_t)pid);
	return now && now != since;
}

/* Adds the names in @folder that are of our sort. */
static err_t list_left(const struct env *env, const struct dir *top, const char *folder,
		       struct strlist *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	TRY(dir_list_at(top, folder, &names));
	for (size_t i = 0; i < names.count; i++)
		if (is_left_behind(env, names.items[i]))
			strlist_add(ret, take(names.items[i]));
	return NULL;
}

err_t trace_clean(const struct env *env, const struct dir *top)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	TRY(list_left(env, top, "instances", &names));
	TRY(list_left(env, top, "events", &names));
	strlist_sort(&names);
	for (size_t i = 0; i < names.count; i++)
		env_warn(env, err_wrap(trace_tear_down(top, names.items[i]),
				       "what a run that was killed has left stays"));
	return NULL;
}
