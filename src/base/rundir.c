/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/rundir.h"

#include <errno.h>
#include <sys/stat.h>

/* A root that a user has just made need not have it; that of the system is the system's. */
static err_t open_run(const struct env *env, struct dir **ret)
{
	const char *path = env->dir[ENV_DIR_RUN];
	bool is_new = env->root && mkdir(path, 0755) == 0;

	if (env->root && !is_new && errno == ENOENT)
		TRY(env_check_root(env));
	if (env->root && !is_new && errno != EEXIST)
		return err_hint_for_errnum(err_errno(errno, "cannot make '%s'", path));
	TRY(dir_open(path, ret));
	/* Whatever the caller's umask is. */
	if (is_new)
		fchmod((*ret)->fd, 0755);
	return NULL;
}

err_t rundir_make(const struct env *env, const char *name, struct dir **ret)
{
	_cleanup_(dir_freep) struct dir *run = NULL;
	_cleanup_(dir_freep) struct dir *ours = NULL;

	TRY(open_run(env, &run));
	TRY(dir_make_at(run, "mdevadm", 0755, &ours));
	return dir_make_at(ours, name, 0755, ret);
}

char *rundir_path(const struct env *env, const char *name)
{
	return mem_printf("%s/mdevadm/%s", env->dir[ENV_DIR_RUN], name);
}

err_t rundir_open(const struct env *env, const char *name, struct dir **ret)
{
	_cleanup_(mem_freep) char *path = rundir_path(env, name);
	struct err *e = dir_open(path, ret);

	if (!err_is_absence(e))
		return e;
	err_free(e);
	*ret = NULL;
	return NULL;
}
