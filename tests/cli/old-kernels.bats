#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# Before Linux 5.2 the kernel does not guard creates and removes against each other's parent.

load lib/common
load lib/life

setup() {
	needs_sim "another version of the kernel"
	common_setup
	mount_sim zoo --legacy
	ctl delay create 50
	ctl delay remove 50
	ctl reset
}

# as_kernel RELEASE
as_kernel() { export MDEVADM_KERNEL_RELEASE=$1; }

# Four starts at once, and then four stops.
at_once() {
	local i pids

	for verb in start stop; do
		pids=()
		for i in 1 2 3 4; do
			if [ $verb = start ]; then
				begin start -u "$(printf '%08d%s' "$i" "${U1#????????}")" -p mtty -t mtty-1
			else
				begin stop -u "$(printf '%08d%s' "$i" "${U1#????????}")"
			fi
			pids+=("$BEGUN")
		done
		for i in "${pids[@]}"; do
			finish "$i"
			expect_status 0
		done
	done
}

@test "before Linux 5.2 starts and stops on one parent go one after the other" {
	as_kernel 5.1.0

	at_once

	[ "$(stat_of in_flight_max)" = 1 ]
	no_rule_broken
}

@test "before Linux 5.2 a batch on one parent goes one after the other" {
	local i

	as_kernel 4.18.0-553.el8.x86_64
	for i in 1 2 3 4; do
		mdevadm define -u "$(printf '%08d%s' "$i" "${U1#????????}")" -p mtty -t mtty-1
	done

	mdevadm start --all --jobs 4
	mdevadm stop --all --jobs 4

	[ "$(stat_of in_flight_max)" = 1 ]
	no_rule_broken
}

@test "since Linux 5.2 starts and stops on one parent go at once" {
	as_kernel 6.1.0-37-amd64

	at_once

	[ "$(stat_of in_flight_max)" -gt 1 ]
}

@test "Linux 5.2 itself is not an old kernel" {
	as_kernel 5.2.0
	hold parents mtty -s

	run mdevadm start -u "$U1" -p mtty -t mtty-1 --lock-timeout 0

	expect_status 0
}

@test "before Linux 5.2 a start waits for one who shares the parent" {
	as_kernel 5.1.21
	hold parents mtty -s

	run mdevadm start -u "$U1" -p mtty -t mtty-1 --lock-timeout 0

	expect_status 5
	[[ "${lines[0]}" == "mdevadm: cannot start $U1: parent 'mtty' is locked by pid $HOLDER (sleep 100, "* ]]
}

@test "before Linux 5.2 a stop waits for one who shares the parent" {
	as_kernel 5.1.21
	mdevadm start -u "$U1" -p mtty -t mtty-1
	hold parents mtty -s

	run mdevadm stop -u "$U1" --lock-timeout 0

	expect_status 5
	[[ "${lines[0]}" == "mdevadm: cannot stop $U1: parent 'mtty' is locked by pid $HOLDER (sleep 100, "* ]]
}

@test "before Linux 5.2 starts on two parents go at once" {
	as_kernel 5.1.0
	hold parents mtty

	run mdevadm start -u "$U1" -p matrix -t vfio_ap-passthrough --lock-timeout 0

	expect_status 0
}

@test "before Linux 5.2 a drain goes against starts without a broken rule" {
	as_kernel 5.1.0
	mdevadm start -u "$U2" -p mtty -t mtty-1
	begin start -u "$U1" -p mtty -t mtty-1
	wait_until has_dir mtty "$U1"

	run mdevadm drain mtty -- sh -c "printf 'unregister mtty' >'$SYS/.mdevsim/ctl'; printf 'register mtty' >'$SYS/.mdevsim/ctl'"

	expect_status 0
	finish "$BEGUN"
	expect_status 0
	runs "$U1"
	runs "$U2"
	no_rule_broken
}

@test "before Linux 5.2 a drain stops and starts one after the other" {
	local i

	as_kernel 5.1.0
	for i in 1 2 3 4; do
		mdevadm start -u "$(printf '%08d%s' "$i" "${U1#????????}")" -p mtty -t mtty-1
	done
	ctl reset

	mdevadm drain mtty -- true

	[ "$(stat_of in_flight_max)" = 1 ]
	no_rule_broken
}
