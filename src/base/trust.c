/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way is judged from the top down, link by link, as the kernel walks it: below a directory
 * that only root can change nobody else can put something in the place of what was judged. Where
 * a link can be replaced by a user, he would choose what root runs, so realpath(3), which shows
 * only where it led at that moment, does not do.
 */
#include "base/trust.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dir.h"

/* As the kernel's MAXSYMLINKS. */
#define LINKS_MAX 40

struct walk {
	char *here;	/* what is behind us, without links; "" is the root directory */
	char *rest;	/* what is before us */
	bool is_shared; /* others may make names in @here, but not replace root's */
	int links;
};

static void walk_clear(struct walk *walk)
{
	mem_freep(&walk->here);
	mem_freep(&walk->rest);
}

static bool is_trusted_user(uid_t user)
{
	return user == 0 || user == geteuid();
}

static err_t cannot_look(const char *path, int errnum)
{
	return err_set_kind(err_hint_for_errnum(err_errno(errnum, "cannot look at '%s'", path)),
			    ERR_REFUSED);
}

/* Directories such as a home or a package store are as they are meant to be. */
static err_t advise(struct err *e, const char *command, const char *path)
{
	return err_hint(
		e,
		"put it where nobody but root can change it or a directory above it; or, if "
		"'%s' is meant to be root's alone: '%s %s'",
		path, command, path);
}

static err_t judge_owner(const char *path, const struct stat *status)
{
	if (is_trusted_user(status->st_uid))
		return NULL;
	return advise(
		err_new(ERR_REFUSED, "'%s' belongs to user %u, not to root", path, status->st_uid),
		"chown root", path);
}

/* An access control list that lets others write shows in the group's bits. */
static err_t judge(struct walk *walk, const char *path, const struct stat *status)
{
	bool is_way = S_ISDIR(status->st_mode) && walk->rest[strspn(walk->rest, "/")];

	TRY(judge_owner(path, status));
	walk->is_shared = status->st_mode & (S_IWGRP | S_IWOTH);
	if (!walk->is_shared || (is_way && status->st_mode & S_ISVTX))
		return NULL;
	return advise(err_new(ERR_REFUSED, "'%s' can be written by others than root (mode %04o)",
			      path, status->st_mode & 07777),
		      "chmod go-w", path);
}

/* The owner of a link can only replace it where everybody can. */
static err_t follow(struct walk *walk, const char *path, const struct stat *status)
{
	char target[4096];
	ssize_t length = readlink(path, target, sizeof(target) - 1);
	_cleanup_(mem_freep) char *before = NULL;

	if (length < 0)
		return cannot_look(path, errno);
	if (++walk->links > LINKS_MAX)
		return cannot_look(path, ELOOP);
	if (walk->is_shared)
		TRY(judge_owner(path, status));
	target[length] = '\0';
	before = walk->rest;
	walk->rest = mem_printf("%s%s/%s", *target == '/' ? ".." : "", target, before);
	if (*target == '/')
		*walk->here = '\0';
	return NULL;
}

/* Takes the next name off what is before us; NULL at the end. */
static char *next_name(struct walk *walk)
{
	const char *start = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(start, "/");
	char *name = length ? mem_printf("%.*s", (int)length, start) : NULL;

	memmove(walk->rest, start + length, strlen(start + length) + 1);
	return name;
}

static err_t step(struct walk *walk, const char *name)
{
	_cleanup_(mem_freep) char *path = NULL;
	struct stat status;
	char *slash = strrchr(walk->here, '/');

	if (strcmp(name, ".") == 0)
		return NULL;
	if (strcmp(name, "..") != 0)
		path = mem_printf("%s/%s", walk->here, name);
	else
		path = mem_printf("%.*s", slash ? (int)(slash - walk->here) : 0, walk->here);
	if (lstat(*path ? path : "/", &status) < 0)
		return cannot_look(path, errno);
	if (S_ISLNK(status.st_mode))
		return follow(walk, path, &status);
	TRY(judge(walk, *path ? path : "/", &status));
	mem_freep(&walk->here);
	walk->here = take(path);
	return NULL;
}

err_t trust_resolve(const char *path, char **ret_real)
{
	_cleanup_(walk_clear) struct walk walk = {
		.here = mem_strdup(""),
		.rest = mem_printf("..%s", path),
	};

	for (;;) {
		_cleanup_(mem_freep) char *name = next_name(&walk);

		if (!name)
			break;
		TRY(step(&walk, name));
	}
	*ret_real = *walk.here ? take(walk.here) : mem_strdup("/");
	return NULL;
}
