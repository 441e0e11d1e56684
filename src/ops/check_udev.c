/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether what is auto is started when its parent comes, and by one program alone. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "autostart.h"

/* Where the package's file is. */
static char *usual_place(const struct check *check, const char *name)
{
	return mem_printf("%s/%s", check->env.dir[ENV_DIR_LIB], name);
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

	udev_rules_read(check, &rules);
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
	if (*program != '/')
		return mem_printf("%s/udev/%s", check->env.dir[ENV_DIR_LIB], program);
	return mem_printf("%s%s", check->env.root ? check->env.root : "", program);
}

/* udev(7): a program without a path is looked for in udev's own directory. */
static err_t check_helper(const struct check *check, const char *source, const char *program)
{
	_cleanup_(mem_freep) char *place = usual_place(check, "udev");
	_cleanup_(mem_freep) char *path = program_path(check, program);

	if (access(path, X_OK) == 0)
		return NULL;
	return err_hint(err_errno(errno,
				  "'%s' runs '%s', for which udev looks in '%s', and that cannot "
				  "be run",
				  source, program, place),
			"so that starts nothing when a parent comes: write the program's whole "
			"path");
}

static err_t check_program(const struct check *check, const char *source, const char *program)
{
	_cleanup_(mem_freep) char *path = program_path(check, program);

	if (*program != '/')
		return check_helper(check, source, program);
	if (access(path, X_OK) == 0)
		return NULL;
	return err_hint(err_errno(errno, "'%s' runs '%s', which cannot be run", source, path),
			"so that starts nothing when a parent comes: install the program there, or "
			"mend the path");
}

static err_t no_unit(const struct check *check, const char *rule)
{
	_cleanup_(mem_freep) char *place = usual_place(check, "systemd/system");

	return err_hint(err_new(ERR_NOT_FOUND,
				"'%s' has systemd start " START_UNIT ", which is not there", rule),
			"install '%s/" START_UNIT "', which the package has", place);
}

static err_t check_unit(struct check *check, const char *rule)
{
	_cleanup_(start_unit_clear) struct start_unit unit = { 0 };

	if (!start_unit_read(check, &unit))
		return no_unit(check, rule);
	if (unit.is_masked)
		return err_hint(err_new(ERR_NOT_FOUND,
					"'%s' has systemd start " START_UNIT ", which is masked",
					rule),
				"'systemctl unmask " START_UNIT "'");
	return unit.program ? check_program(check, unit.path, unit.program) : NULL;
}

/* With systemd a rule that uses the unit runs no program. */
static bool uses_unit(struct check *check, const struct udev_rule *rule)
{
	return rule->uses_unit && systemd_is_there(check);
}

/* Why the rule starts nothing; NULL if it does. */
static err_t check_rule(struct check *check, const struct udev_rule *rule)
{
	if (uses_unit(check, rule))
		return check_unit(check, rule->path);
	return rule->program ? check_program(check, rule->path, rule->program) : NULL;
}

static bool is_working(struct check *check, const struct udev_rule *rule)
{
	_cleanup_(err_freep) struct err *e = check_rule(check, rule);

	return !e;
}

static bool has_working(struct check *check, const struct udev_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		if (is_working(check, &rules->items[i]))
			return true;
	return false;
}

/* It matters where something is to be started, and no other rule does that. */
static void look_at_rules(struct check *check, bool with_unit)
{
	_cleanup_(udev_rules_clear) struct udev_rules rules = { 0 };
	bool matters;

	udev_rules_read(check, &rules);
	matters = count_autos(check) && !has_working(check, &rules);
	for (size_t i = 0; i < rules.count; i++) {
		const struct udev_rule *rule = &rules.items[i];

		if (uses_unit(check, rule) != with_unit)
			continue;
		if (matters)
			check_fault(check, rule->path, check_rule(check, rule));
		else
			check_note(check, rule->path, check_rule(check, rule));
	}
}

static void look_at_units(struct check *check)
{
	look_at_rules(check, true);
}

static void look_at_programs(struct check *check)
{
	look_at_rules(check, false);
}

/* --- two of them --- */

/* Whether that program is this one by another name. */
static bool is_mdevadm(const struct check *check, const struct udev_rule *rule)
{
	_cleanup_(mem_freep) char *path = rule->program ? program_path(check, rule->program) : NULL;
	_cleanup_(mem_freep) char *real = path ? realpath(path, NULL) : NULL;

	return rule->uses_unit || (real && strcmp(str_base_name(real), "mdevadm") == 0);
}

static err_t several_rules(const struct strlist *paths, bool is_one_program)
{
	_cleanup_(mem_freep) char *joined = strlist_join(paths, "'");

	return err_hint(
		err_new(ERR_EXISTS, "%zu udev rules start the devices of a parent that comes%s: %s",
			paths->count,
			is_one_program ? "" : ", and not all of them by mdevadm's locks", joined),
		"keep one: a link to /dev/null of the other's name in /etc/udev/rules.d "
		"hides it, as removing its package does");
}

/* Of those that start anything. */
static void look_for_two(struct check *check)
{
	_cleanup_(udev_rules_clear) struct udev_rules rules = { 0 };
	_cleanup_(strlist_clear) struct strlist paths = { 0 };
	bool is_one_program = true;

	udev_rules_read(check, &rules);
	for (size_t i = 0; i < rules.count; i++) {
		if (!is_working(check, &rules.items[i]))
			continue;
		strlist_add(&paths, mem_strdup(rules.items[i].path));
		is_one_program &= is_mdevadm(check, &rules.items[i]);
	}
	if (paths.count < 2)
		return;
	if (is_one_program)
		check_note(check, paths.items[0], several_rules(&paths, true));
	else
		check_fault(check, paths.items[0], several_rules(&paths, false));
}

const struct check_rule check_udev_rules[] = {
	{ "rule-absent", look_for_rule },
	{ "rule-without-unit", look_at_units },
	{ "rule-without-program", look_at_programs },
	{ "rules-both", look_for_two },
	{ 0 },
};
