/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A parent that registers while it is drained. udev runs start-parent-mdevs for each
 * registration, one after the other, and the drain's COMMAND waits until udev has none to run.
 * The first registration is older than the drain. There are two devices with start mode auto.
 *
 * start-parent-mdevs takes the locks for each device anew. It must see the hold while it waits
 * for them, not only before: -DLOOKS_ONCE has it and COMMAND wait for each other. Its note must
 * not be a change of the hold's own file: -DNOTE_REWRITES_HOLD brings a lifted hold back.
 */
bit gate, exclusive, shared;
bit held;
bit noted;
bit started[2];
byte events = 1; /* registrations that udev has not handled yet */
bit handling;

active proctype udev()
{
	byte i;
	bit copy;

end:
	do
	:: atomic { events > 0 && !handling -> events--; handling = 1; i = 0 };
		do
		:: i == 2 -> break
		:: i < 2 ->
			/* The gate, then the lock. */
			if
			:: atomic { held -> goto note }
			:: !held
			fi;
			if
			:: atomic { !gate -> gate = 1 }
#ifndef LOOKS_ONCE
			:: atomic { held -> goto note }
#endif
			fi;
			if
			:: atomic { !exclusive -> shared = 1; gate = 0 }
#ifndef LOOKS_ONCE
			:: atomic { held -> gate = 0; goto note }
#endif
			fi;
			if
			:: held -> atomic { shared = 0; goto note }
			:: else
			fi;
			started[i] = 1;
			atomic { shared = 0; i++ }
		od;
		goto handled;
note:
#ifdef NOTE_REWRITES_HOLD
		copy = held;
		held = copy;
#endif
		noted = 1;
handled:
		handling = 0
	od
}

active proctype drain()
{
	atomic { !gate -> gate = 1 };
	atomic { !exclusive && !shared -> exclusive = 1; gate = 0 };
	held = 1;
	started[0] = 0;
	started[1] = 0;
	/* COMMAND: the driver is loaded again, then `udevadm settle`. */
	events++;
	if
	:: true -> (events == 0 && !handling)
	:: true /* without settle */
	fi;
	/* What ran, and what is auto. */
	started[0] = 1;
	started[1] = 1;
	held = 0;
	exclusive = 0;
	(events == 0 && !handling);
	assert(!held && started[0] && started[1])
}
