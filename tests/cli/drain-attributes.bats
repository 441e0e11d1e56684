#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# With what attributes a device comes back.

load lib/common
load lib/life
load lib/drain

@test "drain warns of a device whose attributes nobody knows" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	rm "$RUN/mdevadm/devices/$U1"

	run mdevadm drain mtty -- true

	expect_status 0
	expect_output "mdevadm: warning: the attributes of $U1 are unknown: it will be started without
hint: a callout that answers 'get attributes' tells them"
	runs "$U1"
}

# A script that answers get attributes with $ANSWER, and with the status $1; it notes how many removals
# the simulator had seen by then.
answer() {
	needs_sim "a type with attributes"
	mkdir -p "$LIB/scripts.d/callouts"
	cat >"$LIB/scripts.d/callouts/attributes" <<-'END'
		#!/bin/sh
		[ "$4 $6" = "get attributes" ] || exit 0
		grep -c remove-begin "$SYS/.mdevsim/log" >>"$HERE/asked"
		printf '%s' "$ANSWER"
	END
	echo "exit ${1:-0}" >>"$LIB/scripts.d/callouts/attributes"
	chmod 755 "$LIB/scripts.d/callouts/attributes"
	HERE=$BATS_TEST_TMPDIR
	export SYS HERE ANSWER
}

# Device N of those that run on matrix, with one attribute, as mdevadm has started it.
ap_device() { start_from_pipe "$(definition "$AP" assign_adapter "$1")" -u "$2" -p matrix; }

