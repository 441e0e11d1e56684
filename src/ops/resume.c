/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two rounds. What a drain has stopped comes first, and decides whether the parent stays held:
 * what is auto must not take its room, and must not keep the parent held.
 *
 * Before the second round the hold says that it is being lifted. From then on start and
 * start-parent-mdevs wait for the parent's lock instead of giving up. So a registration comes
 * either before the definitions are read here, or its run starts them.
 */
#include "resume.h"

#include <string.h>

#include "base/interrupt.h"
#include "batch.h"
#include "journal.h"
#include "repair.h"
#include "start.h"
#include "start_all.h"

/* The first round's. */
struct restore {
	const struct cover *cover;
	const struct resume_request *request;
	const struct held *held;
	struct deadline deadline;
};

static err_t load_drained(const struct ops *ops, const struct uuid *uuid, const char *parent,
			  const char *name, struct device_list *ret)
{
	_cleanup_(record_freep) struct record *record = NULL;

	TRY(record_load(ops->env, uuid, &record));
	if (!record || !record->drained || strcmp(record->drained_of, parent) != 0)
		return NULL;
	if (!name || strcmp(record->hold, name) == 0)
		device_list_add(ret, take(record->drained));
	return NULL;
}

err_t list_drained(const struct ops *ops, const char *parent, const char *name,
		   struct device_list *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	TRY(record_list(ops->env, &names));
	for (size_t i = 0; i < names.count; i++) {
		struct uuid uuid;
		struct err *e;

		if (!uuid_parse(names.items[i], &uuid))
			continue;
		e = load_drained(ops, &uuid, parent, name, ret);
		if (e && err_kind(e) != ERR_INVALID)
			return e;
		ret->left_out += e != NULL;
		env_warn(ops->env, e);
	}
	return NULL;
}

static err_t strike(struct claim *claim)
{
	record_set_not_drained(claim->record);
	return record_save(claim->ops->env, claim->record);
}

/* It may have been drained of another parent since it was listed. */
static err_t strike_if_of(struct claim *claim, const char *parent)
{
	const struct record *record = claim->record;

	if (record->drained && strcmp(record->drained_of, parent) != 0)
		return NULL;
	/* Also one that the claim has found to be void, and dropped. */
	return strike(claim);
}

err_t strike_drained(struct ops *ops, const char *parent, const struct device_list *devices)
{
	static const struct cover nothing = { 0 };
	const struct deadline none = deadline_in(0);

	for (size_t i = 0; i < devices->count; i++) {
		_cleanup_(claim_freep) struct claim *claim = NULL;
		struct err *e = claim_under(ops, &devices->items[i]->uuid, &nothing, &none, &claim);

		/* Whoever has it sees that the drain is over by its name. */
		if (e && err_kind(e) == ERR_BUSY) {
			err_free(e);
			continue;
		}
		TRY(e);
		TRY(strike_if_of(claim, parent));
	}
	return NULL;
}

/* One that runs whole elsewhere was started there since, and stays there. */
static err_t leave_elsewhere(struct claim *claim)
{
	env_warn(claim->ops->env,
		 err_new(ERR_EXISTS, "%s runs on parent '%s' by now: it is left there",
			 claim->uuid.text, claim->running->parent));
	return strike(claim);
}

/* It was never stopped, or somebody was faster. */
static err_t leave_here(struct claim *claim, const struct device *dev)
{
	if (claim->record->state != RECORD_RUNNING && dev->attr_count)
		env_warn(claim->ops->env,
			 err_hint(err_new(ERR_EXISTS,
					  "%s runs already: it is not known whether with the "
					  "attributes that it had",
					  claim->uuid.text),
				  "see 'mdevadm list --verbose --uuid %s'", claim->uuid.text));
	return strike(claim);
}

/*
 * What ran on a virtual function that is drained by itself as well is that drain's from now on:
 * *ret.
 */
