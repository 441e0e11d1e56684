#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154

# bats file_tags=kernel
load lib/common
load lib/life

STOPS_IT="hint: 'mdevadm stop --uuid $U1' stops it"

# --- which device ---

@test "start of a defined device makes it run, and prints nothing" {
	mdevadm define -u "$U1" -p mtty -t mtty-2

	run mdevadm start -u "$U1"

	expect_status 0
	expect_output ""
	runs "$U1"
	[ "$(type_of "$U1")" = mtty-2 ]
	[ "$(instances mtty mtty-1)" = 22 ]
}

@test "start takes a UUID in any spelling" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm start --uuid="{${U1^^}}"

	expect_status 0
	runs "$U1"
}

@test "start with parent and type makes a transient device, and prints nothing" {
	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_output ""
	runs "$U1"
	[ "$(find "$ETC" -type f | wc -l)" = 0 ]
}

@test "start without a UUID prints the one that it made, and nothing else" {
	run mdevadm start --parent mtty --type mtty-1

	expect_status 0
	[[ "$output" =~ ^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$ ]]
	runs "$output"
}

@test "start --jsonfile reads a file" {
	definition mtty-2 >"$BATS_TEST_TMPDIR/device"

	run mdevadm start -u "$U1" -p mtty --jsonfile "$BATS_TEST_TMPDIR/device"

	expect_status 0
	expect_output ""
	[ "$(type_of "$U1")" = mtty-2 ]
}

@test "start --jsonfile /dev/stdin reads a pipe" {
	run start_from_pipe "$(definition mtty-2)" -u "$U1" -p mtty

	expect_status 0
	expect_output ""
	[ "$(type_of "$U1")" = mtty-2 ]
}

@test "start --jsonfile without a UUID prints the one that it made" {
	run start_from_pipe "$(definition mtty-2)" -p mtty

	expect_status 0
	runs "$output"
	[ "$(type_of "$output")" = mtty-2 ]
}

@test "start --jsonfile does not define the device" {
	start_from_pipe "$(definition mtty-2)" -u "$U1" -p mtty

	[ "$(find "$ETC" -type f | wc -l)" = 0 ]
}

@test "start --jsonfile takes a definition without attributes and start mode" {
	run start_from_pipe '{"mdev_type": "mtty-1"}' -u "$U1" -p mtty

	expect_status 0
	runs "$U1"
}

@test "start --jsonfile counts even if the device is defined otherwise" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run start_from_pipe "$(definition mtty-2)" -u "$U1" -p mtty

	expect_status 0
	[ "$(type_of "$U1")" = mtty-2 ]
	[[ "$(cat "$ETC/mtty/$U1")" == *'"mtty-1"'* ]]
}

@test "start of a device that several parents define needs the parent" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U1" -p other -t other-1

	run mdevadm start -u "$U1"

	expect_status 2
	expect_output "mdevadm: cannot start $U1: it is defined on several parents: 'mtty', 'other'
hint: say which with --parent"
	is_gone "$U1"
}

@test "start takes the definition of the parent that is named" {
	mdevadm define -u "$U1" -p mtty -t mtty-2
	mdevadm define -u "$U1" -p other -t other-1

	run mdevadm start -u "$U1" -p mtty

	expect_status 0
	[ "$(parent_of "$U1") $(type_of "$U1")" = "mtty mtty-2" ]
}

@test "start with the type of the definition is no contradiction" {
	mdevadm define -u "$U1" -p mtty -t mtty-2

	run mdevadm start -u "$U1" -p mtty -t mtty-2

	expect_status 0
	runs "$U1"
}

@test "start with another type than the definition's is refused" {
	mdevadm define -u "$U1" -p mtty -t mtty-2

	run mdevadm start -u "$U1" -t mtty-1

	expect_status 10
	expect_output "mdevadm: cannot start $U1: it is defined with type 'mtty-2', not 'mtty-1'
hint: leave --type out, or change the definition with 'mdevadm modify'"
	is_gone "$U1"
}

@test "start on another parent than the definition's makes a transient device" {
	mdevadm define -u "$U1" -p other -t other-1

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 0
	[ "$(parent_of "$U1")" = mtty ]
}

@test "start of what is not defined says so" {
	run mdevadm start -u "$ABSENT"

	expect_status 3
	expect_output "mdevadm: cannot start $ABSENT: it is not defined
hint: define it, or say with --parent and --type what to start"
}

@test "start of what is not defined on the named parent says so" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm start -u "$U1" -p other

	expect_status 3
	expect_output "mdevadm: cannot start $U1: it is not defined on parent 'other'
hint: define it, or say with --type what to start"
}

# --- wrong usage and input ---

