/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Delays and errors that were asked for. */
#pragma once

#include "tree.h"

enum fault_op {
	FAULT_CREATE,
	FAULT_REMOVE,
	FAULT_ATTR,
	FAULT_READ,
	FAULT_LINGER,
	FAULT_UNREGISTER,
	FAULT_PROBE,
	FAULT_OPS
};

struct faults {
	struct fault *delays;
	struct fault *errors;
};

/* Whether @target is one of its names; NULL is all. */
bool subject_is(const struct subject *subject, const char *target);

/* FAULT_OPS if there is none called @name. */
enum fault_op fault_op_by_name(const char *name);

/* @target NULL is all. A delay of 0 takes the delay away. */
void fault_add_delay(struct faults *faults, enum fault_op op, unsigned int ms, const char *target);
/* @count -1 is always. */
void fault_add_error(struct faults *faults, enum fault_op op, int errnum, long count,
		     const char *target);
void fault_clear(struct faults *faults);

/* Milliseconds to wait; the last delay that was set for @subject counts. */
unsigned int fault_delay(const struct faults *faults, enum fault_op op,
			 const struct subject *subject);
/* A negative errno, which is used up by this, or 0. */
int fault_take_error(struct faults *faults, enum fault_op op, const struct subject *subject);
