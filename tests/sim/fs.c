/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tree as a FUSE file system.
 *
 * Linux holds an inode's lock during a write through FUSE, and wants it to truncate on open, so
 * that two writers of one file would wait for each other; in sysfs they do not. Therefore each
 * lookup of a writable file answers with an inode of its own. The libfuse layer that works with
 * paths cannot do that; nor can it tell a directory from a later one of the same name.
 */
#include "fs.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fs_file.h"

/* Seconds for which the kernel may remember what never changes. */
#define LONG_TIME 3600.0

struct inode {
	struct inode *next, *prev;
	struct node *node;
	uint64_t lookups;
};

struct sim *fs_lock(fuse_req_t req)
{
	struct sim *sim = fuse_req_userdata(req);

	pthread_mutex_lock(&sim->mutex);
	return sim;
}

void fs_unlock(struct sim *sim)
{
	pthread_mutex_unlock(&sim->mutex);
}

static struct inode *ifs_node(fuse_ino_t ino)
{
	return (struct inode *)(uintptr_t)ino; /* NOLINT: libfuse's own way */
}

struct node *fs_node(const struct sim *sim, fuse_ino_t ino)
{
	return ino == FUSE_ROOT_ID ? sim->tree.root : ifs_node(ino)->node;
}

static struct inode *inode_new(struct sim *sim, struct node *node)
{
	struct inode *inode = memory_new(1, sizeof(*inode));

	inode->node = node_ref(node);
	inode->next = sim->inodes;
	if (inode->next)
		inode->next->prev = inode;
	sim->inodes = inode;
	return inode;
}

static void inode_free(struct sim *sim, struct inode *inode)
{
	*(inode->prev ? &inode->prev->next : &sim->inodes) = inode->next;
	if (inode->next)
		inode->next->prev = inode->prev;
	if (inode->node->inode == inode)
		inode->node->inode = NULL;
	node_unref(inode->node);
	free(inode);
}

static struct inode *inode_get(struct sim *sim, struct node *node)
{
	struct inode *inode;

	if (node->kind == NODE_FILE && node->mode & 0222) {
		inode = inode_new(sim, node);
	} else {
		if (!node->inode)
			node->inode = inode_new(sim, node);
		inode = node->inode;
	}
	inode->lookups++;
	return inode;
}

void fs_free(struct sim *sim)
{
	while (sim->inodes)
		inode_free(sim, sim->inodes);
	file_free_all(sim);
}

void fs_stat(const struct node *node, struct stat *ret)
{
	*ret = (struct stat){
		.st_ino = node->ino,
		.st_mode = node->mode,
		.st_uid = node->uid,
		.st_gid = node->gid,
		.st_nlink = node->kind == NODE_DIR ? 2 + node->subdirs : 1,
		.st_size = node->kind == NODE_FILE ? SYSFS_SIZE : 0,
		.st_blksize = SYSFS_SIZE,
		.st_atime = node->born,
		.st_mtime = node->born,
		.st_ctime = node->born,
	};
}

static void fs_init(void *data, struct fuse_conn_info *conn)
{
	(void)data;
	/* Writes go to the simulated driver as they come, never merged or late. */
	conn->want &= ~(unsigned int)(FUSE_CAP_WRITEBACK_CACHE | FUSE_CAP_AUTO_INVAL_DATA);
}

static double attr_timeout(const struct node *node)
{
	return node_is_steady(node) ? LONG_TIME : 0;
}

static void fs_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct sim *sim = fs_lock(req);
	struct node *node = node_find(&sim->tree, fs_node(sim, parent), name);
	struct fuse_entry_param entry = { 0 };

	if (!node) {
		fs_unlock(sim);
		fuse_reply_err(req, ENOENT);
		return;
	}
	entry.ino = (fuse_ino_t)(uintptr_t)inode_get(sim, node);
	fs_stat(node, &entry.attr);
	entry.entry_timeout = node->is_fixed ? LONG_TIME : 0;
	entry.attr_timeout = attr_timeout(node);
	fs_unlock(sim);
	fuse_reply_entry(req, &entry);
}

