/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One rule for all that touches the kernel. Which parents are concerned is only known for sure
 * while they are locked: a definition may be added, or the device be started elsewhere, while
 * this run waits. So they are worked out twice, before and under the locks, until both agree.
 */
#include "claim.h"

#include <stdlib.h>
#include <string.h>

#include "hold.h"
#include "kernel/mdev.h"

/* So often at least, however little time there is: no lock is waited for here. */
#define MIN_TRIES 3

void cover_clear(struct cover *cover)
{
	for (size_t i = 0; i < cover->count; i++) {
		lock_free(cover->items[i].lock);
		free(cover->items[i].name);
		free(cover->items[i].physical);
	}
	free(cover->items);
	*cover = (struct cover){ 0 };
}

const struct covered *cover_find(const struct cover *cover, const char *parent)
{
	for (size_t i = 0; i < cover->count; i++)
		if (strcmp(cover->items[i].name, parent) == 0)
			return &cover->items[i];
	return NULL;
}

/* Adds the parent and its physical function. */
static err_t add_names(const struct ops *ops, const char *parent, struct strlist *ret)
{
	char *physical = NULL;

	TRY(sysfs_physical_function(ops->sysfs, parent, &physical));
	strlist_add(ret, mem_strdup(parent));
	if (physical)
		strlist_add(ret, physical);
	return NULL;
}

static err_t lock_one(struct ops *ops, const char *name, enum lock_mode mode,
		      const struct deadline *deadline, struct cover *cover)
{
	struct covered covered = { 0 };

	TRY(lock_parent(ops->locks, name, mode, deadline, &covered.lock));
	covered.name = mem_strdup(name);
	cover->items = mem_grow(cover->items, cover->count, sizeof(*cover->items));
	cover->items[cover->count++] = covered;
	return sysfs_physical_function(ops->sysfs, name, &cover->items[cover->count - 1].physical);
}

err_t list_group(const struct ops *ops, const char *parent, struct strlist *ret)
{
	strlist_add(ret, mem_strdup(parent));
	TRY(sysfs_list_virtual_functions(ops->sysfs, parent, ret));
	strlist_sort(ret);
	return NULL;
}

err_t list_meant(const struct ops *ops, const char *parent, bool has_group, struct strlist *ret)
{
	if (has_group)
		return list_group(ops, parent, ret);
	strlist_add(ret, mem_strdup(parent));
	return NULL;
}

err_t check_group(const struct ops *ops, const char *parent)
{
	_cleanup_(strlist_clear) struct strlist functions = { 0 };
	_cleanup_(dir_freep) struct dir *dir = NULL;
	bool is_there;

	TRY(sysfs_has_parent(ops->sysfs, parent, &is_there));
	if (!is_there)
		TRY(sysfs_list_virtual_functions(ops->sysfs, parent, &functions));
	return is_there || functions.count ? NULL : sysfs_open_parent(ops->sysfs, parent, &dir);
}

err_t cover_new_functions(struct ops *ops, const char *parent, const struct deadline *deadline,
			  struct cover *cover)
{
	_cleanup_(strlist_clear) struct strlist functions = { 0 };

	TRY(sysfs_list_virtual_functions(ops->sysfs, parent, &functions));
	for (size_t i = 0; i < functions.count; i++)
		if (!cover_find(cover, functions.items[i]))
			TRY(lock_one(ops, functions.items[i], LOCK_SHARED, deadline, cover));
	return NULL;
}

err_t cover_parent(struct ops *ops, const char *parent, enum lock_mode mode,
		   const struct deadline *deadline, struct cover *ret)
{
	_cleanup_(strlist_clear) struct strlist names = { 0 };
	_cleanup_(cover_clear) struct cover cover = { 0 };

	TRY(ops_open_locks(ops));
	TRY(add_names(ops, parent, &names));
	TRY(list_group(ops, parent, &names));
	for (size_t i = 0; i < names.count; i++)
		TRY(lock_one(ops, names.items[i],
			     strcmp(names.items[i], parent) == 0 ? mode : LOCK_SHARED, deadline,
			     &cover));
	*ret = cover;
	cover = (struct cover){ 0 };
	return NULL;
}

void claim_free(struct claim *claim)
{
	if (!claim)
		return;
	/* The device first: the reverse of the order in which they were taken. */
	lock_free(claim->device);
	cover_clear(&claim->own);
	device_free(claim->running);
	record_free(claim->record);
	strlist_clear(&claim->defined);
	free(claim);
}

static struct claim *claim_new(struct ops *ops, const struct uuid *uuid)
{
	struct claim *claim = mem_zalloc(sizeof(*claim));

	claim->ops = ops;
	claim->uuid = *uuid;
	claim->cover = &claim->own;
	return claim;
}

/* One that is not understood is named and counts as none. */
static err_t read_record(const struct ops *ops, const struct uuid *uuid, bool warns,
			 struct record **ret)
{
	struct record *record = NULL;
	struct err *e = record_load(ops->env, uuid, &record);

