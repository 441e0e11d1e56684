/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tree of directories, files and links. */
#include "tree.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static size_t slot_of(const struct tree *tree, const struct node *dir, const char *name)
{
	uint64_t hash = 14695981039346656037u ^ dir->ino;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 1099511628211u;
	hash ^= hash >> 29;
	return (size_t)hash & (tree->n_slots - 1);
}

static void tree_grow(struct tree *tree)
{
	struct node **old = tree->slots;
	size_t n_old = tree->n_slots;

	tree->n_slots = n_old ? 2 * n_old : 1024;
	tree->slots = memory_new(tree->n_slots, sizeof(*tree->slots));
	for (size_t i = 0; i < n_old; i++) {
		while (old[i]) {
			struct node *node = old[i];
			size_t slot = slot_of(tree, node->parent, node->name);

			old[i] = node->chain;
			node->chain = tree->slots[slot];
			tree->slots[slot] = node;
		}
	}
	free(old);
}

static void hash_add(struct tree *tree, struct node *node)
{
	size_t slot;

	if (tree->n_nodes >= tree->n_slots)
		tree_grow(tree);
	slot = slot_of(tree, node->parent, node->name);
	node->chain = tree->slots[slot];
	tree->slots[slot] = node;
	tree->n_nodes++;
}

static void hash_remove(struct tree *tree, struct node *node)
{
	struct node **link = &tree->slots[slot_of(tree, node->parent, node->name)];

	while (*link != node)
		link = &(*link)->chain;
	*link = node->chain;
	node->chain = NULL;
	tree->n_nodes--;
}

static struct node *node_new(struct tree *tree, enum node_kind kind, const char *name, mode_t mode)
{
	struct node *node = memory_new(1, sizeof(*node));

	node->kind = kind;
	node->name = memory_copy(name);
	node->mode = mode;
	node->uid = geteuid();
	node->gid = getegid();
	node->ino = ++tree->last_ino;
	node->born = time(NULL);
	node->refs = 1;
	return node;
}

static void node_attach(struct tree *tree, struct node *dir, struct node *node)
{
	if (!tree->clash && (dir->kind != NODE_DIR || node_find(tree, dir, node->name)))
		tree->clash = node_ref(node);
	node->parent = node_ref(dir);
	node->prev = dir->last;
	*(dir->last ? &dir->last->next : &dir->first) = node;
	dir->last = node;
	dir->subdirs += node->kind == NODE_DIR;
	node->dead = dir->dead;
	hash_add(tree, node);
}

static void node_detach(struct tree *tree, struct node *node)
{
	struct node *dir = node->parent;

	hash_remove(tree, node);
	*(node->prev ? &node->prev->next : &dir->first) = node->next;
	*(node->next ? &node->next->prev : &dir->last) = node->prev;
	node->prev = node->next = NULL;
	dir->subdirs -= node->kind == NODE_DIR;
}

void tree_init(struct tree *tree)
{
	*tree = (struct tree){ 0 };
	tree_grow(tree);
	tree->root = node_new(tree, NODE_DIR, "", S_IFDIR | 0755);
	tree->hidden = node_new(tree, NODE_DIR, "", S_IFDIR | 0755);
}

void tree_free(struct tree *tree)
{
	while (tree->root->first)
		node_remove(tree, tree->root->first);
	while (tree->hidden->first)
		node_remove(tree, tree->hidden->first);
	node_unref(tree->clash);
	node_unref(tree->root);
	node_unref(tree->hidden);
	free(tree->slots);
}

struct node *node_dir(struct tree *tree, struct node *dir, const char *name)
{
	struct node *node = node_new(tree, NODE_DIR, name, S_IFDIR | 0755);

	node_attach(tree, dir, node);
	return node;
}

struct node *node_file(struct tree *tree, struct node *dir, const char *name, mode_t mode,
		       const struct node_ops *ops, void *data)
{
	struct node *node = node_new(tree, NODE_FILE, name, S_IFREG | mode);

	node->ops = ops;
	node->data = data;
	node_attach(tree, dir, node);
	return node;
}

