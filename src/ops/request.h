/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the operations make of their requests. */
#pragma once

#include "ops_private.h"

/* The definition in @jsonfile, for @uuid on @parent. */
err_t read_jsonfile(const char *jsonfile, const struct uuid *uuid, const char *parent,
		    struct device **ret);
/*
 * The frame of an operation that makes something new. @asked is the request's UUID: if it is unset
 * one is made. *ret_given is what @jsonfile says, NULL without one.
 */
err_t begin_new(const struct uuid *asked, const char *jsonfile, const char *parent,
		struct uuid *ret_uuid, struct device **ret_given);
/* Names in @e, if that is set, what it was about; else tells in *ret_made a UUID that was made. */
err_t end_new(struct err *e, const char *verb, const struct uuid *asked, const char *parent,
	      const struct uuid *uuid, struct uuid *ret_made);

/* Locks the device for a change of its definitions alone; *ret_parents are where it has any. */
err_t lock_definitions(struct ops *ops, const struct uuid *uuid, struct lock **ret,
		       struct strlist *ret_parents);
/* The only one of @defined, or @parent, which must be one of them. */
err_t choose_definition(const struct strlist *defined, const char *parent, const char **ret);
/* Warns of what the definition says that means nothing, or something else than it seems. */
void warn_of_oddities(const struct ops *ops, const struct device *dev);
/* Warns that what cannot be read, which @e (taken) tells, is "replaced" or "removed". */
void warn_of_unreadable(const struct ops *ops, struct err *e, const char *what);
/* Adds how to learn the types of @parent, or why it has none, to an error without a hint. */
err_t hint_types(const struct ops *ops, struct err *e, const char *parent);
/* Warns if the parent is there and has no such type, or if no parent can be there. */
void warn_of_missing_type(const struct ops *ops, const struct device *dev);
