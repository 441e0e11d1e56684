#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# What drain looks at, refuses, stops and holds.

load lib/common
load lib/life
load lib/drain

# bats test_tags=kernel
@test "drain stops all devices of the parent, and prints nothing" {
	three_devices

	run mdevadm drain mtty

	expect_status 0
	expect_output ""
	is_gone "$U2"
	is_gone "$U3"
	[ "$(instances mtty mtty-1)" = 24 ]
}

# bats test_tags=kernel
@test "drain leaves the parent held" {
	mdevadm drain mtty

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 5
	expect_output "mdevadm: cannot start $U1: parent 'mtty' is held: it is drained
hint: 'mdevadm resume mtty' lifts the hold"
	is_gone "$U1"
}

@test "drain leaves other parents' devices alone" {
	needs_sim "two parents"
	mdevadm start -u "$U1" -p matrix -t "$AP"

	mdevadm drain mtty

	runs "$U1"
}

@test "drain keeps the definitions" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	cp "$ETC/mtty/$U1" "$BATS_TEST_TMPDIR/before"

	mdevadm drain mtty -- true

	cmp "$ETC/mtty/$U1" "$BATS_TEST_TMPDIR/before"
}

@test "drain of a drained parent succeeds, and keeps what is to be started again" {
	three_devices
	mdevadm drain mtty

	run mdevadm drain mtty

	expect_status 0
	expect_output ""
	mdevadm resume mtty
	expect_three_devices
}

# bats test_tags=kernel
@test "a drain after one whose command failed brings all back" {
	three_devices
	run mdevadm drain mtty -- false
	expect_status 1

	run mdevadm drain mtty -- true

	expect_status 0
	expect_output ""
	expect_three_devices
	is_not_held mtty
}

@test "drain of an unknown parent says so" {
	run mdevadm drain absent

	expect_status 3
	expect_output "mdevadm: cannot drain parent 'absent': Unable to find parent device 'absent'
hint: 'mdevadm types' lists the parents"
	is_not_held absent
}

@test "drain of a parent that is away says so when its hold cannot be understood" {
	mkdir -p "$RUN/mdevadm/held"
	echo '{"version": 1}' >"$(held_file absent)"

	run mdevadm drain absent

	expect_status 3
	expect_contains "cannot drain parent 'absent': Unable to find parent device 'absent'"
	expect_contains "'$(held_file absent)' is not understood: nobody holds it"
	expect_contains "'mdevadm resume --abandon absent' removes it"
}

@test "drain needs a parent" {
	run mdevadm drain

	expect_status 2
	expect_output "mdevadm: PARENT is missing
hint: 'mdevadm drain --help' lists the options"
}

@test "drain --dry-run shows what would be stopped, and changes nothing" {
	three_devices

	run mdevadm drain mtty --dry-run

	expect_status 0
	expect_output "would stop $U2
would stop $U3"
	runs "$U2"
	runs "$U3"
	is_not_held mtty
}

@test "drain --dry-run does not run the command" {
	run mdevadm drain mtty --dry-run -- touch "$(RAN)"

	expect_status 0
	expect_output ""
	has_not_run
}

@test "drain --reason is what those are told who want to start" {
	mdevadm drain mtty --reason "new firmware"

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 5
	expect_line 0 "mdevadm: cannot start $U1: parent 'mtty' is held: new firmware"
}

@test "a command of drain without -- is refused, and nothing is stopped" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm drain mtty true

	expect_status 2
	expect_output "mdevadm: 'true' is one argument too many
hint: a command comes behind '--': mdevadm drain PARENT -- COMMAND"
	runs "$U1"
}

@test "drain is refused when a device is open, and changes nothing" {
	needs_sim "a device that is open"
	three_devices
	use_device "$U3"

	run mdevadm drain mtty

	expect_status 6
	expect_output "mdevadm: cannot drain parent 'mtty': nothing was changed: $U3 is in use by pid $USER_PID (sleep)
hint: end that first, or wait for it with --wait-users SEC"
	runs "$U2"
	runs "$U3"
	is_not_held mtty
}

@test "drain with a command is refused as well when a device is open" {
	needs_sim "a device that is open"
	three_devices
	use_device "$U3"

	run mdevadm drain mtty -- touch "$(RAN)"

	expect_status 125
	expect_line 0 "mdevadm: cannot drain parent 'mtty': nothing was changed: $U3 is in use by pid $USER_PID (sleep)"
	has_not_run
	is_not_held mtty
}