@test "called as mdevctl, start without UUID and parent is wrong usage" {
	run called_as mdevctl start -t mtty-1

	expect_status 2
	expect_output "mdevctl: --uuid, --parent or --all is missing
hint: 'mdevadm start --help' lists the options"
}

@test "start of a new device needs a type" {
	run mdevadm start -p mtty

	expect_status 2
	expect_output "mdevadm: cannot start a device on parent 'mtty': no type is given
hint: say which with --type; 'mdevadm types --parent mtty' lists them"
}

@test "start --jsonfile excludes --type" {
	run mdevadm start -p mtty --jsonfile /dev/null --type mtty-1

	expect_status 2
	expect_output "mdevadm: --jsonfile cannot be combined with --type
hint: 'mdevadm start --help' lists the options"
}

@test "start --jsonfile needs a parent" {
	run mdevadm start -u "$U1" --jsonfile /dev/null

	expect_status 2
	expect_output "mdevadm: --jsonfile needs --parent
hint: 'mdevadm start --help' lists the options"
}

@test "start of an invalid UUID names it" {
	run mdevadm start -u 123 -p mtty -t mtty-1

	expect_status 10
	expect_output "mdevadm: invalid UUID '123'
hint: give 32 hexadecimal digits, such as 83c32df7-d52e-4ec1-9668-1f3c7e4df107, or the first 4 or more of a device that is there"
}

@test "start --jsonfile of a file that is not there names it" {
	run mdevadm start -u "$U1" -p mtty --jsonfile /absent/file

	expect_status 1
	expect_line 0 "mdevadm: cannot start $U1: cannot open '/absent/file': ENOENT (No such file or directory)"
	is_gone "$U1"
}

@test "start --jsonfile of a text without a type is refused" {
	run start_from_pipe '{"start": "manual"}' -u "$U1" -p mtty

	expect_status 10
	expect_output "mdevadm: cannot start $U1: '/dev/stdin', line 1: no 'mdev_type' is given
hint: add \"mdev_type\": \"TYPE\""
	is_gone "$U1"
}

@test "start of an attribute that would leave the device is refused before anything is made" {
	run start_from_pipe "$(definition mtty-1 ../victim 1)" -u "$U1" -p mtty

	expect_status 10
	expect_output "mdevadm: cannot start $U1: '/dev/stdin', line 1: invalid attribute '../victim': it would leave the device's directory
hint: give the path of a file below the device, such as 'nvidia/vgpu_params'"
	is_gone "$U1"
	[ "$(instances mtty mtty-1)" = 24 ]
}

@test "start with a broken definition names the file" {
	define_raw mtty "$U1" '{"mdev_type": "mtty-1",'

	run mdevadm start -u "$U1"

	expect_status 10
	[[ "${lines[0]}" == "mdevadm: cannot start $U1: '$ETC/mtty/$U1', line 1, column "* ]]
	expect_line 1 "hint: mend '$ETC/mtty/$U1'; or 'mdevadm modify --uuid $U1 --parent mtty --jsonfile FILE' replaces it, and 'mdevadm undefine' removes it"
	is_gone "$U1"
}

# --- what runs already ---

@test "start of a running device says that it already exists" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 4
	expect_output "mdevadm: cannot start $U1: Device already exists on parent 'mtty'
$STOPS_IT"
	runs "$U1"
}

@test "start of a running device that is defined says that it already exists" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"

	run mdevadm start -u "$U1"

	expect_status 4
	expect_output "mdevadm: cannot start $U1: Device already exists on parent 'mtty'
$STOPS_IT"
}

@test "start --jsonfile of a running device says that it already exists" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run start_from_pipe "$(definition mtty-1)" -u "$U1" -p mtty

	expect_status 4
	expect_output "mdevadm: cannot start $U1: Device already exists on parent 'mtty'
$STOPS_IT"
}

@test "start of a device that runs with another type says which" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm start -u "$U1" -p mtty -t mtty-2

	expect_status 4
	expect_output "mdevadm: cannot start $U1: Device exists with different type 'mtty-1'
$STOPS_IT"
	[ "$(type_of "$U1")" = mtty-1 ]
}

@test "start of a device that runs on another parent says which" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm start -u "$U1" -p other -t mtty-1

	expect_status 4
	expect_output "mdevadm: cannot start $U1: Device exists under different parent 'mtty'
$STOPS_IT"
}

@test "start of a definition whose device runs on another parent says which" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U1" -p other -t other-1

	run mdevadm start -u "$U1"

	expect_status 4
	expect_output "mdevadm: cannot start $U1: Device exists under different parent 'mtty'
$STOPS_IT"
}

@test "start recognises a stuck device" {
	needs_sim "a stuck device"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl stuck "$U1"

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 4
	expect_output "mdevadm: cannot start $U1: Device already exists and is stuck on parent 'mtty': something removed it while it was being created
hint: only unloading the driver of parent 'mtty' removes it"
}
