/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parents that register while one is held. For each registration udev runs start-parent-mdevs of
 * that parent; the drain's COMMAND may wait until udev has none to run (settle). Who waits for
 * whom, and is what is auto started in the end?
 *
 * A parent is named by its bit (1, 2). Device A is auto on both, B on the first only. A start or a
 * stop of one device is one step here, with the locks that it needs had before: lifecycle.pml has
 * the steps inside. The drain is of parent 1; it may find what a resume has left that died, and a
 * start that died (FOUND_DEAD).
 *
 * Searches: HOLDS (1: a person's hold and resume), RELOADS (so many reloads of a driver by
 * somebody else), DRAINERS (2: parent 2 is drained as well), KILLS.
 *
 * Broken: LOOKS_ONCE, RECORD_CONCERNS, LIFTING_MISSING, HOLD_GONE_FIRST, LIFTING_ENDED_EARLY,
 * HOLD_WITHOUT_AUTO, TAKES_DRAINED. README.md says what each of them is.
 */
#ifndef DRAINERS
#define DRAINERS 1
#endif
#ifndef KILLS
#define KILLS 1
#endif
#ifndef HOLDS
#define HOLDS 1
#endif
#ifndef RELOADS
#define RELOADS 0
#endif

#define A 0
#define B 1
#define OTHER(p) (3 - (p))
#define IS_AUTO(d, p) ((d) == A || (p) == 1)

byte at[2];
byte starting[2]; /* the record says so, of this parent */
byte drained[2]; /* of this parent, and of the hold that there is */
bit gone[3];
byte events[3]; /* registrations that udev has not handled yet */
bit handling[3];
byte running_drains;
byte kills = KILLS;
bit moved; /* an automatic start took what a drain was to bring back */

bit hold[3];
bit drain[3];
bit lifting[3];
#define IS_HELD(p) ((hold[p] || drain[p]) && !lifting[p])

bit gate[3];
bit exclusive[3];
byte shared[3];
#define IS_FREE(p) (!gate[p] && !exclusive[p])
#define SETTLED (!events[1] && !events[2] && !handling[1] && !handling[2])

/* claim_device: where it is to be made, and where sysfs has it. */
#ifdef RECORD_CONCERNS
#define CONCERNED(d, p) ((p) | at[d] | starting[d])
#else
#define CONCERNED(d, p) ((p) | at[d])
#endif
/*
 * start_defined: an automatic start passes over what was drained of the other parent, and is
 * brought back there. -DTAKES_DRAINED: it starts it here.
 */
#ifdef TAKES_DRAINED
#define IS_PASSED_OVER(d, p) false
#else
#define IS_PASSED_OVER(d, p) (drained[d] && drained[d] != (p))
#endif
/* It runs there, or there is nothing auto: nothing to do, and no lock is asked for. */
#define IS_DONE(d, p) (!IS_AUTO(d, p) || at[d] == (p) && !starting[d] || IS_PASSED_OVER(d, p))

inline strike_if_started(d, p)
{
	if
	:: drained[d] && drained[d] != p -> moved = 1
	:: else
	fi;
	drained[d] = 0
}

/* start_claimed, as it is called for what is auto. It fails while the parent is gone. */
inline start(d, p)
{
	if
	:: !at[d] && !gone[p] && !IS_PASSED_OVER(d, p) ->
		at[d] = p;
		starting[d] = 0;
		strike_if_started(d, p)
	:: else
	fi
}

/* repair_claimed, where @covered are the parents that are locked. */
inline repair(d, covered)
{
	if
	:: starting[d] && (!at[d] || at[d] & (covered)) -> at[d] = 0; starting[d] = 0
	:: else
	fi
}

inline unlock(parents)
{
	if
	:: (parents) & 1 -> shared[1]--
	:: else
	fi;
	if
	:: (parents) & 2 -> shared[2]--
	:: else
	fi
}

