/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each rule is a small function that looks for one kind of finding. The first ones of a table read
 * what the others look at. All the floors below work on an environment whose warnings are findings:
 * what a listing leaves out with a warning is what a check is for.
 */
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"

#define CANNOT_TELL "cannot-tell"

void check_result_clear(struct check_result *result)
{
	finding_list_clear(&result->findings);
}

/* What has a quote in it, or is not seen as it is, goes byte by byte: '$' and such a text. */
static char *quote_bytes(const char *word)
{
	size_t size = strlen(word);
	char *quoted = mem_alloc(size * 4 + 4);
	char *at = quoted + sprintf(quoted, "$'");

	for (const char *byte = word; *byte; byte++) {
		if (*byte < ' ' || *byte > '~')
			at += sprintf(at, "\\x%02x", (unsigned char)*byte);
		else
			at += sprintf(at, strchr("'\\", *byte) ? "\\%c" : "%c", *byte);
	}
	sprintf(at, "'");
	return quoted;
}

char *check_quote(const char *word)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				    "_.:/@%+=-";

	if (*word && !word[strspn(word, plain)])
		return mem_strdup(word);
	if (strchr(word, '\'') || !str_is_plain(word))
		return quote_bytes(word);
	return mem_printf("'%s'", word);
}

static bool lacks_rights(const struct err *e)
{
	return geteuid() != 0 && (err_is(e, EACCES) || err_is(e, EPERM));
}

/* What to do where nothing else says so, of what cannot be read or looked at. */
static const struct {
	const char *id;
	const char *remedy;
} remedies[] = {
	{ "definition-unreadable", "a definition is as {\"mdev_type\": \"TYPE\", \"start\": "
				   "\"manual\", \"attrs\": []}: mend "
				   "the file, or remove it" },
	{ "record-unreadable", "nothing else is kept there: remove the file" },
	{ "hold-unreadable", "remove the file, and hold the parent again if that is meant" },
	{ CANNOT_TELL, "see whether it is what it should be, and the kernel's log: journalctl -k" },
};

/* An advice that is there already stays. */
static err_t add_remedy(struct err *e, const char *id)
{
	for (size_t i = 0; e && !err_advice(e) && i < ARRAY_SIZE(remedies); i++)
		if (strcmp(remedies[i].id, id) == 0)
			return err_hint(e, "%s", remedies[i].remedy);
	return e;
}

static void add_finding(struct check *check, enum finding_severity severity, const char *id,
			const char *object, struct err *e)
{
	e = add_remedy(e, id);
	pthread_mutex_lock(&check->mutex);
	finding_list_add(&check->result->findings, severity, id, object, e);
	pthread_mutex_unlock(&check->mutex);
}

void check_fault(struct check *check, const char *object, struct err *e)
{
	if (lacks_rights(e))
		check_cannot_tell(check, object, e);
	else
		add_finding(check, FINDING_FAULT, check->rule->id, object, e);
}

void check_note(struct check *check, const char *object, struct err *e)
{
	add_finding(check, FINDING_NOTE, check->rule->id, object, e);
}

void check_cannot_tell(struct check *check, const char *object, struct err *e)
{
	bool is_note = lacks_rights(e);

	add_finding(check, is_note ? FINDING_NOTE : FINDING_FAULT, CANNOT_TELL, object,
		    is_note ? err_hint(e, "run it as root") : e);
}

void check_warn(void *data, struct err *e)
{
	struct check *check = data;

	check_fault(check, check->object, e);
}

static void relay(void *data, const char *source, const char *line)
{
	const struct check *check = data;

	env_relay(check->outer, source, line);
}

const struct parent *check_find_parent(const struct check *check, const char *name)
{
	for (size_t i = 0; i < check->parents.count; i++)
		if (strcmp(check->parents.items[i]->name, name) == 0)
			return check->parents.items[i];
	return NULL;
}

const struct device *check_find_running(const struct check *check, const struct uuid *uuid)
{
	const struct device_list *list = &check->running;
	struct device *const *found = device_list_find(list, list->count, uuid);

	return found ? *found : NULL;
}

enum absence check_absence(const struct check *check, const char *parent)
{
	for (size_t i = 0; i < check->defined_parent_count; i++)
		if (strcmp(check->defined_parents[i].name, parent) == 0)
			return check->defined_parents[i].absence;
	return ABSENCE_UNKNOWN;
}

static void check_clear(struct check *check)
{
	for (size_t i = 0; i < check->defined_parent_count; i++)
		free(check->defined_parents[i].other);
	free(check->defined_parents);
	for (size_t i = 0; i < check->record_count; i++)
		record_free(check->records[i]);
	for (size_t i = 0; i < check->hold_count; i++)
		held_free(check->holds[i]);
	free(check->records);
	free(check->holds);
	strlist_clear(&check->no_records);
	free(check->scripts_place);
	device_list_clear(&check->definitions);
	device_list_clear(&check->running);
	parent_list_clear(&check->parents);
	strlist_clear(&check->names);
	strlist_clear(&check->cards);
	strlist_clear(&check->vendor_functions);
	ops_free(check->ops);
	pthread_mutex_destroy(&check->mutex);
}

static err_t check_begin(struct check *check, const struct env *env, struct check_result *result)
{
	pthread_mutex_init(&check->mutex, NULL);
	check->result = result;
	check->outer = env;
	if (!env)
		return NULL;
	check->env = *env;
	check->env.warn = check_warn;
	check->env.done = NULL;
	check->env.relay = relay;
	check->env.warn_data = check;
	return ops_open(&check->env, &check->ops);
}

static err_t run(struct check *check, const struct check_rule *const *tables)
{
	for (; *tables; tables++) {
		for (const struct check_rule *rule = *tables; rule->id; rule++) {
			TRY(interrupt_check());
			check->rule = rule;
			check->object = "mdevadm";
			rule->look(check);
		}
	}
	check->result->definitions = check->definitions.count;
	check->result->devices = check->running.count;
	check->result->parents = check->names.count;
	finding_list_sort(&check->result->findings);
	return interrupt_check();
}

err_t op_check(struct ops *ops, struct check_result *ret)
{
	static const struct check_rule *const tables[] = {
		check_host_rules,
		check_store_rules,
		check_definition_rules,
		check_absence_rules,
		check_type_rules,
		check_running_rules,
		check_script_rules,
		check_device_rules,
		check_hardware_rules,
		check_card_rules,
		check_state_rules,
		check_udev_rules,
		NULL,
	};
	_cleanup_(check_clear) struct check check = { 0 };

	TRY(check_begin(&check, ops->env, ret));
	return run(&check, tables);
}

err_t op_check_files(struct ops *ops, const struct check_files_request *request,
		     struct check_result *ret)
{
	static const struct check_rule *const tables[] = {
		check_host_rules,    check_file_rules, check_definition_rules,
		check_absence_rules, check_type_rules, NULL,
	};
	static const struct check_rule *const offline_tables[] = {
		check_file_rules,
		check_definition_rules,
		check_absence_rules,
		check_type_rules,
		NULL,
	};
	_cleanup_(check_clear) struct check check = { .files = request };

	TRY(check_begin(&check, ops ? ops->env : NULL, ret));
	if (request->types)
		TRY(check_read_hardware(&check, request->types));
	return run(&check, ops ? tables : offline_tables);
}