@test "an open group alone does not keep a drain from going on" {
	needs_sim "device nodes of its own"
	three_devices
	has_open "$(group_node "$U3")"

	run mdevadm drain mtty

	expect_status 0
	is_gone "$U3"
}

@test "a drain gets its turn in a stream of starts and stops" {
	local i uuid pids=()

	for i in {1..4}; do
		uuid=$(printf '%08d%s' "$i" "${U1#????????}")
		(until [ -e "$BATS_TEST_TMPDIR/enough" ]; do
			"$MDEVADM" start -u "$uuid" -p mtty -t mtty-1
			"$MDEVADM" stop -u "$uuid"
		done >/dev/null 2>&1 3>&-) &
		pids+=("$!")
	done
	wait_until [ -e "$RUN/mdevadm/lock/parents/mtty" ]

	run mdevadm drain mtty -- true
	: >"$BATS_TEST_TMPDIR/enough"
	wait "${pids[@]}"

	expect_status 0
	is_not_held mtty
}

@test "a start that comes after a drain that waits comes second" {
	hold parents mtty -s
	begin drain mtty
	local drain=$BEGUN

	wait_until waits_for_lock "$drain"
	begin start -u "$U1" -p mtty -t mtty-1
	wait_until waits_for_lock "$BEGUN"

	let_go "$HOLDER"
	finish "$drain"
	expect_status 0
	finish "$BEGUN"

	expect_status 5
	expect_line 0 "mdevadm: cannot start $U1: parent 'mtty' is held: it is drained"
}

# --- usage ---

# refused_usage MESSAGE ARGUMENT...: with 2, and nothing is changed.
refused_usage() {
	local wanted=$1

	shift
	run mdevadm drain "$@"
	expect_status 2
	expect_output "$wanted"
	runs "$U1"
	is_not_held mtty
}

@test "drain with -- and no command is refused" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	refused_usage "mdevadm: COMMAND is missing behind '--'
hint: 'mdevadm drain --help' lists the options" mtty --
}

@test "drain of two parents is refused" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	refused_usage "mdevadm: 'matrix' is one argument too many
hint: a command comes behind '--': mdevadm drain PARENT -- COMMAND" mtty matrix -- true
}

@test "drain of a parent behind -- is refused" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	refused_usage "mdevadm: PARENT is missing
hint: 'mdevadm drain --help' lists the options" -- mtty -- true
}

@test "a reason of drain that is empty or too long is refused" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	refused_usage "mdevadm: cannot drain parent 'mtty': the reason is empty
hint: say why in 1 to 4096 bytes" mtty --reason ''
	refused_usage "mdevadm: cannot drain parent 'mtty': the reason has 4097 bytes
hint: say why in 1 to 4096 bytes" mtty --reason "$(printf '%4097s' '')"
}

# --- devices in use ---

# It has had the parent's lock, and waits without it. The lock's file was not there before.
has_looked_at_users() {
	[ -e "$RUN/mdevadm/lock/parents/mtty" ] &&
		[ -z "$(find "/proc/$1/fd" -lname '*/lock/parents/mtty' 2>/dev/null)" ]
}

@test "drain --wait-users goes on when the device is closed" {
	needs_sim "a device that is open"
	three_devices
	use_device "$U3"
	rm -r "$RUN/mdevadm/lock"
	begin drain mtty --wait-users 60
	wait_until has_looked_at_users "$BEGUN"
	runs "$U2"

	let_go "$USER_PID"
	finish "$BEGUN"

	expect_status 0
	expect_output ""
	is_gone "$U2"
	is_gone "$U3"
	is_held mtty
}

@test "drain --wait-users is refused when the time is over, and changes nothing" {
	needs_sim "a device that is open"
	three_devices
	use_device "$U3"

	run mdevadm drain mtty --wait-users 1

	expect_status 6
	expect_output "mdevadm: cannot drain parent 'mtty': nothing was changed: $U3 is in use by pid $USER_PID (sleep)
hint: end that first, or wait for it with --wait-users SEC"
	runs "$U2"
	runs "$U3"
	is_not_held mtty
	is_not_drained "$U2"
}

