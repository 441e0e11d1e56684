/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "model/name.h"
#include "state/held.h"

#define JOBS_MAX 256

void values_clear(struct values *values)
{
	for (size_t i = 0; i < OPT_COUNT; i++)
		free(values->text[i]);
	for (size_t i = 0; i < values->repeated_count; i++)
		free(values->repeated[i].text);
	for (size_t i = 0; i < values->change_count; i++)
		free(values->changes[i].name);
	free(values->repeated);
	free(values->changes);
	free(values->devices);
}

void values_add_repeated(struct values *values, enum option option, char *text)
{
	values->repeated =
		mem_grow(values->repeated, values->repeated_count, sizeof(*values->repeated));
	values->repeated[values->repeated_count++] = (struct repeated){ option, text };
}

void values_add_device(struct values *values, const char *text)
{
	values->devices = mem_grow(values->devices, values->device_count, sizeof(*values->devices));
	values->devices[values->device_count++] = (struct device_name){ .text = text };
}

struct uuid *values_copy_uuids(const struct values *values)
{
	struct uuid *uuids = mem_zalloc((values->device_count + 1) * sizeof(*uuids));

	for (size_t i = 0; i < values->device_count; i++)
		uuids[i] = values->devices[i].uuid;
	return uuids;
}

static err_t read_device(const struct command *command, const struct values *values,
			 struct device_name *device)
{
	struct err *e;

	if (uuid_parse(device->text, &device->uuid))
		return NULL;
	if (values->finds_names && !command->makes_device && uuid_may_begin(device->text))
		return NULL;
	e = err_new(ERR_INVALID, "invalid UUID '%s'", device->text);
	if (!values->finds_names || command->makes_device)
		return err_hint(e, "give 32 hexadecimal digits, such as "
				   "83c32df7-d52e-4ec1-9668-1f3c7e4df107");
	return err_hint(e,
			"give 32 hexadecimal digits, such as 83c32df7-d52e-4ec1-9668-1f3c7e4df107, "
			"or the first %d or more of a device that is there",
			UUID_BEGINNING_MIN);
}

static err_t read_devices(const struct command *command, struct values *values)
{
	for (size_t i = 0; i < values->device_count; i++)
		TRY(read_device(command, values, &values->devices[i]));
	if (values->device_count)
		values->uuid = values->devices[0].uuid;
	return NULL;
}

static err_t read_index(const char *text, long *ret)
{
	unsigned long index;

	if (!str_to_number(text, INT_MAX, &index))
		return err_hint(err_new(ERR_USAGE, "--index: '%s' is not a number", text),
				"'mdevadm list --defined --verbose' shows the indexes");
	*ret = (long)index;
	return NULL;
}

static err_t read_count(const char *name, const char *text, unsigned *ret)
{
	bool is_number = *text && !text[strspn(text, "0123456789")];
	unsigned long count;

	if (!str_to_number(text, JOBS_MAX, &count) || !count)
		return err_hint(err_new(ERR_USAGE, "--%s: '%s' is %s", name, text,
					is_number ? "out of range" : "not a number"),
				"give a whole number from 1 to %d", JOBS_MAX);
	*ret = (unsigned)count;
	return NULL;
}

/* No limit, and no time at all, would both be ways to lose a script's veto: hence @least. */
static err_t read_seconds(const char *name, const char *text, unsigned long least, int *ret_ms)
{
	_cleanup_(mem_freep) char *where = mem_printf("--%s", name);

	return env_read_seconds(where, text, least, ret_ms);
}

static err_t read_base(const char *text, const char **ret)
{
	const char *equals = strchr(text, '=');
	enum env_dir dir;

	dir = equals ? env_dir_by_name(text, (size_t)(equals - text)) : ENV_DIR_COUNT;
	if (dir == ENV_DIR_COUNT)
		return err_hint(err_new(ERR_USAGE, "--base: '%s' is not KEY=DIR", text),
				"KEY is etc, lib, run, sys, dev or proc");
	ret[dir] = equals + 1;
	return NULL;
}

static err_t check_file(const char *name, const char *text)
{
	if (*text)
		return NULL;
	return err_hint(err_new(ERR_USAGE, "--%s: the file's name is empty", name),
			"give a file, or '-' for standard input");
}

/* "PF/virtfnN" is no name of a parent, but leads to one. */
static err_t check_parent(const struct values *values, const char *text)
{
	const char *slash = strrchr(text, '/');
	_cleanup_(mem_freep) char *physical = NULL;

	if (!values->finds_names || !slash || !str_starts_with(slash, "/virtfn"))
		return name_check_parent(text);
	physical = mem_printf("%.*s", (int)(slash - text), text);
	TRY(name_check_parent(physical));
	return name_check_parent(slash + 1);
}

