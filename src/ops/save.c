/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Output that goes to a file. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/interrupt.h"
#include "ops/ops.h"

/* Another's link would lead the writer, who is root, to any file. */
static err_t check_target(const struct dir *dir, const char *name)
{
	struct stat st;

	if (fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? NULL : dir_err(dir, "look at", name);
	if (S_ISREG(st.st_mode))
		return NULL;
	return err_hint(err_new(ERR_INVALID, "'%s/%s' is %s, which is not written to", dir->path,
				name, S_ISLNK(st.st_mode) ? "a link" : "no regular file"),
			"give the name of a new file");
}

err_t op_save(const char *path, const char *text, bool is_private)
{
	const char *name = str_base_name(path);
	_cleanup_(mem_freep) char *above =
		name == path ? mem_strdup(".") : mem_printf("%.*s", (int)(name - path) - 1, path);
	_cleanup_(mem_freep) char *temp = mem_printf(".mdevadm.%d", (int)getpid());
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct dir_content content = {
		.temp = temp,
		.data = text,
		.size = strlen(text),
		.max = strlen(text),
		.is_private = is_private,
		.is_durable = is_private,
	};

	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return err_hint(err_new(ERR_INVALID, "'%s' is no name of a file", path),
				"give the name of a new file");
	TRY(dir_open(above, &dir));
	TRY(check_target(dir, name));
	content.temp_dir = dir;
	/* A signal now would leave the temporary file. */
	interrupt_defer();
	return dir_replace(dir, name, &content);
}
