/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "autostart.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dir.h"

/* The largest file that is read. */
#define FILE_MAX_SIZE (1024 * 1024)
#define STARTS	      "start-parent-mdevs"
#define UNIT	      "mdevadm-parent@"

void udev_rules_clear(struct udev_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		free(rules->items[i].path);
		free(rules->items[i].program);
	}
	free(rules->items);
}

/* Adds the directories called @name ("udev/rules.d"), the first to be looked in first. */
static void list_places(const struct check *check, const char *name, struct strlist *ret)
{
	const char *root = check->env.root ? check->env.root : "";

	strlist_add(ret, mem_printf("%s/%s", check->env.dir[ENV_DIR_ETC], name));
	strlist_add(ret, mem_printf("%s/%s", check->env.dir[ENV_DIR_RUN], name));
	strlist_add(ret, mem_printf("%s/usr/local/lib/%s", root, name));
	strlist_add(ret, mem_printf("%s/%s", check->env.dir[ENV_DIR_LIB], name));
	strlist_add(ret, mem_printf("%s/lib/%s", root, name));
}

/*
 * The program whose path is the last word before @end, owned by the caller. NULL if it is no path:
 * it may be an option's value, be looked for in PATH, or be made of variables.
 */
static char *program_before(const char *text, const char *end)
{
	const char *begin;

	while (end > text && end[-1] == ' ')
		end--;
	for (begin = end; begin > text && !strchr(" \"'=\n\t", begin[-1]);)
		begin--;
	/* What systemd has before a path. */
	begin += strspn(begin, "-@:+!|");
	if (begin >= end || *begin != '/' || strcspn(begin, "$%") < (size_t)(end - begin))
		return NULL;
	return mem_printf("%.*s", (int)(end - begin), begin);
}

/* Cuts what is a comment out of the text. */
static void blank_comments(char *text)
{
	for (char *line = text; line && *line;) {
		char *end = strchr(line, '\n');

		if (line[strspn(line, " \t")] == '#')
			memset(line, ' ', end ? (size_t)(end - line) : strlen(line));
		line = end ? end + 1 : NULL;
	}
}

/* Adds the file if it is a rule that starts devices. */
static void add_if_starts(struct udev_rules *rules, const char *path, char *text)
{
	const char *program;
	const char *unit;

	blank_comments(text);
	program = strstr(text, " " STARTS);
	unit = strstr(text, UNIT);
	if (!program && !unit)
		return;
	rules->items = mem_grow(rules->items, rules->count, sizeof(*rules->items));
	rules->items[rules->count++] = (struct udev_rule){
		.path = mem_strdup(path),
		.program = program ? program_before(text, program) : NULL,
		.uses_unit = unit != NULL,
	};
}

/* Takes @e; NULL if it says that something is surely not there. */
static err_t pass_absence(struct err *e)
{
	if (!err_is_absence(e))
		return e;
	err_free(e);
	return NULL;
}

/*
 * Links are followed, as udev and systemd do, to a regular file alone: reading a FIFO waits for
 * somebody who writes. A device node such as /dev/null is an empty file to both.
 */
static err_t read_text(const char *path, char **ret)
{
	_cleanup_(mem_freep) char *real = realpath(path, NULL);
	_cleanup_(dir_freep) struct dir *dir = NULL;
	struct stat st;
	char *slash;

	if (!real || stat(real, &st) < 0)
		return err_errno(errno, "cannot open '%s'", path);
	if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) {
		*ret = mem_strdup("");
		return NULL;
	}
	slash = strrchr(real, '/');
	*slash = '\0';
	TRY(dir_open(real, &dir));
	return dir_read(dir, slash + 1, FILE_MAX_SIZE, ret, NULL);
}

/* What is surely not there is no finding; *ret stays NULL then, and if it cannot be read. */
static void read_file(struct check *check, const char *path, char **ret)
{
	struct err *e = pass_absence(read_text(path, ret));

	if (e && err_kind(e) == ERR_INVALID)
		e = err_hint(e, "put a regular file of less than 1 MiB in its place, or remove it");
	check_cannot_tell(check, path, e);
}

/* Adds the files in @place that are rules, but for names in @seen, to which it adds. */
static void read_rules(struct check *check, const struct dir *dir, const struct strlist *names,
		       struct strlist *seen, struct udev_rules *ret)
{
	for (size_t i = 0; i < names->count; i++) {
		_cleanup_(mem_freep) char *path = mem_printf("%s/%s", dir->path, names->items[i]);
		const char *dot = strrchr(names->items[i], '.');
		_cleanup_(mem_freep) char *text = NULL;

		if (!dot || strcmp(dot, ".rules") != 0 || strlist_has(seen, names->items[i]))
			continue;
		read_file(check, path, &text);
		if (text)
			add_if_starts(ret, path, text);
		strlist_add(seen, mem_strdup(names->items[i]));
	}
}

static void read_rules_of(struct check *check, const char *place, struct strlist *seen,
			  struct udev_rules *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;

	check_cannot_tell(check, place, pass_absence(dir_open(place, &dir)));
	if (!dir)
		return;
	check_cannot_tell(check, place, pass_absence(dir_list(dir, &names)));
	read_rules(check, dir, &names, seen, ret);
}

void udev_rules_read(struct check *check, struct udev_rules *ret)
{
	_cleanup_(strlist_clear) struct strlist places = { 0 };
	_cleanup_(strlist_clear) struct strlist seen = { 0 };

	list_places(check, "udev/rules.d", &places);
	for (size_t i = 0; i < places.count; i++)
		read_rules_of(check, places.items[i], &seen, ret);
}

bool start_unit_read(struct check *check, struct start_unit *ret)
{
	_cleanup_(strlist_clear) struct strlist places = { 0 };
	_cleanup_(mem_freep) char *text = NULL;
	const char *starts;

	list_places(check, "systemd/system", &places);
	for (size_t i = 0; i < places.count && !text; i++) {
		_cleanup_(mem_freep) char *path = mem_printf("%s/" START_UNIT, places.items[i]);

		read_file(check, path, &text);
		if (text)
			ret->path = take(path);
	}
	if (!text)
		return false;
	ret->is_masked = !*text;
	blank_comments(text);
	starts = strstr(text, " " STARTS);
	ret->program = starts ? program_before(text, starts) : NULL;
	return true;
}

void start_unit_clear(struct start_unit *unit)
{
	free(unit->path);
	free(unit->program);
}

bool systemd_is_there(struct check *check)
{
	_cleanup_(mem_freep) char *path =
		mem_printf("%s/systemd/system", check->env.dir[ENV_DIR_RUN]);

	if (access(path, F_OK) == 0)
		return true;
	check_cannot_tell(check, path, pass_absence(err_errno(errno, "cannot look at '%s'", path)));
	return false;
}