	if (e && err_kind(e) != ERR_INVALID)
		return e;
	if (warns)
		env_warn(ops->env, e);
	else
		err_free(e);
	*ret = record ? record : record_new(uuid);
	return NULL;
}

/* What its record says of its parent may be all that leads to one whose driver is going. */
static err_t find_device(struct claim *claim, struct device **ret)
{
	const struct sysfs *sysfs = claim->ops->sysfs;
	const struct device *made = claim->record->dev;

	TRY(mdev_find(sysfs, &claim->uuid, ret));
	return *ret || !made ? NULL : mdev_find_below(sysfs, made->parent, &claim->uuid, ret);
}

/* Reads what there is of the device; @is_locked says that this look counts. */
static err_t look(struct claim *claim, bool is_locked)
{
	TRY(store_find(claim->ops->store, &claim->uuid, &claim->defined));
	TRY(read_record(claim->ops, &claim->uuid, is_locked, &claim->record));
	TRY(hold_drop_void(claim->ops, claim->record));
	return find_device(claim, &claim->running);
}

err_t claim_look_again(struct claim *claim)
{
	struct device *running = NULL;

	TRY(find_device(claim, &running));
	device_free(claim->running);
	claim->running = running;
	return NULL;
}

/* The parents concerned, sorted. */
static err_t list_concerned(const struct claim *claim, const struct claim_request *request,
			    struct strlist *ret)
{
	const char *target = request->parent;
	bool is_there = false;

	if (!target && request->is_start && claim->defined.count == 1)
		target = claim->defined.items[0];
	if (target)
		TRY(sysfs_has_parent(claim->ops->sysfs, target, &is_there));
	if (is_there)
		TRY(add_names(claim->ops, target, ret));
	if (claim->running)
		TRY(add_names(claim->ops, claim->running->parent, ret));
	strlist_sort(ret);
	return NULL;
}

/* Whether that lock is worth waiting for: only an impatient one minds. */
static bool is_waited_for(const struct claim_request *request, const char *name,
			  const char *physical)
{
	return !request->is_impatient || strcmp(name, request->parent) == 0 ||
	       (physical && strcmp(name, physical) == 0);
}

static err_t lock_concerned(struct ops *ops, const struct claim_request *request,
			    const struct strlist *names, struct cover *cover)
{
	enum lock_mode mode = ops->env->old_kernel ? LOCK_EXCLUSIVE : LOCK_SHARED;
	const struct deadline none = deadline_in(0);
	_cleanup_(mem_freep) char *physical = NULL;

	if (request->is_impatient)
		TRY(sysfs_physical_function(ops->sysfs, request->parent, &physical));
	for (size_t i = 0; i < names->count; i++) {
		bool waits = is_waited_for(request, names->items[i], physical);
		struct err *e = lock_one(ops, names->items[i], mode,
					 waits ? &request->deadline : &none, cover);

		/* To try again would be of no use. */
		TRY(waits ? e : err_set_kind(e, ERR_FAILED));
	}
	return NULL;
}

/* Once: *ret stays NULL if the parents were others under the locks. */
static err_t try_claim(struct ops *ops, const struct claim_request *request, struct claim **ret)
{
	_cleanup_(strlist_clear) struct strlist expected = { 0 };
	_cleanup_(strlist_clear) struct strlist found = { 0 };
	_cleanup_(claim_freep) struct claim *before = claim_new(ops, &request->uuid);
	_cleanup_(claim_freep) struct claim *claim = claim_new(ops, &request->uuid);

	TRY(look(before, false));
	TRY(list_concerned(before, request, &expected));
	TRY(lock_concerned(ops, request, &expected, &claim->own));
	TRY(lock_device(ops->locks, &request->uuid, &request->deadline, &claim->device));
	TRY(look(claim, true));
	TRY(list_concerned(claim, request, &found));
	if (strlist_is_equal(&expected, &found))
		*ret = take(claim);
	return NULL;
}

err_t claim_device(struct ops *ops, const struct claim_request *request, struct claim **ret)
{
	struct claim *claim = NULL;

	TRY(ops_open_locks(ops));
	for (unsigned tries = 1; !claim; tries++) {
		TRY(try_claim(ops, request, &claim));
		if (!claim && tries >= MIN_TRIES && deadline_is_over(&request->deadline))
			return err_hint(err_new(ERR_BUSY, "%s keeps changing its parent",
						request->uuid.text),
					"try again, or wait longer with --lock-timeout SEC");
	}
	*ret = claim;
	return NULL;
}

err_t claim_under(struct ops *ops, const struct uuid *uuid, const struct cover *cover,
		  const struct deadline *deadline, struct claim **ret)
{
	_cleanup_(claim_freep) struct claim *claim = claim_new(ops, uuid);

	claim->cover = cover;
	TRY(ops_open_locks(ops));
	TRY(lock_device(ops->locks, uuid, deadline, &claim->device));
	TRY(look(claim, true));
	*ret = take(claim);
	return NULL;
}

bool claim_covers(const struct claim *claim, const char *parent)
{
	return cover_find(claim->cover, parent) != NULL;
}
