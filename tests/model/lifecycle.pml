/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life cycle of mediated devices under the tool's locks: starts and stops, drain, resume,
 * hold and abandon, each of which can be killed at any step. README.md says what is modelled and
 * what is not, and where the steps are in the code; a comment at each step names its function.
 *
 * A parent is named by its bit (1, 2), so that "the parents that a claim covers" are an "or" of
 * names. A is defined on both parents (with AUTO, start mode auto on both). B is defined on none:
 * its starts say where, so that the parents concerned change while a run waits for its locks.
 *
 * Sizes, set by the command line: STARTERS and DRAINERS (processes), KILLS (at most so many),
 * FAILS (1: creates and attribute writes may fail, a drain may be refused), GIVES_UP (1: a run may
 * leave a removal to its child), HOLDS (1: there are `hold` and `resume --abandon`), ONLY_DRAINS
 * (1: each drainer drains parent 1; 2: one of the two), AUTO, CAPACITY (1: a parent takes one
 * device), THIRD_PARTIES (so many writes by others than the tool, without any lock), FOUND_DEAD
 * (what dead runs left is there at the beginning), RING (the four that can wait in a ring).
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
#ifndef HOLDS
#define HOLDS 1
#endif
#ifndef ONLY_DRAINS
#define ONLY_DRAINS 0
#endif
#ifndef AUTO
#define AUTO 0
#endif
#ifndef CAPACITY
#define CAPACITY 2
#endif
#ifndef THIRD_PARTIES
#define THIRD_PARTIES 0
#endif

#define A 0
#define B 1
#define BIT(d) (1 << (d))
#define OTHER(d) (1 - (d))
#define BOTH 3

#define START 1
#define STOP 2
#define DRAIN 3
#define RESUME 4
#define HOLD 5
#define ABANDON 6

/* What a process holds is in its own my_*; the kernel takes it back when the process ends. */
#define LOCKS \
	byte my_gate, my_parents, my_exclusive, my_devices; \
	bit ok
#define DEVICE_IS_MINE(d) (my_devices & BIT(d))
/* claim_covers */
#define IS_COVERED(p) ((my_parents | my_exclusive) & (p))
/* A branch of a step, where it stands for the end of the process instead of the step. */
#define KILLED kills > 0 -> kills--; goto killed

/* ---- what the tool keeps under /run ---- */

/* devices/UUID: a state and its parent, and the `drained` part: its hold and its parent. */
#define STARTING 1
#define RUNNING 2
byte record[2];
byte recorded[2];
byte drained[2]; /* the id of the hold, 0: no such part */
byte drained_of[2];

/* held/P */
bit hold[3]; /* a person's part */
byte drain[3]; /* the drain's part: its id, 0: none */
bit lifting[3]; /* the parts say nothing any more */
bit person[3]; /* a person holds it: what hold[] has to be */

#define IS_HELD(p) (hold[p] || drain[p])
/* A drained part whose hold has no drain part is void, and so is one of another hold. */
#define IS_VOID(d, p) (drained[d] && drained_of[d] == (p) && drained[d] != drain[p])
#ifdef VOID_NOT_CHECKED
#define IS_DUE(d, p) (drained[d] && drained_of[d] == (p) && drain[p])
#else
#define IS_DUE(d, p) (drained[d] && drained_of[d] == (p) && drained[d] == drain[p])
#endif

#if THIRD_PARTIES
bit inoded[2]; /* the record has the inode of what the start made */
#define INODE(d, x) inoded[d] = x
/* A dead start of this very parent, which has not written its inode; and another made it. */
#define CANNOT_BE_TOLD_APART(d) \
	wish[d] = (record[d] == STARTING && foreign[d] && !inoded[d] && at[d] == recorded[d] -> \
		   ANYWHERE : wish[d])
/* What is there is what the dead start made, as far as can be told. */
#define IS_ITS(d) (inoded[d] && !foreign[d] || !inoded[d] && at[d] == recorded[d])
#else
#define INODE(d, x) skip
#define CANNOT_BE_TOLD_APART(d) skip
#define IS_ITS(d) (at[d] == recorded[d])
#endif

/* What the claim's look found: what another program has made on another parent since is not. */
#if THIRD_PARTIES
#define IS_THERE(d) (at[d] && IS_COVERED(at[d]))
#else
#define IS_THERE(d) at[d]
#endif
#define IS_HALF_MADE(d) (at[d] && record[d] == STARTING && IS_ITS(d))
#define RUNS_WHOLE(d) (at[d] && !IS_HALF_MADE(d) && !stuck[d])

