/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which of the callouts is the one. */
#pragma once

#include "capabilities.h"

struct responsible {
	struct script *script; /* NULL if there is none; borrowed */
	struct capabilities capabilities;
};

/*
 * Calls the callouts until one feels responsible: versioned ones before the others, which are left
 * alone if there is one, or with @only_versioned. For attributes and for a live change, one that is
 * versioned and does not name the event is responsible without being called (@ret_answer is empty
 * then).
 *
 * ERR_REFUSED if that script refuses, or is versioned and does not name the event or the action,
 * says that the type is not its own after all, or dies; if one is not trusted, or had to be ended.
 * With @force these are warnings, and the script that refused is the one.
 */
err_t responsible_call(struct callouts *callouts, const struct call *call, bool only_versioned,
		       bool force, struct responsible *ret, struct answer *ret_answer);
