/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A device that this run alone may change, and the parents on which it may do so. */
#pragma once

#include "base/deadline.h"
#include "model/device.h"
#include "ops_private.h"
#include "state/record.h"

/* A parent that is locked. */
struct covered {
	char *name;
	char *physical; /* its physical function, locked as well; NULL if it is none's */
	struct lock *lock;
};

/* Parents that are locked. Zero-initialised is none. */
struct cover {
	struct covered *items;
	size_t count;
};

/*
 * A physical function stands for itself and its virtual functions. Adds those of them that are
 * parents, and @parent whether it is one or not, sorted.
 */
err_t list_group(const struct ops *ops, const char *parent, struct strlist *ret);
/* The same, or @parent alone if it does not stand for others here. */
err_t list_meant(const struct ops *ops, const char *parent, bool has_group, struct strlist *ret);
/* ERR_NOT_FOUND, with the reason, if neither it nor a virtual function of it is a parent. */
err_t check_group(const struct ops *ops, const char *parent);
/*
 * Locks @parent so; and shared, what it is a virtual function of, and its own virtual functions.
 * For drain and the like.
 */
err_t cover_parent(struct ops *ops, const char *parent, enum lock_mode mode,
		   const struct deadline *deadline, struct cover *ret);
/*
 * The same of virtual functions of @parent, which is covered exclusively, that have come since.
 * Nobody has one of them and waits for @parent, unless its name is the smaller one: then, and only
 * then, the deadline may be needed.
 */
err_t cover_new_functions(struct ops *ops, const char *parent, const struct deadline *deadline,
			  struct cover *cover);
void cover_clear(struct cover *cover);
/* NULL if it is not covered. */
const struct covered *cover_find(const struct cover *cover, const char *parent);
/*
 * What is known of the device is read under the locks. Nothing else may decide. The kernel is
 * written to through write.h, which asks whether the claim covers the parent.
 */
struct claim {
	struct ops *ops;
	struct uuid uuid;
	struct lock *device;
	struct cover own;
	const struct cover *cover; /* own, or that of the one who claimed under it */
	struct device *running;	   /* NULL if the kernel has none */
	struct record *record;	   /* never NULL; RECORD_NOTHING if nothing is remembered */
	struct strlist defined;	   /* the parents on which it is defined */
};

struct claim_request {
	struct uuid uuid;
	const char *parent; /* where it is to be made; NULL: not said */
	bool is_start;	    /* where it is not said, the only definition says it */
	bool is_impatient;  /* waits for no other parent's lock */
	struct deadline deadline;
};

/*
 * Covers the parents concerned: where the device is to be made, and where sysfs has it; each with
 * its physical function. A definition elsewhere and what a record says concern none: a start that
 * died before its create has left nothing on its parent, and one that lives has the device's lock.
 * A parent that is surely not there is left out.
 *
 * Parents are locked shared, in byte order, then the device; if other parents are concerned once
 * that is done, all is let go and begun anew. Before Linux 5.2, whose creates and removes are not
 * safe against each other's parents, the parents' locks are exclusive.
 */
err_t claim_device(struct ops *ops, const struct claim_request *request, struct claim **ret);
/* Locks the device alone, for one who has locked its parent, @cover. */
err_t claim_under(struct ops *ops, const struct uuid *uuid, const struct cover *cover,
		  const struct deadline *deadline, struct claim **ret);
void claim_free(struct claim *claim);
DEFINE_CLEANUP(struct claim *, claim_free)

/* Whether something of the device may be written on that parent. */
bool claim_covers(const struct claim *claim, const char *parent);
/* Reads claim->running again. */
err_t claim_look_again(struct claim *claim);
