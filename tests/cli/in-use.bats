#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# Removals that block in the kernel, and devices that are stuck.

# bats file_tags=slow
load lib/common
load lib/life

END_USERS="hint: a drain's command goes on until it ends, and a removal until those who have the device open close it: end that"
END_IT="hint: if something has the device open, end that; it goes then by itself"
# Where it is not known that somebody has it open.
IF_OPEN="hint: if something has the device open, end that; it goes then by itself"

# blocked_stop: a stop that gave up on a device that somebody has open; the child's pid is $CHILD.
blocked_stop() {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl interruptible off
	ctl open "$U1"
	begin stop -u "$U1" --timeout 0
	GAVE_UP=$BEGUN
	finish "$BEGUN"
	[[ "${lines[0]}" =~ pid\ ([0-9]+)\ goes\ on ]] || fail_with "no child is named"
	CHILD=${BASH_REMATCH[1]}
	ends_with_test "$CHILD"
	wait_until is_gone "$U1"
}
let_child_end() {
	ctl close "$U1"
	wait_until is_dead "$CHILD"
}
is_dead() { ! is_alive "$1"; }
# No open in the simulator outlives a test.
teardown() {
	[ "$MDEVADM_TEST_BACKEND" = kernel ] || ctl close "$U1" 2>/dev/null || true
	common_teardown
}

# --- removals that block ---

@test "stop gives up on a removal that blocks, and names who goes on with it" {
	needs_sim "a device that is open and not seen"

	blocked_stop

	expect_status 6
	expect_output "mdevadm: cannot stop $U1: '$SYS/class/mdev_bus/mtty/$U1' is still there: its removal has not ended within 0 s; pid $CHILD goes on with it
$IF_OPEN"
	is_alive "$CHILD"
	has_dir mtty "$U1"
	let_child_end
	lacks_dir mtty "$U1"
}

@test "a stop that gave up on a removal is not waited for by who reads its output" {
	needs_sim "a device that is open and not seen"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl interruptible off
	ctl open "$U1"

	output=$("$MDEVADM" stop -u "$U1" --timeout 0 2>&1) || status=$?

	expect_status 6
	[[ "$output" =~ pid\ ([0-9]+)\ goes\ on ]]
	is_alive "${BASH_REMATCH[1]}"
	ctl close "$U1"
	wait_until lacks_dir mtty "$U1"
}

@test "who goes on with a removal has nothing open but the locks, the remove file and a pipe" {
	needs_sim "a device that is open and not seen"

	blocked_stop

	[ "$(find "/proc/$CHILD/fd" -type l -printf '%l\n' | sed 's/pipe:.*/pipe/' | LC_ALL=C sort)" = "$(
		LC_ALL=C sort <<-END
			$RUN/mdevadm/lock/devices/$U1
			$RUN/mdevadm/lock/parents/mtty
			$(readlink -f "$SYS/class/mdev_bus/mtty/$U1")/remove
			pipe
		END
	)" ] || fail_with "$(ls -l "/proc/$CHILD/fd")"
	let_child_end
}

@test "a start after a stop that gave up is told who has the device" {
	needs_sim "a device that is open and not seen"
	blocked_stop

	run mdevadm start -u "$U1" -p mtty -t mtty-1 --lock-timeout 0

	expect_status 5
	expect_output "mdevadm: cannot start $U1: device $U1 is locked by pid $GAVE_UP (ended; what it began goes on)
$END_USERS"
	let_child_end
}

@test "a start after a stop that gave up waits for the removal" {
	needs_sim "a device that is open and not seen"
	blocked_stop
	begin start -u "$U1" -p mtty -t mtty-1
	wait_until waits_for_lock "$BEGUN"

	ctl close "$U1"
	finish "$BEGUN"

	expect_status 0
	expect_output ""
	runs "$U1"
	no_rule_broken
}

@test "after the removal that blocked the locks are free" {
	needs_sim "a device that is open and not seen"
	blocked_stop
	let_child_end

	run mdevadm drain mtty --lock-timeout 0

	expect_status 0
	run mdevadm stop -u "$U1" --lock-timeout 0
	expect_status 3
}

@test "a removal that blocks leaves the other devices of the parent usable" {
	needs_sim "a device that is open and not seen"
	blocked_stop

	run mdevadm start -u "$U2" -p mtty -t mtty-1 --lock-timeout 0

	expect_status 0
	runs "$U2"
	let_child_end
}

@test "a removal that blocks keeps a drain of the parent out" {
	needs_sim "a device that is open and not seen"
	blocked_stop

	run mdevadm drain mtty --lock-timeout 0

	expect_status 5
	expect_output "mdevadm: cannot drain parent 'mtty': parent 'mtty' is locked by pid $GAVE_UP (ended; what it began goes on)
$END_USERS"
	let_child_end
}

@test "a stop that is interrupted while its removal blocks says that it goes on" {
	needs_sim "a device that is open and not seen"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl interruptible off
	ctl open "$U1"
	begin stop -u "$U1"
	wait_until is_gone "$U1"

	kill -TERM "$BEGUN"
	finish "$BEGUN"

	expect_status 143
	[[ "$output" =~ \(pid\ ([0-9]+)\) ]] || fail_with "no child is named"
	expect_output "mdevadm: cannot stop $U1: interrupted by SIGTERM: the removal of $U1 goes on (pid ${BASH_REMATCH[1]})
$IF_OPEN"
	is_alive "${BASH_REMATCH[1]}"
	ctl close "$U1"
	wait_until lacks_dir mtty "$U1"
}

