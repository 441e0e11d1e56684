/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What /run remembers: records, holds and locks. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/limits.h"
#include "check.h"
#include "hold.h"
#include "kernel/mdev.h"

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

	struct err *e = held_load(&check->env, record->drained_of, &held);

	/* One that is not understood has a finding of its own. */
	if (e && err_kind(e) == ERR_INVALID) {
		err_free(e);
		return NULL;
	}
	TRY(e);
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

static void judged_clear(struct judged *judged)
{
	mem_freep(&judged->reason);
}

static err_t judge_record(const struct check *check, const struct record *record,
			  struct judged *ret)
{
	if (record->state == RECORD_STARTING)
		return judge_starting(check, record, &ret->is_incomplete, &ret->reason);
	if (record->drained)
		TRY(judge_drained(check, record, &ret->reason));
	if (!ret->reason && record->state == RECORD_RUNNING)
		return judge_running(check, record, &ret->reason);
	return NULL;
}

/* Fills check->records. A record that is gone meanwhile is none. */
static void read_records(struct check *check)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	check_cannot_tell(check, check->env.dir[ENV_DIR_RUN], record_list(&check->env, &names));
	strlist_sort(&names);
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_(mem_freep) char *path = record_path(check, names.items[i]);
		struct record *record = NULL;
		struct uuid uuid;

		if (!uuid_parse(names.items[i], &uuid)) {
			strlist_add(&check->no_records, take(names.items[i]));
			continue;
		}
		check_fault(check, path, record_load(&check->env, &uuid, &record));
		if (!record)
			continue;
		check->records =
			mem_grow(check->records, check->record_count, sizeof(struct record *));
		check->records[check->record_count++] = record;
	}
}

/* A record that is not as it should be, and what differs when its file is another one later. */
struct suspect {
	const struct uuid *uuid;
	struct dir_stamp stamp;
	struct judged judged;
};

/* Reads and judges it. The stamp is taken first: what changes meanwhile has another one later. */
static err_t judge_file(const struct check *check, const struct uuid *uuid, struct suspect *ret)
{
	_cleanup_(record_freep) struct record *record = NULL;

	ret->uuid = uuid;
	TRY(record_stamp(&check->env, uuid, &ret->stamp));
	TRY(record_load(&check->env, uuid, &record));
	return record ? judge_record(check, record, &ret->judged) : NULL;
}

static void look_at_file(struct check *check, const struct uuid *uuid, struct suspect *ret)
{
	check_cannot_tell(check, uuid->text, judge_file(check, uuid, ret));
}

/* Whether a run has the device's lock, and is not done with the record. */
static bool is_at_work(const struct check *check, const struct strlist *left, const char *uuid)
{
	_cleanup_(mem_freep) char *path =
		mem_printf("%s/mdevadm/lock/devices/%s", check->env.dir[ENV_DIR_RUN], uuid);

	return !strlist_has(left, uuid) && access(path, F_OK) == 0;
}

static err_t incomplete_device(const struct judged *judged, const char *uuid)
{
	return err_hint(err_new(ERR_FAILED, "%s", judged->reason),
			"'mdevadm stop --uuid %s' removes it, and a start makes it anew", uuid);
}

static err_t left_record(const char *reason, const char *path)
{
	_cleanup_(mem_freep) char *quoted = check_quote(path);

	return err_hint(err_new(ERR_FAILED, "%s", reason),
			"it does no harm: 'rm %s' removes it, as a restart of the machine does",
			quoted);
}

static void tell_suspect(struct check *check, const struct suspect *suspect)
{
	const char *uuid = suspect->uuid->text;
	_cleanup_(mem_freep) char *path = record_path(check, uuid);

	if (suspect->judged.is_incomplete)
		check_fault(check, uuid, incomplete_device(&suspect->judged, uuid));
	else
		check_note(check, path, left_record(suspect->judged.reason, path));
}

/*
 * Reports the record if the same file still is not as it should be. A run that has just removed a
 * device has not yet done so with its record: either it still has the lock, or the file changed.
 */
static void look_at_suspect(struct check *check, const struct suspect *before,
			    const struct strlist *left, bool incomplete)
{
	struct suspect now = { 0 };
	struct dir_stamp stamp = { 0 };

	look_at_file(check, before->uuid, &now);
	if (now.judged.reason && now.judged.is_incomplete == incomplete &&
	    (incomplete || !is_at_work(check, left, now.uuid->text))) {
		check_cannot_tell(check, now.uuid->text,
				  record_stamp(&check->env, now.uuid, &stamp));
		if (dir_stamp_is_equal(&before->stamp, &stamp))
			tell_suspect(check, &now);
	}
	judged_clear(&now.judged);
}