/*
 * op_start_parent, one device. While it waits for a lock it looks again: is the parent held by
 * now, and are these still the parents concerned? A drain of another parent takes the device off
 * it, and then that parent is not waited for. -DLOOKS_ONCE: it waits with what it saw at first.
 */
#ifdef LOOKS_ONCE
#define HAS_CHANGED(d, p) false
#else
#define HAS_CHANGED(d, p) (IS_HELD(p) || CONCERNED(d, p) != wanted)
#endif
proctype udev(byte p)
{
	byte d, wanted, had;

end:
	do
	:: atomic { events[p] > 0 -> events[p]--; handling[p] = 1; d = A };
		do
		:: atomic { d > B || IS_HELD(p) -> break }
		:: atomic { d <= B && !IS_HELD(p) && IS_DONE(d, p) -> d++ }
		:: atomic {
			d <= B && !IS_HELD(p) && !IS_DONE(d, p) ->
			wanted = CONCERNED(d, p)
		};
			if
			:: !(wanted & 1)
			:: atomic { (wanted & 1) && IS_FREE(1) -> shared[1]++; had = 1 }
			:: atomic { (wanted & 1) && HAS_CHANGED(d, p) -> goto again }
			fi;
			if
			:: !(wanted & 2)
			:: atomic { (wanted & 2) && IS_FREE(2) -> shared[2]++; had = had | 2 }
			:: atomic { (wanted & 2) && HAS_CHANGED(d, p) -> goto again }
			fi;
			atomic {
				if
				:: IS_HELD(p) || CONCERNED(d, p) != had -> goto again
				:: else
				fi;
				repair(d, had);
				start(d, p);
				d++
			};
again:
			atomic { unlock(had); had = 0; wanted = 0 }
		od;
		atomic { handling[p] = 0; d = 0 }
	od
}

/* ---- drain and resume: with the exclusive lock ---- */

#define KILLED kills > 0 -> kills--; goto out

inline lock_exclusive(p)
{
	atomic { !gate[p] -> gate[p] = 1 };
	atomic { !exclusive[p] && shared[p] == 0 -> exclusive[p] = 1; gate[p] = 0 }
}

/* stop_all_on */
inline stop_one(d, p)
{
	atomic {
		if
		:: at[d] == p ->
			drained[d] = (starting[d] -> drained[d] : p);
			at[d] = 0;
			starting[d] = 0
		:: at[d] != p
		:: KILLED
		fi
	}
}

/* resume_round_drained */
inline restore_one(d, p)
{
	atomic {
		if
		:: drained[d] != p
		:: drained[d] == p ->
			repair(d, p);
			start(d, p);
			/* It runs here, or it runs whole elsewhere: struck. */
			drained[d] = (at[d] && !starting[d] -> 0 : p)
		:: KILLED
		fi
	}
}

/* resume_round_auto */
inline start_auto(d, p)
{
	atomic {
		if
		:: IS_AUTO(d, p) -> repair(d, p); start(d, p)
		:: !IS_AUTO(d, p)
		:: KILLED
		fi
	}
}

#define DRAIN 1
#define RESUME 2
#define HOLD 3