/* record_save. The drained part stays as it is. */
inline save_state(d, state, p)
{
	record[d] = state;
	recorded[d] = p;
	INODE(d, 0)
}

inline strike(d)
{
	drained[d] = 0;
	drained_of[d] = 0
}

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

/* Where the device should be: what the last one who came through wanted, or a drain found. */
#define ANYWHERE 0
#define NOWHERE 3
byte wish[2];

#if THIRD_PARTIES
bit foreign[2]; /* what is there was made by another program */
#define IS_FOREIGN(d) foreign[d]
#define MADE_BY_TOOL(d) foreign[d] = 0
#else
#define IS_FOREIGN(d) 0
#define MADE_BY_TOOL(d) skip
#endif

/*
 * The tool's promises, checked where they could be broken; the kernel's answer follows. With
 * -DNO_RULES only what comes of a broken promise is found.
 */
#ifdef NO_RULES
#define RULE(x) skip
#else
#define RULE(x) assert(x)
#endif

#if CAPACITY == 1
#define IS_FULL(d, p) (at[OTHER(d)] == (p))
#else
#define IS_FULL(d, p) 0
#endif

/* write_create: ENODEV while the parent goes, ENOENT when it is gone, EEXIST, ENOSPC. */
inline kernel_create_begins(d, p)
{
	RULE(!unregistering[p]);
	RULE(op[d] == 0);
	RULE(!IS_HELD(p) || my_exclusive == p);
	assert(DEVICE_IS_MINE(d) && IS_COVERED(p));
	if
	:: unregistering[p] || gone[p] || at[d] || IS_FULL(d, p) -> ok = 0
	:: else ->
		at[d] = p;
		complete[d] = 0;
		op[d] = CREATE;
		MADE_BY_TOOL(d);
		ok = 1
	fi
}

/* The driver may refuse. */
inline kernel_create_ends(d)
{
	op[d] = 0;
	if
	:: true -> ok = 1
	:: FAILS && !calm -> at[d] = 0; stuck[d] = 0; ok = 0
	fi
}

/* write_attrs */
inline kernel_attrs_begin(d)
{
	RULE(op[d] == 0);
	RULE(!unregistering[recorded[d]]);
	assert(DEVICE_IS_MINE(d) && IS_COVERED(recorded[d]));
	assert(at[d] == recorded[d] || THIRD_PARTIES);
	op[d] = ATTRS
}

inline kernel_attrs_end(d)
{
	op[d] = 0;
	if
	:: at[d] && !IS_FOREIGN(d) -> complete[d] = 1; ok = 1
	/* Another's, and another inode: the start says so and fails. */
	:: !at[d] || IS_FOREIGN(d) -> ok = 0
	:: FAILS && !calm -> ok = 0
	fi
}

/*
 * write_remove. @ok: this is the remove that does it. The loser of two is told success and does
 * nothing.
 */
inline kernel_remove_begins(d)
{
	RULE(op[d] == 0);
	RULE(!unregistering[at[d]]);
	assert(DEVICE_IS_MINE(d) && IS_COVERED(at[d]));
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
	at[d] = 0;
	MADE_BY_TOOL(d)
}

/* The kernel itself would wait for what is under way; the tool never lets it come to that. */
inline kernel_unregister_begins(p)
{
	RULE((at[A] != p || IS_FOREIGN(A)) && (at[B] != p || IS_FOREIGN(B)));
	(!(at[A] == p && op[A]) && !(at[B] == p && op[B]));
	unregistering[p] = 1
}

inline goes_with_its_parent(d, p)
{
	if
	:: at[d] == p ->
		at[d] = 0;
		complete[d] = 0;
		stuck[d] = 0;
		wish[d] = ANYWHERE;
		MADE_BY_TOOL(d)
	:: else
	fi
}

inline kernel_unregister_ends(p)
{
	unregistering[p] = 0;
	gone[p] = 1;
	goes_with_its_parent(A, p);
	goes_with_its_parent(B, p)
}

/* ---- the locks ---- */

bit gate[3]; /* an exclusive request waits at it */
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