static err_t hand_over(struct claim *claim, const struct restore *restore, bool *ret)
{
	const char *parent = claim->record->drained->parent;
	_cleanup_(device_freep) struct device *dev = NULL;
	_cleanup_(held_freep) struct held *held = NULL;

	*ret = false;
	if (strcmp(parent, restore->request->parent) == 0)
		return NULL;
	TRY(hold_load_living(claim->ops, parent, &held));
	*ret = held && held->drain;
	if (!*ret)
		return NULL;
	dev = device_copy(claim->record->drained);
	record_set_drained(claim->record, dev, held->parent, held->name);
	TRY(record_save(claim->ops->env, claim->record));
	env_warn(claim->ops->env,
		 err_hint(err_new(ERR_BUSY, "%s stays stopped: parent '%s' is drained by itself",
				  claim->uuid.text, held->parent),
			  "'mdevadm resume %s' starts it", held->parent));
	return NULL;
}

static bool is_whole(const struct claim *claim)
{
	return claim->running && claim->running->state == DEVICE_STATE_RUNNING &&
	       claim->record->state != RECORD_STARTING;
}

static err_t resume_round_drained_one(struct ops *ops, struct device *listed, void *data)
{
	const struct restore *restore = data;
	const struct start_how how = { .force = restore->request->force, .ignores_hold = true };
	_cleanup_(device_freep) struct device *dev = NULL;
	_cleanup_(claim_freep) struct claim *claim = NULL;
	bool is_handed_over;

	TRY(claim_under(ops, &listed->uuid, restore->cover, &restore->deadline, &claim));
	/* It was stopped, or started, meanwhile. */
	if (!held_has_drain(restore->held, claim->record->hold))
		return NULL;
	TRY(start_prepare(claim));
	TRY(hand_over(claim, restore, &is_handed_over));
	if (is_handed_over)
		return NULL;
	dev = device_copy(claim->record->drained);
	if (is_whole(claim) && strcmp(claim->running->parent, dev->parent) != 0)
		return leave_elsewhere(claim);
	if (is_whole(claim) && runs_as_defined(claim->running, dev))
		return leave_here(claim, dev);
	return start_claimed(claim, dev, &how);
}

/* A type that does not come is said of its devices. */
static err_t wait_for_types(struct ops *ops, const struct resume_request *request,
			    const struct device_list *devices)
{
	const struct deadline deadline = deadline_in(request->timeout_ms);

	TRY(sysfs_wait_for_parent(ops->sysfs, request->parent, NULL, 0, &deadline));
	for (size_t i = 0; i < devices->count; i++) {
		const struct device *dev = devices->items[i];

		err_free(sysfs_wait_for_parent(ops->sysfs, dev->parent, dev->type, 0, &deadline));
		TRY(interrupt_check());
	}
	return NULL;
}

/* *ret_unread: records that are not understood, of whatever parent. They keep nothing held. */
static err_t resume_round_drained(struct ops *ops, const struct resume_request *request,
				  struct cover *cover, const struct held *held, size_t *ret_unread)
{
	struct restore restore = { .cover = cover,
				   .request = request,
				   .held = held,
				   .deadline = lock_deadline(ops->env) };
	_cleanup_(device_list_clear) struct device_list devices = { 0 };

	if (!held->drain)
		return NULL;
	TRY(list_drained(ops, request->parent, held->name, &devices));
	*ret_unread = devices.left_out;
	devices.left_out = 0;
	if (devices.count)
		TRY(wait_for_types(ops, request, &devices));
	TRY(cover_new_functions(ops, request->parent, &restore.deadline, cover));
	return batch_run(ops, &devices, request->jobs, "start", resume_round_drained_one, &restore);
}

/* A parent that is not there starts them when it comes. */
static err_t start_auto_if_there(struct ops *ops, const struct resume_request *request,
				 const char *parent, const struct cover *cover)
{
	bool is_there;

	TRY(sysfs_has_parent(ops->sysfs, parent, &is_there));
	return is_there ? start_auto(ops, parent, cover, request->jobs, request->force) : NULL;
}

/* The virtual functions are held with their physical one, and their registrations started nothing.
 */
static err_t resume_round_auto(struct ops *ops, const struct resume_request *request,
			       struct cover *cover)
{
	const struct deadline deadline = lock_deadline(ops->env);
	_cleanup_(strlist_clear) struct strlist parents = { 0 };
	struct err *e = NULL;

