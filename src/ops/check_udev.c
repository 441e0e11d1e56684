/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What starts the devices that are auto: the udev rule of this program, or mdevctl's, or one that
 * somebody wrote. It is known by what it runs, whatever it is called. A file hides those of its
 * name in the places behind its own, and one that is empty or a link to /dev/null is none: udev(7),
 * and systemd.unit(5) for units.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dir.h"
#include "check.h"

#define RULE_MAX  (1024 * 1024)
#define STARTS	  "start-parent-mdevs"
#define UNIT	  "mdevadm-parent@"
#define UNIT_FILE UNIT ".service"

/* A rule that starts devices. */
struct udev_rule {
	char *path;
	char *program;	/* the one that it runs; NULL if that is not known */
	bool uses_unit; /* and has systemd run it */
};

struct udev_rules {
	struct udev_rule *items;
	size_t count;
};

static void udev_rules_clear(struct udev_rules *rules)
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

/* Where the package's file is. */
static char *usual_place(const struct check *check, const char *name)
{
	return mem_printf("%s/%s", check->env.dir[ENV_DIR_LIB], name);
}

/* --- the rules --- */

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
static void consider(struct udev_rules *rules, const char *path, char *text)
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
		check_cannot_tell(check, path,
				  pass_absence(stream_read(path, RULE_MAX, &text, NULL)));
		if (text)
			consider(ret, path, text);
		strlist_add(seen, mem_strdup(names->items[i]));
	}
}