/* claim_free, or the kernel when the process ends. */
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
 * lock_parent. One who tries has the gate for a moment only, which nobody can tell from a try
 * that came later; one step is a try that succeeds. gate.pml has the moments, too.
 */
#define HAVE_SHARED(p) shared[p]++; my_parents = my_parents | (p); assert(!is_next[p])
#define HAVE_EXCLUSIVE(p) exclusive[p] = 1; my_exclusive = p; is_next[p] = 0
#define TAKE_GATE(p) gate[p] = 1; my_gate = p; is_next[p] = 1
#define LEAVE_GATE(p) gate[p] = 0; my_gate = 0

#ifdef NO_GATE
#define GATE_IS_FREE(p) true
#else
#define GATE_IS_FREE(p) !gate[p]
#endif

inline lock_shared(p)
{
	if
	:: GATE_IS_FREE(p) && !exclusive[p] -> HAVE_SHARED(p)
	:: KILLED
	fi
}

inline lock_exclusive(p)
{
	if
	:: !gate[p] && !exclusive[p] && shared[p] == 0 -> HAVE_EXCLUSIVE(p)
	:: !gate[p] && (exclusive[p] || shared[p]) ->
		TAKE_GATE(p);
		if
		:: !exclusive[p] && shared[p] == 0 -> HAVE_EXCLUSIVE(p); LEAVE_GATE(p)
		:: KILLED
		fi
	:: KILLED
	fi
}

/* lock_device */
inline lock_device(d)
{
	if
	:: !device[d] -> device[d] = 1; my_devices = my_devices | BIT(d)
	:: KILLED
	fi
}

/*
 * lock_leave, and the end of all locks but those that a removal's child keeps: the device's
 * and its parent's, shared.
 */
inline leave_to_child(p)
{
	if
	:: my_parents & (BOTH - p) ->
		shared[BOTH - p]--;
		my_parents = my_parents & p
	:: else
	fi;
	if
	:: my_exclusive ->
		exclusive[p] = 0;
		my_exclusive = 0;
		shared[p]++;
		my_parents = p
	:: else
	fi
}

/*
 * ---- the parts of all operations ----
 *
 * One `atomic` is one step: a write to the kernel begins or ends, a file under /run changes, a
 * lock is had. What is merely read is read with the step before or after it: it is what the
 * locks that are held keep as it is. Before each step the process may be killed.
 *
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
 * The write is a child's. The run that waits for it may give up; the child keeps the device's and
 * the parent's lock until the kernel is through, and touches no record. That a run is killed while
 * its child goes on is no other than that it is killed after it: the child has the locks.
 * -DUNLINK_SHARED: the run that gives up unlinks the device's lock file, which frees the lock
 * though the child has it.
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
		:: ok && !calm && GIVES_UP -> leave_to_child(at[d]); goto left
		:: !ok
		fi
	}
}

/* Ends in `left`: the child alone. */
#define CHILD_ENDS(d) \
	if \
	:: DEVICE_IS_MINE(d) && op[d] == REMOVE -> kernel_remove_ends(d) \
	:: else \
	fi

/*
 * Removes the device if it is there and it is the one, and then the state from its record: never
 * the other way round. The drained part stays. The look whether it is the one and the write go
 * through one descriptor of the device's directory, and so are one step.
 */
inline take_down(d, is_it)
{
	atomic {
		if
		:: IS_THERE(d) && (is_it) -> CANNOT_BE_TOLD_APART(d); kernel_remove_begins(d)
		:: !(IS_THERE(d) && (is_it)) -> ok = 0
		:: KILLED
		fi
	};
	end_of_remove(d);
	atomic {
		if
		:: !IS_THERE(d) || !(is_it) ->
			save_state(d, 0, 0);
#ifdef REPAIR_DROPS_DRAINED
			strike(d)
#endif
		:: IS_THERE(d) && (is_it)
		:: KILLED
		fi
	}
}

/*
 * repair_claimed. Nobody lives who could have written `starting`: the device's lock is ours. What
 * is not there needs no parent to be forgotten.
 */
#ifdef REPAIR_ANYWHERE
#define MAY_REPAIR(d) true
#else
#define MAY_REPAIR(d) IS_COVERED(at[d])
#endif
inline repair_claimed(d)
{
	if
	:: record[d] == STARTING && (!at[d] || IS_HALF_MADE(d) && MAY_REPAIR(d)) ->
		assert(THIRD_PARTIES || !at[d] || at[d] == recorded[d]);
		take_down(d, IS_ITS(d))
	:: else
	fi
}

