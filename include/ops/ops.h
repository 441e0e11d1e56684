/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations: each takes the locks, reads the state under them, decides, acts and undoes. */
#pragma once

#include <time.h>

#include "base/env.h"
#include "base/json.h"
#include "model/device.h"
#include "model/inventory.h"
#include "model/status.h"

/* The places that operations work on. */
struct ops;

err_t ops_open(const struct env *env, struct ops **ret);
void ops_free(struct ops *ops);
DEFINE_CLEANUP(struct ops *, ops_free)
/* Tells the notifiers of all that was done: at the end, when no lock is held any more. */
void ops_announce(struct ops *ops);
/* Warns of @e (taken), which may be NULL: something is left out. */
void op_warn(const struct ops *ops, struct err *e);
/* Whether something was changed, of definitions or in the kernel. */
bool ops_have_changed(const struct ops *ops);

/*
 * In all requests: strings are borrowed and may be NULL, names have passed name_check_*(), a
 * UUID may be unset. @jsonfile is read once, before any lock is taken, and may be a pipe.
 * With @force an operation goes on although a callout refused it.
 */

enum attr_change_kind {
	ATTR_ADD,	  /* at @index */
	ATTR_SET,	  /* in the place of the only one of that name, or at the end */
	ATTR_DELETE,	  /* the one at @index */
	ATTR_DELETE_NAME, /* all of that name */
};

struct attr_change {
	enum attr_change_kind kind;
	char *name; /* NULL: ATTR_DELETE */
	const char *value;
	long index; /* negative: the end */
};

struct define_request {
	struct uuid uuid;
	const char *parent;
	const char *type;
	const char *jsonfile;
	const struct attr_change *changes; /* of none, or of what @jsonfile says */
	size_t change_count;
	bool is_auto;
	bool replaces; /* what is defined there already */
	bool force;
};

/* *ret_made is the UUID that was made, or unset if the request had one. */
err_t op_define(struct ops *ops, const struct define_request *request, struct uuid *ret_made);

struct undefine_request {
	struct uuid uuid;
	const char *parent; /* NULL: on all of them */
	bool stops;	    /* before that, what runs so */
	bool force;
	int timeout_ms; /* for a removal that blocks in the kernel */
};

/* A failure on one parent is warned about, the others go on: ERR_PARTIAL. */
err_t op_undefine(struct ops *ops, const struct undefine_request *request);
/* All that is defined on the parent, which is set, whatever the UUID; as op_start_all(). */
err_t op_undefine_all(struct ops *ops, const struct undefine_request *request);

struct modify_request {
	struct uuid uuid;
	const char *parent;
	const char *type;
	const char *jsonfile;
	const struct attr_change *changes; /* one after the other */
	size_t change_count;
	const enum device_start *start;
	bool is_live;
	bool is_defined; /* with is_live: the definition, too */
	bool force;
};

err_t op_modify(struct ops *ops, const struct modify_request *request);

struct start_request {
	struct uuid uuid;
	const char *parent; /* NULL, of what is not defined: the one with most room for @type */
	const char *type;   /* without a parent its name will do */
	const char *jsonfile;
	bool chooses; /* the parent may be left out, or be a physical function of many */
	bool ensures; /* one that runs so already is no failure */
	bool force;
	int wait_ms; /* for the parent, the type, and an instance of it */
};

/* Zero-initialised before. */
struct started {
	struct uuid made; /* as op_define() has it */
	char *parent;	  /* the one that was chosen; owned by the caller, NULL if it was said */
};

void started_clear(struct started *started);
/* Leaves a device with all its attributes, or none. */
err_t op_start(struct ops *ops, const struct start_request *request, struct started *ret);

struct stop_request {
	struct uuid uuid;
	bool ensures; /* one that does not run is no failure */
	bool force;
	int timeout_ms;	   /* for a removal that blocks in the kernel */
	int wait_users_ms; /* for those who have it open; 0 does not wait */
};

/*
 * Succeeds when the device is gone. ERR_IN_USE, naming them, if somebody has it open, or if the
 * removal blocks longer than the time limit: then it goes on by itself, keeping its locks.
 */
err_t op_stop(struct ops *ops, const struct stop_request *request);

struct restart_request {
	struct uuid uuid;
	bool is_defined; /* as its definition says; else as it ran */
	bool force;
	int timeout_ms;	   /* for a removal that blocks in the kernel */
	int wait_users_ms; /* for those who have it open; 0 does not wait */
};

