/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tree of directories, files and links: what kernfs is to sysfs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "text.h"

struct call;
struct node;

/* Who a file belongs to, for delays and errors that concern one of them only. */
struct subject {
	const char *uuid;
	const char *parent;
	const char *type;
	const char *attr;
};

/* All are called with the simulator's mutex held; store() may let go of it in between. */
struct node_ops {
	/* Appends what the file holds. */
	int (*show)(struct node *node, struct text *ret);
	/* Takes one write (at most 4096 bytes and a NUL); returns what write() is to return. */
	ssize_t (*store)(struct call *call, struct node *node, const char *buf, size_t len);
	void (*subject)(const struct node *node, struct subject *ret);
	/* Gives up node->data. */
	void (*release)(void *data);
	bool store_dead; /* store() also gets writes that come after the file is gone */
	bool is_control; /* part of the simulator's own directory, not of sysfs */
};

enum node_kind { NODE_DIR, NODE_FILE, NODE_LINK };

struct node {
	struct node *parent; /* kept, and a reference on it, after the node is dead */
	struct node *first, *last, *next, *prev;
	struct node *chain;  /* same hash slot */
	struct inode *inode; /* what the kernel knows it by, unless each open has its own */
	char *name;
	char *target; /* of a link */
	const struct node_ops *ops;
	void *data;
	uint64_t ino;
	enum node_kind kind;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	time_t born;
	unsigned int subdirs;
	unsigned int fixed_subdirs;
	unsigned int refs;
	bool dead;     /* no longer in the tree */
	bool is_fixed; /* there for good: the kernel may remember it */
};

struct tree {
	struct node *root;
	struct node *hidden; /* directories in here are indexes that nobody sees */
	struct node **slots;
	size_t n_slots;
	size_t n_nodes;
	uint64_t last_ino;
	struct node *clash; /* the first that came where one of its name was, or in no directory */
};

void tree_init(struct tree *tree);
void tree_free(struct tree *tree);

/*
 * These add to @dir, which should not have @name yet: see tree->clash. The tree owns what they
 * return.
 */
struct node *node_dir(struct tree *tree, struct node *dir, const char *name);
/* Takes over the reference that @data stands for: ops->release() gets it. */
struct node *node_file(struct tree *tree, struct node *dir, const char *name, mode_t mode,
		       const struct node_ops *ops, void *data);
/* A link whose text leads from @dir to @target, as kernfs words it. */
struct node *node_link(struct tree *tree, struct node *dir, const char *name,
		       const struct node *target);
/* A file that only shows @content. */
struct node *node_text(struct tree *tree, struct node *dir, const char *name, const char *content);

/* A file that cannot be read: @errnum. */
struct node *node_unread(struct tree *tree, struct node *dir, const char *name, int errnum);

/* The directory at @path (components parted by slashes) below @dir, made if it is missing. */
struct node *node_dir_path(struct tree *tree, struct node *dir, const char *path, size_t len);

/* Says that @node and the directories above it will never be removed. */
void node_fix(struct node *node);
/* Whether what stat(2) says of the directory stays as it is: it has fixed directories only. */
bool node_is_steady(const struct node *node);

/* NULL if @dir has no @name, or is dead. */
struct node *node_find(const struct tree *tree, const struct node *dir, const char *name);

/* Takes @node and all below it out of the tree; NULL is fine. */
void node_remove(struct tree *tree, struct node *node);
void node_remove_name(struct tree *tree, struct node *dir, const char *name);

struct node *node_ref(struct node *node);
void node_unref(struct node *node);

/* Appends the path from the root, without a slash in front; also of a dead node. */
void node_path(const struct node *node, struct text *ret);
