/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a request to start one device means: what is defined, what it says, or, where the parent is
 * not said, the one with most room. Those who choose do it one after the other, from the look to
 * the end of the start: two that looked at once would choose the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/limits.h"
#include "choose.h"
#include "kernel/mdev.h"
#include "request.h"
#include "start.h"

/* A request, and what has been made of it. */
struct wish {
	struct ops *ops;
	const struct start_request *request;
	struct uuid uuid;
	struct device *given; /* by a file; NULL without one */
	char *chosen;	      /* a parent; NULL if none was chosen */
};

/* Whether the request wants that type on that parent; a name will do where names are found. */
static err_t is_type_meant(struct ops *ops, const struct start_request *request, const char *parent,
			   const char *type, bool *ret)
{
	_cleanup_(mem_freep) char *id = NULL;

	*ret = !request->type || strcmp(request->type, type) == 0;
	if (*ret || !request->chooses)
		return NULL;
	TRY(op_find_type(ops, parent, request->type, &id));
	*ret = id && strcmp(id, type) == 0;
	return NULL;
}

static err_t check_type_meant(struct ops *ops, const struct start_request *request,
			      const struct device *dev)
{
	bool is_so;

	TRY(is_type_meant(ops, request, dev->parent, dev->type, &is_so));
	if (is_so)
		return NULL;
	return err_hint(err_new(ERR_INVALID, "it is defined with type '%s', not '%s'", dev->type,
				request->type),
			"leave --type out, or change the definition with 'mdevadm modify'");
}

/* The definition that is meant: of the asked-for parent and type if there is one. */
static err_t load_definition(struct ops *ops, const struct start_request *request,
			     const struct claim *claim, struct device **ret)
{
	_cleanup_(device_freep) struct device *dev = NULL;
	const char *parent;
	struct err *e = choose_definition(&claim->defined, request->parent, &parent);

	if (!e)
		e = store_load(ops->store, parent, &request->uuid, &dev);
	if (e)
		return e;
	TRY(check_type_meant(ops, request, dev));
	*ret = take(dev);
	return NULL;
}

/* Whether the request wants that, on the parent or on the physical function that it names. */
static err_t is_parent_meant(const struct ops *ops, const struct start_request *request,
			     const char *parent, bool *ret)
{
	_cleanup_(mem_freep) char *physical = NULL;

	*ret = !request->parent || strcmp(request->parent, parent) == 0;
	if (*ret || !request->chooses)
		return NULL;
	TRY(sysfs_physical_function(ops->sysfs, parent, &physical));
	*ret = physical && strcmp(request->parent, physical) == 0;
	return NULL;
}

/* Whether one that runs is what the request wants to run. */
static err_t is_asked_for(struct ops *ops, const struct device *running,
			  const struct start_request *request, bool *ret)
{
	*ret = request->ensures && running->state == DEVICE_STATE_RUNNING && running->type;
	if (*ret)
		TRY(is_parent_meant(ops, request, running->parent, ret));
	return *ret ? is_type_meant(ops, request, running->parent, running->type, ret) : NULL;
}

/* The device to start: what is defined, or else what parent and type say. */
static err_t describe_wanted(struct ops *ops, const struct start_request *request,
			     const struct uuid *uuid, const struct claim *claim,
			     struct device **ret)
{
	bool is_defined = request->parent ? strlist_has(&claim->defined, request->parent)
					  : claim->defined.count > 0;
	bool runs_so = false;

	if (is_defined)
		return load_definition(ops, request, claim, ret);
	if (claim->running)
		TRY(is_asked_for(ops, claim->running, request, &runs_so));
	if (runs_so) {
		*ret = device_copy(claim->running);
		return NULL;
	}
	if (claim->running)
		return start_exists_already(claim->running, request->parent, request->type);
	if (request->parent && request->type) {
		*ret = device_new(uuid, request->parent, request->type);
		return NULL;
	}
	if (request->parent && !uuid_is_set(&request->uuid))
		return hint_types(ops, err_new(ERR_USAGE, "no type is given"), request->parent);
	if (request->parent)
		return err_hint(
			err_new(ERR_NOT_FOUND, "it is not defined on parent '%s'", request->parent),
			"define it, or say with --type what to start");
	return err_hint(err_new(ERR_NOT_FOUND, "it is not defined"),
			"define it, or say with --parent and --type what to start");
}

