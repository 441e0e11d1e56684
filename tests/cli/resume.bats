#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154

load lib/common
load lib/life
load lib/drain

# bats test_tags=kernel
@test "resume starts what ran, as it ran, and what is auto" {
	three_devices
	mdevadm drain mtty

	run mdevadm resume mtty

	expect_status 0
	expect_output ""
	expect_three_devices
	is_not_held mtty
}

@test "resume writes the attributes of a transient device again" {
	needs_sim "a type with attributes"
	start_from_pipe "$(definition "$AP" assign_adapter 5 assign_domain 6)" -u "$U1" -p matrix
	mdevadm drain matrix
	ctl reset

	mdevadm resume matrix

	[ "$(attr_writes "$U1")" = 'assign_adapter 5\n ok
assign_domain 6\n ok' ]
}

@test "resume starts a device as it ran, not as it has been defined since" {
	needs_sim "a type with attributes"
	define_raw matrix "$U1" "$(definition "$AP" assign_adapter 5)"
	mdevadm start -u "$U1"
	define_raw matrix "$U1" "$(definition "$AP" assign_adapter 7)"
	mdevadm drain matrix
	ctl reset

	mdevadm resume matrix

	[ "$(attr_writes "$U1")" = 'assign_adapter 5\n ok' ]
}

@test "resume does not bring back what was stopped meanwhile" {
	three_devices
	mdevadm drain mtty
	mdevadm stop -u "$U2"

	run mdevadm resume mtty

	expect_status 0
	is_gone "$U2"
	runs "$U3"
}

@test "resume of a parent that is not held says so" {
	run mdevadm resume mtty

	expect_status 4
	expect_output "mdevadm: cannot resume parent 'mtty': it is not held
hint: there is nothing to resume"
}

@test "resume of a parent that does not come back leaves it held" {
	needs_sim "a driver that goes"
	three_devices
	mdevadm drain mtty
	ctl unregister mtty

	run mdevadm resume mtty --timeout 0

	expect_status 3
	expect_output "mdevadm: cannot resume parent 'mtty': parent 'mtty' did not come in time
$(ways_out mtty)"
	is_held mtty
	ctl register mtty
	mdevadm resume mtty
	expect_three_devices
}

# --- what ran comes back, or it is said ---

@test "resume goes on where a device could not be started, and its hint leads out" {
	needs_sim "an injected error"
	three_devices
	mdevadm drain mtty
	ctl error create ENOSPC -1 "$U2"

	run mdevadm resume mtty

	expect_status 9
	expect_contains "mdevadm: warning: cannot start $U2: "
	expect_contains "
mdevadm: cannot resume parent 'mtty': cannot start 1 of 2 devices
$(ways_out mtty)"
	runs "$U3"
	is_drained "$U2"
	is_held mtty
	is_gone "$U1"

	ctl clear
	run mdevadm resume mtty

	expect_status 0
	expect_output ""
	expect_three_devices
	is_not_held mtty
}

@test "a device that cannot be started again can be given up, and resume goes on" {
	needs_sim "an injected error"
	three_devices
	mdevadm drain mtty
	ctl error create ENOSPC -1 "$U2"
	run mdevadm resume mtty
	expect_status 9

	mdevadm stop --uuid "$U2"
	run mdevadm resume mtty

	expect_status 0
	expect_output ""
	is_not_held mtty
	is_gone "$U2"
	[ "$(type_of "$U1") $(type_of "$U3")" = "mtty-1 mtty-2" ]
}

@test "what is auto and fails does not keep the parent held" {
	needs_sim "an injected error"
	three_devices
	mdevadm drain mtty
	ctl error create EIO -1 "$U1"

	run mdevadm resume mtty

	expect_status 9
	expect_contains "
mdevadm: cannot resume parent 'mtty': cannot start 1 of 1 devices"
	is_not_held mtty
	is_gone "$U1"
	runs "$U2"
	runs "$U3"
}

@test "drain with a command warns of what is auto and fails, and succeeds" {
	needs_sim "an injected error"
	three_devices
	ctl error create EIO -1 "$U1"

	run mdevadm drain mtty -- true

	expect_status 0
	expect_contains "mdevadm: warning: cannot start $U1: "
	is_not_held mtty
	runs "$U2"
	runs "$U3"
}

@test "what ran has its place before what is auto" {
	needs_sim "a parent with one place"
	mdevadm define -u "$U1" -p 0.0.0052 -t vfio_ccw-io --auto
	mdevadm start -u "$U2" -p 0.0.0052 -t vfio_ccw-io
	# The other one would be first, if both were started at once.
	ctl delay create 300 "$U2"

	run mdevadm drain 0.0.0052 --jobs 4 -- true

	expect_status 0
	expect_contains "mdevadm: warning: cannot start $U1: "
	runs "$U2"
	is_gone "$U1"
	is_not_held 0.0.0052
}

@test "a record that is not understood is named, and keeps no parent held" {
	three_devices
	mdevadm drain mtty
	echo '{' >"$(record "$ABSENT")"

	run mdevadm resume mtty

	expect_status 9
	expect_contains "mdevadm: warning: '$(record "$ABSENT")', line "
	expect_contains "
mdevadm: cannot resume parent 'mtty': 1 of the records could not be read"
	is_not_held mtty
	expect_three_devices
}

# --- what was stopped or started meanwhile ---

# bats test_tags=kernel
@test "stop of a drained device gives it up" {
	three_devices
	mdevadm drain mtty

	run mdevadm stop -u "$U3"

	expect_status 0
	expect_output ""
	lacks_record "$U3"
	mdevadm resume mtty
	is_gone "$U3"
	runs "$U2"
}

@test "a drained device that is given up during the command does not come back" {
	three_devices

	run mdevadm drain mtty -- "$MDEVADM" stop -u "$U2"

	expect_status 0
	is_gone "$U2"
	runs "$U3"
}

@test "a drained device that is given up while resume goes on does not come back" {
	three_devices
	mdevadm drain mtty
	hold devices "$U2"
	begin resume mtty --jobs 1
	wait_until has_lock_open "$BEGUN" devices "$U2"

	mdevadm stop -u "$U3"
	let_go "$HOLDER"
	finish "$BEGUN"

	expect_status 0
	is_gone "$U3"
	runs "$U2"
	is_not_held mtty
}

@test "a device that is given up between two drains does not come back" {
	three_devices
	mdevadm drain mtty
	mdevadm stop -u "$U2"
	mdevadm drain mtty

	mdevadm resume mtty

	is_gone "$U2"
	runs "$U3"
}

@test "a drained device that was started elsewhere since stays there" {
	two_cards
	mdevadm start -u "$U1" -p "$CARD" -t nvidia-36
	mdevadm drain "$CARD"
	mdevadm start -u "$U1" -p "$OTHER_CARD" -t nvidia-36
	is_not_drained "$U1"

	run mdevadm resume "$CARD"

	expect_status 0
	expect_output ""
	[ "$(parent_of "$U1")" = "$OTHER_CARD" ]
	is_not_held "$CARD"
}

@test "a drained device that another program has started elsewhere stays there, and is said" {
	two_cards
	mdevadm start -u "$U1" -p "$CARD" -t nvidia-36
	mdevadm drain "$CARD"
	create_by_hand "$U1" "$OTHER_CARD" nvidia-36

	run mdevadm resume "$CARD"

	expect_status 0
	expect_output "mdevadm: warning: $U1 runs on parent '$OTHER_CARD' by now: it is left there"
	[ "$(parent_of "$U1")" = "$OTHER_CARD" ]
	is_not_held "$CARD"
	is_not_drained "$U1"
}

@test "a start elsewhere that is killed in its post script has ended what the drain would bring back" {
	two_cards
	mdevadm start -u "$U1" -p "$CARD" -t nvidia-36
	mdevadm drain "$CARD"
	hanging_in_post
	begin start -u "$U1" -p "$OTHER_CARD" -t nvidia-36
	wait_until has_begun
	kill -KILL "$BEGUN"
	finish "$BEGUN" 2>/dev/null
	go

	run mdevadm resume "$CARD"

	expect_status 0
	expect_output ""
	[ "$(parent_of "$U1")" = "$OTHER_CARD" ]
	is_not_held "$CARD"
}
# A script that hangs in post until `go`.
hanging_in_post() {
	mkdir -p "$LIB/scripts.d/callouts"
	cat >"$LIB/scripts.d/callouts/hang" <<-END
		#!/bin/sh
		[ "\$4 \$6" = "post start" ] || exit 0
		: >"$BATS_TEST_TMPDIR/began"
		until [ -e "$BATS_TEST_TMPDIR/go" ]; do sleep 0.01; done
	END
	chmod 755 "$LIB/scripts.d/callouts/hang"
}

@test "an auto device that runs on another parent does not keep a parent held" {
	two_cards
	mdevadm define -u "$U1" -p "$CARD" -t nvidia-36 --auto
	mdevadm define -u "$U1" -p "$OTHER_CARD" -t nvidia-36 --auto
	mdevadm start -u "$U1" -p "$OTHER_CARD"

	run mdevadm drain "$CARD" -- true

	expect_status 0
	expect_contains "mdevadm: warning: cannot start $U1: Device exists under different parent '$OTHER_CARD'"
	is_not_held "$CARD"
	[ "$(parent_of "$U1")" = "$OTHER_CARD" ]
}

# --- only this parent is touched ---

# half_made_elsewhere: U1 was drained of $CARD, and a start of it on $OTHER_CARD died.
half_made_elsewhere() {
	two_cards
	mdevadm start -u "$U1" -p "$CARD" -t nvidia-36
	mdevadm drain "$CARD"
	create_by_hand "$U1" "$OTHER_CARD" nvidia-36
	dead_start "$U1" "$OTHER_CARD" nvidia-36 0
	ctl reset
}

@test "resume repairs what a start on another parent has left half made, and brings it back" {
	half_made_elsewhere

	run mdevadm resume "$CARD"

	expect_status 0
	expect_output "mdevadm: warning: $U1 was left half made by a start that died (process 4194304): it was removed"
	[ "$(parent_of "$U1")" = "$CARD" ]
	is_not_held "$CARD"
}

@test "resume leaves alone what is half made on a parent that somebody else has locked" {
	half_made_elsewhere
	hold parents "$OTHER_CARD"

	run mdevadm resume "$CARD" --lock-timeout 0

	expect_status 9
	expect_contains "mdevadm: warning: the start of $U1 by process 4194304 did not end, and its device is on a parent that this run does not touch: it is left as it is
hint: see whether it is of use, else 'mdevadm stop --uuid $U1'
mdevadm: warning: cannot start $U1: Device exists under different parent '$OTHER_CARD'
hint: 'mdevadm stop --uuid $U1' stops it
mdevadm: cannot resume parent '$CARD': cannot start 1 of 1 devices
$(ways_out "$CARD")"
	[ "$(events remove-begin)" = 0 ]
	[ "$(parent_of "$U1")" = "$OTHER_CARD" ]
	is_drained "$U1"
}

@test "drain and resume create on their own parent, whatever a dead start elsewhere says" {
	two_cards
	create_by_hand "$U1" "$CARD" nvidia-36
	dead_start "$U1" "$OTHER_CARD" nvidia-37 0

	run mdevadm drain "$CARD" -- true

	expect_status 0
	expect_line 0 "mdevadm: warning: the start of $U1 by process 4194304 did not end, and what runs is not what it made: it is left as it is"
	[ "$(parent_of "$U1") $(type_of "$U1")" = "$CARD nvidia-36" ]
}

# --- a hold that is being lifted ---

is_lifting() { grep -q '"lifting":true' "$(held_file "$1")"; }

@test "a parent that registers while its hold is lifted gets its devices" {
	needs_sim "a slow create"
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm hold mtty --reason "it is broken"
	ctl delay create 2000 "$U1"
	begin resume mtty
	local resume=$BEGUN

	# It has read the definitions.
	wait_until has_event create-begin
	is_lifting mtty
	mdevadm define -u "$U2" -p mtty -t mtty-1 --auto
	begin start-parent-mdevs mtty
	finish "$BEGUN"

	expect_status 0
	expect_output ""
	runs "$U2"
	finish "$resume"
	expect_status 0
	runs "$U1"
	is_not_held mtty
}

# A resume that was killed before it had started all that is auto. As with the kernel, it is there, with
# its locks, until its call returns.
killed_while_lifting() {
	needs_sim "a slow create"
	ctl interruptible off
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm hold mtty --reason "it is broken"
	ctl delay create 700 "$U1"
	begin resume mtty
	wait_until has_event create-begin
	kill -KILL "$BEGUN"
	finish "$BEGUN" 2>/dev/null
	ctl clear
	is_lifting mtty
}

@test "a hold whose lifting died refuses no start" {
	killed_while_lifting

	run mdevadm start -u "$U2" -p mtty -t mtty-1

	expect_status 0
	expect_output ""
	run mdevadm types -p mtty
	expect_line 0 "mtty"
}

@test "the next resume ends a lifting that died" {
	killed_while_lifting

	run mdevadm resume mtty

	expect_status 0
	is_not_held mtty
	runs "$U1"
}

@test "the next hold takes the place of one whose lifting died" {
	killed_while_lifting

	run mdevadm hold mtty --reason "new firmware"

	expect_status 0
	expect_output ""
	run mdevadm start -u "$U2" -p mtty -t mtty-1
	expect_status 5
	expect_line 0 "mdevadm: cannot start $U2: parent 'mtty' is held: new firmware"
}

@test "the next drain takes the place of a hold whose lifting died" {
	killed_while_lifting

	run mdevadm drain mtty -- true

	expect_status 0
	is_not_held mtty
	runs "$U1"
}

# --- looks that fail ---

@test "resume fails when it cannot read the hold, and loses nothing" {
	local when

	needs_sim "a root of its own"
	needs strace
	use_fast_program
	three_devices
	mdevadm drain mtty

	for when in 1 2; do
		run failing openat,openat2 "$when" ENFILE "$RUN/mdevadm/held" resume mtty
		was_injected
		expect_status 1
		expect_contains "ENFILE"
		is_held mtty
	done

	mdevadm resume mtty
	expect_three_devices
}

@test "resume fails when it cannot read a record, and loses nothing" {
	needs_sim "a root of its own"
	needs strace
	use_fast_program
	three_devices
	mdevadm drain mtty

	run failing openat,openat2 3 ENFILE "$RUN/mdevadm/devices" resume mtty --jobs 1

	was_injected
	expect_contains "ENFILE"
	mdevadm resume mtty || [ "$?" = 4 ]
	expect_three_devices
}

@test "start on a held parent fails when it cannot read the hold" {
	needs_sim "a root of its own"
	needs strace
	use_fast_program
	mdevadm hold mtty --reason "it is broken"

	run failing openat,openat2 1 ENOMEM "$RUN/mdevadm/held" start -u "$U1" -p mtty -t mtty-1

	was_injected
	expect_status 1
	is_gone "$U1"
}