/*
 * start_claimed, bring_up. @ok: the device is complete; else it is gone, and the record has only
 * the drained part that it had. @is_wish: it should be there from now on.
 */
inline bring_up(d, p, is_wish)
{
	atomic {
		if
		:: save_state(d, STARTING, p);
#ifdef DRAINED_DROPPED_EARLY
			strike(d)
#endif
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
	if
	:: ok ->
#if THIRD_PARTIES
		/* What was put in its place before this look is taken for it. */
		atomic {
			if
			:: at[d] == recorded[d] ->
				inoded[d] = 1;
				wish[d] = (foreign[d] -> ANYWHERE : wish[d]);
				foreign[d] = 0
			:: at[d] != recorded[d]
			:: KILLED
			fi
		};
#endif
		atomic {
			if
			:: kernel_attrs_begin(d)
			:: KILLED
			fi
		};
		atomic { kernel_attrs_end(d) };
		/* One write: it is running, and need not come back any more. */
		atomic {
			if
			:: ok ->
				record[d] = RUNNING;
#ifndef NOT_STRUCK
				strike(d);
#endif
				wish[d] = ((is_wish) && at[d] && !stuck[d] && !IS_FOREIGN(d) -> p : wish[d])
			:: !ok
			:: KILLED
			fi
		};
		/* Taken back, if it is what was made. */
		if
		:: !ok -> take_down(d, !IS_FOREIGN(d)); ok = 0
		:: ok
		fi
	:: !ok ->
		atomic {
			if
			:: save_state(d, 0, 0)
			:: KILLED
			fi
		}
	fi
}

#define IS_COMPLETE(d) (at[d] && complete[d] && !stuck[d] && \
			(IS_FOREIGN(d) || record[d] == RUNNING && recorded[d] == at[d]))
#define IS_ABSENT(d) (at[d] == 0)

/* ---- start and stop ---- */

/*
 * claim_device: where it is to be made, and where sysfs has it. A record that says `starting`
 * concerns its parent only if the device is there: -DRECORD_CONCERNS asks for that lock in any
 * case (see udev.pml).
 */
#ifdef RECORD_CONCERNS
#define CONCERNED (p | at[d] | (record[d] == STARTING -> recorded[d] : 0))
#else
#define CONCERNED (p | at[d])
#endif

/* @p: where to start it; 0 for a stop. */
proctype starter(byte what; byte d; byte p)
{
	LOCKS;
	byte expected;
#ifdef NO_REREAD
	byte is_at;
	byte is_record;
#else
#define is_at at[d]
#define is_record record[d]
#endif

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
	if
	:: atomic { expected & 1 -> lock_shared(1) }
	:: else
	fi;
	if
	:: atomic { expected & 2 & ~my_parents -> lock_shared(2) }
	:: else
	fi;
	atomic {
#ifndef DEVICE_FIRST
		lock_device(d);
#endif
#ifndef NO_REREAD
		if
		:: expected != CONCERNED -> unlock_all(); goto again
		:: else
		fi;
#endif
		expected = 0
	};

#ifdef NO_REREAD
	/* What this run believes. */
	if
	:: is_record == STARTING -> take_down(d, true); is_at = 0; is_record = 0
	:: else
	fi;
#else
	repair_claimed(d);
#endif
	if
	:: what == START && is_at == 0 && !IS_HELD(p) ->
#ifdef NO_REREAD
		is_at = 0;
		is_record = 0;
#endif
		bring_up(d, p, true);
		assert(!ok || THIRD_PARTIES || at[d] == p)
	/* stop_claimed: the device, then its record with all that it says. */
	:: what == STOP ->
		if
		:: is_at ->
			atomic {
				if
				:: IS_THERE(d) -> wish[d] = ANYWHERE; kernel_remove_begins(d)
				:: !IS_THERE(d) -> ok = 0
				:: KILLED
				fi
			};
			end_of_remove(d)
		:: else
		fi;
		atomic {
			if
			:: at[d] == 0 ->
				save_state(d, 0, 0);
#ifndef NOT_STRUCK
				strike(d);
#endif
				wish[d] = NOWHERE
			:: at[d] -> assert(THIRD_PARTIES)
			:: KILLED
			fi
		}
	:: else
	fi;
	/* Whatever was found, whoever died before. */
	atomic {
		assert(IS_COMPLETE(d) || IS_ABSENT(d) && record[d] != STARTING || THIRD_PARTIES);
		goto killed
	};
left:
	atomic { CHILD_ENDS(d) };
killed:
	/* The variables, too: that one has ended is all that is left of it. */
	atomic {
		unlock_all();
		expected = 0;
#ifdef NO_REREAD
		is_at = 0;
		is_record = 0;
#endif
		what = 0;
		d = 0;
		p = 0
	}
}

