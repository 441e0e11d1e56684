/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The gate alone (lock_parent): processes that take a parent's shared lock again and again, and a
 * drain that wants the exclusive one. Whoever cannot have a lock tries again after a pause; there
 * is no queue. Does the drain get it, if every process that can go on does so at some time (weak
 * fairness)?
 *
 * A try is: the gate shared, the lock, the gate let go. An exclusive request tries so once. If the
 * lock is taken it asks for the gate alone, and keeps that while it asks for the lock. From then on
 * nobody comes in, and it gets the lock for sure (once_at_the_gate). That it gets the gate rests on
 * chance: whoever tries has it for the moment of two system calls, and the asking could always fall
 * into such a moment (-DBY_CHANCE, which is found).
 *
 * -DNO_GATE: the lock without a gate. -DGATE_SHARED: one who waits has the gate shared.
 */
#define SHARERS 2

bit gate_exclusive;
byte gate_shared;
bit exclusive;
byte shared;
bit waits; /* the drain has the gate */
bit drained;

active [SHARERS] proctype sharer()
{
again:
	do
	:: true ->
#ifndef NO_GATE
		/* flock(gate, LOCK_SH | LOCK_NB) */
		if
		:: atomic { !gate_exclusive -> gate_shared++ }
		:: gate_exclusive -> goto again
		fi;
#endif
		/* flock(lock, LOCK_SH | LOCK_NB) */
		if
		:: atomic { !exclusive -> shared++; assert(!waits) }
		:: exclusive ->
#ifndef NO_GATE
			gate_shared--;
#endif
			goto again
		fi;
#ifndef NO_GATE
		gate_shared--;
#endif
		shared--
	od
}

active proctype drain()
{
	bit had;

#ifndef NO_GATE
	if
	:: atomic { !gate_exclusive -> gate_shared++ };
		if
		:: atomic { !exclusive && shared == 0 -> exclusive = 1; had = 1 }
		:: exclusive || shared
		fi;
		gate_shared--
	:: gate_exclusive
	fi;
	if
	:: had -> goto has_lock
	:: else
	fi;
	/* flock(gate, LOCK_EX | LOCK_NB), again and again. */
	do
#ifdef GATE_SHARED
	:: atomic { !gate_exclusive -> gate_shared++; break }
#else
	:: atomic { !gate_exclusive && gate_shared == 0 -> gate_exclusive = 1; waits = 1; break }
#endif
	:: gate_exclusive || gate_shared /* a pause, and again */
	od;
#endif
	/* flock(lock, LOCK_EX | LOCK_NB), again and again. */
at_the_gate:
	do
	:: atomic { !exclusive && shared == 0 -> exclusive = 1; waits = 0; break }
	:: exclusive || shared
	od;
#ifndef NO_GATE
#ifdef GATE_SHARED
	gate_shared--;
#else
	gate_exclusive = 0;
#endif
#endif
has_lock:
	exclusive = 0;
	drained = 1
}

#define IS_AT_THE_GATE (drain@at_the_gate)

#if defined(NEVER_BOTH)
/* The two may have the lock at once: the gate must not make them one at a time. */
ltl together { [] (shared < 2) }
#elif defined(BY_CHANCE)
ltl gets_its_turn { <> drained }
#else
ltl once_at_the_gate { [] (IS_AT_THE_GATE -> <> drained) }
#endif
