#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031

load lib/common

@test "start of a defined device makes it run, and prints nothing" {
	mdevadm define -u "$U1" -p mtty -t mtty-2

	run mdevadm start -u "$U1"

	expect_status 0
	expect_output ""
	runs "$U1"
	[ "$(instances mtty mtty-1)" = 22 ]
}

@test "start of a running device says that it already exists" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 4
	expect_line 0 "mdevadm: cannot start $U1: Device already exists on parent 'mtty'"
	expect_line 1 "hint: 'mdevadm stop --uuid $U1' stops it"
}

@test "stop waits for a device that is being created, and then removes it" {
	needs_sim "a slow create"
	ctl delay create 300
	mdevadm start -u "$U1" -p mtty -t mtty-1 3>&- &
	until [ -e "$SYS/class/mdev_bus/mtty/$U1" ]; do sleep 0.01; done

	run mdevadm stop -u "$U1"

	expect_status 0
	! runs "$U1"
	[ "$(stat_of violations_total)" = 0 ]
}

@test "start waits no longer than --lock-timeout, and names who has the lock" {
	hold_lock devices "$U1"

	run mdevadm start -u "$U1" -p mtty -t mtty-1 --lock-timeout 0

	expect_status 5
	[[ "${lines[0]}" == "mdevadm: cannot start $U1: device $U1 is locked by pid $HOLDER (flock "*" s)" ]]
	! runs "$U1"
}
