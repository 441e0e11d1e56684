/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scripts that are asked before an operation and told of it afterwards: mdevctl's protocol. */
#pragma once

#include <stdbool.h>

#include "base/env.h"
#include "model/device.h"

/*
 * Callouts may refuse an operation, report attributes and change a running device; of several,
 * one is responsible for a type on a parent. Notifiers are all told, and change nothing.
 *
 * As root, a script that others can write to is not run. A callout of that sort refuses every
 * operation, as does one that had to be ended at its time limit: a veto must not be lost that
 * way. A script that cannot be run, or dies of a signal, is warned about and as if not there.
 *
 * All functions may be called from any thread.
 */
struct callouts;

/* Looks at no file yet. @env must outlive it. */
struct callouts *callouts_new(const struct env *env);
void callouts_free(struct callouts *callouts);
DEFINE_CLEANUP(struct callouts *, callouts_free)

/* Whether anybody would be asked about anything, or an answer is known to be missing. */
bool callouts_are_there(struct callouts *callouts);

/*
 * For a check, which calls no script: what is in the places of the callouts and notifiers and
 * cannot be trusted or read, as one error behind the other. What is left out for another reason is
 * warned about when the scripts are first looked for. *ret_count: how many can be run.
 */
err_t callouts_check(struct callouts *callouts, size_t *ret_count);
/*
 * Asks the callouts for their capabilities for @dev, which has a parent and a type: what is wrong
 * with an answer is warned about; ERR_REFUSED if one had to be ended.
 */
err_t callouts_check_capabilities(struct callouts *callouts, const struct device *dev);

enum action {
	ACTION_DEFINE,
	ACTION_UNDEFINE,
	ACTION_MODIFY,
	ACTION_START,
	ACTION_STOP,
	ACTION_ATTRIBUTES,   /* for callout_get_attrs() */
	ACTION_CAPABILITIES, /* of the protocol alone */
	ACTION_COUNT,
};

/*
 * One operation on a device: what its scripts are called with, and which of them is the one. The
 * calls come in the order of the functions here; each may be left out.
 */
struct callout_operation;

/* Copies what it needs of @dev, which has a parent and a type (that may be empty). */
struct callout_operation *callout_operation_new(struct callouts *callouts, enum action action,
						const struct device *dev);
/* Has the script change the running device. ERR_REFUSED if none can, or it does not. */
err_t callout_live(struct callout_operation *operation);
/* What that script said was not true: the notifiers are told of a failure. */
void callout_live_failed(struct callout_operation *operation);
/*
 * Asks whether the operation may go on: ERR_REFUSED if not, which with @force is a warning. If
 * it may, callout_post() must follow.
 *
 * Where a script answers, operations of that type wait here for each other: one goes from here
 * to callout_post() at a time.
 */
err_t callout_pre(struct callout_operation *operation, bool force);
/* Tells the script that answered how it went. */
void callout_post(struct callout_operation *operation, bool is_success);
/* Tells all notifiers; no lock should be held any more. */
void callout_notify(struct callout_operation *operation);
void callout_operation_free(struct callout_operation *operation);
DEFINE_CLEANUP(struct callout_operation *, callout_operation_free)

/*
 * Replaces the attributes of @dev, which runs, by those that a script reports. *ret_told is false,
 * and @dev without attributes or as it was, if there is no script or it says nothing at all; "[]"
 * tells that there are none. Fails with ERR_INVALID, naming script and line, if the answer cannot
 * be read, and with ERR_REFUSED, which with @force is a warning.
 */
err_t callout_get_attrs(struct callouts *callouts, struct device *dev, bool force, bool *ret_told);
