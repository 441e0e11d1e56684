/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations: each takes the locks, reads the state under them, decides, acts and undoes. */
#pragma once

#include "base/env.h"
#include "model/device.h"
#include "model/parent.h"

/* The places that operations work on. */
struct ops;

err_t ops_open(const struct env *env, struct ops **ret);
void ops_free(struct ops *ops);
DEFINE_CLEANUP(struct ops *, ops_free)

/*
 * In all requests: strings are borrowed and may be NULL, names have passed name_check_*(), a
 * UUID may be unset. @jsonfile is read once, before any lock is taken, and may be a pipe.
 * With @force an operation goes on although a callout refused it.
 */

struct define_request {
	struct uuid uuid;
	const char *parent;
	const char *type;
	const char *jsonfile;
	bool is_auto;
	bool force;
};

/* *ret_made is the UUID that was made, or unset if the request had one. */
err_t op_define(struct ops *ops, const struct define_request *request, struct uuid *ret_made);

struct undefine_request {
	struct uuid uuid;
	const char *parent; /* NULL: on all of them */
	bool force;
};

/* A failure on one parent is warned about, the others go on: ERR_PARTIAL. */
err_t op_undefine(struct ops *ops, const struct undefine_request *request);

enum modify_attr {
	MODIFY_ATTR_NONE,
	MODIFY_ATTR_ADD,
	MODIFY_ATTR_DELETE,
};

struct modify_request {
	struct uuid uuid;
	const char *parent;
	const char *type;
	const char *jsonfile;
	enum modify_attr attr_change;
	const char *attr_name;
	const char *attr_value;
	long attr_index; /* negative: the end */
	const enum device_start *start;
	bool is_live;
	bool is_defined; /* with is_live: the definition, too */
	bool force;
};

err_t op_modify(struct ops *ops, const struct modify_request *request);

struct start_request {
	struct uuid uuid;
	const char *parent;
	const char *type;
	const char *jsonfile;
	bool force;
};

/* Leaves a device with all its attributes, or none. *ret_made as op_define() has it. */
err_t op_start(struct ops *ops, const struct start_request *request, struct uuid *ret_made);

struct stop_request {
	struct uuid uuid;
	bool force;
};

/* Succeeds when the device is gone. */
err_t op_stop(struct ops *ops, const struct stop_request *request);

/*
 * Starts what is defined on @parent with start mode auto. A device that cannot be started is
 * warned about, the others go on: ERR_PARTIAL. One that runs as defined is no failure.
 */
err_t op_start_parent(struct ops *ops, const char *parent);

struct list_request {
	bool defined; /* definitions rather than what runs */
	struct uuid uuid;
	const char *parent;
};

/* Sorted by parent, then UUID. Takes no lock and writes nothing. */
err_t op_list(struct ops *ops, const struct list_request *request, struct device_list *ret);
/* All parents, or only @parent unless it is NULL, sorted. */
err_t op_types(struct ops *ops, const char *parent, struct parent_list *ret);
