/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "state.h"

#include <errno.h>

err_t state_make_dir(const struct env *env, const char *name, struct dir **ret)
{
	_cleanup_(dir_freep) struct dir *run = NULL;
	_cleanup_(dir_freep) struct dir *ours = NULL;
	struct err *e = dir_open(env->dir[ENV_DIR_RUN], &run);

	if (!e)
		e = dir_make_at(run, "mdevadm", 0755, &ours);
	return e ? e : dir_make_at(ours, name, 0755, ret);
}

err_t state_open_dir(const struct env *env, const char *name, struct dir **ret)
{
	_cleanup_(mem_freep) char *path = mem_printf("%s/mdevadm/%s", env->dir[ENV_DIR_RUN], name);
	struct err *e = dir_open(path, ret);

	if (!e || (err_errnum(e) != ENOENT && err_errnum(e) != ENOTDIR))
		return e;
	err_free(e);
	*ret = NULL;
	return NULL;
}
