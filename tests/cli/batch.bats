#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# Many devices in one run, and waiting for a parent.

load lib/common
load lib/life

uuid_of() { printf '%08d%s' "$1" "${U1#????????}"; }
# define_many COUNT [OPTION...]
define_many() {
	local i count=$1

	shift
	for ((i = 0; i < count; i++)); do
		mdevadm define -u "$(uuid_of "$i")" -p mtty -t mtty-1 "$@"
	done
}
running() { find "$SYS/bus/mdev/devices" -type l | wc -l; }

@test "start --all starts what is defined, auto or not" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm define -u "$U2" -p mtty -t mtty-2

	run mdevadm start --all

	expect_status 0
	expect_output ""
	[ "$(type_of "$U1") $(type_of "$U2")" = "mtty-1 mtty-2" ]
}

@test "start --all leaves alone what runs" {
	define_many 2
	mdevadm start -u "$(uuid_of 0)"

	run mdevadm start --all

	expect_status 0
	expect_output ""
	[ "$(running)" = 2 ]
}

@test "start --all without definitions has nothing to do" {
	run mdevadm start --all

	expect_status 0
	expect_output ""
}

@test "start --all --parent starts the devices of that parent alone" {
	needs_sim "two parents"
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U2" -p matrix -t vfio_ap-passthrough

	run mdevadm start --all --parent mtty

	expect_status 0
	runs "$U1"
	is_gone "$U2"
}

@test "start --all --parent of an absent parent says so once" {
	define_raw absent "$U1" "$(definition mtty-1)"
	define_raw absent "$U2" "$(definition mtty-1)"

	run mdevadm start --all --parent absent

	expect_status 3
	expect_output "mdevadm: cannot start the devices of parent 'absent': Unable to find parent device 'absent'
hint: 'mdevadm types' lists the parents"
}