static void forget(struct sim *sim, fuse_ino_t ino, uint64_t lookups)
{
	struct inode *inode = ifs_node(ino);

	if (ino == FUSE_ROOT_ID)
		return;
	inode->lookups -= lookups;
	if (!inode->lookups)
		inode_free(sim, inode);
}

static void fs_forget(fuse_req_t req, fuse_ino_t ino, uint64_t lookups)
{
	struct sim *sim = fs_lock(req);

	forget(sim, ino, lookups);
	fs_unlock(sim);
	fuse_reply_none(req);
}

static void fs_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
	struct sim *sim = fs_lock(req);

	for (size_t i = 0; i < count; i++)
		forget(sim, forgets[i].ino, forgets[i].nlookup);
	fs_unlock(sim);
	fuse_reply_none(req);
}

static void fs_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct sim *sim = fs_lock(req);
	const struct node *node = fs_node(sim, ino);
	double timeout = attr_timeout(node);
	struct stat st;

	(void)fi;
	fs_stat(node, &st);
	fs_unlock(sim);
	fuse_reply_attr(req, &st, timeout);
}

/* As in sysfs, mode and owner can be changed, and truncating does nothing. */
static void fs_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *attr, int to_set,
		       struct fuse_file_info *fi)
{
	struct sim *sim = fs_lock(req);
	struct node *node = fs_node(sim, ino);
	struct stat st;

	(void)fi;
	if (to_set & FUSE_SET_ATTR_MODE)
		node->mode = (node->mode & S_IFMT) | (attr->st_mode & 07777);
	if (to_set & FUSE_SET_ATTR_UID)
		node->uid = attr->st_uid;
	if (to_set & FUSE_SET_ATTR_GID)
		node->gid = attr->st_gid;
	fs_stat(node, &st);
	fs_unlock(sim);
	fuse_reply_attr(req, &st, 0);
}

static void fs_readlink(fuse_req_t req, fuse_ino_t ino)
{
	struct sim *sim = fs_lock(req);
	const struct node *node = fs_node(sim, ino);

	if (node->target)
		fuse_reply_readlink(req, node->target);
	else
		fuse_reply_err(req, EINVAL);
	fs_unlock(sim);
}

static void fs_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
		      struct fuse_file_info *fi)
{
	(void)parent, (void)name, (void)mode, (void)fi;
	fuse_reply_err(req, EACCES);
}

static void fs_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t dev)
{
	(void)parent, (void)name, (void)mode, (void)dev;
	fuse_reply_err(req, EPERM);
}

static void fs_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
	(void)parent, (void)name, (void)mode;
	fuse_reply_err(req, EPERM);
}

static void fs_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	(void)parent, (void)name;
	fuse_reply_err(req, EPERM);
}

static void fs_symlink(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name)
{
	(void)target, (void)parent, (void)name;
	fuse_reply_err(req, EPERM);
}

static void fs_rename(fuse_req_t req, fuse_ino_t from, const char *name, fuse_ino_t to,
		      const char *new_name, unsigned int flags)
{
	(void)from, (void)name, (void)to, (void)new_name, (void)flags;
	fuse_reply_err(req, EPERM);
}

static void fs_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent, const char *name)
{
	(void)ino, (void)parent, (void)name;
	fuse_reply_err(req, EPERM);
}

const struct fuse_lowlevel_ops fs_ops = {
	.init = fs_init,
	.lookup = fs_lookup,
	.forget = fs_forget,
	.forget_multi = fs_forget_multi,
	.getattr = fs_getattr,
	.setattr = fs_setattr,
	.readlink = fs_readlink,
	.open = file_open,
	.read = file_read,
	.write = file_write,
	.release = file_release,
	.opendir = dir_open,
	.readdir = dir_read,
	.releasedir = file_release,
	.create = fs_create,
	.mknod = fs_mknod,
	.mkdir = fs_mkdir,
	.unlink = fs_unlink,
	.rmdir = fs_unlink,
	.symlink = fs_symlink,
	.rename = fs_rename,
	.link = fs_link,
};