/* The words are those of the operation, which checks it as well. */
static err_t check_reason(const struct command *command, const struct values *values,
			  const char *text)
{
	return err_wrap(held_check_reason(text), "cannot %s parent '%s'", command->name,
			values->parent);
}

static void add_change(struct values *values, enum attr_change_kind kind, char *name,
		       const char *value)
{
	values->changes = mem_grow(values->changes, values->change_count, sizeof(*values->changes));
	values->changes[values->change_count++] = (struct attr_change){
		.kind = kind, .name = name, .value = value, .index = values->attr_index
	};
}

/* The name ends at the first "=": there is none in a name of sysfs that is known. */
static err_t read_attr_value(struct values *values, const struct option_spec *spec,
			     enum attr_change_kind kind, const char *text)
{
	const char *equals = strchr(text, '=');

	if (!equals)
		return err_hint(
			err_new(ERR_USAGE, "--%s: '%s' is not NAME=VALUE", spec->name, text),
			"'--%s NAME=' has an empty value", spec->name);
	add_change(values, kind, mem_printf("%.*s", (int)(equals - text), text), equals + 1);
	TRY(name_check_attr(values->changes[values->change_count - 1].name));
	return name_check_value(equals + 1);
}

/* mdevctl's form has the value behind an option of its own. */
static err_t read_added_attr(struct values *values, const struct option_spec *spec,
			     const char *text)
{
	if (!option_is_given(values, OPT_VALUE))
		return read_attr_value(values, spec, ATTR_ADD, text);
	TRY(name_check_attr(text));
	add_change(values, ATTR_ADD, mem_strdup(text), values->text[OPT_VALUE]);
	return NULL;
}

static err_t read_deleted_attr(struct values *values, const char *text)
{
	TRY(name_check_attr(text));
	add_change(values, ATTR_DELETE_NAME, mem_strdup(text), NULL);
	return NULL;
}

static err_t check_json(const char *text)
{
	if (strcmp(text, "1") == 0)
		return NULL;
	return err_hint(
		err_new(ERR_USAGE, "--json: there is no version '%s' of the document", text),
		"give --json or --json=1");
}

static err_t read_color(const char *text, enum color *ret)
{
	static const char *const names[] = { "auto", "always", "never" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(text, names[i]) == 0) {
			*ret = (enum color)i;
			return NULL;
		}
	return err_hint(err_new(ERR_USAGE, "--color: '%s' is none of its values", text),
			"give auto, always or never");
}

static err_t read_pid(const char *text, pid_t *ret)
{
	unsigned long pid;

	if (!str_to_number(text, INT_MAX, &pid) || !pid)
		return err_hint(err_new(ERR_USAGE, "--by-pid: '%s' is no process", text),
				"give its number");
	*ret = (pid_t)pid;
	return NULL;
}

/* "/dev/vfio/12", "vfio/12", or "12" alone. */
static err_t read_node(const char *text, const char **ret)
{
	const char *node = str_starts_with(text, "/dev/") ? text + strlen("/dev/") : text;

	if (str_starts_with(node, "vfio/"))
		node += strlen("vfio/");
	*ret = node;
	if (*node)
		return NULL;
	return err_hint(err_new(ERR_USAGE, "--by-node: '%s' is no node of VFIO", text),
			"give one as /dev/vfio/12 or /dev/vfio/devices/vfio3");
}

static err_t read_value(const struct command *command, struct values *values,
			const struct option_spec *spec, const char *text)
{
	void *field = (char *)values + spec->field;

	switch (spec->kind) {
	case KIND_FLAG:
	case KIND_UUID: /* see read_devices() */
		return NULL;
	case KIND_INDEX:
		return read_index(text, field);
	case KIND_COUNT:
		return read_count(spec->name, text, field);
	case KIND_SECONDS:
		return read_seconds(spec->name, text, 0, field);
	case KIND_SECONDS_NOT_0:
		return read_seconds(spec->name, text, 1, field);
	case KIND_BASE:
		return read_base(text, field);
	case KIND_PARENT:
		TRY(check_parent(values, text));
		break;
	case KIND_TYPE:
		TRY(name_check_type(text));
		break;
	case KIND_ATTR:
		return read_added_attr(values, spec, text);
	case KIND_ATTR_VALUE:
		return read_attr_value(values, spec, ATTR_SET, text);
	case KIND_ATTR_NAME:
		return read_deleted_attr(values, text);
	case KIND_VALUE:
		TRY(name_check_value(text));
		break;
	case KIND_FILE:
		TRY(check_file(spec->name, text));
		if (values->finds_names && strcmp(text, "-") == 0)
			text = "/dev/stdin";
		break;
	case KIND_REASON:
		TRY(check_reason(command, values, text));
		break;
	case KIND_JSON:
		return check_json(text);
	case KIND_COLOR:
		return read_color(text, field);
	case KIND_PID:
		return read_pid(text, field);
	case KIND_NODE:
		return read_node(text, field);
	case KIND_COLUMNS: /* see table_new() */
	case KIND_WORD:
	case KIND_DIR:
		/* env_new() makes an absolute path of it, and refuses an empty one. */
		break;
	}
	*(const char **)field = text;
	return NULL;
}

