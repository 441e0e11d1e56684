/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of a device: as it runs, as it is defined, and who uses it. */
#pragma once

#include <sys/types.h>

#include "base/str.h"
#include "model/device.h"

enum status_state {
	STATUS_STOPPED,
	STATUS_STARTING,
	STATUS_RUNNING,
	STATUS_INCOMPLETE, /* a start that died has left it without all its attributes */
	STATUS_REMOVING,
	STATUS_STUCK,
	STATUS_DRAINED, /* comes back with its drain's end */
};

enum status_owner {
	OWNER_NOBODY,  /* it does not run */
	OWNER_DEFINED, /* a definition says that it may be there */
	OWNER_STARTED, /* by this program, without a definition */
	OWNER_FOREIGN, /* by another one */
};

enum answer {
	ANSWER_NO,
	ANSWER_YES,
	ANSWER_UNKNOWN,
};

/* What a device is otherwise than its definition says. */
struct difference {
	char *what; /* "type", "parent", or the attribute's name */
	char *defined;
	char *running; /* NULL: it cannot be read back, or is compared in other words */
	char *unknown; /* why it cannot be told; NULL: it differs */
};

/* A process that has a device open. */
struct user {
	pid_t pid;
	char *command;
	char *domain; /* as libvirt calls the virtual machine; NULL if it is none of its */
};

struct device_status {
	struct device *dev; /* as it runs, else as it is defined; attributes as far as known */
	enum status_state state;
	enum status_owner owner;
	long long since; /* runs so: seconds since 1970; 0 if it is not known */
	bool is_running;
	bool is_held;
	enum answer has_parent;	    /* sysfs has it now */
	bool has_record;	    /* this program has started it */
	bool is_unreadable;	    /* a definition of it is */
	struct strlist definitions; /* the parents on which it is defined */
	enum device_start start;
	struct difference *differences;
	size_t difference_count;
	char *physical; /* function of its parent; NULL if there is none */
	char *driver;
	char *group;	      /* of the IOMMU: the number */
	struct strlist nodes; /* of VFIO, below /dev */
	enum answer is_used;
	struct user *users;
	size_t user_count;
};

/* Takes @dev. */
struct device_status *device_status_new(struct device *dev);
void device_status_free(struct device_status *status);
/* Strings are copied and may be NULL. */
void device_status_add_difference(struct device_status *status, const char *what,
				  const char *defined, const char *running, const char *unknown);
void device_status_add_user(struct device_status *status, pid_t pid, const char *command,
			    const char *domain);

const char *status_state_name(enum status_state state);
/* NULL for OWNER_NOBODY. */
const char *status_owner_name(enum status_owner owner);

/* Whether it runs otherwise than defined. */
enum answer device_status_drift(const struct device_status *status);
/* It runs and nobody has it open. */
bool device_status_is_idle(const struct device_status *status);
/* It is defined on several parents, or runs on another one. */
bool device_status_has_conflict(const struct device_status *status);
/* It is auto and does not run, though its parent is there and not held. */
bool device_status_has_failed(const struct device_status *status);
/* It is as it should be: it runs as defined, or need not run. */
bool device_status_is_right(const struct device_status *status);
/* A flat object, with all keys always; a new reference. */
json_t *device_status_to_json(const struct device_status *status);

/* Owns its items; zero-initialised is empty. */
struct status_list {
	struct device_status **items;
	size_t count;
	bool are_users_known; /* who has which device open, as far as it was asked for */
	size_t left_out;      /* definitions that could not be read, and were warned about */
};

/* Takes @status. */
void status_list_add(struct status_list *list, struct device_status *status);
void status_list_clear(struct status_list *list);