/*
 * Stops what runs, and starts it again on the same parent, of which nobody else can use the room
 * meanwhile. What would keep it from being started is looked at before it is stopped.
 */
err_t op_restart(struct ops *ops, const struct restart_request *request);

struct start_all_request {
	const char *parent; /* NULL: of all parents */
	bool has_group;	    /* a physical function stands for its virtual ones */
	unsigned jobs;	    /* how many at a time */
	bool force;
};

/*
 * Starts what is defined. A device that cannot be started is warned about, the others go on:
 * ERR_PARTIAL. One that runs as defined is no failure.
 */
err_t op_start_all(struct ops *ops, const struct start_all_request *request);

/*
 * The same of what is defined as auto on @parent, when it has registered. While it is held, nothing
 * is started, and that is no failure: the one who lifts the hold starts them.
 */
err_t op_start_parent(struct ops *ops, const char *parent, unsigned jobs);

struct stop_all_request {
	const char *parent; /* NULL: of all parents */
	bool has_group;
	unsigned jobs;
	bool force;
	int timeout_ms;
};

/* Stops what runs; as op_start_all(). */
err_t op_stop_all(struct ops *ops, const struct stop_all_request *request);

struct drain_request {
	const char *parent;
	const char *reason;   /* NULL: a general one */
	char *const *command; /* NULL: the parent stays held */
	int output;	      /* the command's standard output; -1: that of this process */
	unsigned jobs;
	bool force;
	int timeout_ms;	   /* for each removal, and for the parent to come back */
	int wait_users_ms; /* for those who have a device open; 0 does not wait */
};

/*
 * Stops all devices of the parent and holds it, so that nothing is started there. With a command,
 * runs it when the parent is seen to be empty, and when that succeeded, starts again what ran, then
 * what is auto, and ends its hold; a person's hold stays. *ret_status is the command's exit status
 * (126 and 127 as shells have it). On failure the parent stays held for op_resume().
 *
 * ERR_IN_USE, and nothing is changed, if a device is open; ERR_FAILED if one is stuck.
 */
err_t op_drain(struct ops *ops, const struct drain_request *request, int *ret_status);
/* Adds what op_drain() would stop, sorted. */
err_t op_drain_preview(struct ops *ops, const char *parent, struct device_list *ret);

struct resume_request {
	const char *parent;
	unsigned jobs;
	bool force;
	bool is_abandoned; /* nothing is started */
	int timeout_ms;	   /* for the parent to come back */
};

/*
 * Goes on where a drain ended: starts what ran, and then, unless a person holds the parent as well,
 * what is auto. Without a drain, lifts a person's hold and starts what is auto. ERR_PARTIAL: what
 * ran is not all back, and the parent stays held; or it is, and something that is auto does not
 * run. ERR_EXISTS if the parent is not held.
 */
err_t op_resume(struct ops *ops, const struct resume_request *request);
/*
 * Holds the parent, which need not be there; its devices go on. ERR_EXISTS if it is held already.
 */
err_t op_hold(struct ops *ops, const char *parent, const char *reason);

/*
 * For listings: why nothing may be started on the parent, owned by the caller; NULL if it may, or
 * with a warning if that cannot be told.
 */
char *op_held_reason(struct ops *ops, const char *parent);

struct wait_request {
	const char *parent;
	const char *type;   /* NULL: any */
	unsigned instances; /* of the type, that are left */
	int timeout_ms;	    /* -1 waits for ever */
};

/* Waits until the parent, with that type, is there; ERR_NOT_FOUND when the time is over. */
err_t op_wait(struct ops *ops, const struct wait_request *request);

/*
 * What was meant by a name, of what there is. These take no lock: an operation looks again. *ret is
 * NULL, or unset, if nothing is meant; ERR_USAGE, with a list, if several are.
 */

/* The device whose UUID begins so: it runs, is defined, or is to come back. */
err_t op_find_device(struct ops *ops, const char *beginning, struct uuid *ret);
/*
 * The parent of that name; or which is written so otherwise: in other case, as lspci or libvirt
 * have it, or "PF/virtfnN". Owned by the caller.
 */
err_t op_find_parent(struct ops *ops, const char *name, char **ret);
/* The id of the type that has that id or name on the parent (NULL: any), or its virtual functions.
 */
err_t op_find_type(struct ops *ops, const char *parent, const char *name, char **ret);

struct list_request {
	bool defined;		  /* definitions rather than what runs */
	const struct uuid *uuids; /* of none: all */
	size_t uuid_count;
	const char *parent;
	bool has_group;	  /* a physical function stands for its virtual ones */
	bool wants_attrs; /* of what runs: scripts are asked for them */
};

