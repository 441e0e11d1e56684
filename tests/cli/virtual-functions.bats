#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# Parents that are virtual functions: what is done to their physical function concerns them.

load lib/common
load lib/life
load lib/drain

PF=0000:06:00.0 VF=0000:06:00.4 OTHER_VF=0000:06:00.5

setup() {
	needs_sim "virtual functions"
	common_setup
	mount_sim sriov
}

@test "a hold of the physical function refuses starts on its virtual functions" {
	run mdevadm hold $PF --reason "new firmware"
	expect_status 0
	expect_output ""

	run mdevadm start -u "$U1" -p $VF -t nvidia-36

	expect_status 5
	expect_output "mdevadm: cannot start $U1: parent '$VF' is held: new firmware
hint: 'mdevadm resume $PF' lifts the hold"
	is_gone "$U1"
}

@test "a hold of a virtual function leaves its sisters alone" {
	mdevadm hold $VF --reason "new firmware"

	run mdevadm start -u "$U1" -p $OTHER_VF -t nvidia-36

	expect_status 0
	run mdevadm start -u "$U2" -p $VF -t nvidia-36
	expect_status 5
}

@test "start-parent-mdevs of a virtual function of a held physical one starts nothing, and succeeds" {
	mdevadm define -u "$U1" -p $VF -t nvidia-36 --auto
	mdevadm hold $PF --reason "new firmware"

	run mdevadm start-parent-mdevs $VF

	expect_status 0
	expect_output "mdevadm: warning: parent '$VF' is held: its devices are started when the hold is lifted
hint: 'mdevadm resume $PF' lifts it"
	is_gone "$U1"
}

@test "resume of the physical function starts what is auto on its virtual functions" {
	mdevadm define -u "$U1" -p $VF -t nvidia-36 --auto
	mdevadm define -u "$U2" -p $OTHER_VF -t nvidia-36 --auto
	mdevadm define -u "$U3" -p $OTHER_VF -t nvidia-36
	mdevadm hold $PF --reason "new firmware"
	mdevadm start-parent-mdevs $VF 2>/dev/null

	run mdevadm resume $PF

	expect_status 0
	expect_output ""
	[ "$(parent_of "$U1") $(parent_of "$U2")" = "$VF $OTHER_VF" ]
	is_gone "$U3"
}

@test "resume --abandon of the physical function starts nothing" {
	mdevadm define -u "$U1" -p $VF -t nvidia-36 --auto
	mdevadm hold $PF --reason "new firmware"

	run mdevadm resume --abandon $PF

	expect_status 0
	is_gone "$U1"
	mdevadm start -u "$U1"
}

@test "a start on a virtual function waits for who has the physical one" {
	hold parents $PF
	begin start -u "$U1" -p $VF -t nvidia-36
	wait_until has_lock_open "$BEGUN" parents $PF
	is_gone "$U1"

	let_go "$HOLDER"
	finish "$BEGUN"

	expect_status 0
	runs "$U1"
}

@test "stop, drain and resume on a virtual function do not touch it while somebody has the physical one" {
	mdevadm start -u "$U1" -p $VF -t nvidia-36
	hold parents $PF

	run mdevadm stop -u "$U1" --lock-timeout 0
	expect_status 5
	expect_contains "mdevadm: cannot stop $U1: parent '$PF' is locked by pid $HOLDER "
	run mdevadm drain $VF --lock-timeout 0
	expect_status 5
	expect_contains "mdevadm: cannot drain parent '$VF': parent '$PF' is locked by pid $HOLDER "

	runs "$U1"
	is_not_held $VF
}

@test "starts on the virtual functions of one card go on at once" {
	hold parents $PF -s
	hold parents $OTHER_VF

	run mdevadm start -u "$U1" -p $VF -t nvidia-36 --lock-timeout 0

	expect_status 0
}

@test "drain of a virtual function brings back its devices, and leaves its sisters' alone" {
	mdevadm start -u "$U1" -p $VF -t nvidia-36
	mdevadm start -u "$U2" -p $OTHER_VF -t nvidia-36
	script <<-'END'
		#!/bin/sh
		ls "$SYS/bus/mdev/devices" >"$BATS_TEST_TMPDIR/during"
	END

	run mdevadm drain $VF -- "$COMMAND"

	expect_status 0
	[ "$(cat "$BATS_TEST_TMPDIR/during")" = "$U2" ]
	[ "$(parent_of "$U1")" = $VF ]
}

@test "a removal on a virtual function that nobody waits for any more keeps the physical one locked" {
	mdevadm start -u "$U1" -p $VF -t nvidia-36
	keep_open "$U1"
	run mdevadm stop -u "$U1" --timeout 0
	expect_status 6

	run mdevadm hold $PF --reason "new firmware" --lock-timeout 0

	expect_status 5
	ctl close "$U1"
	wait_until lacks_dir $VF "$U1"
	mdevadm hold $PF --reason "new firmware"
}

@test "what ran on a virtual function comes back although a person holds its physical one, what is auto does not" {
	mdevadm start -u "$U1" -p $VF -t nvidia-36
	mdevadm define -u "$U2" -p $VF -t nvidia-36 --auto
	mdevadm hold $PF --reason "new firmware"

	run mdevadm drain $VF -- true

	expect_status 0
	runs "$U1"
	is_gone "$U2"
	mdevadm resume $PF
	runs "$U2"
}

# A card whose physical function is a parent as well.
mount_card() {
	local of='"bus":"pci","driver":"nvidia-vgpu-vfio","types":[{"name":"nvidia-36","instances":4}]'

	printf '{"parents":[{"name":"%s","path":"devices/pci0000:00/%s",%s},{"name":"%s","path":"devices/pci0000:00/%s","physfn":"%s",%s}]}' \
		$PF $PF "$of" $VF $VF $PF "$of" >"$BATS_TEST_TMPDIR/card.json"
	mount_sim "$BATS_TEST_TMPDIR/card.json"
}

@test "drain of the physical function starts what is auto on its virtual functions afterwards" {
	mount_card
	mdevadm define -u "$U1" -p $VF -t nvidia-36 --auto

	run mdevadm drain $PF -- "$MDEVADM" start-parent-mdevs $VF

	expect_status 0
	runs "$U1"
}

@test "drain of the physical function is refused while a virtual one has a device" {
	mount_card
	mdevadm start -u "$U1" -p $VF -t nvidia-36

	run mdevadm drain $PF -- touch "$BATS_TEST_TMPDIR/ran"

	expect_status 125
	expect_output "mdevadm: cannot drain parent '$PF': nothing was changed: $U1 runs on its virtual function '$VF'
hint: drain that first: 'mdevadm drain $VF'"
	lacks "$BATS_TEST_TMPDIR/ran"
	runs "$U1"
}

@test "resume of the physical function starts its virtual functions' devices although one of its own fails" {
	mount_card
	mdevadm define -u "$U1" -p $VF -t nvidia-36 --auto
	mdevadm define -u "$U2" -p $PF -t none-such --auto 2>/dev/null
	mdevadm hold $PF --reason "new firmware"

	run mdevadm resume $PF

	expect_status 9
	runs "$U1"
}
