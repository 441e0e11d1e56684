/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Open files and directories: reading, writing, listing. */
#include "fs_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "device.h"

struct handle {
	struct handle *next, *prev;
	struct node *node;
	struct text content;
};

static struct handle *handle_of(const struct fuse_file_info *fi)
{
	return (struct handle *)(uintptr_t)fi->fh; /* NOLINT: libfuse's own way */
}

/* What kernfs checks beyond the permissions, also for root, and what read-only adds. */
static int open_check(const struct sim *sim, const struct node *node, int flags)
{
	int access = flags & O_ACCMODE;

	if (access != O_RDONLY && sim->is_readonly && !node->ops->is_control)
		return EROFS;
	if (node->dead)
		return ENODEV;
	if (access != O_RDONLY && (!(node->mode & 0222) || !node->ops->store))
		return EACCES;
	if (access != O_WRONLY && (!(node->mode & 0444) || !node->ops->show))
		return EACCES;
	return 0;
}

static void handle_new(struct sim *sim, struct node *node, struct fuse_file_info *fi)
{
	struct handle *handle = memory_new(1, sizeof(*handle));

	handle->node = node_ref(node);
	handle->next = sim->handles;
	if (handle->next)
		handle->next->prev = handle;
	sim->handles = handle;
	fi->fh = (uintptr_t)handle;
}

static void handle_free(struct sim *sim, struct handle *handle)
{
	*(handle->prev ? &handle->prev->next : &sim->handles) = handle->next;
	if (handle->next)
		handle->next->prev = handle->prev;
	node_unref(handle->node);
	text_free(&handle->content);
	free(handle);
}

void file_free_all(struct sim *sim)
{
	while (sim->handles)
		handle_free(sim, sim->handles);
}

void file_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct sim *sim = fs_lock(req);
	struct node *node = fs_node(sim, ino);
	int err = open_check(sim, node, fi->flags);

	if (!err)
		handle_new(sim, node, fi);
	fs_unlock(sim);
	fi->direct_io = 1;
	fi->noflush = 1; /* a flush would wait for a write under way */
	if (err)
		fuse_reply_err(req, err);
	else
		fuse_reply_open(req, fi);
}

void file_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct sim *sim = fs_lock(req);

	(void)ino;
	handle_free(sim, handle_of(fi));
	fs_unlock(sim);
	fuse_reply_err(req, 0);
}

static struct call call_from(fuse_req_t req, struct sim *sim)
{
	return (struct call){ .sim = sim, .req = req, .pid = fuse_req_ctx(req)->pid };
}

static int show(struct call *call, struct node *node, struct text *ret)
{
	struct faults *faults = &call->sim->faults;
	struct subject subject = { 0 };
	int err = 0;

	if (!node->ops->is_control) {
		if (node->ops->subject)
			node->ops->subject(node, &subject);
		err = fault_take_error(faults, FAULT_READ, &subject);
		call_sleep(call, fault_delay(faults, FAULT_READ, &subject));
	}
	if (node->dead)
		return -ENODEV;
	device_reap(call->sim); /* instances may have come back by now */
	return err ? err : node->ops->show(node, ret);
}

/* Replaces what @handle holds. Once the caller is answered its handle may be gone. */
static int refresh(struct call *call, struct handle *handle)
{
	struct node *node = node_ref(handle->node);
	struct text content = { 0 };
	int err = show(call, node, &content);

	if (call->is_answered) {
		text_free(&content);
	} else {
		text_free(&handle->content);
		handle->content = content;
	}
	node_unref(node);
	return err;
}

static void reply_part(fuse_req_t req, const struct text *text, size_t start, size_t size)
{
	if (start > text->len)
		start = text->len;
	if (size > text->len - start)
		size = text->len - start;
	fuse_reply_buf(req, size ? text->data + start : NULL, size);
}

/* As a seq_file: reading from the start asks anew, and reading on goes on in the same answer. */
void file_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
	struct sim *sim = fs_lock(req);
	struct handle *handle = handle_of(fi);
	struct call call = call_from(req, sim);
	int err = offset ? 0 : refresh(&call, handle);

	(void)ino;
	if (!call.is_answered && err)
		fuse_reply_err(req, -err);
	else if (!call.is_answered)
		reply_part(req, &handle->content, (size_t)offset, size);
	fs_unlock(sim);
}

static ssize_t store(struct call *call, struct node *node, const char *buf, size_t size)
{
	char page[SYSFS_SIZE + 1];
	ssize_t done = -ENODEV;

	if (size > SYSFS_SIZE)
		size = SYSFS_SIZE; /* kernfs takes the first page: a short write */
	memcpy(page, buf, size);
	page[size] = '\0';
	node_ref(node);
	if (!node->dead || node->ops->store_dead)
		done = node->ops->store(call, node, page, size);
	node_unref(node);
	return done;
}

void file_write(fuse_req_t req, fuse_ino_t ino, const char *buf, size_t size, off_t offset,
		struct fuse_file_info *fi)
{
	struct sim *sim = fs_lock(req);
	struct call call = call_from(req, sim);
	ssize_t done = store(&call, handle_of(fi)->node, buf, size);

	(void)ino;
	(void)offset; /* sysfs does not look at it either */
	fs_unlock(sim);
	if (call.is_answered)
		return;
	if (done < 0)
		fuse_reply_err(req, (int)-done);
	else
		fuse_reply_write(req, (size_t)done);
}

static void add_entry(fuse_req_t req, struct text *list, const char *name, const struct node *node)
{
	struct stat st;
	size_t start = list->len;
	size_t size = fuse_add_direntry(req, NULL, 0, name, NULL, 0);
	char *zeros = memory_new(size, 1);

	fs_stat(node, &st);
	text_add(list, zeros, size);
	free(zeros);
	fuse_add_direntry(req, list->data + start, size, name, &st, (off_t)list->len);
}

void dir_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct sim *sim = fs_lock(req);

	handle_new(sim, fs_node(sim, ino), fi);
	fs_unlock(sim);
	fuse_reply_open(req, fi);
}

static void list_dir(fuse_req_t req, const struct node *dir, struct text *ret)
{
	text_clear(ret);
	add_entry(req, ret, ".", dir);
	add_entry(req, ret, "..", dir->parent ? dir->parent : dir);
	for (const struct node *node = dir->first; node; node = node->next)
		add_entry(req, ret, node->name, node);
}

/*
 * A listing is one look at the directory, taken at its start. The mutex is held over the reply:
 * once it is out, the handle may be released.
 */
void dir_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
	struct sim *sim = fs_lock(req);
	struct handle *handle = handle_of(fi);
	const struct text *list = &handle->content;
	size_t start = (size_t)offset;
	size_t end = start;

	(void)ino;
	if (!start)
		list_dir(req, handle->node, &handle->content);
	/* Whole entries only; each one's offset, at its byte 8, is where the next begins. */
	while (end < list->len) {
		uint64_t next;

		memcpy(&next, list->data + end + 8, sizeof(next));
		if (next - start > size)
			break;
		end = (size_t)next;
	}
	fuse_reply_buf(req, end > start ? list->data + start : NULL, end - start);
	fs_unlock(sim);
}
