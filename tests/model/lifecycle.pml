/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life cycle of mediated devices under the tool's locks: starts and stops, drain and resume,
 * each of which can be killed at any step. See README.md for what is modelled and what is not.
 *
 * A parent is named by its bit (1, 2), so that "the parents concerned" are an "or" of names.
 * A is defined on both parents. B is defined on none: its starts say where (transient devices),
 * so that the set of parents concerned changes while a run waits for its locks.
 *
 * Sizes, set by the command line: STARTERS and DRAINERS (processes), KILLS (at most so many),
 * FAILS (1: creates and attribute writes may fail), GIVES_UP (1: a run may leave a removal to its
 * child). The broken variants are in README.md.
 */
#ifndef STARTERS
#define STARTERS 2
#endif
#ifndef DRAINERS
#define DRAINERS 1
#endif
#ifndef KILLS
#define KILLS 1
#endif
#ifndef FAILS
#define FAILS 0
#endif
#ifndef GIVES_UP
#define GIVES_UP 1
#endif

#define A 0
#define B 1
#define BIT(d) (1 << (d))
#define BOTH 3

#define START 1
#define STOP 2
#define DRAIN 3
#define RESUME 4

/* What a process holds is in its own my_*; the kernel takes it back when the process ends. */
#define LOCKS \
	byte my_gate, my_parents, my_exclusive, my_devices; \
	bit ok
#define DEVICE_IS_MINE(d) (my_devices & BIT(d))
#define PARENT_IS_MINE(p) ((my_parents | my_exclusive) & (p))
/* A branch of a step, where it stands for the end of the process instead of the step. */
#define KILLED kills > 0 -> kills--; goto killed

/* ---- the kernel ---- */

#define CREATE 1
#define ATTRS 2
#define REMOVE 3

byte at[2]; /* the parent that the device is on, 0: none */
bit complete[2]; /* every attribute is written */
byte op[2]; /* what is being done to the device */
bit stuck[2]; /* in sysfs, without `remove` */
bit unregistering[3];
bit gone[3];
byte kills; /* how many processes may still be killed */
bit calm; /* at the end: nobody is killed, fails or gives up */

/*
 * The tool's promises, checked where they could be broken; the kernel's answer follows. With
 * -DNO_RULES only what comes of a broken promise is found.
 */
#ifdef NO_RULES
#define RULE(x) skip
#else
#define RULE(x) assert(x)
#endif

/* ENODEV while the parent goes, ENOENT when it is gone, EEXIST. */
inline kernel_create_begins(d, p)
{
	RULE(!unregistering[p]);
	RULE(op[d] == 0);
	assert(DEVICE_IS_MINE(d) && PARENT_IS_MINE(p));
	if
	:: unregistering[p] || gone[p] || at[d] -> ok = 0
	:: else ->
		at[d] = p;
		complete[d] = 0;
		op[d] = CREATE;
		ok = 1
	fi
}

/* The driver may refuse. */
inline kernel_create_ends(d)
{
	op[d] = 0;
	if
	:: true -> ok = 1
	:: FAILS && !calm -> at[d] = 0; ok = 0
	fi
}

inline kernel_attrs_begin(d)
{
	RULE(op[d] == 0);
	RULE(!unregistering[at[d]]);
	assert(DEVICE_IS_MINE(d) && PARENT_IS_MINE(at[d]));
	op[d] = ATTRS
}

inline kernel_attrs_end(d)
{
	op[d] = 0;
	if
	:: true -> complete[d] = 1; ok = 1
	:: FAILS && !calm -> ok = 0
	fi
}

/* @ok: this is the remove that does it. The loser of two is told success and does nothing. */
inline kernel_remove_begins(d)
{
	RULE(op[d] == 0);
	RULE(!unregistering[at[d]]);
	assert(DEVICE_IS_MINE(d) && PARENT_IS_MINE(at[d]));
	if
	:: at[d] == 0 || op[d] == REMOVE || stuck[d] || unregistering[at[d]] -> ok = 0
	:: at[d] != 0 && op[d] == CREATE -> stuck[d] = 1; ok = 0; assert(!stuck[d])
	:: else -> op[d] = REMOVE; ok = 1
	fi
}

