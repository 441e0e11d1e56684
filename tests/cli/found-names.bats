#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# bats file_tags=kernel
# Names as people have them: of devices, parents and types that there are.

load lib/common
load lib/life

PF=0000:06:00.0 VF=0000:06:00.4
A=abcd1111-1111-4111-8111-111111111111 B=abcd2222-2222-4222-8222-222222222222

setup() {
	common_setup
}

# is_found AS COMMAND...: it succeeds, and the name is said to be that.
is_found() {
	local said=$1
	shift

	run --separate-stderr mdevadm "$@"

	expect_status 0
	[ "$stderr" = "mdevadm: $said" ] || fail_with "said: $stderr"
}

@test "the beginning of a UUID does where only one begins so" {
	mdevadm define -u $A -p mtty -t mtty-1
	mdevadm define -u $B -p mtty -t mtty-1

	is_found "device 'abcd1' is $A" start abcd1
	is_found "device 'ABCD2222-22' is $B" start ABCD2222-22
	is_found "device 'abcd11111111' is $A" list abcd11111111
	[ "$output" = "$A mtty mtty-1 manual (defined)" ]
	is_found "device 'abcd1' is $A" stop -u abcd1
	is_found "device 'abcd1' is $A" modify abcd1 --auto
	is_found "device 'abcd1' is $A" undefine abcd1
	runs $B
}

@test "the beginning of several UUIDs is refused, with a list" {
	mdevadm define -u $A -p mtty -t mtty-1
	mdevadm start -u $B -p mtty -t mtty-1

	run mdevadm stop abcd

	expect_status 2
	expect_output "mdevadm: device 'abcd' may be any of 2
hint: say which: '$A', '$B'"
	runs $B
}

@test "a beginning that nothing has is refused" {
	run mdevadm start abcd -p mtty -t mtty-1

	expect_status 3
	expect_line 0 "mdevadm: no device has a UUID that begins with 'abcd'"
}

@test "a UUID that is to be made has to be whole" {
	mdevadm start -u $A -p mtty -t mtty-1

	run mdevadm define -u abcd -p mtty -t mtty-1

	expect_status 10
	expect_line 0 "mdevadm: invalid UUID 'abcd'"
}

@test "what a drain has stopped is found by a beginning" {
	mdevadm start -u $A -p mtty -t mtty-1
	mdevadm drain mtty

	is_found "device 'abcd' is $A" stop abcd
}

@test "a parent is found in other spellings" {
	needs_sim "another machine"
	mount_sim sriov
	local name

	for name in 06:00.4 00000000:06:00.4 0000:06:00.4 pci_0000_06_00_4 PCI_0000_06_00_4 $PF/virtfn0 06:00.0/virtfn0; do
		run --separate-stderr mdevadm types -p "$name"

		expect_status 0
		expect_line 0 "$VF"
		[ "$name" = $VF ] && [ -z "$stderr" ] || [ "$stderr" = "mdevadm: parent '$name' is '$VF'" ] ||
			fail_with "said: $stderr"
	done
}

@test "channel and crypto devices are found by libvirt's names" {
	needs_sim "another machine"
	mount_sim zoo
	is_found "parent 'css_0_0_0052' is '0.0.0052'" types -p css_0_0_0052
	is_found "parent 'ap_matrix' is 'matrix'" types -p ap_matrix
	is_found "parent 'MATRIX' is 'matrix'" types -p MATRIX
}

@test "a parent that only definitions or holds name is found as well" {
	mdevadm define -u $A -p 0000:0a:00.0 -t t 2>/dev/null
	mdevadm hold 0000:0b:00.0 --reason why 2>/dev/null

	is_found "parent '0A:00.0' is '0000:0a:00.0'" undefine $A -p 0A:00.0
	is_found "parent '0b:00.0' is '0000:0b:00.0'" resume 0b:00.0
}