/* ---- drain, resume, hold, abandon ---- */

/*
 * The exclusive lock on @p keeps every other start and stop on @p away, so that what is on @p
 * stays, and only the device's lock is needed besides (claim_under). The claim covers @p and no
 * other parent: two drains that asked for each other's would wait (-DLOCKS_OTHER_PARENT).
 */

/* look_at_all: each is locked, looked at and let go. */
inline look_at(d, p)
{
	atomic {
		if
		:: at[d] != p
		:: at[d] == p && !device[d] ->
			if
			:: stuck[d] -> goto killed
			:: FAILS && !calm -> goto killed /* somebody has it open */
			:: !stuck[d]
			fi
		:: KILLED
		fi
	}
}

/* The parts of holds that have ended. */
inline strike_void(d, p)
{
	atomic {
#ifndef VOID_NOT_CHECKED
		if
		:: !IS_VOID(d, p)
		:: IS_VOID(d, p) && !device[d] -> strike(d)
		:: KILLED
		fi
#else
		skip
#endif
	}
}

#define HAS_ID(d, p, x) (drained_of[d] == (p) && drained[d] == (x))
#define NEW_ID(p) (!HAS_ID(A, p, 1) && !HAS_ID(B, p, 1) -> 1 : \
		   (!HAS_ID(A, p, 2) && !HAS_ID(B, p, 2) -> 2 : 3))

/*
 * held_save. With what a dead drain had stopped before: its id stays. What was left `lifting` ends
 * with this very write.
 */
inline write_drain(p)
{
	atomic {
		if
		:: drain[p] = (drain[p] -> drain[p] : NEW_ID(p)); lifting[p] = 0
		:: KILLED
		fi
	}
}

/* drained_of: -DUNCOVERED_WRITE takes the parent from any record that there is. */
#ifdef UNCOVERED_WRITE
#define WHERE_IT_RAN(d, p) (record[d] -> recorded[d] : p)
#else
#define WHERE_IT_RAN(d, p) p
#endif
inline write_drained(d, p)
{
	atomic {
		if
		:: drained[d] = (drain[p] -> drain[p] : NEW_ID(p));
			drained_of[d] = WHERE_IT_RAN(d, p)
		:: KILLED
		fi
	}
}

/* stop_all_on, the second pass: looked at again, written down, removed. */
inline stop_one(d, p)
{
	if
	:: at[d] == p ->
		atomic {
			lock_device(d);
			if
			:: at[d] == p && RUNS_WHOLE(d) -> wish[d] = p
			:: else
			fi
		};
		repair_claimed(d);
		if
		:: at[d] == p ->
#ifndef DRAINED_AFTER_REMOVE
			write_drained(d, p);
#endif
			take_down(d, true);
#ifdef DRAINED_AFTER_REMOVE
			write_drained(d, p)
#endif
		:: else
		fi;
		atomic { unlock_device(d); ok = 0 }
	:: else
	fi
}

#ifdef ELSEWHERE_IS_FAILURE
#define IS_SETTLED(d, p) (RUNS_WHOLE(d) && at[d] == (p))
#else
#define IS_SETTLED(d, p) RUNS_WHOLE(d)
#endif
#ifdef UNCOVERED_WRITE
#define COMES_BACK_ON(d, p) drained_of[d]
#undef IS_DUE
#define IS_DUE(d, p) (drained[d] && drained[d] == drain[p])
#else
#define COMES_BACK_ON(d, p) p
#endif
#if AUTO
#define IS_AUTO(d) ((d) == A)
#else
#define IS_AUTO(d) false
#endif
#ifdef AUTO_WITH_DRAINED
#define IS_WANTED_AT_ONCE(d) IS_AUTO(d)
#else
#define IS_WANTED_AT_ONCE(d) false
#endif