inline kernel_remove_ends(d)
{
	op[d] = 0;
	complete[d] = 0;
	at[d] = 0
}

/* The kernel itself would wait for what is under way; the tool never lets it come to that. */
inline kernel_unregister_begins(p)
{
	RULE(at[A] != p && at[B] != p);
	(!(at[A] == p && op[A]) && !(at[B] == p && op[B]));
	unregistering[p] = 1
}

inline kernel_unregister_ends(p)
{
	unregistering[p] = 0;
	gone[p] = 1;
	if
	:: at[A] == p -> at[A] = 0; complete[A] = 0; stuck[A] = 0
	:: else
	fi;
	if
	:: at[B] == p -> at[B] = 0; complete[B] = 0; stuck[B] = 0
	:: else
	fi
}

/* ---- what the tool keeps under /run ---- */

#define STARTING 1
#define RUNNING 2

byte record[2];
byte recorded[2]; /* the record's parent */
bit held[3];
byte hold[3]; /* the devices in the hold */

inline write_record(d, state, p)
{
	record[d] = state;
	recorded[d] = p
}

/* ---- the locks ---- */

bit gate[3];
bit exclusive[3];
byte shared[3];
bit device[2];
bit is_next[3]; /* an exclusive request waits for nothing but those who have the lock */

inline unlock_device(d)
{
	device[d] = 0;
	my_devices = my_devices & ~BIT(d)
}

inline unlock_one(p)
{
	if
	:: my_gate == p -> gate[p] = 0; is_next[p] = 0
	:: else
	fi;
	if
	:: my_parents & p -> shared[p]--
	:: else
	fi;
	if
	:: my_exclusive == p -> exclusive[p] = 0; is_next[p] = 0
	:: else
	fi
}

inline unlock_all()
{
	unlock_one(1);
	unlock_one(2);
	if
	:: DEVICE_IS_MINE(A) -> device[A] = 0
	:: else
	fi;
	if
	:: DEVICE_IS_MINE(B) -> device[B] = 0
	:: else
	fi;
	my_gate = 0;
	my_parents = 0;
	my_exclusive = 0;
	my_devices = 0;
	ok = 0
}

/*
 * Taking the gate and the lock is one step where nobody has the lock, and giving the gate up is
 * one with getting the lock: others could only see that they have to wait.
 */
#define HAVE_SHARED(p) shared[p]++; my_parents = my_parents | (p); assert(!is_next[p])
#define HAVE_EXCLUSIVE(p) exclusive[p] = 1; my_exclusive = p; is_next[p] = 0
#define TAKE_GATE(p) gate[p] = 1; my_gate = p
#define LEAVE_GATE(p) gate[p] = 0; my_gate = 0

#ifdef NO_GATE
inline lock_shared(p)
{
	if
	:: !exclusive[p] -> HAVE_SHARED(p)
	:: KILLED
	fi
}

inline lock_exclusive(p)
{
	is_next[p] = 1;
	my_gate = p;
	if
	:: !exclusive[p] && shared[p] == 0 -> HAVE_EXCLUSIVE(p); my_gate = 0
	:: KILLED
	fi
}
#else
inline lock_shared(p)
{
	if
	:: !gate[p] && !exclusive[p] -> HAVE_SHARED(p)
	:: !gate[p] && exclusive[p] ->
		TAKE_GATE(p);
		if
		:: !exclusive[p] -> HAVE_SHARED(p); LEAVE_GATE(p)
		:: KILLED
		fi
	:: KILLED
	fi
}