/* Once, on that parent (NULL: of the definition). */
static err_t start_on(struct wish *wish, const struct start_request *request,
		      const struct deadline *deadline)
{
	const struct claim_request wanted = { .uuid = wish->uuid,
					      .parent = request->parent,
					      .is_start = true,
					      .deadline = *deadline };
	const struct start_how how = { .force = request->force };
	_cleanup_(device_freep) struct device *described = NULL;
	_cleanup_(claim_freep) struct claim *claim = NULL;
	const struct device *dev = wish->given;

	TRY(claim_device(wish->ops, &wanted, &claim));
	TRY(start_prepare(claim));
	if (!dev) {
		TRY(describe_wanted(wish->ops, request, &wish->uuid, claim, &described));
		dev = described;
	}
	if (request->ensures && runs_as_defined(claim->running, dev))
		return NULL;
	warn_of_oddities(wish->ops, dev);
	return start_claimed(claim, dev, &how);
}

/* It was somebody's who said which parent, or is held or going: another one will do. */
static bool is_lost(const struct err *e)
{
	enum err_kind kind = err_kind(e);

	return kind == ERR_NO_INSTANCE || kind == ERR_BUSY || kind == ERR_NOT_FOUND;
}

static err_t start_in(struct wish *wish, const struct room *room, const struct deadline *deadline)
{
	struct start_request request = *wish->request;

	request.parent = room->parent;
	request.type = room->type;
	TRY(start_on(wish, &request, deadline));
	wish->chosen = mem_strdup(room->parent);
	return NULL;
}

/* A lock is waited for only when there is nothing else. */
static err_t start_in_first(struct wish *wish, const struct room_list *rooms,
			    const struct deadline *deadline)
{
	const struct deadline none = deadline_in(0);
	const struct room *busy = NULL;
	struct err *e = NULL;

	for (size_t i = 0; i < rooms->count; i++) {
		err_free(e);
		e = start_in(wish, &rooms->items[i], &none);
		if (!e || !is_lost(e) || interrupt_is_pending())
			return e;
		if (!busy && err_kind(e) == ERR_BUSY)
			busy = &rooms->items[i];
	}
	if (!busy)
		return e;
	err_free(e);
	return start_in(wish, busy, deadline);
}

static err_t start_somewhere(struct wish *wish, const char *physical)
{
	const struct deadline deadline = lock_deadline(wish->ops->env);
	_cleanup_(room_list_clear) struct room_list rooms = { 0 };
	_cleanup_(lock_freep) struct lock *choice = NULL;

	TRY(ops_open_locks(wish->ops));
	TRY(lock_choice(wish->ops->locks, &deadline, &choice));
	TRY(choose_parents(wish->ops, wish->request->type, physical, &rooms));
	return start_in_first(wish, &rooms, &deadline);
}

/* Whether the request leaves the parent open: *ret_physical is then NULL, or whose function it is.
 */
static err_t is_choice(const struct wish *wish, bool *ret, const char **ret_physical)
{
	const struct start_request *request = wish->request;
	_cleanup_(strlist_clear) struct strlist defined = { 0 };
	_cleanup_(strlist_clear) struct strlist functions = { 0 };
	_cleanup_(device_freep) struct device *running = NULL;
	bool is_parent = false;

	*ret_physical = request->parent;
	*ret = false;
	if (!request->type || !request->chooses)
		return NULL;
	/* Of one that runs there is nothing to choose. */
	TRY(mdev_find(wish->ops->sysfs, &wish->uuid, &running));
	if (running)
		return NULL;
	if (request->parent)
		TRY(sysfs_has_parent(wish->ops->sysfs, request->parent, &is_parent));
	if (request->parent && !is_parent)
		TRY(sysfs_list_virtual_functions(wish->ops->sysfs, request->parent, &functions));
	TRY(store_find(wish->ops->store, &wish->uuid, &defined));
	if (request->parent)
		*ret = functions.count && !strlist_has(&defined, request->parent);
	else
		*ret = !defined.count;
	return NULL;
}