@test "a virtual function that is not there is refused by its way" {
	needs_sim "another machine"
	mount_sim sriov

	run mdevadm start -p $PF/virtfn9 -t nvidia-36

	expect_status 3
	expect_output "mdevadm: there is no virtual function '$PF/virtfn9'
hint: 'mdevadm types' lists the parents"
}

@test "a type is found by its name, and by the end of it" {
	needs_sim "another machine"
	mount_sim two-gpus
	local name

	for name in "GRID V100D-2Q" V100D-2Q v100d-2q; do
		is_found "type '$name' is 'nvidia-37'" start -u $A -p $PF -t "$name"
		[ "$(mdevadm list)" = "$A $PF nvidia-37 manual" ]
		mdevadm stop $A
	done
	is_found "type 'V100D-2Q' is 'nvidia-37'" define -u $A -p $PF -t V100D-2Q
	[ "$(mdevadm list -d)" = "$A $PF nvidia-37 manual" ]
	run mdevadm start $A -t V100D-2Q
	expect_status 0
	runs $A
}

@test "a wait finds the names of what comes meanwhile" {
	needs_sim "another machine"
	mount_sim two-gpus
	ctl unregister $PF
	(sleep 0.5 && ctl register $PF) 3>&- &

	is_found "type 'V100D-2Q' is 'nvidia-37'" wait $PF -t V100D-2Q --timeout 20
	wait
}

@test "called as mdevctl, names are taken only as they are" {
	needs_sim "another machine"
	mount_sim two-gpus
	mdevadm start -u $A -p $PF -t nvidia-37

	run called_as mdevctl stop -u abcd
	expect_status 10
	run called_as mdevctl stop $A
	expect_status 2
	run called_as mdevctl start -u $B -p 06:00.0 -t nvidia-37
	expect_status 3
	run called_as mdevctl start -u $B -p $PF -t V100D-2Q
	expect_status 3
	runs $A
}

@test "for a parent or type that is mistyped, the near one is named" {
	needs_sim "another machine"
	mount_sim zoo
	run mdevadm start -u $A -p 0.0.0053 -t vfio_ccw-io
	expect_status 3
	expect_line 1 "hint: did you mean '0.0.0052'? 'mdevadm types' lists the parents"
	run mdevadm start -u $A -p 0.0.0052 -t vfio-ccw_io
	expect_status 3
	expect_line 1 "hint: did you mean 'vfio_ccw-io'? 'mdevadm types --parent 0.0.0052' lists its types"
	run mdevadm define -u $A -p 0.0.0053 -t vfio_ccw-io
	expect_status 0
	expect_output "mdevadm: warning: parent '0.0.0053' is not there at present
hint: did you mean '0.0.0052'? 'mdevadm types' lists the parents"
	[ -e "$ETC/0.0.0053/$A" ]
}

@test "called as mdevctl, the id of a type that was given by its name is the hint" {
	needs_sim "another machine"
	mount_sim two-gpus

	run called_as mdevctl define -u $A -p $PF -t "GRID V100D-2Q"

	expect_status 0
	expect_output "mdevctl: warning: parent '$PF' has no type 'GRID V100D-2Q' at present
hint: did you mean 'nvidia-37'? 'mdevadm types --parent $PF' lists its types"
	[ "$(mdevadm list -d)" = "$A $PF GRID V100D-2Q manual" ]
}

@test "the address of a card that is away is known by its form" {
	needs_sim "another machine"
	mount_sim sriov
	ctl unregister $VF

	mdevadm hold 06:00.4 --reason "do not touch" 2>/dev/null
	mdevadm define -u $A -p 06:00.4 -t nvidia-36 2>/dev/null
	ctl register $VF

	run mdevadm start $A
	expect_status 5
	[ -e "$ETC/$VF/$A" ]
	[ ! -e "$ETC/06:00.4" ]
}

@test "an empty directory of definitions is no parent" {
	needs_sim "another machine"
	mount_sim sriov
	mkdir "$ETC/06:00.4"

	is_found "parent '06:00.4' is '$VF'" types -p 06:00.4
}