@test "scripts are asked for all attributes before the first stop" {
	ANSWER='[{"assign_adapter": "7"}]'
	ap_device 5 "$U1"
	ap_device 6 "$U2"
	answer

	mdevadm drain matrix

	[ "$(cat "$BATS_TEST_TMPDIR/asked")" = "0
0" ]
	[ "$(events remove-begin)" = 2 ]
}

@test "what a script tells is what a device gets again, not what was written at its start" {
	ANSWER='[{"assign_adapter": "7"}, {"assign_domain": "8"}]'
	ap_device 5 "$U1"
	answer
	ctl reset

	run mdevadm drain matrix -- true

	expect_status 0
	expect_output ""
	[ "$(attr_writes "$U1")" = 'assign_adapter 7\n ok
assign_domain 8\n ok' ]
}

@test "a device that another program has made comes back with what a script tells" {
	ANSWER='[{"assign_adapter": "7"}]'
	needs_sim "a type with attributes"
	create_by_hand "$U1" matrix "$AP"
	answer

	run mdevadm drain matrix -- true

	expect_status 0
	expect_output ""
	[ "$(attr_writes "$U1")" = 'assign_adapter 7\n ok' ]
}

@test "a script that tells of no attributes is believed" {
	local none

	answer
	for none in '[]' '[{}]'; do
		ANSWER=$none
		ap_device 5 "$U1"
		ctl reset

		run mdevadm drain matrix -- true

		expect_status 0
		expect_output ""
		[ "$(attr_writes "$U1")" = "" ] || fail_with "$none: $(attr_writes "$U1")"
		mdevadm stop -u "$U1"
	done
}

@test "a script that tells nothing leaves it to what was written at the start" {
	ANSWER=
	ap_device 5 "$U1"
	answer
	ctl reset

	run mdevadm drain matrix -- true

	expect_status 0
	expect_output ""
	[ -s "$BATS_TEST_TMPDIR/asked" ]
	[ "$(attr_writes "$U1")" = 'assign_adapter 5\n ok' ]
}

@test "a script that refuses to tell refuses the drain, and nothing is changed" {
	ANSWER=
	ap_device 5 "$U1"
	answer 1

	run mdevadm drain matrix -- touch "$(RAN)"

	expect_status 125
	expect_contains "mdevadm: warning: cannot tell the attributes of $U1: callout '"
	expect_contains "mdevadm: cannot drain parent 'matrix': nothing was changed: cannot tell the attributes of 1 of 1 devices"
	has_not_run
	runs "$U1"
	is_not_held matrix
}

@test "a script whose answer cannot be read refuses the drain, and nothing is changed" {
	ANSWER='{"no": "list'
	ap_device 5 "$U1"
	answer

	run mdevadm drain matrix -- touch "$(RAN)"

	expect_status 125
	expect_contains "mdevadm: warning: cannot tell the attributes of $U1: the answer to 'get attributes' cannot be read: "
	expect_contains "mdevadm: cannot drain parent 'matrix': nothing was changed: cannot tell the attributes of 1 of 1 devices"
	has_not_run
	runs "$U1"
	is_not_held matrix
}

@test "drain warns of attributes that nobody knows before it stops anything" {
	needs_sim "a slow remove"
	create_by_hand "$U1" matrix "$AP"
	ctl delay remove 500
	begin drain matrix -- true

	wait_until has_event remove-begin
	has_said "$BEGUN" "mdevadm: warning: the attributes of $U1 are unknown: it will be started without"

	finish "$BEGUN"
	expect_status 0
	runs "$U1"
	[ "$(attr_writes "$U1")" = "" ]
}

@test "a device that nobody knows of comes back with its definition's attributes, and that is said" {
	needs_sim "a type with attributes"
	create_by_hand "$U1" matrix "$AP"
	define_raw matrix "$U1" "$(definition "$AP" assign_adapter 5)"

	run mdevadm drain matrix -- true

	expect_status 0
	expect_output "mdevadm: warning: the attributes of $U1 are unknown: it will be started with those of its definition
hint: a callout that answers 'get attributes' tells them"
	[ "$(attr_writes "$U1")" = 'assign_adapter 5\n ok' ]
}

@test "a definition of another type tells nothing of a device that runs" {
	needs_sim "a parent with two types"
	create_by_hand "$U1" mtty mtty-1
	define_raw mtty "$U1" "$(definition mtty-2 power/control on)"

	run mdevadm drain mtty -- true

	expect_status 0
	expect_output "mdevadm: warning: the attributes of $U1 are unknown: it will be started without
hint: a callout that answers 'get attributes' tells them"
	[ "$(type_of "$U1")" = mtty-1 ]
}

@test "the record of an earlier device tells nothing of one that was made since" {
	needs_sim "a type with attributes"
	ap_device 5 "$U1"
	ctl vanish "$U1"
	create_by_hand "$U1" matrix "$AP"
	ctl reset

	run mdevadm drain matrix -- true

	expect_status 0
	expect_line 0 "mdevadm: warning: the attributes of $U1 are unknown: it will be started without"
	[ "$(attr_writes "$U1")" = "" ]
}

@test "a device that was changed live comes back as it was changed" {
	needs_sim "a type with attributes"
	define_raw matrix "$U1" "$(definition "$AP" assign_adapter 5)"
	mdevadm start -u "$U1"
	live_script
	definition "$AP" assign_adapter 7 >"$BATS_TEST_TMPDIR/wanted"
	mdevadm modify -u "$U1" -p matrix --jsonfile "$BATS_TEST_TMPDIR/wanted" --live 2>/dev/null
	rm "$LIB/scripts.d/callouts/live"
	ctl reset

	run mdevadm drain matrix -- true

	expect_status 0
	expect_output ""
	[ "$(attr_writes "$U1")" = 'assign_adapter 7\n ok' ]
}
# One that changes devices, and does not tell what they have.
live_script() {
	mkdir -p "$LIB/scripts.d/callouts"
	cat >"$LIB/scripts.d/callouts/live" <<-'END'
		#!/bin/sh
		case "$4 $6" in
		"get capabilities")
			echo '{"supports": {"version": 2, "actions": ["modify", "attributes"], "events": ["pre", "post", "live", "get"]}}'
			;;
		esac
		exit 0
	END
	chmod 755 "$LIB/scripts.d/callouts/live"
}
