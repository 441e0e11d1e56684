/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/env.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/str.h"

static const struct {
	const char *name;
	const char *path;
	const char *variable;
} places[ENV_DIR_COUNT] = {
	[ENV_DIR_ETC] = { "etc", "/etc", "MDEVADM_BASE_ETC" },
	[ENV_DIR_LIB] = { "lib", "/usr/lib", "MDEVADM_BASE_LIB" },
	[ENV_DIR_RUN] = { "run", "/run", "MDEVADM_BASE_RUN" },
	[ENV_DIR_SYS] = { "sys", "/sys", "MDEVADM_BASE_SYS" },
	[ENV_DIR_DEV] = { "dev", "/dev", "MDEVADM_BASE_DEV" },
	[ENV_DIR_PROC] = { "proc", "/proc", "MDEVADM_BASE_PROC" },
};

const char *env_dir_name(enum env_dir dir)
{
	return places[dir].name;
}

enum env_dir env_dir_by_name(const char *name, size_t length)
{
	for (enum env_dir i = 0; i < ENV_DIR_COUNT; i++)
		if (strlen(places[i].name) == length && strncmp(places[i].name, name, length) == 0)
			return i;
	return ENV_DIR_COUNT;
}

static char *without_end_slashes(const char *path)
{
	char *copy = mem_strdup(path);
	size_t length = strlen(copy);

	while (length && copy[length - 1] == '/')
		copy[--length] = '\0';
	return copy;
}

/* Relative paths are made absolute: a path in a message must say where it is. */
static err_t absolute(const char *path, const char *what, char **ret)
{
	char here[PATH_MAX];
	_cleanup_(mem_freep) char *clean = NULL;

	if (!*path)
		return err_hint(err_new(ERR_USAGE, "%s is empty", what), "give a directory");
	clean = without_end_slashes(path);
	if (path[0] == '/') {
		*ret = take(clean);
		return NULL;
	}
	if (!getcwd(here, sizeof(here)))
		return err_errno(errno, "cannot tell the working directory");
	*ret = mem_printf("%s/%s", strcmp(here, "/") == 0 ? "" : here, clean);
	return NULL;
}

/* What moves that place alone; NULL if nothing does. */
static const char *base_of(const struct env_options *options, enum env_dir dir)
{
	const char *variable;

	if (options->base[dir] || options->root)
		return options->base[dir];
	variable = secure_getenv(places[dir].variable);
	return variable && *variable ? variable : NULL;
}

static err_t place_dirs(struct env *env, const char *root, const struct env_options *options)
{
	_cleanup_(mem_freep) char *prefix = NULL;
	struct err *e;

	if (root) {
		e = absolute(root, "the root directory", &prefix);
		if (e)
			return e;
	}

	for (enum env_dir i = 0; i < ENV_DIR_COUNT; i++) {
		const char *base = base_of(options, i);

		if (base) {
			e = absolute(base, "a base directory", &env->dir[i]);
			if (e)
				return e;
		} else {
			env->dir[i] = mem_printf("%s%s", prefix ? prefix : "", places[i].path);
		}
		env->moved[i] = strcmp(env->dir[i], places[i].path) != 0;
	}
	return NULL;
}

/* Locks elsewhere than everybody else's, for the same devices, would exclude nobody. */
static err_t check_locks_fit(const struct env *env)
{
	if (!env->moved[ENV_DIR_RUN] || env->moved[ENV_DIR_SYS])
		return NULL;
	return err_hint(err_new(ERR_USAGE,
				"'--base run=%s' alone would keep out nobody: other runs "
				"change the same devices under the locks in /run",
				env->dir[ENV_DIR_RUN]),
			"move sys as well (--base sys=DIR), or everything (--root DIR)");
}

err_t env_read_seconds(const char *where, const char *text, unsigned long least, int *ret_ms)
{
	unsigned long seconds;

	if (!str_to_number(text, TIMEOUT_MAX_S, &seconds) || seconds < least)
		return err_hint(
			err_new(ERR_USAGE, "%s: '%s' is not a number of seconds", where, text),
			"give a whole number from %lu%s to %d", least,
			least ? "" : " (do not wait)", TIMEOUT_MAX_S);
	*ret_ms = (int)seconds * 1000;
	return NULL;
}

