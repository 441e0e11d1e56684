/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which processes have a node of VFIO open. Their numbers lead, by the links in /sys/dev/char, to
 * what they are: so this looks at what is open, however many devices there are.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "kernel/facts.h"
#include "openers.h"
#include "sysfs_private.h"

#define COMM_MAX    64
#define CMDLINE_MAX (2 * 1024 * 1024)

/* What a number stands for. */
struct number {
	dev_t number;
	bool is_group;
	char *node; /* NULL: it is none of VFIO's */
};

/* "…/virtual/vfio/12" or "…/UUID/vfio-dev/vfio0" */
static err_t read_node(const struct sysfs *sysfs, dev_t number, struct number *ret)
{
	_cleanup_(mem_freep) char *path =
		mem_printf("dev/char/%u:%u", major(number), minor(number));
	_cleanup_(mem_freep) char *target = NULL;

	*ret = (struct number){ .number = number };
	TRY(sysfs_read_link(sysfs->top, path, &target));
	if (!target)
		return NULL;
	ret->is_group = strstr(target, "/virtual/vfio/") != NULL;
	if (ret->is_group || strstr(target, "/vfio-dev/"))
		ret->node = mem_strdup(str_base_name(target));
	return NULL;
}

static int compare_openers(const void *a, const void *b)
{
	const struct opener *x = a;
	const struct opener *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return (int)(strtol(x->pid, NULL, 10) - strtol(y->pid, NULL, 10));
}

/* libvirt's command line has "-name guest=NAME,…" (or "-name NAME,…" in old versions). */
static char *find_domain(const char *args, size_t size)
{
	const char *end = args + size;

	for (const char *at = args; at < end; at += strlen(at) + 1) {
		const char *value = at + strlen(at) + 1;

		if (strcmp(at, "-name") != 0 || value >= end)
			continue;
		if (str_starts_with(value, "guest="))
			value += strlen("guest=");
		return mem_printf("%.*s", (int)strcspn(value, ","), value);
	}
	return NULL;
}

/* What cannot be told of one that has ended is left out. */
static void describe_user(const struct env *env, const char *pid, struct user *ret)
{
	_cleanup_(mem_freep) char *comm = mem_printf("%s/%s/comm", env->dir[ENV_DIR_PROC], pid);
	_cleanup_(mem_freep) char *line = mem_printf("%s/%s/cmdline", env->dir[ENV_DIR_PROC], pid);
	_cleanup_(mem_freep) char *args = NULL;
	size_t size = 0;

	ret->pid = (pid_t)strtol(pid, NULL, 10);
	err_free(stream_read(comm, COMM_MAX, &ret->command, NULL));
	if (ret->command)
		ret->command[strcspn(ret->command, "\n")] = '\0';
	err_free(stream_read(line, CMDLINE_MAX, &args, &size));
	ret->domain = args ? find_domain(args, size) : NULL;
}

/* A group alone is no use, see kernel/users.h. */
static void add_user(const struct env *env, const struct number *number,
		     const struct opener *opener, struct node_user_list *ret)
{
	struct node_user user = { .has_group = number->is_group };

	if (!number->node || (number->is_group && !opener->has_vfio_devices))
		return;
	user.node = mem_strdup(number->node);
	describe_user(env, opener->pid, &user.user);
	ret->items = mem_grow(ret->items, ret->count, sizeof(*ret->items));
	ret->items[ret->count++] = user;
}

static bool is_repeated(const struct opener *openers, size_t i)
{
	return i && compare_openers(&openers[i - 1], &openers[i]) == 0;
}

/* Sorted by number, so that each is looked up once. */
static err_t add_node_users(const struct env *env, const struct sysfs *sysfs,
			    const struct openers *openers, struct node_user_list *ret)
{
	struct number number = { 0 };
	struct err *e = NULL;

	for (size_t i = 0; i < openers->count && !e; i++) {
		const struct opener *opener = &openers->items[i];

		if (is_repeated(openers->items, i))
			continue;
		if (!i || number.number != opener->number) {
			free(number.node);
			number = (struct number){ 0 };
			e = read_node(sysfs, opener->number, &number);
		}
		if (!e)
			add_user(env, &number, opener, ret);
	}
	free(number.node);
	return e;
}

static int compare_users(const void *a, const void *b)
{
	const struct node_user *x = a;
	const struct node_user *y = b;
	int order = strcmp(x->node, y->node);

	return order ? order : (int)(x->user.pid - y->user.pid);
}

err_t facts_list_users(const struct env *env, const struct sysfs *sysfs, struct node_user_list *ret)
{
	_cleanup_(openers_clear) struct openers openers = { 0 };

	if (!sysfs->top)
		return NULL;
	TRY(openers_read(env, &openers));
	if (openers.count)
		qsort(openers.items, openers.count, sizeof(*openers.items), compare_openers);
	TRY(add_node_users(env, sysfs, &openers, ret));
	if (ret->count)
		qsort(ret->items, ret->count, sizeof(*ret->items), compare_users);
	ret->is_partial = openers.is_partial;
	return NULL;
}

void node_user_list_clear(struct node_user_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].node);
		free(list->items[i].user.command);
		free(list->items[i].user.domain);
	}
	free(list->items);
	*list = (struct node_user_list){ 0 };
}
