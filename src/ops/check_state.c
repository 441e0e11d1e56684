/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What /run remembers: records, holds and locks. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/deadline.h"
#include "base/limits.h"
#include "check.h"
#include "hold.h"
#include "kernel/mdev.h"
#include "state/record.h"

/* --- records --- */

static char *record_path(const struct check *check, const char *name)
{
	return mem_printf("%s/mdevadm/devices/%s", check->env.dir[ENV_DIR_RUN], name);
}

/* *ret says why nothing needs the record, or is NULL. */
static err_t judge_running(const struct check *check, const struct record *record, char **ret)
{
	const struct device *dev = record->dev;
	ino_t inode = 0;

	TRY(mdev_inode(check->ops->sysfs, dev->parent, &record->uuid, &inode));
	if (!inode)
		*ret = mem_printf("%s is remembered as running on parent '%s', and is not there",
				  record->uuid.text, dev->parent);
	else if (record->inode && inode != record->inode)
		*ret = mem_printf("%s is remembered as it was started once, and was made anew by "
				  "something else since",
				  record->uuid.text);
	return NULL;
}

static err_t judge_drained(const struct check *check, const struct record *record, char **ret)
{
	_cleanup_(held_freep) struct held *held = NULL;

	TRY(held_load(&check->env, record->drained_of, &held));
	if (!held_has_drain(held, record->hold))
		*ret = mem_printf("%s is remembered as drained of parent '%s', and that drain is "
				  "over",
				  record->uuid.text, record->drained_of);
	return NULL;
}

/* What a start that died has left; *ret_is_there: a device. */
static err_t judge_starting(const struct check *check, const struct record *record,
			    bool *ret_is_there, char **ret)
{
	const struct device *dev = record->dev;
	ino_t inode = 0;

	*ret_is_there = false;
	if (record_has_living_maker(&check->env, record))
		return NULL;
	TRY(mdev_inode(check->ops->sysfs, dev->parent, &record->uuid, &inode));
	*ret_is_there = inode && (!record->inode || record->inode == inode);
	*ret = mem_printf(*ret_is_there ? "a start of %s on parent '%s' ended in the middle: the "
					  "device may lack attributes"
					: "a start of %s on parent '%s' ended in the middle, and "
					  "no device is left of it",
			  record->uuid.text, dev->parent);
	return NULL;
}

/* A record, as it is judged. */
struct judged {
	char *reason; /* NULL: it is as it should be */
	bool is_incomplete;
};

static err_t judge(const struct check *check, const struct uuid *uuid, struct judged *ret)
{
	_cleanup_(record_freep) struct record *record = NULL;

	mem_freep(&ret->reason);
	ret->is_incomplete = false;
	TRY(record_load(&check->env, uuid, &record));
	if (!record)
		return NULL;
	if (record->state == RECORD_STARTING)
		return judge_starting(check, record, &ret->is_incomplete, &ret->reason);
	if (record->drained)
		TRY(judge_drained(check, record, &ret->reason));
	if (!ret->reason && record->state == RECORD_RUNNING)
		return judge_running(check, record, &ret->reason);
	return NULL;
}

static void judged_clear(struct judged *judged)
{
	mem_freep(&judged->reason);
}

static void list_records(const struct check *check, struct strlist *ret)
{
	err_free(record_list(&check->env, ret));
	strlist_sort(ret);
}

static void look_for_unreadable(struct check *check)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	check_cannot_tell(check, check->env.dir[ENV_DIR_RUN], record_list(&check->env, &names));
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_(mem_freep) char *path = record_path(check, names.items[i]);
		_cleanup_(record_freep) struct record *record = NULL;
		struct uuid uuid;

		if (uuid_parse(names.items[i], &uuid))
			check_fault(check, path, record_load(&check->env, &uuid, &record));
	}
}

/* Why the record @name, whose path is given, is not as it should be. What cannot be read was told.
 */
static void judge_name(const struct check *check, const char *name, const char *path,
		       struct judged *ret)
{
	struct uuid uuid;

	if (uuid_parse(name, &uuid))
		err_free(judge(check, &uuid, ret));
	else
		ret->reason = mem_printf("'%s' is no record", path);
}

/* Other runs go on: only what is so a moment later is worth a word. */
static void list_suspects(const struct check *check, bool incomplete, struct strlist *ret)
{
	const struct deadline never = { DEADLINE_NEVER };
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	list_records(check, &names);
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_(judged_clear) struct judged judged = { 0 };

		judge_name(check, names.items[i], names.items[i], &judged);
		if (judged.reason && judged.is_incomplete == incomplete)
			strlist_add(ret, take(names.items[i]));
	}
	if (ret->count)
		deadline_sleep(&never, RECORD_MOMENT_MS);
}

