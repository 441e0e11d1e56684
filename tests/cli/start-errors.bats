#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# Starts that the parent, its type or the kernel refuses.

# bats file_tags=kernel
load lib/common
load lib/life

LOG_HINT="hint: the kernel's log says why: journalctl -k"

# --- parents and types ---

@test "start on an unknown parent says so" {
	run mdevadm start -u "$U1" -p absent -t mtty-1

	expect_status 3
	expect_output "mdevadm: cannot start $U1: Unable to find parent device 'absent'
hint: 'mdevadm types' lists the parents"
}

@test "called as mdevctl, start on a parent of other case suggests the right one" {
	run called_as mdevctl start -u "$U1" -p MTTY -t mtty-1

	expect_status 3
	expect_output "mdevctl: cannot start $U1: Unable to find parent device 'MTTY'. Did you mean 'mtty'?
hint: 'mdevadm types' lists the parents"
	is_gone "$U1"
}

@test "start without a UUID names the parent when it fails" {
	run mdevadm start -p absent -t mtty-1

	expect_status 3
	expect_output "mdevadm: cannot start a device on parent 'absent': Unable to find parent device 'absent'
hint: 'mdevadm types' lists the parents"
}

@test "start with an unknown type says so" {
	run mdevadm start -u "$U1" -p mtty -t absent

	expect_status 3
	expect_output "mdevadm: cannot start $U1: parent 'mtty' has no type 'absent'
hint: 'mdevadm types --parent mtty' lists its types"
}

@test "start with a type that cannot be created says that the parent does not have it" {
	needs_sim "a missing create"
	ctl hide mtty mtty-1 create

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 3
	expect_output "mdevadm: cannot start $U1: parent 'mtty' has no type 'mtty-1'
hint: 'mdevadm types --parent mtty' lists its types"
}

@test "start on a parent whose driver went says that there is none" {
	needs_sim "a driver that goes"
	ctl unregister mtty

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 3
	expect_output "mdevadm: cannot start $U1: Unable to find parent device 'mtty'
hint: 'mdevadm types' lists the parents"
}

@test "start works where the class of parents is gone from sysfs" {
	needs_sim "a missing class"
	ctl forget-class

	run mdevadm start -u "$U1" -p 0000:00:02.0 -t i915-GVTg_V5_8

	expect_status 0
	runs "$U1"
}

# --- what the kernel answers ---

@test "start on a full parent says that no instance is left" {
	local i

	for i in {10..21}; do
		mdevadm start -u "0000$i${U2#??????}" -p mtty -t mtty-2
	done

	run mdevadm start -u "$U1" -p mtty -t mtty-2

	expect_status 7
	expect_output "mdevadm: cannot start $U1: no instance of this type is left: cannot write '$U1' to '$(create_file mtty mtty-2)': ENOSPC (No space left on device)
hint: 'mdevadm types' shows how many there are; stop a device of this parent"
	is_gone "$U1"
}

@test "start understands that EUSERS is a lack of instances" {
	needs_sim "another parent"
	mdevadm start -u "$U2" -p 0.0.0052 -t vfio_ccw-io

	run mdevadm start -u "$U1" -p 0.0.0052 -t vfio_ccw-io

	expect_status 7
	expect_output "mdevadm: cannot start $U1: no instance of this type is left: cannot write '$U1' to '$(create_file 0.0.0052 vfio_ccw-io)': EUSERS (Too many users)
hint: 'mdevadm types' shows how many there are; stop a device of this parent"
}

@test "start says that the parent is going when create answers ENODEV" {
	needs_sim "an injected error"
	ctl error create ENODEV

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 3
	expect_output "mdevadm: cannot start $U1: the parent is going away: cannot write '$U1' to '$(create_file mtty mtty-1)': ENODEV (No such device)
hint: load its driver again and see 'mdevadm types'"
}

@test "start while the parent unregisters fails, and leaves no device" {
	needs_sim "a slow unregistering"
	ctl delay unregister 2000
	ctl unregister mtty &
	wait_until has_event unregister-begin

	run mdevadm start -u "$U1" -p mtty -t mtty-1
	wait "$!"

	expect_status 3
	expect_line 0 "mdevadm: cannot start $U1: the parent is going away: cannot write '$U1' to '$(create_file mtty mtty-1)': ENODEV (No such device)"
	is_gone "$U1"
}

@test "start tries again where the kernel still has a device that nobody can see" {
	needs_sim "an injected error"
	ctl error create EEXIST 2

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 0
	runs "$U1"
}

@test "start right after stop waits for the instance to come back" {
	needs_sim "a device that lingers"
	mdevadm start -u "$U1" -p 0.0.0052 -t vfio_ccw-io
	ctl delay linger 200
	mdevadm stop -u "$U1"

	run mdevadm start -u "$U1" -p 0.0.0052 -t vfio_ccw-io

	expect_status 0
	runs "$U1"
}

@test "start without a stop before does not wait for an instance" {
	needs_sim "an injected error"
	ctl error create EUSERS

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 7
	[ "$(events create-begin)" = 1 ]
}

# The note that a device went is the parent's.
@test "start on the last instance waits for that of another device to come back" {
	needs_sim "a device that lingers"
	mdevadm start -u "$U1" -p 0.0.0052 -t vfio_ccw-io
	ctl delay linger 2000
	mdevadm stop -u "$U1"
	ctl reset

	run mdevadm start -u "$U2" -p 0.0.0052 -t vfio_ccw-io

	expect_status 0
	expect_output ""
	runs "$U2"
	# It was refused before.
	[ "$(events create-begin)" -gt 1 ]
	no_rule_broken
}