/* Other runs go on: only what is so a moment later is worth a word. */
static void look_at_records(struct check *check, bool incomplete)
{
	const struct deadline never = { DEADLINE_NEVER };
	_cleanup_(mem_freep) struct suspect *suspects = NULL;
	_cleanup_(strlist_clear) struct strlist left = { 0 };
	size_t count = 0;

	suspects = mem_zalloc((check->record_count + 1) * sizeof(*suspects));
	for (size_t i = 0; i < check->record_count; i++) {
		look_at_file(check, &check->records[i]->uuid, &suspects[count]);
		if (suspects[count].judged.reason)
			count++;
	}
	if (count) {
		deadline_sleep(&never, RECORD_MOMENT_MS);
		err_free(locks_list_left(&check->env, &left));
	}
	for (size_t i = 0; i < count; i++) {
		look_at_suspect(check, &suspects[i], &left, incomplete);
		judged_clear(&suspects[i].judged);
	}
}

static void look_for_incomplete(struct check *check)
{
	look_at_records(check, true);
}

static void look_for_left_records(struct check *check)
{
	look_at_records(check, false);
	for (size_t i = 0; i < check->no_records.count; i++) {
		_cleanup_(mem_freep) char *path = record_path(check, check->no_records.items[i]);
		_cleanup_(mem_freep) char *reason = mem_printf("'%s' is no record", path);

		check_note(check, path, left_record(reason, path));
	}
}

/* --- holds --- */

/* How many devices come back when the drain ends. */
static size_t count_drained(const struct check *check, const struct held *held)
{
	size_t count = 0;

	for (size_t i = 0; i < check->record_count; i++)
		count +=
			check->records[i]->drained && held_has_drain(held, check->records[i]->hold);
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
	_cleanup_(mem_freep) char *quoted = check_quote(held->parent);

	if (!part)
		return NULL;
	return err_hint(err_new(ERR_BUSY, "parent '%s' is held since %s by user %u: %s",
				held->parent, since, part->uid, part->reason),
			"nothing is started there until 'mdevadm resume %s'", quoted);
}

static err_t drain_of(const struct check *check, const struct held *held)
{
	_cleanup_(mem_freep) char *since = held->drain ? show_time(held->drain->since) : NULL;
	_cleanup_(mem_freep) char *quoted = check_quote(held->parent);

	if (!held->drain)
		return NULL;
	if (held->is_lifting)
		return err_hint(err_new(ERR_BUSY, "a resume of parent '%s' has not come to its end",
					held->parent),
				"if none is under way: 'mdevadm resume %s'", quoted);
	return err_hint(err_new(ERR_BUSY,
				"parent '%s' is drained since %s by user %u, and %zu devices are "
				"to come back: %s",
				held->parent, since, held->drain->uid, count_drained(check, held),
				held->drain->reason),
			"'mdevadm resume %s' brings them back", quoted);
}

/* Fills check->holds. */
static void read_holds(struct check *check)
{
	_cleanup_(strlist_clear) struct strlist parents = { 0 };

	check_cannot_tell(check, check->env.dir[ENV_DIR_RUN], held_list(&check->env, &parents));
	for (size_t i = 0; i < parents.count; i++) {
		struct held *held = NULL;

		check_fault(check, parents.items[i],
			    held_load(&check->env, parents.items[i], &held));
		if (!held)
			continue;
		check->holds = mem_grow(check->holds, check->hold_count, sizeof(struct held *));
		check->holds[check->hold_count++] = held;
	}
}

static void look_for_holds(struct check *check)
{
	for (size_t i = 0; i < check->hold_count; i++) {
		const struct held *held = check->holds[i];

		check_note(check, held->parent, hold_of(held, held->hold));
		check_note(check, held->parent, drain_of(check, held));
	}
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
	{ "record-unreadable", read_records },
	{ "device-incomplete", look_for_incomplete },
	{ "record-left-over", look_for_left_records },
	{ "hold-unreadable", read_holds },
	{ "parent-held", look_for_holds },
	{ "lock-left-over", look_for_locks },
	{ 0 },
};