/* resume_round_drained, one device. */
inline restore_one(d, p)
{
	if
	:: IS_DUE(d, p) || IS_WANTED_AT_ONCE(d) ->
#ifdef LOCKS_OTHER_PARENT
		atomic {
			if
			:: my_parents == 0 && p == 1 -> lock_shared(2)
			:: my_parents == 0 && p == 2 -> lock_shared(1)
			:: else
			fi
		};
#endif
		atomic { lock_device(d) };
		repair_claimed(d);
		if
		/* A start or stop has struck it meanwhile. */
		:: !IS_DUE(d, p) && !(IS_WANTED_AT_ONCE(d) && at[d] == 0)
		:: (IS_DUE(d, p) || IS_WANTED_AT_ONCE(d)) && at[d] == 0 ->
			bring_up(d, COMES_BACK_ON(d, p), IS_WANTED_AT_ONCE(d));
			failed = failed || !ok
		:: IS_DUE(d, p) && at[d] && IS_SETTLED(d, p) ->
			atomic {
				if
				:: strike(d)
				:: KILLED
				fi
			}
		/* Half made elsewhere, or stuck. */
		:: IS_DUE(d, p) && at[d] && !IS_SETTLED(d, p) -> failed = 1
		fi;
		atomic { unlock_device(d); ok = 0 }
	:: else
	fi
}

/* resume_round_auto, one device: the code of start-parent-mdevs. */
inline start_auto(d, p)
{
#if AUTO
	atomic { lock_device(d) };
	repair_claimed(d);
	if
	:: at[d] == 0 -> bring_up(d, p, true)
	:: else
	fi;
	atomic { unlock_device(d); ok = 0 }
#else
	skip
#endif
}

/* resume_abandon, one device. The time may be over before its lock is had: then it is void. */
inline give_up(d, p)
{
	atomic {
		if
		:: !IS_DUE(d, p)
		:: IS_DUE(d, p) && !device[d] ->
			strike(d);
			wish[d] = (record[d] == STARTING -> ANYWHERE : (at[d] -> at[d] : NOWHERE))
		:: IS_DUE(d, p) && device[d] && !calm
		:: KILLED
		fi
	}
}

inline is_not_wished_any_more(d, p)
{
	if
	:: drained[d] && drained_of[d] == p ->
		wish[d] = (op[d] == 0 && at[d] -> (record[d] == STARTING -> ANYWHERE : at[d]) : NOWHERE)
	:: else
	fi
}

proctype drainer(byte what; byte p)
{
	LOCKS;
	bit failed;

	if
	:: what == ABANDON ->
		atomic { lock_shared(p) };
		give_up(A, p);
		give_up(B, p);
		atomic {
			if
			:: drain[p] ->
				drain[p] = 0;
				is_not_wished_any_more(A, p);
				is_not_wished_any_more(B, p)
			:: !drain[p] -> hold[p] = 0; lifting[p] = 0; person[p] = 0
			:: KILLED
			fi;
			goto killed
		}
	:: else -> atomic { lock_exclusive(p) }
	fi;

	/* op_hold */
	if
	:: what == HOLD ->
		atomic {
			if
			:: !IS_HELD(p) -> hold[p] = 1; lifting[p] = 0; person[p] = 1
			:: IS_HELD(p)
			:: KILLED
			fi;
			goto killed
		}
	:: what == RESUME && !IS_HELD(p) && !lifting[p] -> goto killed
	:: what == RESUME && (IS_HELD(p) || lifting[p]) -> goto restore
	:: what == DRAIN
	fi;

	/* drain_locked */
	look_at(A, p);
	look_at(B, p);
	strike_void(A, p);
	strike_void(B, p);
#ifndef HOLD_AFTER_STOPS
	write_drain(p);
#endif
	stop_one(A, p);
	stop_one(B, p);
#ifdef HOLD_AFTER_STOPS
	write_drain(p);
#endif

	/*
	 * Seen to be empty, or the parent stays held. Without COMMAND, too. COMMAND goes on when the
	 * drain is killed, and keeps the parent's lock until it ends; -DCOMMAND_WITHOUT_LOCK: the
	 * lock goes with the drain.
	 */
	atomic {
		if
		:: at[A] != p && at[B] != p
		:: at[A] == p || at[B] == p -> assert(THIRD_PARTIES); goto killed
		fi
	};
	atomic {
		if
		:: kernel_unregister_begins(p)
		:: goto killed
		:: KILLED
		fi
	};
#ifdef COMMAND_WITHOUT_LOCK
	if
	:: true
	:: atomic { kills > 0 -> kills--; unlock_all() };
		atomic { kernel_unregister_ends(p) };
		atomic { gone[p] = 0; goto killed }
	fi;
#endif
	atomic { kernel_unregister_ends(p) };
	atomic { gone[p] = 0 };

	/* resume_locked */
restore:
	if
	:: drain[p] -> restore_one(A, p); restore_one(B, p)
	:: else
	fi;
	atomic {
		if
		:: failed -> goto killed
#ifdef HOLD_LOST_BY_DRAIN
		:: !failed -> drain[p] = 0; hold[p] = 0; lifting[p] = 1
#else
		:: !failed && drain[p] && hold[p] -> drain[p] = 0; goto killed
		:: !failed && !(drain[p] && hold[p]) ->
			drain[p] = 0;
			hold[p] = 0;
			person[p] = 0;
			lifting[p] = 1
#endif
		:: KILLED
		fi
	};
	start_auto(A, p);
	/* held_remove */
	atomic {
		if
		:: lifting[p] = 0; goto killed
		:: KILLED
		fi
	};
left:
	atomic { CHILD_ENDS(A); CHILD_ENDS(B) };
killed:
	atomic { unlock_all(); failed = 0; what = 0; p = 0 }
}

