#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154

# bats file_tags=kernel
load lib/common
load lib/life

# What somebody else does who knows nothing of locks.
remove_behind_its_back() { printf 1 >"$SYS/bus/mdev/devices/$1/remove"; }

@test "stop removes the device, and prints nothing" {
	mdevadm start -u "$U1" -p mtty -t mtty-2

	run mdevadm stop -u "$U1"

	expect_status 0
	expect_output ""
	is_gone "$U1"
	lacks_dir mtty "$U1"
	[ "$(instances mtty mtty-2)" = 12 ]
}

@test "stop takes a UUID in any spelling" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm stop --uuid="urn:uuid:${U1^^}"

	expect_status 0
	is_gone "$U1"
}

@test "stop keeps the definition" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	cp "$ETC/mtty/$U1" "$BATS_TEST_TMPDIR/before"
	mdevadm start -u "$U1"

	mdevadm stop -u "$U1"

	cmp "$ETC/mtty/$U1" "$BATS_TEST_TMPDIR/before"
}

@test "stop leaves the other devices alone" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U2" -p mtty -t mtty-1

	mdevadm stop -u "$U1"

	runs "$U2"
}

@test "stop does not need a readable definition" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	define_raw mtty "$U1" '{'

	run mdevadm stop -u "$U1"

	expect_status 0
	is_gone "$U1"
}

@test "stop of a defined device that does not run says so" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm stop -u "$U1"

	expect_status 4
	expect_output "mdevadm: cannot stop $U1: it is defined and does not run
hint: there is nothing to stop"
}

@test "stop of an unknown device says so" {
	run mdevadm stop -u "$ABSENT"

	expect_status 3
	expect_output "mdevadm: cannot stop $ABSENT: there is no such device
hint: 'mdevadm list' shows what runs"
}

@test "stop needs a UUID" {
	run mdevadm stop

	expect_status 2
	expect_output "mdevadm: --uuid or --all is missing
hint: 'mdevadm stop --help' lists the options"
}

@test "stop of an invalid UUID names it" {
	run mdevadm stop -u nonsense

	expect_status 10
	expect_line 0 "mdevadm: invalid UUID 'nonsense'"
}

@test "stop waits for a device that is being created, and then removes it" {
	needs_sim "a slow create"
	ctl delay create 300
	begin start -u "$U1" -p mtty -t mtty-1
	wait_until has_dir mtty "$U1"

	run mdevadm stop -u "$U1"

	expect_status 0
	is_gone "$U1"
	no_rule_broken
}

@test "stop writes remove once" {
	needs_sim "the log of writes"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl delay remove 100

	mdevadm stop -u "$U1"

	[ "$(events remove-begin)" = 1 ]
}

@test "stop succeeds only when the device's directory is gone" {
	needs_sim "a device that somebody has open"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl open "$U1"
	begin stop -u "$U1"
	wait_until is_gone "$U1"
	has_dir mtty "$U1"
	is_alive "$BEGUN"

	ctl close "$U1"
	finish "$BEGUN"

	expect_status 0
	expect_output ""
	lacks_dir mtty "$U1"
}

@test "stop of a device that somebody else is removing waits until it is gone" {
	needs_sim "a slow remove"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl delay remove 2000
	remove_behind_its_back "$U1" 3>&- &
	wait_until is_gone "$U1"

	run mdevadm stop -u "$U1"

	expect_status 0
	expect_output ""
	lacks_dir mtty "$U1"
}

@test "stop succeeds when somebody else's removal comes first" {
	needs_sim "a device that vanishes"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl delay remove 300
	begin stop -u "$U1"
	wait_until is_gone "$U1"

	ctl vanish "$U1"
	finish "$BEGUN"

	expect_status 0
	expect_output ""
}

@test "stop of a device that went with its driver meanwhile says that there is none" {
	needs_sim "a driver that goes"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	hold devices "$U1"
	begin stop -u "$U1"
	wait_until waits_for_lock "$BEGUN"
	ctl unregister mtty

	let_go "$HOLDER"
	finish "$BEGUN"

	expect_status 3
	expect_line 0 "mdevadm: cannot stop $U1: there is no such device"
}

@test "stop recognises a stuck device" {
	needs_sim "a stuck device"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl stuck "$U1"

	run mdevadm stop -u "$U1"

	expect_status 1
	expect_output "mdevadm: cannot stop $U1: it is stuck: something removed it while it was being created, and the kernel has taken its remove file away
hint: only unloading the driver of parent 'mtty' removes it"
}

@test "stop does not repeat a remove that answers EAGAIN" {
	needs_sim "an injected error"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl error remove EAGAIN

	run mdevadm stop -u "$U1"

	expect_status 1
	expect_line 0 "mdevadm: cannot stop $U1: cannot write '1' to '$(device_file mtty "$U1" remove)': EAGAIN (Resource temporarily unavailable)"
	[ "$(events remove-begin)" = 1 ]
	runs "$U1"
}

@test "stop reports an unknown errno of remove as it is" {
	needs_sim "an injected error"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl error remove EXDEV

	run mdevadm stop -u "$U1"

	expect_status 1
	expect_line 0 "mdevadm: cannot stop $U1: cannot write '1' to '$(device_file mtty "$U1" remove)': EXDEV (Invalid cross-device link)"
	runs "$U1"
}

@test "stop on a kernel before 5.2 tries again while the driver answers EBUSY" {
	needs_sim "the life cycle before Linux 5.2"
	ctl legacy on
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl open "$U1"
	begin stop -u "$U1"
	wait_until has_event remove-end

	ctl close "$U1"
	finish "$BEGUN"

	expect_status 0
	is_gone "$U1"
	no_rule_broken
}

@test "stop on a read-only sysfs says what to do" {
	needs_sim "a read-only sysfs"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl readonly on

	run mdevadm stop -u "$U1"
	ctl readonly off

	expect_status 1
	expect_output "mdevadm: cannot stop $U1: cannot open '$(device_file mtty "$U1" remove)': EROFS (Read-only file system)
hint: the sysfs at '$SYS' is mounted read-only: mount -o remount,rw $SYS"
	runs "$U1"
}