inline lock_exclusive(p)
{
	if
	:: !gate[p] && !exclusive[p] && shared[p] == 0 -> HAVE_EXCLUSIVE(p)
	:: !gate[p] && (exclusive[p] || shared[p]) ->
		TAKE_GATE(p);
		is_next[p] = 1;
		if
		:: !exclusive[p] && shared[p] == 0 -> HAVE_EXCLUSIVE(p); LEAVE_GATE(p)
		:: KILLED
		fi
	:: KILLED
	fi
}
#endif

inline lock_device(d)
{
	if
	:: !device[d] -> device[d] = 1; my_devices = my_devices | BIT(d)
	:: KILLED
	fi
}

/*
 * ---- the parts of all operations ----
 *
 * One `atomic` is one step: a write to the kernel begins or ends, a file under /run changes, a
 * lock is had. What is merely read is read with the step before or after it: it is what the
 * locks that are held keep as it is. Before each step the process may be killed.
 */

/* Where the device should be: what the last one who came through wanted, or a drain found. */
#define ANYWHERE 0
#define NOWHERE 3
byte wish[2];

/*
 * Whoever starts, stops or drains a device takes it out of the holds there are: what they say is
 * out of date. The device's lock is enough for that if a hold has one file for each device.
 * -DHOLD_NOT_STRUCK: a hold is changed by drain and resume of its own parent only.
 */
#ifdef HOLD_NOT_STRUCK
#define STRIKE(p, devices) skip
#else
#define STRIKE(p, devices) hold[p] = hold[p] & ~(devices)
#endif

/*
 * A process that is killed inside a write ends, and loses its locks, only when the write is done:
 * the kernel does it in the process's own name. -DLOCKS_GO_AT_ONCE is a kernel in which that is
 * not so.
 */
inline end_of_create(d)
{
#ifdef LOCKS_GO_AT_ONCE
	if
	:: true
	:: atomic { kills > 0 -> kills--; unlock_all() };
		atomic { kernel_create_ends(d); goto killed }
	fi;
#endif
	atomic {
		if
		:: ok -> kernel_create_ends(d)
		:: else
		fi
	}
}

/*
 * The write is a child's. The run that waits for it may give up or be killed; the child keeps
 * the locks until the kernel is through, and touches no record. -DUNLINK_SHARED: the run that
 * gives up unlinks the device's lock file, which frees the lock though the child has it.
 */
inline end_of_remove(d)
{
#ifdef UNLINK_SHARED
	if
	:: true
	:: atomic { ok && !calm -> unlock_device(d) };
		atomic { kernel_remove_ends(d); goto killed }
	fi;
#endif
	atomic {
		if
		:: ok -> kernel_remove_ends(d)
		:: ok && !calm && GIVES_UP -> kernel_remove_ends(d); goto killed
		:: !ok
		fi
	}
}

/* Removes the device, if it is there, and then its record: never the other way round. */
inline take_down(d)
{
	atomic {
		if
		:: at[d] -> kernel_remove_begins(d)
		:: !at[d] -> ok = 0
		:: KILLED
		fi
	};
	end_of_remove(d);
	atomic {
		if
		:: write_record(d, 0, 0)
		:: KILLED
		fi
	}
}

/* @ok: the device is complete; else it and its record are gone. */
inline bring_up(d, p)
{
	atomic {
		if
		:: write_record(d, STARTING, p)
		:: KILLED
		fi
	};
	atomic {
		if
		:: kernel_create_begins(d, p)
		:: KILLED
		fi
	};
	end_of_create(d);
	atomic {
		if
		:: ok -> kernel_attrs_begin(d)
		:: !ok -> write_record(d, 0, 0)
		:: KILLED
		fi
	};
	atomic {
		if
		:: ok -> kernel_attrs_end(d)
		:: !ok
		fi
	};
	atomic {
		if
		:: ok -> write_record(d, RUNNING, p)
		:: !ok
		:: KILLED
		fi
	};
	/* Taken back. */
	if
	:: !ok && at[d] -> take_down(d); ok = 0
	:: else
	fi
}

