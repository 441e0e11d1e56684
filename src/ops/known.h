/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the status of devices is told by, read once for all of them. */
#pragma once

#include "kernel/running.h"
#include "ops_private.h"

/* All that is known of all devices, read once. The lists are sorted. */
struct known {
	const struct ops *ops;
	const struct status_request *request;
	struct strlist wanted; /* parents; with request->parent alone */
	struct device_list running;
	struct device_list defined;
	struct device_list unreadable; /* definitions: nothing but their names is known */
	struct strlist records;
	struct strlist parents;
	struct strlist held;
	struct named_list cdevs;
	struct named_list drivers;
	struct node_user_list users;
	bool are_users_known;
	bool are_nodes_known;
	/* Of the parent that was asked for last. */
	char *last_parent;
	char *last_physical;
};

/* Reads all but what request and ops say, which are set. What cannot be read is warned about. */
err_t known_read(struct known *known);
void known_clear(struct known *known);
