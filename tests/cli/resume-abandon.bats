#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# resume --abandon: the way out where nothing is to be started.

load lib/common
load lib/life
load lib/drain

# bats test_tags=kernel
@test "resume --abandon lifts a drain's hold, starts nothing, and nothing comes back later" {
	three_devices
	mdevadm drain mtty

	run mdevadm resume --abandon mtty

	expect_status 0
	expect_output ""
	is_not_held mtty
	[ "$("$MDEVADM" list)" = "" ]
	lacks_record "$U2"
	lacks_record "$U3"
	mdevadm drain mtty
	mdevadm resume mtty
	[ "$("$MDEVADM" list)" = "$U1 mtty mtty-1 auto (defined)" ]
}

@test "resume --abandon lifts a person's hold, and starts nothing" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm hold mtty --reason "it is broken"

	run mdevadm resume --abandon mtty

	expect_status 0
	expect_output ""
	is_not_held mtty
	is_gone "$U1"
	mdevadm start -u "$U1"
}

@test "resume --abandon beside a person's hold only ends the drain" {
	three_devices
	mdevadm hold mtty --reason "it is broken"
	mdevadm drain mtty

	run mdevadm resume --abandon mtty

	expect_status 0
	expect_output "mdevadm: warning: parent 'mtty' stays held: it is broken
hint: 'mdevadm resume mtty' lifts that"
	is_held mtty
	is_gone "$U2"
	lacks_record "$U2"

	run mdevadm resume --abandon mtty

	expect_status 0
	is_not_held mtty
	[ "$("$MDEVADM" list)" = "" ]
}

@test "resume --abandon of a parent that is not held says so" {
	run mdevadm resume --abandon mtty

	expect_status 4
	expect_output "mdevadm: cannot resume parent 'mtty': it is not held
hint: there is nothing to resume"
}

@test "resume --abandon works for a parent that has gone" {
	needs_sim "a driver that goes"
	three_devices
	mdevadm drain mtty
	ctl unregister mtty

	run mdevadm resume --abandon mtty

	expect_status 0
	expect_output ""
	is_not_held mtty
	lacks_record "$U2"
}

@test "resume --abandon gives up what could not be started again" {
	needs_sim "an injected error"
	three_devices
	ctl error create ENOSPC -1 "$U2"
	run mdevadm drain mtty -- true
	expect_status 125

	run mdevadm resume --abandon mtty

	expect_status 0
	expect_output ""
	is_not_held mtty
	lacks_record "$U2"
	runs "$U3"
	mdevadm start -u "$U1"
}

@test "resume --abandon does not go with the options of starting" {
	mdevadm hold mtty --reason "it is broken"

	run mdevadm resume --abandon --jobs 2 mtty

	expect_status 2
	is_held mtty
}

# A drain that has given up on a removal, which goes on without it.
drain_gives_up() {
	needs_sim "a removal that blocks"
	three_devices
	keep_open "$U3"
	run mdevadm drain mtty --timeout 1
	expect_status 9
	expect_contains "mdevadm: cannot drain parent 'mtty': cannot stop 1 of 2 devices
$(resume_hint mtty)"
	is_held mtty
	has_dir mtty "$U3"
}

@test "resume --abandon works at once while a removal that the drain began still blocks" {
	drain_gives_up

	run mdevadm resume --abandon mtty --lock-timeout 0

	expect_status 0
	expect_output ""
	is_not_held mtty
	has_dir mtty "$U3"
	mdevadm start -u "$U2"
}

@test "a device whose removal blocked does not come back after --abandon" {
	drain_gives_up
	mdevadm resume --abandon mtty

	ctl close "$U3"
	wait_until lacks_dir mtty "$U3"
	is_drained "$U3"
	mdevadm drain mtty
	is_not_drained "$U3"
	run mdevadm resume mtty

	expect_status 0
	is_gone "$U3"
	runs "$U1"
	no_rule_broken
}

@test "a device whose removal blocked comes back with resume when it has gone" {
	drain_gives_up
	ctl close "$U3"
	wait_until lacks_dir mtty "$U3"

	run mdevadm resume mtty

	expect_status 0
	expect_output ""
	expect_three_devices
	is_not_held mtty
}

@test "resume waits for no removal longer than for a lock, and the parent stays held" {
	drain_gives_up

	run mdevadm resume mtty --lock-timeout 1

	expect_status 5
	expect_contains "mdevadm: cannot resume parent 'mtty': parent 'mtty' is locked by pid "
	is_held mtty
	is_drained "$U2"
}

@test "resume --abandon waits for a drain that goes on" {
	three_devices
	script_that_waits
	begin drain mtty -- "$COMMAND"
	wait_until has_begun

	run mdevadm resume --abandon mtty --lock-timeout 0

	expect_status 5
	expect_contains "mdevadm: cannot resume parent 'mtty': parent 'mtty' is locked by pid "
	is_held mtty
	go
	finish "$BEGUN"
	expect_status 0
	expect_three_devices
}
