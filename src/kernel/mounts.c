/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mounts.h"

#include <errno.h>
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
	__typeof__(mnt_fs_match_options) *fs_match_options;
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
		{ "mnt_fs_match_options", &ret->fs_match_options },
		{ 0 },
	};

	return library_open("libmount.so.1", "libmount1", symbols);
}

/* Adds those of @table that are mounted read-only, or those that are not. */
static void add_sysfs(const struct libmount *mnt, struct libmnt_table *table, bool read_only,
		      struct strlist *ret)
{
	struct libmnt_iter *iter = mnt->new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs;

	if (!iter)
		mem_exhausted();
	while (mnt->table_next_fs(table, iter, &fs) == 0) {
		const char *type = mnt->fs_get_fstype(fs);

		if (type && strcmp(type, "sysfs") == 0 &&
		    (mnt->fs_match_options(fs, "ro") != 0) == read_only)
			strlist_add(ret, mem_strdup(mnt->fs_get_target(fs)));
	}
	mnt->free_iter(iter);
}

err_t mounts_list_sysfs(const struct env *env, struct strlist *ret)
{
	_cleanup_(mem_freep) char *path = mem_printf("%s/self/mountinfo", env->dir[ENV_DIR_PROC]);
	struct libmnt_table *table;
	struct libmount mnt;

	TRY(open_libmount(&mnt));
	errno = 0;
	table = mnt.new_table_from_file(path);
	if (!table)
		return err_hint(err_errno(errno, "cannot read '%s'", path),
				"is /proc mounted? mount -t proc proc /proc");
	add_sysfs(&mnt, table, false, ret);
	add_sysfs(&mnt, table, true, ret);
	mnt.unref_table(table);
	return NULL;
}
