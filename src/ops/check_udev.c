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

static void look_at_units(struct check *check)
{
	_cleanup_(udev_rules_clear) struct udev_rules rules = { 0 };

	udev_rules_read(check, &rules);
	for (size_t i = 0; i < rules.count && systemd_is_there(check); i++)
		if (rules.items[i].uses_unit)
			check_fault(check, rules.items[i].path,
				    check_unit(check, rules.items[i].path));
}

static void look_at_programs(struct check *check)
{
	_cleanup_(udev_rules_clear) struct udev_rules rules = { 0 };

	udev_rules_read(check, &rules);
	for (size_t i = 0; i < rules.count; i++) {
		const struct udev_rule *rule = &rules.items[i];

		/* With systemd such a rule runs no program. */
		if (rule->program && !(rule->uses_unit && systemd_is_there(check)))
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

	udev_rules_read(check, &rules);
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