/* ---- others than the tool: no lock, and one write is one step ---- */

#if THIRD_PARTIES
inline foreign_create(d, p)
{
	if
	:: !at[d] && !unregistering[p] && !gone[p] && !IS_FULL(d, p) ->
		at[d] = p;
		complete[d] = 1;
		foreign[d] = 1;
		wish[d] = p
	:: else
	fi
}

inline foreign_remove(d)
{
	if
	:: at[d] && op[d] == CREATE -> stuck[d] = 1; wish[d] = ANYWHERE
	:: at[d] && op[d] != CREATE && op[d] != REMOVE && !stuck[d] && !unregistering[at[d]] ->
		at[d] = 0;
		complete[d] = 0;
		foreign[d] = 0;
		wish[d] = ANYWHERE
	:: else
	fi
}

proctype third_party()
{
	byte writes;

	do
	:: writes == THIRD_PARTIES || calm -> break
	:: atomic { writes < THIRD_PARTIES && !calm -> writes++; foreign_create(A, 1) }
	:: atomic { writes < THIRD_PARTIES && !calm -> writes++; foreign_create(A, 2) }
	:: atomic { writes < THIRD_PARTIES && !calm -> writes++; foreign_remove(A) }
	od;
	writes = 0
}
#endif

/* ---- the searches ---- */

#define NOBODY (!gate[1] && !gate[2] && !exclusive[1] && !exclusive[2] && \
		!shared[1] && !shared[2] && !device[A] && !device[B])
/* What a start that died has left is nowhere, until the next one who claims it takes it away. */
#define IS_AS_WISHED(d) (wish[d] == ANYWHERE || stuck[d] || \
			 wish[d] == NOWHERE && (IS_ABSENT(d) || record[d] == STARTING) || \
			 at[d] == wish[d] && IS_COMPLETE(d))
/* Drained of a parent, and half made on the other one: not the resume's to repair. */
#define IS_IN_THE_WAY(d, p) (IS_DUE(d, p) && \
			     (record[d] == STARTING && at[d] && at[d] != (p) || stuck[d]))

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

#if ONLY_DRAINS
#define LAST_DRAINER (ONLY_DRAINS - 1)
#elif HOLDS
#define LAST_DRAINER 7
#else
#define LAST_DRAINER 3
#endif
inline run_drainer(from)
{
	select (code : from .. LAST_DRAINER);
	if
	:: code == 0 -> run drainer(DRAIN, 1)
	:: code == 1 -> run drainer(DRAIN, 2)
	:: code == 2 -> run drainer(RESUME, 1)
	:: code == 3 -> run drainer(RESUME, 2)
	:: code == 4 -> run drainer(HOLD, 1)
	:: code == 5 -> run drainer(HOLD, 2)
	:: code == 6 -> run drainer(ABANDON, 1)
	:: code == 7 -> run drainer(ABANDON, 2)
	fi
}

