/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The gate alone: two processes that take a parent's shared lock again and again, and a drain
 * that wants the exclusive one. Does the drain get it, if every process that can go on does so
 * at some time (weak fairness)?
 *
 * flock() queues those who wait: the gate is had in the order of asking. -DUNFAIR_FLOCK: whoever
 * comes first when it is free. -DNO_GATE: the lock without a gate.
 */
#define SHARERS 2

bit gate;
bit exclusive;
byte shared;
chan queue = [SHARERS + 1] of { byte };
bit drained;

inline take_gate(me)
{
#ifndef UNFAIR_FLOCK
	queue!me;
	atomic { !gate && queue?[eval(me)] -> queue?eval(me); gate = 1 }
#else
	atomic { !gate -> gate = 1 }
#endif
}

active [SHARERS] proctype sharer()
{
	do
	:: true ->
#ifndef NO_GATE
		take_gate(_pid);
#endif
		atomic { !exclusive -> shared++ };
#ifndef NO_GATE
		gate = 0;
#endif
		shared--
	od
}

active proctype drain()
{
#ifndef NO_GATE
	take_gate(_pid);
#endif
	atomic { !exclusive && shared == 0 -> exclusive = 1 };
	gate = 0;
	exclusive = 0;
	drained = 1
}

/* The two may have the lock at once: the gate must not make them one at a time. */
#ifdef NEVER_BOTH
ltl together { [] (shared < 2) }
#else
ltl gets_its_turn { <> drained }
#endif