@test "start --all names the one that fails, starts the others and ends with 9" {
	define_many 2
	mdevadm define -u "$U2" -p mtty -t mtty-9

	run mdevadm start --all

	expect_status 9
	[[ "$output" == *"mdevadm: warning: cannot start $U2: "* ]] || fail_with "$U2 is not named"
	expect_line $((${#lines[@]} - 1)) "mdevadm: cannot start 1 of 3 devices"
	[ "$(running)" = 2 ]
}

@test "start --all of a definition that cannot be read ends with 9, and starts the others" {
	define_many 1
	define_raw mtty "$U2" '{'

	run mdevadm start --all

	expect_status 9
	expect_line $((${#lines[@]} - 1)) "mdevadm: 1 could not be read"
	[ "$(running)" = 1 ]
}

@test "start --all on a held parent names each device" {
	define_many 2
	mdevadm hold mtty --reason "it is broken"

	run mdevadm start --all --jobs 1

	expect_status 9
	expect_output "mdevadm: warning: cannot start $(uuid_of 0): parent 'mtty' is held: it is broken
hint: 'mdevadm resume mtty' lifts the hold
mdevadm: warning: cannot start $(uuid_of 1): parent 'mtty' is held: it is broken
hint: 'mdevadm resume mtty' lifts the hold
mdevadm: cannot start 2 of 2 devices"
}

@test "start --all takes no UUID" {
	run mdevadm start --all -u "$U1"

	expect_status 2
}

@test "stop --all stops all that runs, defined or not" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"
	mdevadm start -u "$U2" -p mtty -t mtty-2

	run mdevadm stop --all

	expect_status 0
	expect_output ""
	[ "$(running)" = 0 ]
	[ "$(instances mtty mtty-1)" = 24 ]
}

@test "stop --all with nothing running has nothing to do" {
	run mdevadm stop --all

	expect_status 0
	expect_output ""
}

@test "stop --all --parent stops the devices of that parent alone" {
	needs_sim "two parents"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U2" -p matrix -t vfio_ap-passthrough

	run mdevadm stop --all --parent matrix

	expect_status 0
	runs "$U1"
	is_gone "$U2"
}

@test "stop --all also gives up what a drain would bring back" {
	needs_sim "a device that another program makes"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm drain mtty
	printf '%s' "$U1" >"$(create_file mtty mtty-1)"

	run mdevadm stop --all
	expect_status 0
	expect_output ""
	run mdevadm resume mtty

	expect_status 0
	expect_output ""
	is_gone "$U1"
	lacks "$RUN/mdevadm/devices/$U1"
}

@test "stop --all names the one that is in use, stops the others and ends with 9" {
	needs_nodes
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U2" -p mtty -t mtty-1
	mdevadm start -u "$U3" -p mtty -t mtty-1
	has_open "$(device_node "$U2")"

	run mdevadm stop --all

	expect_status 9
	expect_output "mdevadm: warning: cannot stop $U2: it is in use by pid $USER_PID (sleep)
hint: end that first, or wait for it with --wait-users SEC
mdevadm: cannot stop 1 of 3 devices"
	is_gone "$U1"
	runs "$U2"
	is_gone "$U3"
}

@test "start --all --jobs starts so many at once, and no more" {
	needs_sim "how many creates there are at once"
	define_many 9
	ctl delay create 100
	ctl reset

	run mdevadm start --all --jobs 3

	expect_status 0
	[ "$(running)" = 9 ]
	[ "$(stat_of in_flight_max)" = 3 ]
	no_rule_broken
}

@test "start --all --jobs 1 starts one after the other, in order" {
	needs_sim "how many creates there are at once"
	define_many 4
	ctl reset

	run mdevadm start --all --jobs 1

	expect_status 0
	[ "$(stat_of in_flight_max)" = 1 ]
	[ "$(awk '$4 == "create-end"' "$SYS/.mdevsim/log" | grep -oE '[0-9]{8}-1111-4111-8111-[0-9a-f]{12}')" = \
		"$(for i in 0 1 2 3; do uuid_of "$i" && echo; done)" ]
}

@test "stop --all --jobs stops so many at once, and no more" {
	needs_sim "how many removes there are at once"
	define_many 9
	mdevadm start --all
	ctl delay remove 100
	ctl reset

	run mdevadm stop --all --jobs 4

	expect_status 0
	[ "$(running)" = 0 ]
	[ "$(stat_of in_flight_max)" = 4 ]
	no_rule_broken
}

@test "start-parent-mdevs --jobs starts so many at once, and no more" {
	needs_sim "how many creates there are at once"
	define_many 6 --auto
	ctl delay create 100
	ctl reset

	run mdevadm start-parent-mdevs mtty --jobs 2

	expect_status 0
	[ "$(running)" = 6 ]
	[ "$(stat_of in_flight_max)" = 2 ]
}

@test "start-parent-mdevs names the one that fails, starts the others and ends with 9" {
	needs_sim "an injected error"
	define_many 3 --auto
	ctl error create EIO 1 "$(uuid_of 1)"

	run mdevadm start-parent-mdevs mtty --jobs 2

	expect_status 9
	expect_line 0 "mdevadm: warning: cannot start $(uuid_of 1): cannot write '$(uuid_of 1)' to '$(create_file mtty mtty-1)': EIO (Input/output error)"
	expect_line $((${#lines[@]} - 1)) "mdevadm: cannot start 1 of 3 devices"
	[ "$(running)" = 2 ]
}

@test "--jobs must be a number" {
	run mdevadm start --all --jobs many

	expect_status 2
	expect_output "mdevadm: --jobs: 'many' is not a number
hint: give a whole number from 1 to 256"
}

@test "--jobs 0 is refused" {
	run mdevadm stop --all --jobs 0

	expect_status 2
	expect_line 0 "mdevadm: --jobs: '0' is out of range"
	expect_line 1 "hint: give a whole number from 1 to 256"
}

@test "start --all that is interrupted ends what it began, and begins nothing more" {
	needs_sim "a slow create"
	define_many 8
	ctl delay create 300
	begin start --all --jobs 2
	wait_until has_event create-begin

	kill -TERM "$BEGUN"
	kill -TERM "$BEGUN"
	finish "$BEGUN"

	expect_status 143
	[ "$(running)" -lt 8 ]
	[[ "$("$MDEVADM" list)" != *incomplete* ]]
	no_rule_broken
}

# --- wait ---

@test "wait for a parent that is there succeeds" {
	run mdevadm wait --parent mtty

	expect_status 0
	expect_output ""
}

@test "wait waits for a parent that comes later" {
	needs_sim "a driver that goes"
	ctl unregister mtty
	begin wait --parent mtty
	wait_until is_called "$BEGUN" mdevadm
	is_alive "$BEGUN"

	ctl register mtty
	finish "$BEGUN"

	expect_status 0
	expect_output ""
}

@test "wait for a type that is there succeeds" {
	run mdevadm wait --parent mtty --type mtty-2

	expect_status 0
	expect_output ""
}

@test "wait for a parent that does not come gives up with 3" {
	run mdevadm wait --parent absent --timeout 0

	expect_status 3
	expect_output "mdevadm: parent 'absent' did not come in time
hint: see whether its driver is loaded: 'mdevadm types'"
}

@test "wait for a type that does not come gives up with 3" {
	run mdevadm wait --parent mtty --type mtty-9 --timeout 0

	expect_status 3
	expect_output "mdevadm: parent 'mtty' did not come with type 'mtty-9' in time
hint: see whether its driver is loaded: 'mdevadm types'"
}

@test "wait can be interrupted" {
	begin wait --parent absent
	wait_until is_called "$BEGUN" mdevadm

	kill -TERM "$BEGUN"
	finish "$BEGUN"

	expect_status 143
}

@test "wait needs a parent" {
	run mdevadm wait

	expect_status 2
	expect_output "mdevadm: --parent is missing
hint: 'mdevadm wait --help' lists the options"
}