static err_t incomplete_device(const struct judged *judged, const char *uuid)
{
	return err_hint(err_new(ERR_FAILED, "%s", judged->reason),
			"'mdevadm stop --uuid %s' removes it, and a start makes it anew", uuid);
}

static err_t left_record(const struct judged *judged, const char *path)
{
	return err_hint(err_new(ERR_FAILED, "%s", judged->reason),
			"it does no harm: 'rm %s' removes it, as a restart of the machine does",
			path);
}

/* Reports what is incomplete, or what is left over. */
static void look_at_records(struct check *check, bool incomplete)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	list_suspects(check, incomplete, &names);
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_(judged_clear) struct judged judged = { 0 };
		_cleanup_(mem_freep) char *path = record_path(check, names.items[i]);

		judge_name(check, names.items[i], path, &judged);
		if (!judged.reason || judged.is_incomplete != incomplete)
			continue;
		if (incomplete)
			check_fault(check, names.items[i],
				    incomplete_device(&judged, names.items[i]));
		else
			check_note(check, path, left_record(&judged, path));
	}
}

static void look_for_incomplete(struct check *check)
{
	look_at_records(check, true);
}

static void look_for_left_records(struct check *check)
{
	look_at_records(check, false);
}

/* --- holds --- */

/* How many devices come back when the drain ends. */
static size_t count_drained(const struct check *check, const struct held *held)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	size_t count = 0;

	list_records(check, &names);
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_(record_freep) struct record *record = NULL;
		struct uuid uuid;

		if (uuid_parse(names.items[i], &uuid))
			err_free(record_load(&check->env, &uuid, &record));
		count += record && record->drained && held_has_drain(held, record->hold);
	}
	return count;
}

static char *show_time(long long since)
{
	time_t time = (time_t)since;
	char text[32] = "";
	struct tm local;

	if (localtime_r(&time, &local))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &local);
	return mem_strdup(text);
}

static err_t hold_of(const struct held *held, const struct held_part *part)
{
	_cleanup_(mem_freep) char *since = part ? show_time(part->since) : NULL;

	if (!part)
		return NULL;
	return err_hint(err_new(ERR_BUSY, "parent '%s' is held since %s by user %u: %s",
				held->parent, since, part->uid, part->reason),
			"nothing is started there until 'mdevadm resume %s'", held->parent);
}

static err_t drain_of(const struct check *check, const struct held *held)
{
	_cleanup_(mem_freep) char *since = held->drain ? show_time(held->drain->since) : NULL;

	if (!held->drain)
		return NULL;
	if (held->is_lifting)
		return err_hint(err_new(ERR_BUSY, "a resume of parent '%s' has not come to its end",
					held->parent),
				"if none is under way: 'mdevadm resume %s'", held->parent);
	return err_hint(err_new(ERR_BUSY,
				"parent '%s' is drained since %s by user %u, and %zu devices are "
				"to come back: %s",
				held->parent, since, held->drain->uid, count_drained(check, held),
				held->drain->reason),
			"'mdevadm resume %s' brings them back", held->parent);
}

static void look_at_hold(struct check *check, const char *parent, bool readable)
{
	_cleanup_(held_freep) struct held *held = NULL;
	struct err *e = held_load(&check->env, parent, &held);

	if (e && !readable)
		check_fault(check, parent, e);
	else
		err_free(e);
	if (!held || !readable)
		return;
	check_note(check, parent, hold_of(held, held->hold));
	check_note(check, parent, drain_of(check, held));
}

static void look_at_holds(struct check *check, bool readable)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };

	check_cannot_tell(check, check->env.dir[ENV_DIR_RUN], held_list(&check->env, &parents));
	for (size_t i = 0; i < parents.count; i++)
		look_at_hold(check, parents.items[i], readable);
}

static void look_for_unreadable_holds(struct check *check)
{
	look_at_holds(check, false);
}

static void look_for_holds(struct check *check)
{
	look_at_holds(check, true);
}

/* --- locks --- */

static void look_for_locks(struct check *check)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(mem_freep) char *place =
		mem_printf("%s/mdevadm/lock/devices", check->env.dir[ENV_DIR_RUN]);

	check_cannot_tell(check, place, locks_list_left(&check->env, &names));
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_(mem_freep) char *path = mem_printf("%s/%s", place, names.items[i]);

		check_note(check, path,
			   err_hint(err_new(ERR_FAILED,
					    "a run that was killed has left its lock's file, which "
					    "nobody holds"),
				    "it does no harm: the next run for that device removes it"));
	}
}

const struct check_rule check_state_rules[] = {
	{ "record-unreadable", look_for_unreadable },
	{ "device-incomplete", look_for_incomplete },
	{ "record-left-over", look_for_left_records },
	{ "hold-unreadable", look_for_unreadable_holds },
	{ "parent-held", look_for_holds },
	{ "lock-left-over", look_for_locks },
	{ 0 },
};
