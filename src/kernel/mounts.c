/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mounts.h"

#include <libmount/libmount.h>
#include <string.h>

#include "base/library.h"

LIBRARY_NOTE(libmount_note, "libmount.so.1", "sysfs", "Finds sysfs when /sys is none");

/* libmount's functions, by their own names. */
struct libmount {
	__typeof__(mnt_new_table_from_file) *new_table_from_file;
	__typeof__(mnt_unref_table) *unref_table;
	__typeof__(mnt_table_next_fs) *table_next_fs;
	__typeof__(mnt_new_iter) *new_iter;
	__typeof__(mnt_free_iter) *free_iter;
	__typeof__(mnt_fs_get_fstype) *fs_get_fstype;
	__typeof__(mnt_fs_get_target) *fs_get_target;
};

static err_t open_libmount(struct libmount *ret)
{
	const struct library_symbol symbols[] = {
		{ "mnt_new_table_from_file", &ret->new_table_from_file },
		{ "mnt_unref_table", &ret->unref_table },
		{ "mnt_table_next_fs", &ret->table_next_fs },
		{ "mnt_new_iter", &ret->new_iter },
		{ "mnt_free_iter", &ret->free_iter },
		{ "mnt_fs_get_fstype", &ret->fs_get_fstype },
		{ "mnt_fs_get_target", &ret->fs_get_target },
		{ 0 },
	};

	return library_open("libmount.so.1", "libmount1", symbols);
}

err_t mounts_find_sysfs(char **ret)
{
	struct libmount mnt;
	struct libmnt_table *table;
	struct libmnt_iter *iter;
	struct libmnt_fs *fs;
	struct err *e = open_libmount(&mnt);

	if (e)
		return e;
	table = mnt.new_table_from_file("/proc/self/mountinfo");
	if (!table)
		return err_new(ERR_FAILED, "cannot read '/proc/self/mountinfo'");

	*ret = NULL;
	iter = mnt.new_iter(MNT_ITER_FORWARD);
	while (iter && !*ret && mnt.table_next_fs(table, iter, &fs) == 0) {
		const char *type = mnt.fs_get_fstype(fs);

		if (type && strcmp(type, "sysfs") == 0)
			*ret = mem_strdup(mnt.fs_get_target(fs));
	}
	mnt.free_iter(iter);
	mnt.unref_table(table);
	return NULL;
}
