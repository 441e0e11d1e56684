/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long things are waited for, in milliseconds, and why so long. */
#pragma once

/* What an option may ask for at most, in seconds: a day is as good as for ever. */
#define TIMEOUT_MAX_S 86400
/* --lock-timeout: longer than any one start or stop takes that nothing holds up. */
#define LOCK_TIMEOUT_DEFAULT_MS 30000
/* --timeout: a removal that blocks, and a parent that comes. */
#define TIMEOUT_DEFAULT_MS 30000
/* --callout-timeout: a script of s390 waits up to 90 s for a lock. */
#define CALLOUT_TIMEOUT_DEFAULT_MS 120000

/* Between two tries for a lock: short at first, since most are held for a moment. */
#define LOCK_PAUSE_MIN_MS 1
#define LOCK_PAUSE_MAX_MS 50

/* How long a lock that is left to a child waits at the gate to become a shared one. */
#define LOCK_SHARE_MS 1000

/* Between two looks at sysfs, which sends no event when a directory has gone. */
#define LOOK_PAUSE_MIN_MS 1
#define LOOK_PAUSE_MAX_MS 50
/* Between two tries of what the kernel has refused for the moment. */
#define RETRY_PAUSE_MS 20

/*
 * The kernel gives a UUID and an instance back with the last reference to the device, which udev
 * or a driver's work queue may hold for a moment: so long a create is tried again, and so long
 * after a stop that may be the reason.
 */
#define LINGER_MS 5000
/* A remove file goes a moment before the rest: what looks stuck for so long is. */
#define STUCK_MS 500
/* So long a run may have done a thing and not yet have written that down. */
#define RECORD_MOMENT_MS 100
/* How long a removal by somebody else may take that nobody's use holds up. */
#define OTHERS_REMOVAL_MS 1000
/* How long the program's own removal of what it cannot leave may take: roll-back and repair. */
#define UNDO_MS 30000
/* So many times as long as it took, a look at who has what open is believed. */
#define USERS_FRESH_FACTOR 4
/* Between two looks whether those who use a device have gone. */
#define USERS_PAUSE_MS 100
/* So long start-parent-mdevs waits for a lock before it looks whether its parent is held. */
#define HELD_LOOK_MS 200
/*
 * So long a removal is given whatever the deadline: one that nobody's use holds up takes less, also
 * on a busy machine.
 */
#define REMOVAL_MOMENT_MS (LOOK_PAUSE_MAX_MS * 4)

/* So long a dump waits for what another program tells of itself or of the log. */
#define PROBE_MS 10000
/*
 * A monitor looks again so often: for what no event tells; where there are no events; and while
 * something is under way.
 */
#define MONITOR_LOOK_MS	    2000
#define MONITOR_POLL_MS	    200
#define MONITOR_RESTLESS_MS 100

/* What a script may still do after a signal that interrupts this run: it may be about to end. */
#define SCRIPT_INTERRUPTED_MS 5000
/* How long children of a script that has ended may hold its output open. */
#define SCRIPT_CHILDREN_MS 2000
/* From SIGTERM to SIGKILL, and what SIGKILL may take. */
#define SCRIPT_TERMINATE_MS 2000
#define SCRIPT_KILL_MS	    1000
/*
 * So soon it is looked whether these are in its process group at all: others cannot be ended, and
 * are not waited for; nor are those of a script that has left some behind before.
 */
#define SCRIPT_CHILDREN_LOOK_MS 100
/* How often to look for signals, and for a script's end where the kernel has no pidfd. */
#define SCRIPT_TICK_MS		200
#define SCRIPT_NO_PIDFD_TICK_MS 10

/* Between two looks for a signal, while who reads the output does not. */
#define READER_LOOK_MS 100
/* How long a line of the debug log waits for who reads it. */
#define LOG_PATIENCE_MS 20

/* So many scripts and commands may wait for each other: without end, no time limit would help. */
#define PROCESS_DEPTH_MAX 8