static err_t start_once(struct wish *wish)
{
	const struct deadline deadline = lock_deadline(wish->ops->env);
	const char *physical;
	bool is_so;

	TRY(is_choice(wish, &is_so, &physical));
	return is_so ? start_somewhere(wish, physical) : start_on(wish, wish->request, &deadline);
}

/* What has to come for the start to succeed; *ret stays NULL if that cannot be said. */
static err_t describe_awaited(const struct wish *wish, struct device **ret)
{
	const struct start_request *request = wish->request;
	_cleanup_(strlist_clear) struct strlist defined = { 0 };

	if (wish->given) {
		*ret = device_copy(wish->given);
		return NULL;
	}
	TRY(store_find(wish->ops->store, &wish->uuid, &defined));
	if (request->parent && strlist_has(&defined, request->parent))
		return store_load(wish->ops->store, request->parent, &wish->uuid, ret);
	if (!request->parent && defined.count == 1)
		return store_load(wish->ops->store, defined.items[0], &wish->uuid, ret);
	if (request->parent && request->type)
		*ret = device_new(&wish->uuid, request->parent, request->type);
	return NULL;
}

/*
 * *ret: it may have come. That it does not come is said by the start, which is tried once more.
 * Where the parent is chosen, the next try looks at all of them.
 */
static err_t wait_for_room(const struct wish *wish, const struct deadline *deadline, bool *ret)
{
	_cleanup_(device_freep) struct device *dev = NULL;
	const char *physical;
	struct err *e;

	deadline_sleep(deadline, RETRY_PAUSE_MS);
	TRY(is_choice(wish, ret, &physical));
	if (*ret)
		return interrupt_check();
	TRY(describe_awaited(wish, &dev));
	*ret = dev != NULL;
	if (!dev)
		return NULL;
	e = sysfs_wait_for_parent(wish->ops->sysfs, dev->parent, dev->type, 1, deadline);
	if (e && (err_kind(e) == ERR_NOT_FOUND || err_kind(e) == ERR_NO_INSTANCE)) {
		err_free(e);
		return interrupt_check();
	}
	return e;
}

static bool is_awaited(const struct err *e)
{
	return e && (err_kind(e) == ERR_NO_INSTANCE || err_kind(e) == ERR_NOT_FOUND) &&
	       !err_has_effect(e) && !interrupt_is_pending();
}

/* One that runs already needs no room. */
static err_t start_when_possible(struct wish *wish)
{
	const struct deadline deadline = deadline_in(wish->request->wait_ms);
	struct err *e = start_once(wish);
	bool goes_on = true;

	while (is_awaited(e) && goes_on && !deadline_is_over(&deadline)) {
		struct err *failed = wait_for_room(wish, &deadline, &goes_on);

		if (failed || !goes_on)
			return err_also(e, failed);
		err_free(e);
		e = start_once(wish);
	}
	return e;
}

void started_clear(struct started *started)
{
	free(started->parent);
}

err_t op_start(struct ops *ops, const struct start_request *request, struct started *ret)
{
	struct wish wish = { .ops = ops, .request = request };
	struct err *e = begin_new(&request->uuid, request->jsonfile, request->parent, &wish.uuid,
				  &wish.given);

	if (!e)
		e = start_when_possible(&wish);
	device_free(wish.given);
	ret->parent = wish.chosen;
	return end_new(e, "start", &request->uuid, request->parent, &wish.uuid, &ret->made);
}