static err_t set_lock_timeout(struct env *env, const struct env_options *options)
{
	const char *variable = secure_getenv("MDEVADM_LOCK_TIMEOUT");

	env->lock_timeout_ms =
		options->has_lock_timeout ? options->lock_timeout_ms : LOCK_TIMEOUT_DEFAULT_MS;
	if (options->has_lock_timeout || !variable || !*variable)
		return NULL;
	return env_read_seconds("MDEVADM_LOCK_TIMEOUT", variable, 0, &env->lock_timeout_ms);
}

static const char *root_from_environment(void)
{
	const char *root = secure_getenv("MDEVADM_ROOT");

	if (!root || !*root)
		root = secure_getenv("MDEVCTL_ENV_ROOT");
	return root && *root ? root : NULL;
}

/* Linux 5.2 made creates and removes safe against the unregistering of their parent. */
static bool is_old_release(const char *release)
{
	char *dot;
	unsigned long major = strtoul(release, &dot, 10);
	unsigned long minor = *dot == '.' ? strtoul(dot + 1, NULL, 10) : 0;

	/* What is no version is no reason to be slow. */
	if (dot == release)
		return false;
	return major < 5 || (major == 5 && minor < 2);
}

static bool is_old_kernel(void)
{
	const char *release = secure_getenv("MDEVADM_KERNEL_RELEASE");
	struct utsname name;

	if (release && *release)
		return is_old_release(release);
	return uname(&name) == 0 && is_old_release(name.release);
}

err_t env_new(const struct env_options *options, struct env **ret)
{
	_cleanup_(env_freep) struct env *env = mem_zalloc(sizeof(*env));
	const char *root = options->root ? options->root : root_from_environment();
	struct err *e;

	e = place_dirs(env, root, options);
	if (!e)
		e = check_locks_fit(env);
	if (!e)
		e = set_lock_timeout(env, options);
	if (!e && root)
		e = absolute(root, "the root directory", &env->root);
	if (e)
		return e;

	env->callout_timeout_ms = options->callout_timeout_ms ? options->callout_timeout_ms
							      : CALLOUT_TIMEOUT_DEFAULT_MS;
	env->old_kernel = is_old_kernel();
	env->nested = secure_getenv("MDEVADM_NESTED") != NULL;
	*ret = take(env);
	return NULL;
}

err_t env_check_root(const struct env *env)
{
	struct stat st;

	if (!env->root)
		return NULL;
	if (stat(*env->root ? env->root : "/", &st) == 0 && S_ISDIR(st.st_mode))
		return NULL;
	return err_hint(err_new(ERR_NOT_FOUND, "there is no root directory '%s'", env->root),
			"give one that is there with --root DIR, or unset MDEVADM_ROOT and "
			"MDEVCTL_ENV_ROOT");
}

void env_free(struct env *env)
{
	if (!env)
		return;
	for (enum env_dir i = 0; i < ENV_DIR_COUNT; i++)
		free(env->dir[i]);
	free(env->root);
	free(env);
}

void env_export(const struct env *env, struct strlist *ret)
{
	const char *root = env->root ? env->root : "";

	if (env->root)
		strlist_add(ret, mem_printf("MDEVADM_ROOT=%s", root));
	for (enum env_dir i = 0; i < ENV_DIR_COUNT; i++) {
		_cleanup_(mem_freep) char *usual = mem_printf("%s%s", root, places[i].path);

		if (strcmp(env->dir[i], usual) != 0)
			strlist_add(ret, mem_printf("%s=%s", places[i].variable, env->dir[i]));
	}
}

bool env_is_exported(const char *variable)
{
	static const char *const prefixes[] = {
		"MDEVADM_ROOT=", "MDEVCTL_ENV_ROOT=", "MDEVADM_BASE_",
		"MDEVADM_UUID=", "MDEVADM_PARENT=",   "MDEVADM_NESTED="
	};

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (str_starts_with(variable, prefixes[i]))
			return true;
	return false;
}

void env_warn(const struct env *env, struct err *e)
{
	if (e && env->warn)
		env->warn(env->warn_data, e);
	else
		err_free(e);
}

void env_relay(const struct env *env, const char *source, const char *line)
{
	if (env->relay)
		env->relay(env->warn_data, source, line);
}
