/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Delays and errors that were asked for. */
#include "fault.h"

#include <stdlib.h>
#include <string.h>

struct fault {
	struct fault *next;
	enum fault_op op;
	char *target;
	unsigned int ms;
	int errnum;
	long count;
};

static const char *const op_names[FAULT_OPS] = {
	[FAULT_CREATE] = "create", [FAULT_REMOVE] = "remove", [FAULT_ATTR] = "attr",
	[FAULT_READ] = "read",	   [FAULT_LINGER] = "linger", [FAULT_UNREGISTER] = "unregister",
	[FAULT_PROBE] = "probe",
};

enum fault_op fault_op_by_name(const char *name)
{
	for (enum fault_op op = 0; op < FAULT_OPS; op++) {
		if (strcmp(op_names[op], name) == 0)
			return op;
	}
	return FAULT_OPS;
}

static void fault_add(struct fault **list, struct fault fault, const char *target)
{
	struct fault *new = memory_new(1, sizeof(*new));

	*new = fault;
	new->target = target ? memory_copy(target) : NULL;
	new->next = *list;
	*list = new;
}

void fault_add_delay(struct faults *faults, enum fault_op op, unsigned int ms, const char *target)
{
	fault_add(&faults->delays, (struct fault){ .op = op, .ms = ms }, target);
}

void fault_add_error(struct faults *faults, enum fault_op op, int errnum, long count,
		     const char *target)
{
	fault_add(&faults->errors, (struct fault){ .op = op, .errnum = errnum, .count = count },
		  target);
}

static void list_free(struct fault **list)
{
	while (*list) {
		struct fault *fault = *list;

		*list = fault->next;
		free(fault->target);
		free(fault);
	}
}

void fault_clear(struct faults *faults)
{
	list_free(&faults->delays);
	list_free(&faults->errors);
}

static bool is_same(const char *name, const char *target)
{
	return name && strcmp(name, target) == 0;
}

bool subject_is(const struct subject *subject, const char *target)
{
	return !target || is_same(subject->uuid, target) || is_same(subject->parent, target) ||
	       is_same(subject->type, target) || is_same(subject->attr, target);
}

static bool fault_is_for(const struct fault *fault, enum fault_op op, const struct subject *subject)
{
	return fault->op == op && subject_is(subject, fault->target);
}

unsigned int fault_delay(const struct faults *faults, enum fault_op op,
			 const struct subject *subject)
{
	const struct fault *fault = faults->delays;

	while (fault && !fault_is_for(fault, op, subject))
		fault = fault->next;
	return fault ? fault->ms : 0;
}

int fault_take_error(struct faults *faults, enum fault_op op, const struct subject *subject)
{
	for (struct fault *fault = faults->errors; fault; fault = fault->next) {
		if (!fault->count || !fault_is_for(fault, op, subject))
			continue;
		if (fault->count > 0)
			fault->count--;
		return -fault->errnum;
	}
	return 0;
}
