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

@test "drain of the physical function is one of its virtual functions, too: one hold, one command" {
	mount_card
	mdevadm start -u "$U1" -p $VF -t nvidia-36
	mdevadm start -u "$U2" -p $PF -t nvidia-36
	script <<-'END'
		#!/bin/sh
		ls "$SYS/bus/mdev/devices" "$MDEVADM_ROOT/run/mdevadm/held" >>"$BATS_TEST_TMPDIR/during"
	END

	run mdevadm drain $PF -- "$COMMAND"

	expect_status 0
	expect_output ""
	[ "$(cat "$BATS_TEST_TMPDIR/during")" = "$MDEVADM_ROOT/run/mdevadm/held:
$PF

$SYS/bus/mdev/devices:" ]
	[ "$(parent_of "$U1") $(parent_of "$U2")" = "$VF $PF" ]
	is_not_held $PF
}

@test "what a drain of the physical function has stopped comes back on its virtual functions with resume" {
	mdevadm start -u "$U1" -p $VF -t nvidia-36
	mdevadm start -u "$U2" -p $OTHER_VF -t nvidia-36

	mdevadm drain $PF
	is_gone "$U1"
	is_gone "$U2"
	run mdevadm start -u "$U3" -p $VF -t nvidia-36
	expect_status 5
	run mdevadm resume $PF

	expect_status 0
	[ "$(parent_of "$U1") $(parent_of "$U2")" = "$VF $OTHER_VF" ]
}

@test "a command that takes the virtual functions away and brings them back loses nothing" {
	mdevadm start -u "$U1" -p $VF -t nvidia-36
	mdevadm start -u "$U2" -p $OTHER_VF -t nvidia-36
	script <<-END
		#!/bin/sh
		echo "unregister $VF" >"\$SYS/.mdevsim/ctl" && echo "unregister $OTHER_VF" >"\$SYS/.mdevsim/ctl"
		echo "register $OTHER_VF" >"\$SYS/.mdevsim/ctl" && echo "register $VF" >"\$SYS/.mdevsim/ctl"
	END

	run mdevadm drain $PF -- "$COMMAND"

	expect_status 0
	[ "$(parent_of "$U1") $(parent_of "$U2")" = "$VF $OTHER_VF" ]
}

@test "virtual functions that have not come back keep their devices for a later resume" {
	mdevadm start -u "$U1" -p $VF -t nvidia-36
	mdevadm drain $PF
	ctl unregister $VF

	run mdevadm resume $PF --timeout 0
	expect_status 9
	ctl register $VF
	mdevadm start-parent-mdevs $VF 2>/dev/null
	is_gone "$U1"
	run mdevadm resume $PF

	expect_status 0
	runs "$U1"
}

@test "drain of the physical function is refused while a device of a virtual one is in use" {
	mdevadm start -u "$U1" -p $VF -t nvidia-36
	mdevadm start -u "$U2" -p $OTHER_VF -t nvidia-36
	use_device "$U2"

	run mdevadm drain $PF -- touch "$BATS_TEST_TMPDIR/ran"

	expect_status 125
	expect_contains "mdevadm: cannot drain parent '$PF': nothing was changed: $U2 is in use by "
	lacks "$BATS_TEST_TMPDIR/ran"
	runs "$U1"
}

@test "resume of a virtual function that is held with its physical one names that" {
	mdevadm hold $PF --reason "new firmware"

	run mdevadm resume $VF

	expect_status 4
	expect_output "mdevadm: cannot resume parent '$VF': it is not held
hint: its physical function is: 'mdevadm resume $PF'"
}

@test "nothing comes back on a virtual function of a card that is drained" {
	mdevadm start -u "$U1" -p $VF -t nvidia-36
	mdevadm drain $VF
	mdevadm drain $PF --reason "the card is being flashed"

	run mdevadm resume $VF
	expect_status 5
	expect_output "mdevadm: cannot resume parent '$VF': its physical function '$PF' is drained: the card is being flashed
hint: 'mdevadm resume $PF' ends that"
	is_gone "$U1"
	mdevadm resume $PF
	is_gone "$U1"
	mdevadm resume $VF
	runs "$U1"
}

@test "what a drain of the card stopped is handed to a later drain of its virtual function" {
	mdevadm start -u "$U1" -p $VF -t nvidia-36
	mdevadm start -u "$U2" -p $OTHER_VF -t nvidia-36
	mdevadm drain $PF
	mdevadm drain $VF --reason "only this one"

	run mdevadm resume $PF
	expect_status 0
	expect_output "mdevadm: warning: $U1 stays stopped: parent '$VF' is drained by itself
hint: 'mdevadm resume $VF' starts it"
	is_gone "$U1"
	runs "$U2"
	mdevadm resume $VF
	runs "$U1"
}

@test "restart on a virtual function waits for its sisters, and keeps them out" {
	mdevadm start -u "$U1" -p $VF -t nvidia-36
	hold parents $OTHER_VF -s
	hold parents $PF -s

	run mdevadm restart "$U1" --lock-timeout 0

	expect_status 5
	runs "$U1"
}

@test "the physical function stands for its virtual functions in list, types, start, stop and wait" {
	mdevadm define -u "$U1" -p $VF -t nvidia-36
	mdevadm define -u "$U2" -p $OTHER_VF -t nvidia-36

	run mdevadm list -d -p $PF
	expect_output "$U1 $VF nvidia-36 manual
$U2 $OTHER_VF nvidia-36 manual"
	[ "$(mdevadm types -p $PF | grep -c '^0000')" = 3 ]
	mdevadm wait $PF -t nvidia-36 --instances 3 --timeout 0
	run mdevadm wait $PF -t nvidia-36 --instances 100 --timeout 0
	expect_status 7
	mdevadm start --all -p $PF
	runs "$U1"
	runs "$U2"
	[ "$(mdevadm list -p $PF | wc -l)" = 2 ]
	mdevadm stop --all -p $PF
	is_gone "$U1"
	is_gone "$U2"
	# As before under the other name.
	run called_as mdevctl list -d -p $PF
	expect_output ""
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