char *options_name(const struct command *command, uint64_t set, const char *last_word)
{
	char *text = mem_strdup("");

	for (int i = 0; i < OPT_COUNT; i++) {
		const struct option_spec *spec = option_spec((enum option)i);
		bool as_word = (int)command->argument == i && !(command->options & OPT_BIT(i));
		_cleanup_(mem_freep) char *before = NULL;
		uint64_t rest = set >> i;

		if (!(rest & 1))
			continue;
		before = text;
		text = mem_printf("%s%s%s%s", before,
				  !*before	   ? ""
				  : rest >> 1 == 0 ? last_word
						   : ", ",
				  as_word ? "" : "--", as_word ? spec->metavar : spec->name);
	}
	return text;
}

err_t hint_help(struct err *e, const struct command *command)
{
	return err_hint(e, "'mdevadm%s%s --help' lists the options", *command->name ? " " : "",
			command->name);
}

static err_t needs(const struct command *command, uint64_t when, uint64_t others)
{
	_cleanup_(mem_freep) char *those = options_name(command, others, " or ");
	_cleanup_(mem_freep) char *given = options_name(command, when, " and ");

	if (!when)
		return err_new(ERR_USAGE, "%s is missing", those);
	return err_new(ERR_USAGE, "%s needs %s", given, those);
}

static err_t excludes(const struct command *command, uint64_t when, uint64_t others)
{
	_cleanup_(mem_freep) char *those = options_name(command, others, " and ");
	_cleanup_(mem_freep) char *given = options_name(command, when, " and ");

	return err_new(ERR_USAGE, "%s cannot be combined with %s", given, those);
}

static err_t check_rule(const struct command *command, const struct rule *rule, uint64_t set)
{
	uint64_t when = set & rule->when;
	uint64_t others = set & rule->others;

	if (rule->when && !when)
		return NULL;
	if (rule->kind == RULE_NEEDS_ONE_OF && !others)
		return needs(command, when, rule->others);
	if (rule->kind == RULE_EXCLUDES && others)
		return excludes(command, when, others);
	return NULL;
}

/* An index or a value is of one attribute, and a file of one device. */
static err_t check_once(const struct values *values)
{
	size_t added = 0;

	if (values->device_count > 1 && option_is_given(values, OPT_JSONFILE))
		return err_hint(
			err_new(ERR_USAGE, "--jsonfile cannot be used with several devices"),
			"a file describes one: name one at a time");

	for (size_t i = 0; i < values->repeated_count; i++)
		added += values->repeated[i].option == OPT_ADDATTR;
	if (added < 2 || !(values->given & (OPT_BIT(OPT_INDEX) | OPT_BIT(OPT_VALUE))))
		return NULL;
	return err_hint(err_new(ERR_USAGE, "--addattr is given twice"),
			"several are given as --addattr NAME=VALUE, without --value and --index");
}

/* In the order given: attributes are changed so. */
static err_t read_repeated(const struct command *command, struct values *values, bool is_base)
{
	for (size_t i = 0; i < values->repeated_count; i++) {
		const struct repeated *one = &values->repeated[i];

		if ((one->option == OPT_BASE) == is_base)
			TRY(read_value(command, values, option_spec(one->option), one->text));
	}
	return NULL;
}

err_t values_check(const struct command *command, struct values *values)
{
	for (const struct rule *rule = command->rules; rule && rule->kind != RULE_END; rule++)
		TRY(hint_help(check_rule(command, rule, values->given), command));
	TRY(check_once(values));
	TRY(read_repeated(command, values, true));
	for (int i = 1; i < OPT_COUNT; i++) {
		if (i == OPT_UUID)
			TRY(read_devices(command, values));
		else if (values->text[i])
			TRY(read_value(command, values, option_spec((enum option)i),
				       values->text[i]));
	}
	TRY(read_repeated(command, values, false));
	if (option_is_given(values, OPT_DELATTR))
		add_change(values, ATTR_DELETE, NULL, NULL);
	values->env.has_lock_timeout = option_is_given(values, OPT_LOCK_TIMEOUT);
	return NULL;
}
