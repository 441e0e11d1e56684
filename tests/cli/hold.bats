#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154

load lib/common
load lib/life
load lib/drain

# bats test_tags=kernel
@test "hold lets nothing be started, and says why" {
	mdevadm hold mtty --reason "it is broken"

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 5
	expect_output "mdevadm: cannot start $U1: parent 'mtty' is held: it is broken
hint: 'mdevadm resume mtty' lifts the hold"
}

# bats test_tags=kernel
@test "hold leaves what runs alone" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm hold mtty --reason "it is broken"

	expect_status 0
	expect_output ""
	runs "$U1"
	mdevadm stop -u "$U1"
}

@test "hold needs a reason" {
	run mdevadm hold mtty

	expect_status 2
	expect_output "mdevadm: --reason is missing
hint: 'mdevadm hold --help' lists the options"
}

@test "hold of a drained parent is refused, and changes nothing" {
	three_devices
	mdevadm drain mtty
	cp "$(held_file mtty)" "$BATS_TEST_TMPDIR/before"

	run mdevadm hold mtty --reason "new firmware"

	expect_status 4
	expect_output "mdevadm: cannot hold parent 'mtty': it is held already: it is drained
hint: 'mdevadm resume mtty' lifts the hold"
	cmp "$(held_file mtty)" "$BATS_TEST_TMPDIR/before"
	mdevadm resume mtty
	expect_three_devices
}

@test "types shows that a parent is held" {
	mdevadm hold mtty --reason "it is broken"

	run mdevadm types -p mtty

	expect_status 0
	expect_line 0 "mtty (held: it is broken)"
}

@test "list -v shows that a device's parent is held" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm hold mtty --reason "it is broken"

	run mdevadm list -v

	expect_output "$U1 mtty mtty-1 manual
  Held: it is broken"
}

@test "a definition's listing shows that its parent is held" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm hold mtty --reason "it is broken"

	run mdevadm list -d -v

	expect_output "$U1 mtty mtty-1 manual
  Held: it is broken"
}

@test "JSON does not tell that a parent is held" {
	mdevadm types --dumpjson >"$BATS_TEST_TMPDIR/before"
	mdevadm hold mtty --reason "it is broken"

	run mdevadm types --dumpjson

	expect_output "$(cat "$BATS_TEST_TMPDIR/before")"
}