/*
 * The device as earlier runs left it. With -DFOUND_DEAD, also as runs left it that were killed:
 * the larger searches leave that to their own runs.
 */
inline found(d)
{
	if
	:: true
	:: !IS_FULL(d, 1) -> at[d] = 1
	:: !IS_FULL(d, 2) -> at[d] = 2
	fi;
	if
	:: at[d] -> complete[d] = 1; save_state(d, RUNNING, at[d])
	:: !at[d]
#ifdef FOUND_DEAD
	:: at[d] -> save_state(d, STARTING, at[d])
	:: !at[d] -> save_state(d, STARTING, 1)
	:: !at[d] -> save_state(d, STARTING, 2)
	:: !at[d] -> save_state(d, RUNNING, 1)
#endif
	fi;
#ifdef FOUND_DEAD
	if
	:: true
	/* Drained, of a hold that is there or has ended; running yet, or half made since. */
	:: !at[d] && record[d] != STARTING -> drained[d] = 1; drained_of[d] = 1
	:: record[d] == STARTING -> drained[d] = 1; drained_of[d] = 1
	:: at[d] == 1 && record[d] == RUNNING -> drained[d] = 1; drained_of[d] = 1
	fi
#endif
}

inline found_wish(d)
{
	if
	:: drained[d] && drain[1] -> wish[d] = 1
	:: drained[d] && !drain[1] && record[d] != STARTING -> wish[d] = (at[d] -> at[d] : NOWHERE)
	:: else
	fi
}

inline found_held()
{
#ifdef FOUND_DEAD
	if
	:: true
	:: drain[1] = 1
	:: drain[1] = 1; hold[1] = 1; person[1] = 1
	:: lifting[1] = 1
	fi;
	found_wish(A);
	found_wish(B)
#else
	skip
#endif
}

#define ALL_ENDED (_nr_pr == 1)

inline resume_both()
{
	run drainer(RESUME, 1);
	atomic { ALL_ENDED -> assert(!drain[1] || IS_IN_THE_WAY(A, 1) || IS_IN_THE_WAY(B, 1)) };
	run drainer(RESUME, 2);
	atomic { ALL_ENDED -> assert(!drain[2] || IS_IN_THE_WAY(A, 2) || IS_IN_THE_WAY(B, 2)) }
}

init {
	byte code;

	atomic {
		found(A);
		found(B);
		found_held();
		select (code : 0 .. KILLS);
		kills = code;
		code = 0;
#ifdef RING
		run starter(START, A, 2);
		run starter(START, B, 1);
		run drainer(DRAIN, 1);
		run drainer(DRAIN, 2);
#else
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
#if DRAINERS >= 3
		run_drainer(code);
#endif
#endif
#if THIRD_PARTIES
		run third_party();
#endif
		code = 0
	};

	/*
	 * All have ended or died. Whatever that left, a resume of each parent and a start or stop
	 * put it right. The resumes come first, or a start or stop does.
	 */
	atomic {
		ALL_ENDED ->
		assert(NOBODY);
		assert(hold[1] == person[1] && hold[2] == person[2]);
		kills = 0;
		calm = 1
	};
	if
	:: skip
	:: atomic { run_starter(0); code = 0 };
		ALL_ENDED
	fi;
	resume_both();
	/* Then a claim of the device repairs it, whatever for: here, a start that is refused. */
	if
	:: drain[1] || drain[2] ->
		if
		:: drained[A] -> run starter(START, A, drained_of[A])
		:: else
		fi;
		ALL_ENDED;
		if
		:: drained[B] -> run starter(START, B, drained_of[B])
		:: else
		fi;
		ALL_ENDED;
		resume_both();
		assert(!drain[1] && !drain[2] || stuck[A])
	:: else
	fi;
	/* A resume that has ended a drain leaves a person's hold to the next one. */
	if
	:: hold[1] || hold[2] -> assert(hold[1] == person[1] && hold[2] == person[2]); resume_both()
	:: else
	fi;
	atomic {
		assert(!IS_HELD(1) && !IS_HELD(2) && !lifting[1] && !lifting[2] || stuck[A]);
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
		assert(IS_COMPLETE(A) || IS_ABSENT(A) && record[A] != STARTING || THIRD_PARTIES);
		assert(IS_COMPLETE(B) || IS_ABSENT(B) && record[B] != STARTING)
	}
}
