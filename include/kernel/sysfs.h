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
bool sysfs_has_parent(const struct sysfs *sysfs, const char *parent);
/* ERR_NOT_FOUND names a parent whose name differs only in case. */
err_t sysfs_open_parent(const struct sysfs *sysfs, const char *parent, struct dir **ret);
/* Whether the parent is there and surely lacks that type. */
bool sysfs_lacks_type(const struct sysfs *sysfs, const char *parent, const char *type);

/*
 * Adds the parents, or only @parent unless it is NULL, with their types, sorted. A type that
 * cannot be read is warned about and left out; what vanishes meanwhile is left out.
 */
err_t sysfs_read_parents(const struct sysfs *sysfs, const char *parent, struct parent_list *ret);