@test "a hold and what a drain has to bring back can be read by all" {
	three_devices

	mdevadm drain mtty

	[ "$(cd "$RUN/mdevadm" && find held devices -printf '%m %p\n' | sort -k 2)" = "755 devices
644 devices/$U2
644 devices/$U3
755 held
644 held/mtty" ]
}

# bats test_tags=kernel
@test "hold of a held parent is refused, and the first reason stays" {
	mdevadm hold mtty --reason "it is broken"

	run mdevadm hold mtty --reason "new firmware"

	expect_status 4
	expect_output "mdevadm: cannot hold parent 'mtty': it is held already: it is broken
hint: 'mdevadm resume mtty' lifts the hold"
	run mdevadm types -p mtty
	expect_line 0 "mtty (held: it is broken)"
}

@test "hold of an absent parent warns, and can be lifted" {
	run mdevadm hold absent --reason "it comes later"

	expect_status 0
	expect_output "mdevadm: warning: parent 'absent' is held all the same: Unable to find parent device 'absent'
hint: 'mdevadm types' lists the parents"
	is_held absent

	run mdevadm resume absent --timeout 0

	expect_status 0
	expect_output ""
	is_not_held absent
}

@test "a hold on a parent that has gone since can be lifted" {
	needs_sim "a driver that goes"
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm hold mtty --reason "it is broken"
	ctl unregister mtty

	run mdevadm resume mtty --timeout 0

	expect_status 0
	expect_output ""
	is_not_held mtty
}

@test "a hold on an absent parent counts when it comes" {
	needs_sim "a driver that comes"
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	ctl unregister mtty
	mdevadm hold mtty --reason "it is broken" 2>/dev/null
	ctl register mtty

	run mdevadm start -u "$U1"

	expect_status 5
	expect_line 0 "mdevadm: cannot start $U1: parent 'mtty' is held: it is broken"
}

@test "an empty reason of hold is refused" {
	run mdevadm hold mtty --reason ''

	expect_status 2
	expect_output "mdevadm: cannot hold parent 'mtty': the reason is empty
hint: say why in 1 to 4096 bytes"
	is_not_held mtty
}

@test "a reason of hold that is too long is refused" {
	run mdevadm hold mtty --reason "$(printf '%4097s' '')"

	expect_status 2
	expect_output "mdevadm: cannot hold parent 'mtty': the reason has 4097 bytes
hint: say why in 1 to 4096 bytes"
	is_not_held mtty
}

@test "the longest reason, of bytes that take most room, can be read again" {
	local reason

	reason=$(printf '%4096s' '' | tr ' ' '\001')
	mdevadm hold mtty --reason "$reason"

	run mdevadm start -u "$U1" -p mtty -t mtty-1
	expect_status 5
	run mdevadm resume mtty

	expect_status 0
	expect_output ""
	is_not_held mtty
}

@test "a hold that cannot be understood refuses starts, and --abandon leads out" {
	mkdir -p "$RUN/mdevadm/held"
	echo '{"version": 1}' >"$(held_file mtty)"

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 10
	expect_output "mdevadm: cannot start $U1: '$(held_file mtty)' is not understood: nobody holds it
hint: 'mdevadm resume --abandon mtty' removes it"
	is_gone "$U1"

	run mdevadm resume --abandon mtty

	expect_status 0
	expect_line 0 "mdevadm: warning: it is removed all the same: '$(held_file mtty)' is not understood: nobody holds it"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	runs "$U1"
}

@test "a hold that is no JSON refuses drain, resume and hold, and --abandon leads out" {
	local verb

	mkdir -p "$RUN/mdevadm/held"
	echo '{' >"$(held_file mtty)"

	for verb in drain resume "hold --reason x"; do
		# shellcheck disable=SC2086
		run mdevadm $verb mtty
		expect_status 10
		expect_contains "hint: 'mdevadm resume --abandon mtty' removes it"
		is_held mtty
	done
	mdevadm resume --abandon mtty

	is_not_held mtty
	mdevadm start -u "$U1" -p mtty -t mtty-1
}

@test "a hold of a later version refuses starts, and is not abandoned" {
	mkdir -p "$RUN/mdevadm/held"
	echo '{"version": 2, "hold": {"reason": "x"}}' >"$(held_file mtty)"

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 1
	expect_output "mdevadm: cannot start $U1: '$(held_file mtty)' was written by a later version of mdevadm
hint: use that version, or restart the machine"
	run mdevadm resume --abandon mtty
	expect_status 1
	is_held mtty
}

# --- a person's hold beside a drain ---

@test "a hold stays through somebody's drain, with its reason" {
	three_devices
	mdevadm hold mtty --reason "it is broken"

	run mdevadm drain mtty --reason "new firmware" -- true

	expect_status 0
	expect_output "mdevadm: warning: parent 'mtty' stays held: it is broken
hint: 'mdevadm resume mtty' lifts that"
	is_gone "$U1"
	[ "$(type_of "$U2") $(type_of "$U3")" = "mtty-1 mtty-2" ]
	run mdevadm start -u "$U1"
	expect_status 5
	expect_line 0 "mdevadm: cannot start $U1: parent 'mtty' is held: it is broken"
}

# bats test_tags=kernel
@test "resume ends the drain first, and a second one lifts the hold" {
	three_devices
	mdevadm hold mtty --reason "it is broken"
	mdevadm drain mtty

	run mdevadm resume mtty

	expect_status 0
	expect_output "mdevadm: warning: parent 'mtty' stays held: it is broken
hint: 'mdevadm resume mtty' lifts that"
	is_gone "$U1"
	[ "$(type_of "$U2") $(type_of "$U3")" = "mtty-1 mtty-2" ]

	run mdevadm resume mtty

	expect_status 0
	expect_output ""
	is_not_held mtty
	expect_three_devices
}

@test "the reason of a hold is told before that of a drain" {
	mdevadm hold mtty --reason "it is broken"
	mdevadm drain mtty --reason "new firmware"

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 5
	expect_line 0 "mdevadm: cannot start $U1: parent 'mtty' is held: it is broken"
}

# --- stopping on a held parent ---

# bats test_tags=kernel
@test "stop --all stops what runs on a held parent, and resume does not bring it back" {
	three_devices
	mdevadm hold mtty --reason "it is broken"

	run mdevadm stop --all

	expect_status 0
	is_gone "$U2"
	is_gone "$U3"
	mdevadm resume mtty
	is_gone "$U2"
	is_gone "$U3"
}

@test "stop --all gives up what a drain could not stop" {
	needs_sim "an injected error"
	three_devices
	ctl error remove EXDEV 1 "$U2"
	run mdevadm drain mtty
	expect_status 9
	runs "$U2"

	mdevadm stop --all -p mtty

	run mdevadm resume mtty
	expect_status 0
	expect_output ""
	is_gone "$U2"
	runs "$U3"
}