#define IS_COMPLETE(d) (at[d] && complete[d] && !stuck[d] && \
			record[d] == RUNNING && recorded[d] == at[d])
#define IS_ABSENT(d) (at[d] == 0)

/* ---- start and stop ---- */

/* The definition's, the one asked for, sysfs' and the record's. */
#define CONCERNED ((d == A -> BOTH : 0) | p | at[d] | recorded[d])

/* @p: where to start it; 0 for a stop. */
proctype starter(byte what; byte d; byte p)
{
	LOCKS;
	byte expected;
	byte is_at; /* what this run believes */
	byte is_record;

again:
	atomic {
		expected = CONCERNED;
#ifdef NO_REREAD
		is_at = at[d];
		is_record = record[d]
#endif
	};
#ifdef DEVICE_FIRST
	atomic { lock_device(d) };
#endif
#ifdef PARENTS_UNSORTED
	/* The one asked for, then the others. */
	atomic {
		if
		:: p == 2 -> lock_shared(2)
		:: else
		fi
	};
#endif
	atomic {
		if
		:: expected & 1 -> lock_shared(1)
		:: else
		fi
	};
	atomic {
		if
		:: expected & 2 & ~my_parents -> lock_shared(2)
		:: else
		fi
	};
	atomic {
#ifndef DEVICE_FIRST
		lock_device(d);
#endif
#ifndef NO_REREAD
		if
		:: expected != CONCERNED -> unlock_all(); goto again
		:: else
		fi;
		is_at = at[d];
		is_record = record[d];
#endif
		expected = 0
	};

	/* Nobody lives who could have written `starting`: a dead start. */
	if
	:: atomic {
		is_record == STARTING ->
		assert(is_at == 0 || is_at == recorded[d]);
		is_at = 0;
		is_record = 0
	};
		take_down(d)
	:: else
	fi;
	if
	:: atomic {
		what == START && is_at == 0 && !held[p] ->
		is_record = 0;
		wish[d] = ANYWHERE
	};
		bring_up(d, p)
	:: atomic {
		what == STOP && (is_at || is_record) ->
		is_at = 0;
		is_record = 0;
		wish[d] = ANYWHERE
	};
		take_down(d);
		ok = 1
	:: else -> ok = (what == STOP)
	fi;
	atomic {
		/* Whatever was found, whoever died before. */
		assert(IS_COMPLETE(d) || IS_ABSENT(d) && record[d] != STARTING);
		if
		:: ok ->
			STRIKE(1, BIT(d));
			STRIKE(2, BIT(d));
			wish[d] = (what == START -> p : NOWHERE);
			assert(what == START && at[d] == p || what == STOP && at[d] == 0)
		:: !ok
		:: KILLED
		fi
	};
killed:
	/* The variables, too: that one has ended is all that is left of it. */
	atomic { unlock_all(); expected = 0; is_at = 0; is_record = 0; what = 0; d = 0; p = 0 }
}

/* ---- drain and resume ---- */

/*
 * The exclusive lock on @p keeps every other start and stop on @p away, so that what is on @p
 * stays, and only the device's lock is needed besides. It never touches another parent, and so
 * never asks for another's lock: two drains would wait for each other (-DLOCKS_OTHER_PARENT).
 */
#define IS_ON(d, p) (at[d] == (p) || recorded[d] == (p))

/* Looked at again under the lock: a drain of the other parent may have had it. */
inline lock_if_on(d, p)
{
	atomic {
		if
		:: IS_ON(d, p) ->
			lock_device(d);
			if
			:: !IS_ON(d, p) -> unlock_device(d)
			:: else
			fi
		:: !IS_ON(d, p)
		fi
	};
	if
	:: DEVICE_IS_MINE(d) && record[d] == STARTING -> take_down(d); atomic { unlock_device(d) }
	:: else
	fi
}