static void read_place(struct check *check, const char *place, struct strlist *seen,
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

static void find_rules(struct check *check, struct udev_rules *ret)
{
	_cleanup_(strlist_clear) struct strlist places = { 0 };
	_cleanup_(strlist_clear) struct strlist seen = { 0 };

	list_places(check, "udev/rules.d", &places);
	for (size_t i = 0; i < places.count; i++)
		read_place(check, places.items[i], &seen, ret);
}

static size_t count_autos(const struct check *check)
{
	size_t count = 0;

	for (size_t i = 0; i < check->definitions.count; i++)
		count += check->definitions.items[i]->start == DEVICE_START_AUTO;
	return count;
}

static void look_for_rule(struct check *check)
{
	_cleanup_(udev_rules_clear) struct udev_rules rules = { 0 };
	_cleanup_(mem_freep) char *place = usual_place(check, "udev/rules.d");
	size_t autos = count_autos(check);

	find_rules(check, &rules);
	if (rules.count || !autos)
		return;
	check_fault(check, place,
		    err_hint(err_new(ERR_NOT_FOUND,
				     "no udev rule starts devices when their parent comes, and %zu "
				     "definition%s auto",
				     autos, autos == 1 ? " is" : "s are"),
			     "install '%s/60-mdevadm.rules', which the package has; 'mdevadm start "
			     "--all' starts all that is defined now",
			     place));
}

/* --- what they run --- */

static char *program_path(const struct check *check, const char *program)
{
	return mem_printf("%s%s", check->env.root ? check->env.root : "", program);
}

static err_t check_program(const struct check *check, const char *source, const char *program)
{
	_cleanup_(mem_freep) char *path = program_path(check, program);

	if (access(path, X_OK) == 0)
		return NULL;
	return err_hint(err_errno(errno, "'%s' runs '%s', which cannot be run", source, path),
			"so nothing is started when a parent comes: install the program there, or "
			"mend the path");
}

/* The first that is there, as text, with its path; owned by the caller, NULL if there is none. */
static char *find_unit(struct check *check, char **ret_path)
{
	_cleanup_(strlist_clear) struct strlist places = { 0 };
	char *text = NULL;

	list_places(check, "systemd/system", &places);
	for (size_t i = 0; i < places.count && !text; i++) {
		_cleanup_(mem_freep) char *path = mem_printf("%s/" UNIT_FILE, places.items[i]);

		check_cannot_tell(check, path,
				  pass_absence(stream_read(path, RULE_MAX, &text, NULL)));
		if (text)
			*ret_path = take(path);
	}
	return text;
}

static err_t check_unit(struct check *check, const char *rule)
{
	_cleanup_(mem_freep) char *path = NULL;
	_cleanup_(mem_freep) char *text = find_unit(check, &path);
	_cleanup_(mem_freep) char *program = NULL;
	_cleanup_(mem_freep) char *place = usual_place(check, "systemd/system");
	const char *starts;

	if (!text)
		return err_hint(err_new(ERR_NOT_FOUND,
					"'%s' has systemd start " UNIT_FILE ", which is not there",
					rule),
				"install '%s/" UNIT_FILE "', which the package has", place);
	if (!*text)
		return err_hint(err_new(ERR_NOT_FOUND,
					"'%s' has systemd start " UNIT_FILE ", which is masked",
					rule),
				"'systemctl unmask " UNIT_FILE "'");
	blank_comments(text);
	starts = strstr(text, " " STARTS);
	program = starts ? program_before(text, starts) : NULL;
	return program ? check_program(check, path, program) : NULL;
}

static bool has_systemd(struct check *check)
{
	_cleanup_(mem_freep) char *path =
		mem_printf("%s/systemd/system", check->env.dir[ENV_DIR_RUN]);

	if (access(path, F_OK) == 0)
		return true;
	check_cannot_tell(check, path, pass_absence(err_errno(errno, "cannot look at '%s'", path)));
	return false;
}

static void look_at_units(struct check *check)
{
	_cleanup_(udev_rules_clear) struct udev_rules rules = { 0 };

	find_rules(check, &rules);
	for (size_t i = 0; i < rules.count && has_systemd(check); i++)
		if (rules.items[i].uses_unit)
			check_fault(check, rules.items[i].path,
				    check_unit(check, rules.items[i].path));
}

static void look_at_programs(struct check *check)
{
	_cleanup_(udev_rules_clear) struct udev_rules rules = { 0 };

	find_rules(check, &rules);
	for (size_t i = 0; i < rules.count; i++) {
		const struct udev_rule *rule = &rules.items[i];

		/* With systemd such a rule runs no program. */
		if (rule->program && !(rule->uses_unit && has_systemd(check)))
			check_fault(check, rule->path,
				    check_program(check, rule->path, rule->program));
	}
}

/* --- two of them --- */

/* Whether that program is this one by another name. */
static bool is_mdevadm(const struct check *check, const struct udev_rule *rule)
{
	_cleanup_(mem_freep) char *path = rule->program ? program_path(check, rule->program) : NULL;
	_cleanup_(mem_freep) char *real = path ? realpath(path, NULL) : NULL;

	return rule->uses_unit || (real && strcmp(str_base_name(real), "mdevadm") == 0);
}

static void look_for_two(struct check *check)
{
	_cleanup_(udev_rules_clear) struct udev_rules rules = { 0 };
	_cleanup_(strlist_clear) struct strlist paths = { 0 };
	_cleanup_(mem_freep) char *joined = NULL;
	bool is_one_program = true;
	struct err *e;

	find_rules(check, &rules);
	for (size_t i = 0; i < rules.count; i++) {
		strlist_add(&paths, mem_strdup(rules.items[i].path));
		is_one_program &= is_mdevadm(check, &rules.items[i]);
	}
	if (rules.count < 2)
		return;
	joined = strlist_join(&paths, "'");
	e = err_hint(
		err_new(ERR_EXISTS, "%zu udev rules start the devices of a parent that comes%s: %s",
			rules.count,
			is_one_program ? "" : ", and not all of them by mdevadm's locks", joined),
		"keep one: a link to /dev/null of the other's name in /etc/udev/rules.d "
		"hides it, as removing its package does");
	if (is_one_program)
		check_note(check, rules.items[0].path, e);
	else
		check_fault(check, rules.items[0].path, e);
}

const struct check_rule check_udev_rules[] = {
	{ "rule-absent", look_for_rule },
	{ "rule-without-unit", look_at_units },
	{ "rule-without-program", look_at_programs },
	{ "rules-both", look_for_two },
	{ 0 },
};
