/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parents and types as sysfs shows them (Documentation/driver-api/vfio-mediated-device.rst). */
#pragma once

#include "base/dir.h"
#include "base/env.h"
#include "model/parent.h"

struct sysfs;

/*
 * Where /sys is no sysfs, the place where one is mounted is asked of libmount. That there is none
 * is no error until something is to be changed: then nothing is listed.
 */
err_t sysfs_open(const struct env *env, struct sysfs **ret);
void sysfs_free(struct sysfs *sysfs);
DEFINE_CLEANUP(struct sysfs *, sysfs_free)

/* Adds the names of all parents, sorted. */
err_t sysfs_list_parents(const struct sysfs *sysfs, struct strlist *ret);
/* ERR_NOT_FOUND names a parent whose name differs only in case. */
err_t sysfs_open_parent(const struct sysfs *sysfs, const char *parent, struct dir **ret);
/* Whether the parent @dir has types at all, which it has while its driver is there, or that one. */
bool sysfs_has_types(const struct dir *dir);
bool sysfs_has_type(const struct dir *dir, const char *type);

/*
 * Adds the parents, or only @parent unless it is NULL, with their types, sorted. A type that
 * cannot be read is warned about and left out; what vanishes meanwhile is left out.
 */
err_t sysfs_read_parents(const struct sysfs *sysfs, const char *parent, struct parent_list *ret);