inline stop_one(d)
{
	if
	:: DEVICE_IS_MINE(d) -> take_down(d); atomic { unlock_device(d) }
	:: else
	fi
}

#define RUNS_ON(d, p) (at[d] == (p) && DEVICE_IS_MINE(d) -> BIT(d) : 0)

/* With what a dead drain had stopped before: -DHOLD_OVERWRITTEN forgets that. */
inline write_hold(p)
{
	if
	:: held[p] = 1;
#ifdef HOLD_OVERWRITTEN
		hold[p] = running;
#else
#ifdef MENDED_4
		hold[p] = hold[p] | running;
#else
		/* hold_load when the lock was had, hold_save rewrites all of it. */
		hold[p] = copy | running;
#endif
#endif
		running = 0
	:: KILLED
	fi
}

inline restore_one(d, p)
{
	if
	:: hold[p] & BIT(d) ->
#ifdef LOCKS_OTHER_PARENT
		atomic {
			if
			:: p == 1 && !(my_parents & 2) -> lock_shared(2)
			:: p == 2 && !(my_parents & 1) -> lock_shared(1)
			:: else
			fi
		};
#endif
		atomic { lock_device(d) };
		/* repair_claimed: wherever the device is. */
		if
#ifdef MENDED_1
		:: record[d] == STARTING && at[d] == p -> take_down(d)
#else
		:: record[d] == STARTING -> take_down(d)
#endif
		:: else
		fi;
		/* runs_as_defined: one that was started elsewhere meanwhile is a failure. */
		if
		:: at[d] == 0 && (hold[p] & BIT(d)) -> bring_up(d, p)
#ifndef MENDED_2
		:: at[d] != 0 && at[d] != p && (hold[p] & BIT(d)) -> ok = 0
#endif
		:: else -> ok = 1
		fi;
		/* When one does not start, the parent stays held. */
		atomic {
			if
			:: ok -> hold[p] = hold[p] & ~BIT(d); unlock_device(d)
			:: !ok -> goto killed
			:: KILLED
			fi
		}
	:: else
	fi
}

proctype drainer(byte what; byte p)
{
	LOCKS;
	byte running;
	byte copy;

	atomic { lock_exclusive(p); copy = hold[p] };
	if
	:: what == RESUME && !held[p] -> goto killed
	:: what == RESUME && held[p] -> goto restore
	:: what == DRAIN
	fi;

	lock_if_on(A, p);
	lock_if_on(B, p);
	atomic {
		running = RUNS_ON(A, p) | RUNS_ON(B, p);
		if
		:: running & BIT(A) -> wish[A] = p
		:: else
		fi;
		if
		:: running & BIT(B) -> wish[B] = p
		:: else
		fi;
#ifdef MENDED_3
		STRIKE(BOTH - p, running)
#else
		skip
#endif
	};
#ifndef HOLD_AFTER_STOPS
	atomic { write_hold(p) };
#endif
	stop_one(A);
	stop_one(B);
#ifdef HOLD_AFTER_STOPS
	atomic { write_hold(p) };
#endif

	/*
	 * Without COMMAND, the parent stays held. COMMAND goes on when the drain is killed, and
	 * keeps the parent's lock until it ends; -DCOMMAND_MENDED_LOCK: the lock goes with the
	 * drain.
	 */
	atomic {
		if
		:: kernel_unregister_begins(p)
		:: goto killed
		:: KILLED
		fi
	};
#ifdef COMMAND_MENDED_LOCK
	if
	:: true
	:: atomic { kills > 0 -> kills--; unlock_all() };
		atomic { kernel_unregister_ends(p) };
		atomic { gone[p] = 0; goto killed }
	fi;
#endif
	atomic { kernel_unregister_ends(p) };
	atomic { gone[p] = 0 };

restore:
	restore_one(A, p);
	restore_one(B, p);
	atomic {
		if
		:: held[p] = 0
		:: KILLED
		fi
	};
killed:
	atomic { unlock_all(); running = 0; copy = 0; what = 0; p = 0 }
}

