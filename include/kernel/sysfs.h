/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parents and types as sysfs shows them (Documentation/driver-api/vfio-mediated-device.rst). */
#pragma once

#include "base/deadline.h"
#include "base/dir.h"
#include "base/env.h"
#include "model/parent.h"

/*
 * Looks here have three answers: yes, no, and an error. "No" is said only where it is sure; what
 * cannot be told is an error.
 */
struct sysfs;

/*
 * Where /sys is no sysfs, the place where one is mounted is asked of libmount. That there is none
 * is no error until something is to be changed: then nothing is listed.
 */
err_t sysfs_open(const struct env *env, struct sysfs **ret);
void sysfs_free(struct sysfs *sysfs);
DEFINE_CLEANUP(struct sysfs *, sysfs_free)

bool sysfs_is_there(const struct sysfs *sysfs);
/* Adds the names of all parents, sorted. */
err_t sysfs_list_parents(const struct sysfs *sysfs, struct strlist *ret);
err_t sysfs_has_parent(const struct sysfs *sysfs, const char *parent, bool *ret);
/* ERR_NOT_FOUND, only if it is surely not there, names a parent whose name differs only in case. */
err_t sysfs_open_parent(const struct sysfs *sysfs, const char *parent, struct dir **ret);
/*
 * NULL if there is a parent, else ERR_NOT_FOUND with the reason why there is none and what to do
 * about it: no sysfs, no driver, nothing registered, or NVIDIA's own interface. The latter also if
 * @parent is such a GPU although there are other parents. Another kind is a look that failed.
 */
err_t sysfs_check_support(const struct sysfs *sysfs);
err_t sysfs_check_support_of(const struct sysfs *sysfs, const char *parent);
/* Fails, saying what to do, if it is mounted read-only. */
err_t sysfs_check_writable(const struct sysfs *sysfs);
/* Whether the parent @dir has types at all, which it has while its driver is there, or that one. */
err_t sysfs_has_types(const struct dir *dir, bool *ret);
err_t sysfs_has_type(const struct dir *dir, const char *type, bool *ret);
/*
 * How many types the parent has, and the inode of their directory, which is another one when it
 * has registered again; 0 if it is surely not there.
 */
err_t sysfs_count_types(const struct sysfs *sysfs, const char *parent, size_t *ret,
			ino_t *ret_inode);
/*
 * *ret is the name of the physical function if @parent is a virtual function of a PCI device
 * (the link physfn: Documentation/ABI/testing/sysfs-bus-pci), owned by the caller; else, or if
 * the parent is not there, NULL.
 */
err_t sysfs_physical_function(const struct sysfs *sysfs, const char *parent, char **ret);
/* *ret is where the link @name ("virtfn0") of @physical leads; NULL if there is none. */
err_t sysfs_virtual_function(const struct sysfs *sysfs, const char *physical, const char *name,
			     char **ret);
/* Adds the parents that are virtual functions of @physical, sorted. */
err_t sysfs_list_virtual_functions(const struct sysfs *sysfs, const char *physical,
				   struct strlist *ret);
/*
 * For the error of a type that the parent @dir, called @parent, has not: adds the one that was
 * probably meant, by its id or its name, and how to list them.
 */
err_t sysfs_hint_type(struct err *e, const struct dir *dir, const char *parent, const char *type);
/*
 * Waits until the parent, or a virtual function of it, has types, or that one (NULL: any), of which
 * at least @instances are left (of all of them together). When the time is over: ERR_NOT_FOUND, or
 * ERR_NO_INSTANCE if it is these alone that are missing. A look that fails ends it. Looks again and
 * again: it must not depend on udev, which may be waiting for this run.
 */
err_t sysfs_wait_for_parent(const struct sysfs *sysfs, const char *parent, const char *type,
			    unsigned long instances, const struct deadline *deadline);

/* Adds the ids of the parent's types, in no order; nothing of one that is surely not there. */
err_t sysfs_list_types(const struct sysfs *sysfs, const char *parent, struct strlist *ret);
/* *ret is what a file of the parent's own shows, owned by the caller; NULL if there is none. */
err_t sysfs_read_parent_file(const struct sysfs *sysfs, const char *parent, const char *name,
			     char **ret);

/*
 * Adds the parents, or only @parent unless it is NULL, with their types, sorted. A type that
 * cannot be read is warned about and left out; what vanishes meanwhile is left out.
 */
err_t sysfs_read_parents(const struct sysfs *sysfs, const char *parent, struct parent_list *ret);
