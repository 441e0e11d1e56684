/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scripts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dir.h"
#include "trust.h"

static const char *const kind_names[SCRIPTS_KINDS] = {
	[SCRIPTS_CALLOUTS] = "callouts",
	[SCRIPTS_NOTIFIERS] = "notifiers",
};

/* The second one is deprecated. */
static const struct {
	enum env_dir base;
	const char *name;
} places[] = {
	{ ENV_DIR_LIB, "mdevctl" },
	{ ENV_DIR_ETC, "mdevctl.d" },
};

static void add_script(struct scripts *scripts, char *path)
{
	struct script *script = mem_zalloc(sizeof(*script));

	script->path = path;
	script->name = str_base_name(path);
	scripts->items = mem_resize(scripts->items, scripts->count + 1, sizeof(struct script *));
	scripts->items[scripts->count++] = script;
}

/* Somebody who can write above the directory can put another in its place. */
static char *problem_on_way(const char *top, const char *dir)
{
	_cleanup_(mem_freep) char *middle = mem_printf("%s/scripts.d", top);
	char *problem = trust_problem(top);

	if (!problem)
		problem = trust_problem(middle);
	return problem ? problem : trust_problem(dir);
}

/* Directories are nobody's scripts, and a link to /dev/null stands for none. */
static void consider(struct scripts *scripts, const struct env *env, const struct dir *dir,
		     const char *name, const char *dir_problem)
{
	_cleanup_(mem_freep) char *path = mem_printf("%s/%s", dir->path, name);
	char *problem;
	struct stat status;

	if (fstatat(dir->fd, name, &status, 0) < 0) {
		env_warn(env, err_wrap(dir_err(dir, "look at", name), "a script is left out"));
		return;
	}
	if (!S_ISREG(status.st_mode))
		return;
	if (faccessat(dir->fd, name, X_OK, AT_EACCESS) < 0) {
		env_warn(env,
			 err_hint(err_new(ERR_FAILED, "'%s' is not executable and not run", path),
				  "'chmod +x %s', or move it elsewhere", path));
		return;
	}
	problem = dir_problem ? mem_strdup(dir_problem) : trust_problem(path);
	if (problem)
		strlist_add(&scripts->problems, problem);
	else
		add_script(scripts, take(path));
}

/* A directory that is there and cannot be looked into may hide a veto. */
static void find_in(struct scripts *scripts, const struct env *env, const char *top,
		    const char *kind)
{
	_cleanup_(mem_freep) char *path = mem_printf("%s/scripts.d/%s", top, kind);
	_cleanup_(mem_freep) char *problem = NULL;
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;
	_cleanup_(err_freep) struct err *e = dir_open(path, &dir);

	if (e && (err_errnum(e) == ENOENT || err_errnum(e) == ENOTDIR))
		return;
	if (!e)
		e = dir_list(dir, &names);
	if (e) {
		strlist_add(&scripts->problems, mem_strdup(err_message(e)));
		return;
	}
	if (names.count)
		problem = problem_on_way(top, path);
	for (size_t i = 0; i < names.count; i++)
		consider(scripts, env, dir, names.items[i], problem);
}

struct scripts *scripts_find(const struct env *env, enum scripts_kind kind)
{
	struct scripts *scripts = mem_zalloc(sizeof(*scripts));

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		_cleanup_(mem_freep) char *top =
			mem_printf("%s/%s", env->dir[places[i].base], places[i].name);

		find_in(scripts, env, top, kind_names[kind]);
	}
	strlist_sort(&scripts->problems);
	return scripts;
}

void scripts_free(struct scripts *scripts)
{
	if (!scripts)
		return;
	for (size_t i = 0; i < scripts->count; i++) {
		free(scripts->items[i]->path);
		free(scripts->items[i]);
	}
	free(scripts->items);
	strlist_clear(&scripts->problems);
	free(scripts);
}

err_t scripts_check(const struct scripts *scripts)
{
	struct err *e = NULL;

	for (size_t i = 0; i < scripts->problems.count; i++)
		e = err_also(e, err_new(ERR_REFUSED, "a script is not run: %s",
					scripts->problems.items[i]));
	return err_hint(e,
			"it and its directory must be root's, and nobody else's to write: 'chown "
			"root:root' and 'chmod go-w'");
}