/* ---- the searches ---- */

#define NOBODY (!gate[1] && !gate[2] && !exclusive[1] && !exclusive[2] && \
		!shared[1] && !shared[2] && !device[A] && !device[B])
#define IS_AS_WISHED(d) (wish[d] == ANYWHERE || wish[d] == NOWHERE && IS_ABSENT(d) || \
			 at[d] == wish[d] && IS_COMPLETE(d))

/* What the processes do. They are alike, so the order among them does not matter. */
inline run_starter(from)
{
	select (code : from .. 5);
	if
	:: code == 0 -> run starter(START, A, 1)
	:: code == 1 -> run starter(START, A, 2)
	:: code == 2 -> run starter(START, B, 1)
	:: code == 3 -> run starter(START, B, 2)
	:: code == 4 -> run starter(STOP, A, 0)
	:: code == 5 -> run starter(STOP, B, 0)
	fi
}

inline run_drainer(from)
{
	select (code : from .. 3);
	if
	:: code == 0 -> run drainer(DRAIN, 1)
	:: code == 1 -> run drainer(DRAIN, 2)
	:: code == 2 -> run drainer(RESUME, 1)
	:: code == 3 -> run drainer(RESUME, 2)
	fi
}

/*
 * The device as earlier runs left it. With -DFOUND_DEAD, also as a run left it that was killed:
 * the larger searches leave that to their own runs.
 */
inline found(d)
{
	if
	:: true
	:: at[d] = 1
	:: at[d] = 2
	fi;
	if
	:: at[d] -> complete[d] = 1; write_record(d, RUNNING, at[d])
	:: !at[d]
#ifdef FOUND_DEAD
	:: at[d] -> write_record(d, STARTING, at[d])
	:: !at[d] -> write_record(d, STARTING, 1)
	:: !at[d] -> write_record(d, STARTING, 2)
	:: !at[d] -> write_record(d, RUNNING, 1)
	:: !at[d] -> write_record(d, RUNNING, 2)
#endif
	fi
}

#define ALL_ENDED (_nr_pr == 1)

init {
	byte code;

	atomic {
		found(A);
		found(B);
		select (code : 0 .. KILLS);
		kills = code;
		code = 0;
#if STARTERS >= 1
		run_starter(0);
#endif
#if STARTERS >= 2
		run_starter(code);
#endif
#if STARTERS >= 3
		run_starter(code);
#endif
#if DRAINERS >= 1
		run_drainer(0);
#endif
#if DRAINERS >= 2
		run_drainer(code);
#endif
		code = 0
	};

	/*
	 * All have ended or died. Whatever that left, one resume and one start or stop put it
	 * right. A resume comes first, or a start or stop does.
	 */
	atomic {
		ALL_ENDED ->
		assert(NOBODY);
		kills = 0;
		calm = 1
	};
	if
	:: skip
	:: atomic { run_starter(0); code = 0 };
		ALL_ENDED
	fi;
	run drainer(RESUME, 1);
	ALL_ENDED;
	run drainer(RESUME, 2);
	atomic {
		ALL_ENDED ->
		assert(!held[1] && !held[2] && hold[1] == 0 && hold[2] == 0);
		assert(IS_AS_WISHED(A) && IS_AS_WISHED(B))
	};
	if
	:: run starter(START, A, 2)
	:: run starter(STOP, A, 0)
	fi;
	ALL_ENDED;
	if
	:: run starter(START, B, 1)
	:: run starter(STOP, B, 0)
	fi;
	atomic {
		ALL_ENDED ->
		assert(NOBODY);
		assert(IS_COMPLETE(A) || IS_ABSENT(A) && record[A] == 0);
		assert(IS_COMPLETE(B) || IS_ABSENT(B) && record[B] == 0)
	}
}
