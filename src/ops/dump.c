/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dump.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "state/held.h"
#include "state/record.h"

#define VERSION 1

static json_t *parents(const struct ops *ops, struct machine *machine, size_t *unread)
{
	struct users *users = users_new(ops->env, ops->sysfs);
	struct err *e = machine_read(ops->sysfs, users, machine);
	json_t *json;

	users_free(users);
	*unread += e ? 1 : machine_count_errors(machine);
	json = e ? fact_error_to_json(err_message(e), err_errnum(e)) : machine_to_json(machine);
	err_free(e);
	return json;
}

/* Clears the list. */
static json_t *files(struct raw_file_list *list, size_t *unread)
{
	json_t *json = raw_file_list_to_json(list);

	*unread += raw_file_list_count_errors(list);
	raw_file_list_clear(list);
	return json;
}

static json_t *definitions(const struct ops *ops, size_t *unread)
{
	struct raw_file_list list = { 0 };

	store_read_raw(ops->store, &list);
	return files(&list, unread);
}

static json_t *state_files(const struct ops *ops,
			   void (*read)(const struct env *env, struct raw_file_list *ret),
			   size_t *unread)
{
	struct raw_file_list list = { 0 };

	read(ops->env, &list);
	return files(&list, unread);
}

err_t op_dump(struct ops *ops, const struct dump_request *request, json_t **ret, size_t *ret_unread)
{
	_cleanup_(redaction_freep) struct redaction *redaction = redaction_new();
	_cleanup_(machine_clear) struct machine machine = { 0 };
	json_t *json = NULL;
	json_t *in_parents;

	TRY(env_check_root(ops->env));
	*ret_unread = 0;
	in_parents = parents(ops, &machine, ret_unread);
	json = json_new_object();
	json_put(json, "version", json_integer(VERSION));
	json_put(json, "host", dump_host(ops, &machine, request->version, ret_unread));
	json_put(json, "parents", in_parents);
	json_put(json, "definitions", definitions(ops, ret_unread));
	json_put(json, "records", state_files(ops, record_read_raw, ret_unread));
	json_put(json, "holds", state_files(ops, held_read_raw, ret_unread));
	json_put(json, "journal", dump_journal(ops->env, ret_unread));
	if (request->is_redacted) {
		dump_add_words(ops->env, redaction);
		redact_dump(redaction, json);
	}
	*ret = json;
	return NULL;
}