@test "start on a full parent does not wait for what was stopped on another" {
	needs_sim "two parents"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U2" -p 0.0.0052 -t vfio_ccw-io
	mdevadm stop -u "$U1"
	ctl reset

	run mdevadm start -u "$U1" -p 0.0.0052 -t vfio_ccw-io

	expect_status 7
	[ "$(events create-begin)" = 1 ]
}

@test "start reports an unknown errno of create as it is" {
	needs_sim "an injected error"
	ctl error create EXDEV

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 1
	expect_output "mdevadm: cannot start $U1: cannot write '$U1' to '$(create_file mtty mtty-1)': EXDEV (Invalid cross-device link)
$LOG_HINT"
	is_gone "$U1"
	lacks "$RUN/mdevadm/devices/$U1"
}

@test "start with instances left does not take EPERM, EIO or ENXIO for a lack of them" {
	needs_sim "an injected error"
	local errno

	for errno in "EPERM (Operation not permitted)" "EIO (Input/output error)" "ENXIO (No such device or address)"; do
		ctl error create "${errno%% *}"

		run mdevadm start -u "$U1" -p mtty -t mtty-1

		expect_status 1
		expect_line 0 "mdevadm: cannot start $U1: cannot write '$U1' to '$(create_file mtty mtty-1)': $errno"
		[[ "${lines[1]}" == "$LOG_HINT" || "$errno" == EPERM* ]] || fail_with "no hint"
	done
}

@test "start that the driver does not permit says so, and where to look" {
	needs_sim "an injected error"
	ctl error create EPERM

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 1
	expect_output "mdevadm: cannot start $U1: cannot write '$U1' to '$(create_file mtty mtty-1)': EPERM (Operation not permitted)
hint: the driver does not permit it; the kernel's log says why: journalctl -k"
}

@test "start without instances left takes every errno for a lack of them" {
	needs_sim "an injected error"
	local errno

	mdevadm start -u "$U2" -p 0.0.0052 -t vfio_ccw-io
	for errno in "EPERM (Operation not permitted)" "EIO (Input/output error)" "ENXIO (No such device or address)"; do
		ctl error create "${errno%% *}"

		run mdevadm start -u "$U1" -p 0.0.0052 -t vfio_ccw-io

		expect_status 7
		expect_output "mdevadm: cannot start $U1: the driver offers none of this type now: cannot write '$U1' to '$(create_file 0.0.0052 vfio_ccw-io)': $errno
hint: 'mdevadm types' shows how many there are; stop a device of this parent"
	done
}

# NVIDIA's driver says EIO then.
@test "start of another size than those that run says that there is none of this type" {
	needs_sim "a GPU of one size at a time"
	mount_sim sriov
	mdevadm start -u "$U2" -p 0000:06:00.4 -t nvidia-36

	run mdevadm start -u "$U1" -p 0000:06:00.4 -t nvidia-37

	expect_status 7
	expect_output "mdevadm: cannot start $U1: the driver offers none of this type now: cannot write '$U1' to '$(create_file 0000:06:00.4 nvidia-37)': EIO (Input/output error)
hint: all vGPUs of one GPU must have the same size unless its mixed-size mode is on (nvidia-smi vgpu -shm): 'mdevadm types' shows what is left"
	is_gone "$U1"
}

@test "start of another size than those that run on another function of the GPU says the same" {
	needs_sim "a GPU of one size at a time"
	mount_sim sriov
	mdevadm start -u "$U2" -p 0000:06:00.4 -t nvidia-36

	run mdevadm start -u "$U1" -p 0000:06:00.5 -t nvidia-37

	expect_status 7
	expect_output "mdevadm: cannot start $U1: the driver offers none of this type now: cannot write '$U1' to '$(create_file 0000:06:00.5 nvidia-37)': EIO (Input/output error)
hint: all vGPUs of one GPU must have the same size unless its mixed-size mode is on (nvidia-smi vgpu -shm): 'mdevadm types' shows what is left"
	is_gone "$U1"
}

@test "start whose driver does not take the device fails, and leaves none" {
	needs_sim "a failing probe"
	ctl error probe EIO

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 1
	expect_line 0 "mdevadm: cannot start $U1: cannot write '$U1' to '$(create_file mtty mtty-1)': EIO (Input/output error)"
	lacks_dir mtty "$U1"
	[ "$(instances mtty mtty-1)" = 24 ]
}

@test "start on a read-only sysfs says what to do" {
	needs_sim "a read-only sysfs"
	ctl readonly on

	run mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl readonly off

	expect_status 1
	expect_output "mdevadm: cannot start $U1: cannot open '$(create_file mtty mtty-1)': EROFS (Read-only file system)
hint: the sysfs at '$SYS' is mounted read-only: mount -o remount,rw $SYS"
}

@test "start of a device that vanishes while it is made fails" {
	needs_sim "a vanishing device"
	ctl delay create 300
	begin start -u "$U1" -p mtty -t mtty-1
	wait_until has_dir mtty "$U1"
	ctl vanish "$U1"

	finish "$BEGUN"

	expect_status 3
	expect_line 0 "mdevadm: cannot start $U1: the parent is going away: cannot write '$U1' to '$(create_file mtty mtty-1)': ENODEV (No such device)"
}

@test "start that is ended while the kernel creates leaves no device" {
	needs_sim "a slow create"
	ctl delay create 300
	begin start -u "$U1" -p mtty -t mtty-1
	wait_until has_dir mtty "$U1"
	kill -TERM "$BEGUN"

	finish "$BEGUN"

	expect_status 143
	wait_until lacks_dir mtty "$U1"
	[ "$(instances mtty mtty-1)" = 24 ]
	no_rule_broken
}
