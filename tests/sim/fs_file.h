/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Open files and directories; part of the FUSE file system, fs.h. */
#pragma once

#include "sim.h"

#define SYSFS_SIZE 4096 /* size of every file, and the most that one write takes */

/* Requests; see struct fuse_lowlevel_ops. file_release() serves directories as well. */
void file_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void file_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
	       struct fuse_file_info *fi);
void file_write(fuse_req_t req, fuse_ino_t ino, const char *buf, size_t size, off_t offset,
		struct fuse_file_info *fi);
void file_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void dir_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void dir_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi);

/* Closes what the kernel left open; after the session's end. */
void file_free_all(struct sim *sim);

/* Given by fs.c: the simulator, locked; the node behind a number; what stat(2) says of it. */
struct sim *fs_lock(fuse_req_t req);
void fs_unlock(struct sim *sim);
struct node *fs_node(const struct sim *sim, fuse_ino_t ino);
void fs_stat(const struct node *node, struct stat *ret);