/* Sorted by parent, then UUID. Takes no lock and writes nothing. */
err_t op_list(struct ops *ops, const struct list_request *request, struct device_list *ret);
/*
 * All parents, or only @parent unless it is NULL, sorted; with @has_group, and its virtual
 * functions.
 */
err_t op_types(struct ops *ops, const char *parent, bool has_group, struct parent_list *ret);
struct parents_request {
	const char *parent;  /* NULL: all; its card, or its virtual functions, are listed with it */
	bool wants_products; /* what the hardware is called */
};

/*
 * Adds all parents with what runs on them and is defined there, a card before its functions; and
 * the names that only definitions have. Takes no lock and writes nothing.
 */
err_t op_parents(struct ops *ops, const struct parents_request *request,
		 struct parent_info_list *ret);

enum status_kind {
	STATUS_OF_ALL,	       /* a device each: what runs, is defined, or is to come back */
	STATUS_OF_RUNNING,     /* what runs */
	STATUS_OF_DEFINITIONS, /* a definition each, with the state of what runs so */
};

struct status_request {
	enum status_kind kind;
	const struct uuid *uuids; /* of none: all */
	size_t uuid_count;
	const char *parent;
	bool has_group;	  /* a physical function stands for its virtual ones */
	bool wants_users; /* a look through /proc */
	bool wants_drift; /* attributes are read, or scripts asked for them */
	bool wants_since; /* udev is asked for those that this program has not started */
};

/*
 * Adds what runs, is defined, or is to come back, sorted by parent, then UUID. Takes no lock and
 * writes nothing.
 */
err_t op_status(struct ops *ops, const struct status_request *request, struct status_list *ret);

/*
 * Why there is no parent at all, or not @parent unless it is NULL: ERR_NOT_FOUND. NULL if there
 * is one.
 */
err_t op_explain_absence(const struct ops *ops, const char *parent);

struct dump_request {
	const char *version; /* this program's */
	bool is_redacted;    /* see redact_dump() */
};

/*
 * *ret is all that is known of the machine, for people who look at it elsewhere: a description that
 * mdevsim(1) loads, with further keys. Takes no lock, asks no callout script and writes nothing.
 * What cannot be read is in it as an error; *ret_unread counts these.
 */
err_t op_dump(struct ops *ops, const struct dump_request *request, json_t **ret,
	      size_t *ret_unread);
/*
 * Writes the text to the file @path: a reader sees all of it or what was there before. With
 * @is_private only its owner can read it, and it outlives a power cut. ERR_INVALID if a link, or
 * what is no regular file, is there.
 */
err_t op_save(const char *path, const char *text, bool is_private);

enum monitor_what {
	MONITOR_ITSELF,
	MONITOR_PARENT,
	MONITOR_DEVICE,
	MONITOR_DEFINITION,
	MONITOR_HOLD,
	MONITOR_RECORD,
};

enum monitor_action {
	MONITOR_READY,
	MONITOR_RESYNCHRONISED,
	MONITOR_ADDED,
	MONITOR_REMOVED,
	MONITOR_CHANGED,
};

/* Something has changed. Strings are borrowed; what does not apply is NULL, unset or 0. */
struct monitor_event {
	struct timespec at; /* CLOCK_REALTIME */
	enum monitor_what what;
	enum monitor_action action;
	struct uuid uuid;
	const char *parent;
	const char *type;
	bool is_defined; /* and its definition can be read: it has a start mode */
	enum device_start start;
	const char *state; /* after it, as was seen then; of a hold, its reason */
	size_t types;	   /* of a parent */
	size_t parents;	   /* MONITOR_ITSELF: how many there are */
	size_t devices;
	size_t definitions;
	pid_t pid;	     /* of the process that did it */
	const char *command; /* its name for itself */
};

struct monitor_request {
	const char *parent; /* NULL: all of them */
	bool has_group;
	bool wants_who; /* created or removed a device: root alone can tell */
	int timeout_ms; /* -1 goes on for ever */
	int reader;	/* a descriptor: when nobody is at its other end any more, it ends */
	/* False ends it. */
	bool (*tell)(void *data, const struct monitor_event *event);
	void *data;
};

/*
 * Tells of what changes, until a signal or the time limit ends it: that is success. The first event
 * is MONITOR_READY; all that changes after it is told, or, where events were lost, what is another
 * way then. What cannot be read is warned about once. Takes no lock and writes nothing.
 */
err_t op_monitor(struct ops *ops, const struct monitor_request *request);