static unsigned int depth_of(const struct node *node)
{
	unsigned int depth = 0;

	for (; node->parent; node = node->parent)
		depth++;
	return depth;
}

static const struct node *common_ancestor(const struct node *a, const struct node *b)
{
	while (depth_of(a) > depth_of(b))
		a = a->parent;
	while (depth_of(b) > depth_of(a))
		b = b->parent;
	while (a != b) {
		a = a->parent;
		b = b->parent;
	}
	return a;
}

static void add_components(const struct node *node, const struct node *stop, struct text *ret)
{
	if (node == stop)
		return;
	add_components(node->parent, stop, ret);
	if (ret->len && ret->data[ret->len - 1] != '/')
		text_add_string(ret, "/");
	text_add_string(ret, node->name);
}

struct node *node_link(struct tree *tree, struct node *dir, const char *name,
		       const struct node *target)
{
	const struct node *common = common_ancestor(dir, target);
	struct text text = { 0 };
	struct node *node;

	for (const struct node *n = dir; n != common; n = n->parent)
		text_add_string(&text, "../");
	add_components(target, common, &text);

	node = node_new(tree, NODE_LINK, name, S_IFLNK | 0777);
	node->target = text.data ? text.data : memory_copy(".");
	node_attach(tree, dir, node);
	return node;
}

static int text_show(struct node *node, struct text *ret)
{
	text_add_string(ret, node->data);
	return 0;
}

static const struct node_ops text_ops = {
	.show = text_show,
	.release = free,
};

struct node *node_text(struct tree *tree, struct node *dir, const char *name, const char *content)
{
	return node_file(tree, dir, name, 0444, &text_ops, memory_copy(content));
}

static int unread_show(struct node *node, struct text *ret)
{
	const int *errnum = node->data;

	(void)ret;
	return -*errnum;
}

static const struct node_ops unread_ops = {
	.show = unread_show,
	.release = free,
};

struct node *node_unread(struct tree *tree, struct node *dir, const char *name, int errnum)
{
	int *kept = memory_new(1, sizeof(*kept));

	*kept = errnum;
	return node_file(tree, dir, name, 0444, &unread_ops, kept);
}

struct node *node_dir_path(struct tree *tree, struct node *dir, const char *path, size_t len)
{
	const char *end = path + len;

	while (path < end) {
		const char *slash = memchr(path, '/', (size_t)(end - path));
		size_t part = (size_t)((slash ? slash : end) - path);
		char *name = memory_copy_bytes(path, part);
		struct node *found = node_find(tree, dir, name);

		if (part)
			dir = found ? found : node_dir(tree, dir, name);
		path += part + 1;
		free(name);
	}
	return dir;
}

void node_fix(struct node *node)
{
	for (; !node->is_fixed; node = node->parent) {
		node->is_fixed = true;
		if (!node->parent)
			return;
		node->parent->fixed_subdirs++;
	}
}

bool node_is_steady(const struct node *node)
{
	return node->is_fixed && node->fixed_subdirs && node->fixed_subdirs == node->subdirs;
}

struct node *node_find(const struct tree *tree, const struct node *dir, const char *name)
{
	struct node *node = tree->slots[slot_of(tree, dir, name)];

	while (node && (node->parent != dir || strcmp(node->name, name) != 0))
		node = node->chain;
	return node;
}

void node_remove(struct tree *tree, struct node *node)
{
	if (!node || node->dead)
		return;
	while (node->first)
		node_remove(tree, node->first);
	node_detach(tree, node);
	node->dead = true;
	node_unref(node);
}

void node_remove_name(struct tree *tree, struct node *dir, const char *name)
{
	node_remove(tree, node_find(tree, dir, name));
}

struct node *node_ref(struct node *node)
{
	node->refs++;
	return node;
}

void node_unref(struct node *node)
{
	struct node *dir;

	if (!node || --node->refs)
		return;
	dir = node->parent;
	if (node->ops && node->ops->release)
		node->ops->release(node->data);
	free(node->name);
	free(node->target);
	free(node);
	node_unref(dir);
}

void node_path(const struct node *node, struct text *ret)
{
	const struct node *top = node;

	while (top->parent)
		top = top->parent;
	add_components(node, top, ret);
}