	TRY(cover_new_functions(ops, request->parent, &deadline, cover));
	TRY(list_group(ops, request->parent, &parents));
	for (size_t i = 0; i < parents.count; i++)
		e = err_also(e, start_auto_if_there(ops, request, parents.items[i], cover));
	return e;
}

static err_t hint_ways_out(struct err *e, const char *parent)
{
	return err_hint(e,
			"it stays held; mend that and run 'mdevadm resume %s' again, give a device "
			"up with 'mdevadm stop --uuid UUID', or all with 'mdevadm resume --abandon "
			"%s'",
			parent, parent);
}

/* A person's hold stays beside a drain's that ends. */
static err_t end_drain_only(struct ops *ops, struct held *held)
{
	held_end_drain(held);
	held->is_lifting = false;
	TRY(held_save(ops->env, held));
	env_warn(ops->env, err_hint(err_new(ERR_BUSY, "parent '%s' stays held: %s", held->parent,
					    held_reason(held)),
				    "'mdevadm resume %s' lifts that", held->parent));
	return NULL;
}

static err_t lift(struct ops *ops, const struct resume_request *request, struct cover *cover,
		  struct held *held, struct err **ret_auto)
{
	held->is_lifting = true;
	TRY(hint_ways_out(held_save(ops->env, held), request->parent));
	*ret_auto = resume_round_auto(ops, request, cover);
	return err_hint(err_wrap(held_remove(ops->env, request->parent),
				 "the resume took effect, but the hold's file is still there"),
			"it refuses nothing any more; 'mdevadm resume %s' removes it",
			request->parent);
}

err_t resume_locked(struct ops *ops, const struct resume_request *request, struct cover *cover,
		    struct held *held, struct err **ret_auto)
{
	size_t unread = 0;
	struct err *e;

	for (size_t i = 0; i < cover->count; i++)
		repair_forgotten(ops, cover->items[i].name);
	TRY(hint_ways_out(resume_round_drained(ops, request, cover, held, &unread),
			  request->parent));
	if (held->drain && held->hold)
		e = end_drain_only(ops, held);
	else
		e = lift(ops, request, cover, held, ret_auto);
	if (unread)
		*ret_auto = err_also(
			*ret_auto,
			err_new(ERR_PARTIAL, "%zu of the records could not be read", unread));
	return e;
}

static err_t not_held(const struct ops *ops, const char *parent)
{
	_cleanup_(holder_clear) struct holder holder = { 0 };
	struct err *e = err_new(ERR_EXISTS, "it is not held");

	err_free(hold_look(ops, parent, &holder));
	if (holder.name)
		return err_hint(e, "its physical function is: 'mdevadm resume %s'", holder.name);
	return err_hint(e, "there is nothing to resume");
}

/* One whose file cannot be understood is a drain's, of which nothing is known. */
static err_t load_to_abandon(const struct ops *ops, const char *parent, struct held **ret)
{
	struct err *e = held_load(ops->env, parent, ret);

	if (!e || err_kind(e) != ERR_INVALID)
		return e;
	/* Its hint is to do what is being done. */
	env_warn(ops->env, err_new(ERR_INVALID, "it is removed all the same: %s", err_message(e)));
	err_free(e);
	*ret = held_new(parent);
	return NULL;
}

static err_t resume_abandon(struct ops *ops, const char *parent)
{
	const struct deadline deadline = lock_deadline(ops->env);
	_cleanup_(device_list_clear) struct device_list devices = { 0 };
	_cleanup_(cover_clear) struct cover cover = { 0 };
	_cleanup_(held_freep) struct held *held = NULL;

	TRY(cover_parent(ops, parent, LOCK_SHARED, &deadline, &cover));
	TRY(load_to_abandon(ops, parent, &held));
	if (!held)
		return not_held(ops, parent);
	if (!held->drain && held->hold)
		return held_remove(ops->env, parent);
	TRY(list_drained(ops, parent, held->name, &devices));
	TRY(strike_drained(ops, parent, &devices));
	held_end_drain(held);
	return held->hold ? end_drain_only(ops, held) : held_remove(ops->env, parent);
}