proctype drainer(byte what; byte p)
{
	lock_exclusive(p);
	if
	:: what == HOLD ->
		/* op_hold: what was left lifting ends with this write. */
		atomic {
			if
			:: !IS_HELD(p) -> hold[p] = 1; drain[p] = 0; lifting[p] = 0
			:: IS_HELD(p)
			fi;
			goto out
		}
	:: what == RESUME && !hold[p] && !drain[p] -> goto out
	:: what == RESUME && (hold[p] || drain[p]) -> goto restore
	:: what == DRAIN
	fi;

	/*
	 * drain_locked. What was left lifting ends with the write of the drain part, and not before:
	 * -DLIFTING_ENDED_EARLY, and a drain that is refused has lost what is auto.
	 */
#ifdef LIFTING_ENDED_EARLY
	atomic {
		if
		:: lifting[p] -> lifting[p] = 0; hold[p] = 0; drain[p] = 0
		:: else
		fi
	};
#endif
	if
	:: goto out /* in use: refused */
	:: true
	fi;
	atomic {
		if
		:: drain[p] = 1; lifting[p] = 0
		:: KILLED
		fi
	};
	stop_one(A, p);
	stop_one(B, p);
	/* COMMAND: the driver is loaded again, and perhaps it serves the other parent as well. */
	if
	:: goto out
	:: atomic { gone[p] = 1 };
		atomic { gone[p] = 0; events[p]++ };
		if
		:: atomic { events[OTHER(p)] == 0 -> events[OTHER(p)]++ }
		:: true
		fi;
		if
		:: true -> SETTLED
		:: true /* without settle */
		fi
	fi;

restore:
	/* resume_locked */
	if
	:: !lifting[p] ->
		/* A bounded wait for the parent. */
		if
		:: gone[p] -> goto out
		:: else
		fi;
		restore_one(A, p);
		restore_one(B, p);
		if
		:: drained[A] == p || drained[B] == p -> goto out
		:: else
		fi;
		atomic {
			if
			:: drain[p] && hold[p] -> drain[p] = 0; goto out
			:: !(drain[p] && hold[p]) ->
#ifdef HOLD_GONE_FIRST
				drain[p] = 0;
				hold[p] = 0
#else
#ifndef LIFTING_MISSING
				lifting[p] = 1
#else
				skip
#endif
#endif
			:: KILLED
			fi
		}
	:: else
	fi;
#ifdef HOLD_WITHOUT_AUTO
	if
	:: hold[p] -> goto unlink
	:: else
	fi;
#endif
	start_auto(A, p);
	start_auto(B, p);
unlink:
	/* held_remove */
	atomic {
		if
		:: drain[p] = 0; hold[p] = 0; lifting[p] = 0
		:: KILLED
		fi
	};
out:
	atomic { exclusive[p] = 0; running_drains-- }
}

/* A driver that is loaded again by somebody else: what was on the parent goes with it. */
proctype driver(byte p)
{
	atomic {
		!gone[p] ->
		gone[p] = 1;
		if
		:: at[A] == p -> at[A] = 0
		:: else
		fi;
		if
		:: at[B] == p -> at[B] = 0
		:: else
		fi
	};
	atomic { gone[p] = 0; events[p]++; running_drains-- }
}

#define ALL_ENDED (running_drains == 0 && SETTLED)

inline run_one(what, p)
{
	running_drains++;
	run drainer(what, p)
}

init {
	atomic {
		/* A registration of each that is older than all, handled or not. */
		events[1] = 1;
		events[2] = 1;
		if
		:: true
		:: at[A] = 1
		:: at[A] = 2
#ifdef FOUND_DEAD
		:: starting[A] = 1
		:: starting[A] = 1; at[A] = 1
		:: starting[A] = 2; at[A] = 2
		/* A resume that died: the registration was answered with "it is held". */
		:: lifting[1] = 1; drain[1] = 1; events[1] = 0
#endif
		fi;
		run udev(1);
		run udev(2);
		run_one(DRAIN, 1);
#if DRAINERS > 1
		run_one(DRAIN, 2);
#endif
#if HOLDS
		if
		:: run_one(HOLD, 1)
		:: run_one(RESUME, 1)
		fi;
#endif
#if RELOADS
		running_drains++;
		if
		:: run driver(1)
		:: run driver(2)
		fi
#endif
	};
	atomic { ALL_ENDED -> kills = 0; run_one(RESUME, 1) };
	atomic { ALL_ENDED -> run_one(RESUME, 1) };
	atomic { ALL_ENDED -> run_one(RESUME, 2) };
	atomic {
		ALL_ENDED ->
		assert(!hold[1] && !drain[1] && !drain[2] && !lifting[1] && !lifting[2]);
		assert(at[A] && !starting[A]);
		assert(at[B] == 1);
		assert(!moved)
	}
}
