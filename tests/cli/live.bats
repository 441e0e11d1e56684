#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Bodies of scripts are for the shell that runs them, not for this one.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154
# Live changes: what a script says that it did is looked at.

load lib/common
load lib/scripts
load lib/life

record() { printf '%s/mdevadm/devices/%s' "$RUN" "$1"; }
recorded() { jq -c .attrs "$(record "$1")"; }
defined() { jq -c .attrs "$ETC/$1/$2"; }

SF="sf_core-local"
UNCHANGED="the script said that it changed the device, but the device has the attributes that it had before"
UNCHANGED_HINT="hint: see what the script and 'journalctl -k' say; nothing was stored"

# A parent with an attribute that can be read.
setup() {
	common_setup
	set_script_paths
	needs_sim "a parent with an attribute"
	ln -s "$SYS/class/mdev_bus/sf-host" "$HERE/parent"
	start_from_pipe "$(definition $SF mac 00:00:00:00:00:01)" -u "$U1" -p sf-host
	definition $SF mac 00:00:00:00:00:02 >"$HERE/new"
}

# Tells the truth; WHAT is done for a live change.
script() { # WHAT
	callout one "$(versioned '"start", "stop", "modify", "define", "attributes"' '"live", "pre", "post", "get"')
[ \"\$event\$action\" != getattributes ] || printf '[{\"mac\": \"%s\"}]' \"\$(cat \"\$HERE/parent/\$uuid/mac\")\"
[ \"\$event\" != live ] || { $1; }"
}
# What a script that works does.
CHANGES='jq -r ".attrs[0].mac" >"$HERE/parent/$uuid/mac"'

@test "a live change that was made is recorded, and the definition stays" {
	script "$CHANGES"
	mdevadm define -u "$U1" -p sf-host -t $SF

	run mdevadm modify -u "$U1" -p sf-host --live --jsonfile "$HERE/new"

	expect_status 0
	expect_output ""
	[ "$(cat "$(device_file sf-host "$U1" mac)")" = 00:00:00:00:00:02 ]
	[ "$(recorded "$U1")" = '[{"mac":"00:00:00:00:00:02"}]' ]
	[ "$(jq -r .state "$(record "$U1")")" = running ]
	[ "$(defined sf-host "$U1")" = '[{"mac":"00:00:00:00:00:01"}]' ]
}

@test "a live change is one of the running device, of which the parent need not be said" {
	script "$CHANGES"
	mdevadm define -u "$U1" -p sf-host -t $SF
	define_raw mtty "$U1" "$(definition mtty-1)"

	run mdevadm modify -u "$U1" --live --defined --jsonfile "$HERE/new"

	expect_status 0
	[ "$(cat "$(device_file sf-host "$U1" mac)")" = 00:00:00:00:00:02 ]
	[ "$(defined sf-host "$U1")" = '[{"mac":"00:00:00:00:00:02"}]' ]
	[ "$(cat "$ETC/mtty/$U1")" = "$(definition mtty-1)" ]
}

@test "a live change that changed nothing is no success, and nothing is stored" {
	script true
	notifier two
	mdevadm define -u "$U1" -p sf-host -t $SF
	cp "$ETC/sf-host/$U1" "$HERE/old"
	cp "$(record "$U1")" "$HERE/record"
	: >"$LOG"

	run mdevadm modify -u "$U1" -p sf-host --live --defined --jsonfile "$HERE/new"

	expect_status 1
	expect_output "mdevadm: cannot modify $U1: $UNCHANGED
$UNCHANGED_HINT"
	cmp "$ETC/sf-host/$U1" "$HERE/old"
	cmp "$(record "$U1")" "$HERE/record"
	expect_calls "one get attributes none
one live modify none
one get attributes none
two notify modify failure"
}

@test "a live change that changed nothing is no success with --force either" {
	script true
	cp "$(record "$U1")" "$HERE/record"

	run mdevadm modify -u "$U1" -p sf-host --live --force --jsonfile "$HERE/new"

	expect_status 1
	expect_output "mdevadm: cannot modify $U1: $UNCHANGED
$UNCHANGED_HINT"
	cmp "$(record "$U1")" "$HERE/record"
}

@test "a live change to what the device has already is a success" {
	script true
	definition $SF mac 00:00:00:00:00:01 >"$HERE/new"

	run mdevadm modify -u "$U1" -p sf-host --live --jsonfile "$HERE/new"

	expect_status 0
	expect_output ""
}

@test "the script's answer goes to the record, what was asked for to the definition" {
	script 'echo 00:00:00:00:00:aa >"$HERE/parent/$uuid/mac"'
	mdevadm define -u "$U1" -p sf-host -t $SF

	run mdevadm modify -u "$U1" -p sf-host --live --defined --jsonfile "$HERE/new"

	expect_status 0
	[ "$(recorded "$U1")" = '[{"mac":"00:00:00:00:00:aa"}]' ]
	[ "$(defined sf-host "$U1")" = '[{"mac":"00:00:00:00:00:02"}]' ]
}

@test "values that are the same number in another spelling are no failed change" {
	callout one "$(versioned '"modify", "attributes"' '"live", "get"')
[ \"\$event\$action\" != getattributes ] || echo '[{\"assign_domain\": \"43\"}]'"
	definition $SF assign_domain 0x2b >"$HERE/new"

	run mdevadm modify -u "$U1" -p sf-host --live --jsonfile "$HERE/new"

	expect_status 0
	expect_output ""
}

@test "a live change that no script tells of is believed, with a warning" {
	callout one "$(versioned '"modify"' '"live"')"

	run mdevadm modify -u "$U1" -p sf-host --live --jsonfile "$HERE/new"

	expect_status 0
	expect_output "mdevadm: warning: no script tells what attributes $U1 has: that the change was made is believed
hint: a callout that answers 'get attributes' tells them"
	[ "$(recorded "$U1")" = '[{"mac":"00:00:00:00:00:02"}]' ]
}

# No output at all is not told; [] is none.
@test "a script that answers nothing does not tell of a live change" {
	callout one "$(versioned '"modify", "attributes"' '"live", "get"')"

	run mdevadm modify -u "$U1" -p sf-host --live --jsonfile "$HERE/new"

	expect_status 0
	expect_line 0 "mdevadm: warning: no script tells what attributes $U1 has: that the change was made is believed"
	[ "$(recorded "$U1")" = '[{"mac":"00:00:00:00:00:02"}]' ]
}

@test "a script that says that there are no attributes before and after has changed nothing" {
	callout one "$(versioned '"modify", "attributes"' '"live", "get"')
[ \"\$event\$action\" != getattributes ] || echo '[]'"

	run mdevadm modify -u "$U1" -p sf-host --live --jsonfile "$HERE/new"

	expect_status 1
	expect_line 0 "mdevadm: cannot modify $U1: $UNCHANGED"
}

@test "a live change of a device that has no record makes none" {
	script "$CHANGES"
	rm "$(record "$U1")"

	run mdevadm modify -u "$U1" -p sf-host --live --jsonfile "$HERE/new"

	expect_status 0
	expect_output ""
	lacks "$(record "$U1")"
}

# Not by the answer of a script, which might be asked again, but by the record.
@test "a drain brings a device back as it was changed live" {
	script "$CHANGES"
	mdevadm modify -u "$U1" -p sf-host --live --jsonfile "$HERE/new"
	rm "$CALLOUTS/one"

	run mdevadm drain sf-host -- true

	expect_status 0
	expect_output ""
	[ "$(cat "$(device_file sf-host "$U1" mac)")" = 00:00:00:00:00:02 ]
	[ "$(recorded "$U1")" = '[{"mac":"00:00:00:00:00:02"}]' ]
}

@test "a live change takes the parent's lock and the device's" {
	script "$CHANGES"
	local kind name

	for name in parents/sf-host devices/$U1; do
		kind=${name%/*}
		hold "$kind" "${name#*/}"

		run mdevadm modify -u "$U1" -p sf-host --live --jsonfile "$HERE/new" --lock-timeout 0

		expect_status 5
		let_go "$HOLDER"
	done
	[ "$(cat "$(device_file sf-host "$U1" mac)")" = 00:00:00:00:00:01 ]
}