/* Whether it was drained of @parent, and a start of it since has died. */
static err_t is_half_made(const struct ops *ops, const struct uuid *uuid, const char *parent,
			  bool *ret)
{
	_cleanup_(record_freep) struct record *record = NULL;
	struct err *e = record_load(ops->env, uuid, &record);

	*ret = record && record->state == RECORD_STARTING && record->drained &&
	       strcmp(record->drained_of, parent) == 0;
	/* One that is not understood is named by the first round. */
	if (!e || err_kind(e) != ERR_INVALID)
		return e;
	err_free(e);
	return NULL;
}

static err_t repair_if_half_made(struct ops *ops, const struct uuid *uuid, const char *parent)
{
	const struct claim_request wanted = { .uuid = *uuid, .deadline = lock_deadline(ops->env) };
	_cleanup_(claim_freep) struct claim *claim = NULL;
	bool is_so;

	TRY(is_half_made(ops, uuid, parent, &is_so));
	if (!is_so)
		return NULL;
	TRY(claim_device(ops, &wanted, &claim));
	return repair_claimed(claim);
}

/*
 * A start elsewhere that died may have left half of what is to come back. Under this parent's lock
 * that could not be repaired: two parents' locks are had in one order only. What fails here keeps
 * the device from being started, which is said then.
 */
static void repair_elsewhere(struct ops *ops, const char *parent)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };

	env_warn(ops->env, record_list(ops->env, &names));
	for (size_t i = 0; i < names.count; i++) {
		struct uuid uuid;

		if (uuid_parse(names.items[i], &uuid))
			env_warn(ops->env, repair_if_half_made(ops, &uuid, parent));
	}
}

/* *ret is false if the parent is not held; a look that makes no lock file for a name not known. */
static err_t is_held(const struct ops *ops, const struct resume_request *request, bool *ret)
{
	_cleanup_(held_freep) struct held *held = NULL;
	struct err *e = held_load(ops->env, request->parent, &held);

	*ret = held || (e && request->is_abandoned && err_kind(e) == ERR_INVALID);
	if (!*ret)
		return e;
	err_free(e);
	return NULL;
}

/* On a card that somebody is working on nothing comes back. */
static err_t check_card(const struct ops *ops, const struct covered *covered)
{
	_cleanup_(held_freep) struct held *card = NULL;

	if (covered->physical)
		TRY(hold_load_living(ops, covered->physical, &card));
	if (!card || !card->drain)
		return NULL;
	return err_hint(err_new(ERR_BUSY, "its physical function '%s' is drained: %s", card->parent,
				card->drain->reason),
			"'mdevadm resume %s' ends that", card->parent);
}

static err_t resume(struct ops *ops, const struct resume_request *request)
{
	const struct deadline deadline = lock_deadline(ops->env);
	_cleanup_(cover_clear) struct cover cover = { 0 };
	_cleanup_(held_freep) struct held *held = NULL;
	struct err *failed = NULL;
	struct err *e;
	bool is_so;

	TRY(is_held(ops, request, &is_so));
	if (!is_so)
		return not_held(ops, request->parent);
	if (request->is_abandoned)
		return resume_abandon(ops, request->parent);
	repair_elsewhere(ops, request->parent);
	TRY(cover_parent(ops, request->parent, LOCK_EXCLUSIVE, &deadline, &cover));
	TRY(check_card(ops, cover_find(&cover, request->parent)));
	/* Also one that is being lifted, by a run that has died: this goes on with it. */
	TRY(held_load(ops->env, request->parent, &held));
	if (!held)
		return not_held(ops, request->parent);
	e = resume_locked(ops, request, &cover, held, &failed);
	return err_also(e, failed);
}

err_t op_resume(struct ops *ops, const struct resume_request *request)
{
	struct err *e = resume(ops, request);

	journal_parent(ops->env, request->is_abandoned ? "abandon" : "resume", request->parent, e);
	return err_wrap(e, "cannot resume parent '%s'", request->parent);
}