@test "stop --all names a device whose earlier removal still blocks, stops the others and ends with 9" {
	needs_sim "a device that is open and not seen"
	blocked_stop
	mdevadm start -u "$U2" -p mtty -t mtty-1

	run mdevadm stop --all --timeout 0 --lock-timeout 0

	expect_status 9
	expect_output "mdevadm: warning: cannot stop $U1: device $U1 is locked by pid $GAVE_UP (ended; what it began goes on)
$END_USERS
mdevadm: cannot stop 1 of 2 devices"
	is_gone "$U2"
	let_child_end
}

@test "stop --all names a device whose removal by somebody else blocks, and ends with 9" {
	needs_sim "a device that is open and not seen"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl open "$U1"
	(printf 1 >"$SYS/bus/mdev/devices/$U1/remove") 3>&- &
	wait_until is_gone "$U1"

	run mdevadm stop --all --timeout 0

	expect_status 9
	expect_output "mdevadm: warning: cannot stop $U1: its removal is under way and has not ended
$IF_OPEN
mdevadm: cannot stop 1 of 1 devices"
	ctl close "$U1"
	wait_until lacks_dir mtty "$U1"
}

@test "a stop that is interrupted while the kernel is slow says that the removal goes on" {
	needs_sim "a slow removal"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl delay remove 2000
	begin stop -u "$U1"
	wait_until has_event remove-begin

	kill -TERM "$BEGUN"
	finish "$BEGUN"

	expect_status 143
	[[ "$output" =~ \(pid\ ([0-9]+)\) ]] || fail_with "no child is named"
	expect_output "mdevadm: cannot stop $U1: interrupted by SIGTERM: the removal of $U1 goes on (pid ${BASH_REMATCH[1]})
$IF_OPEN"
	wait_until lacks_dir mtty "$U1"
	no_rule_broken
}

@test "list does not show a device whose removal is under way" {
	needs_sim "a device that is open and not seen"
	blocked_stop

	run mdevadm list

	expect_status 0
	expect_output ""
	let_child_end
}

@test "stop of a device whose removal by somebody else blocks gives up with 6" {
	needs_sim "a device that is open and not seen"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl open "$U1"
	(printf 1 >"$SYS/bus/mdev/devices/$U1/remove") 3>&- &
	wait_until is_gone "$U1"

	run mdevadm stop -u "$U1" --timeout 0

	expect_status 6
	expect_output "mdevadm: cannot stop $U1: its removal is under way and has not ended
$IF_OPEN"
	ctl close "$U1"
	wait_until lacks_dir mtty "$U1"
}

@test "start of a device whose removal by somebody else goes on waits for it" {
	needs_sim "a device that is open and not seen"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl open "$U1"
	(printf 1 >"$SYS/bus/mdev/devices/$U1/remove") 3>&- &
	wait_until is_gone "$U1"
	begin start -u "$U1" -p mtty -t mtty-2
	wait_until [ -e "$RUN/mdevadm/lock/devices/$U1" ]

	ctl close "$U1"
	finish "$BEGUN"

	expect_status 0
	[ "$(type_of "$U1")" = mtty-2 ]
}

@test "start of a device whose removal by somebody else blocks gives up with 6" {
	needs_sim "a device that is open and not seen"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl open "$U1"
	(printf 1 >"$SYS/bus/mdev/devices/$U1/remove") 3>&- &
	wait_until is_gone "$U1"

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 6
	expect_output "mdevadm: cannot start $U1: Device already exists on parent 'mtty': its removal is under way and has not ended
$END_IT"
	ctl close "$U1"
	wait_until lacks_dir mtty "$U1"
}

@test "a start right after a stop waits until the UUID and the instance are free" {
	needs_sim "a device that lingers"
	ctl delay linger 300
	mdevadm start -u "$U1" -p 0.0.0052 -t vfio_ccw-io
	mdevadm stop -u "$U1"

	run mdevadm start -u "$U1" -p 0.0.0052 -t vfio_ccw-io

	expect_status 0
	expect_output ""
	runs "$U1"
}

# --- stuck devices ---

@test "start of a stuck device names the only remedy" {
	needs_sim "a stuck device"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl stuck "$U1"

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 4
	expect_output "mdevadm: cannot start $U1: Device already exists and is stuck on parent 'mtty': something removed it while it was being created
hint: only unloading the driver of parent 'mtty' removes it"
}

@test "list shows a stuck device" {
	needs_sim "a stuck device"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl stuck "$U1"

	run mdevadm list

	expect_status 0
	expect_output "$U1 mtty mtty-1 manual (stuck)"
}

@test "a create of 500 ms and a stop that comes meanwhile leave no stuck device" {
	needs_sim "a slow create"
	ctl delay create 500
	begin start -u "$U1" -p mtty -t mtty-1
	wait_until has_event create-begin

	run mdevadm stop -u "$U1"

	expect_status 0
	finish "$BEGUN"
	expect_status 0
	lacks_dir mtty "$U1"
	no_rule_broken
}