@test "drain names all devices that are open" {
	needs_sim "devices that are open"
	three_devices
	use_device "$U2"
	local first=$USER_PID
	use_device "$U3"

	run mdevadm drain mtty

	expect_status 6
	expect_output "mdevadm: cannot drain parent 'mtty': nothing was changed: $U2 is in use by pid $first (sleep)
hint: end that first, or wait for it with --wait-users SEC
mdevadm: $U3 is in use by pid $USER_PID (sleep)"
}

# --- what the first pass refuses ---

@test "drain is refused while a removal by somebody else blocks, and runs no command" {
	needs_sim "a removal that blocks"
	three_devices
	keep_open "$U3"
	remove_by_another_hand mtty "$U3"

	run mdevadm drain mtty --lock-timeout 1 -- touch "$(RAN)"

	expect_status 125
	expect_output "mdevadm: cannot drain parent 'mtty': nothing was changed: $U3: its removal is under way and has not ended
hint: if something has the device open, end that; it goes then by itself"
	has_dir mtty "$U3"
	has_not_run
	runs "$U2"
	is_not_held mtty
}

@test "drain waits for a removal by somebody else" {
	needs_sim "a removal that blocks"
	three_devices
	keep_open "$U3"
	remove_by_another_hand mtty "$U3"
	begin drain mtty
	wait_until has_lock_open "$BEGUN" devices "$U3"

	ctl close "$U3"
	finish "$BEGUN"

	expect_status 0
	expect_output ""
	lacks_dir mtty "$U3"
	mdevadm resume mtty
	runs "$U2"
	is_gone "$U3"
}

@test "drain is refused while a device is stuck, and its hint leads out" {
	needs_sim "a device that is stuck"
	three_devices
	ctl stuck "$U3"

	run mdevadm drain mtty -- touch "$(RAN)"

	expect_status 125
	expect_output "mdevadm: cannot drain parent 'mtty': nothing was changed: $U3 is stuck: something removed it while it was being created, and only unloading the parent's driver removes it
hint: 'mdevadm stop --all --parent mtty', load the driver anew, and then 'mdevadm start-parent-mdevs mtty'"
	has_dir mtty "$U3"
	has_not_run
	runs "$U2"
	is_not_held mtty

	run mdevadm stop --all --parent mtty
	expect_status 9
	is_gone "$U2"
	ctl unregister mtty
	ctl register mtty
	run mdevadm start-parent-mdevs mtty
	expect_status 0
	expect_output ""
	runs "$U1"
	run mdevadm drain mtty -- touch "$(RAN)"
	expect_status 0
	runs "$U1"
}

@test "one deadline covers all locks that drain waits for" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U2" -p mtty -t mtty-1
	hold devices "$U1"
	local first=$HOLDER

	hold devices "$U2"
	# Two times the deadline of 2 s would be enough for both.
	(sleep 1.2 && let_go "$first" && sleep 1.8 && kill "$HOLDER") 3>&- &
	ends_with_test "$!"

	run mdevadm drain mtty --lock-timeout 2

	expect_status 5
	[[ "${lines[0]}" == "mdevadm: cannot drain parent 'mtty': nothing was changed: device $U2 is locked by pid $HOLDER "* ]]
	is_not_held mtty
}

# --- drain believes what it sees ---

@test "drain does not run the command while a third party's device is there" {
	needs_sim "a slow remove"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl delay remove 500
	begin drain mtty -- touch "$(RAN)"
	wait_until has_event remove-begin

	create_by_hand "$ABSENT" mtty mtty-1
	finish "$BEGUN"

	expect_status 125
	expect_output "mdevadm: cannot drain parent 'mtty': $ABSENT is still there
$(resume_hint mtty)"
	has_not_run
	is_held mtty
	mdevadm resume mtty
	runs "$U1"
	runs "$ABSENT"
}

@test "drain without a command does not succeed while a third party's device is there" {
	needs_sim "a slow remove"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl delay remove 500
	begin drain mtty
	wait_until has_event remove-begin

	create_by_hand "$ABSENT" mtty mtty-1
	finish "$BEGUN"

	expect_status 1
	expect_output "mdevadm: cannot drain parent 'mtty': $ABSENT is still there
$(resume_hint mtty)"
	mdevadm drain mtty
	is_gone "$ABSENT"
}
