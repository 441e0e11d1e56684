/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the rules of a check share. */
#pragma once

#include <pthread.h>

#include "ops/check.h"
#include "ops_private.h"
#include "state/held.h"
#include "state/record.h"

struct check;

/* A kind of finding. The manual lists them all, see tests/cli/documents.bats. */
struct check_rule {
	const char *id; /* NULL ends a table */
	void (*look)(struct check *check);
};

/* Where definitions are, and are not as they should be: why a parent is none. */
enum absence {
	ABSENCE_NONE,
	ABSENCE_UNKNOWN,      /* it cannot be told */
	ABSENCE_CARD,	      /* it is a physical function; its virtual ones are the parents */
	ABSENCE_VENDOR,	      /* it has NVIDIA's own interface */
	ABSENCE_FUNCTION_OFF, /* it would be a virtual function of one that has them off */
	ABSENCE_VFIO_PCI,     /* vfio-pci has it */
	ABSENCE_NO_DRIVER,
	ABSENCE_OTHER_DRIVER, /* one that offers nothing there */
	ABSENCE_NOT_THERE,
};

/* A parent on which something is defined. */
struct defined_parent {
	const char *name; /* borrowed from a definition */
	size_t defined;
	size_t autos;
	enum absence absence;
	char *other; /* the driver, or the physical function, that is in the way; else NULL */
};

struct check {
	struct env env; /* what is left out with a warning is a finding of @rule on @object */
	const struct env *outer; /* NULL: nothing of the machine is looked at */
	struct ops *ops;	 /* on @env; NULL the same */
	struct check_result *result;
	pthread_mutex_t mutex; /* of the findings */
	const struct check_rule *rule;
	const char *object;

	const struct check_files_request *files; /* NULL: the definitions are the machine's */
	struct device_list definitions;
	struct defined_parent *defined_parents;
	size_t defined_parent_count;

	bool knows_parents;   /* the rest says what hardware there is */
	struct strlist names; /* of parents */
	struct strlist cards; /* the physical function of each of @names, or that itself */
	struct parent_list parents;
	struct strlist vendor_functions;

	struct device_list running; /* sorted by UUID */
	char *scripts_place;

	struct record **records;
	size_t record_count;
	struct strlist no_records; /* names of files that are none */
	struct held **holds;
	size_t hold_count;
};

/* These tables are run in this order. */
extern const struct check_rule check_host_rules[];
extern const struct check_rule check_store_rules[]; /* reads the machine's definitions */
extern const struct check_rule check_file_rules[];  /* reads those of files */
extern const struct check_rule check_definition_rules[];
extern const struct check_rule check_absence_rules[];
extern const struct check_rule check_type_rules[];
extern const struct check_rule check_hardware_rules[];
extern const struct check_rule check_card_rules[];
extern const struct check_rule check_running_rules[]; /* reads what runs */
extern const struct check_rule check_script_rules[];
extern const struct check_rule check_device_rules[];
extern const struct check_rule check_state_rules[];
extern const struct check_rule check_udev_rules[];

/* Take @e, which may be NULL: findings of the rule that is looked for. */
void check_fault(struct check *check, const char *object, struct err *e);
void check_note(struct check *check, const char *object, struct err *e);
/*
 * The same of a look that failed: a fault of the kind "cannot-tell", or a note if the caller lacks
 * the right to look and root has it.
 */
void check_cannot_tell(struct check *check, const char *object, struct err *e);

/* The warnings of struct env as findings, until the rule ends. */
void check_warn(void *data, struct err *e);
/* Reads which parents and types a dump has. */
err_t check_read_hardware(struct check *check, const char *file);
/* The parent's types; NULL if there is no such parent. */
const struct parent *check_find_parent(const struct check *check, const char *name);
/* The device that runs, or NULL. */
const struct device *check_find_running(const struct check *check, const struct uuid *uuid);
bool check_is_nvidia(struct check *check, const char *name);
/* What to do where a GPU of NVIDIA's offers nothing. */
#define CHECK_MIG_HINT                                                                         \
	"a GPU in MIG mode has nothing until it is cut into instances: 'nvidia-smi mig -lgi' " \
	"lists them, 'nvidia-smi mig -cgi' makes them"
/* The id of the type of a definition on its parent; NULL if it is not there, or not known. */
const char *check_type_of(const struct check *check, const struct device *dev);
/* Why the parent of a definition is not there. */
enum absence check_absence(const struct check *check, const char *parent);
