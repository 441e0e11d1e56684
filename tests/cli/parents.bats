#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154

load lib/common
load lib/life
load lib/table
load lib/vendor

PF=0000:06:00.0 VF=0000:06:00.4 OTHER_VF=0000:06:00.5

# What is shown of one parent, or its type.
of() { # NAME COLUMNS [ARG...]
	parents_table "parent,$2" "${@:3}" | awk -v name="$1" '{ sub(/^[^0-9a-zA-Z]*/, "") } $1 == name { print }'
}

# What runs alone, on a machine that is described here.
describe() { # JSON of the types, more keys of the parent
	printf '{"pools": {"p": 4096}, "parents": [{"name": "0000:01:00.0", "driver": "nvidia", "bus": "pci",
		"path": "devices/pci0000:00/0000:01:00.0" %s, "types": [%s]}]}' "${2:-}" "$1" \
		>"$BATS_TEST_TMPDIR/description"
	mount_sim "$BATS_TEST_TMPDIR/description"
}

# --- what there is ---

@test "parents of every kind are listed with what runs and is defined there" {
	needs_sim "other parents"
	mdevadm start -u "$U1" -p mtty -t mtty-2
	mdevadm define -u "$U2" -p 0.0.0052 -t vfio_ccw-io
	mdevadm define -u "$U3" -p 0.0.0052 -t vfio_ccw-io

	run parents_table parent,kind,subsystem,types,running,defined,room

	expect_status 0
	expect_output "0.0.0052 mdev css 1 0 2 1
0000:00:02.0 mdev pci 2 0 0 2
matrix mdev - 1 0 0 65536
mtty mdev - 2 1 0 22
sf-host mdev - 1 0 0 4"
}

# bats test_tags=kernel
@test "a device that starts takes room of its parent" {
	before=$(of mtty running,room)
	mdevadm start -u "$U1" -p mtty -t mtty-2

	run of mtty running,room

	[ "$before" = "mtty 0 24" ] || fail_with "before: $before"
	expect_output "mtty 1 22"
}

@test "a parent is named as nvidia-smi and libvirt have it" {
	needs_sim "other parents"

	run parents_table parent,pci,nodedev

	expect_contains "0.0.0052 - css_0_0_0052"
	expect_contains "0000:00:02.0 00000000:00:02.0 pci_0000_00_02_0"
}

@test "what only definitions name is absent" {
	needs_sim "other parents"
	define_raw 0000:99:00.0 "$U1" '{"mdev_type": "t", "start": "auto"}'

	run of 0000:99:00.0 kind,types,defined,room,note

	expect_output "0000:99:00.0 absent 0 1 - absent"
}

@test "a parent that is held says who holds it and why" {
	needs_sim "other parents"
	mdevadm hold mtty --reason "new firmware"

	run of mtty held_by,held_reason,note

	expect_output "mtty $(id -un) new firmware held: new firmware"
}

@test "the hardware is called as in udev's database" {
	needs_sim "other hardware"
	[ -e /usr/lib/udev/hwdb.bin ] || [ -e /etc/udev/hwdb.bin ] || skip "udev has no database"

	run of 0000:00:02.0 hardware

	expect_contains "Intel Corporation"
	run of mtty hardware
	expect_output "mtty -"
}

@test "one parent is listed alone, and a card with its functions" {
	needs_sim "virtual functions"

	run mdevadm parents mtty --noheadings --columns parent
	expect_output mtty

	mount_sim sriov
	run mdevadm parents $PF --noheadings --columns parent
	expect_output "$PF
0000:06:00.4
0000:06:00.5
0000:06:00.6"
	run mdevadm parents $OTHER_VF --noheadings --columns parent
	expect_output "$PF
$OTHER_VF"
}

@test "a parent that is not there is an error, which says why" {
	needs_sim "no parent"

	run mdevadm parents nosuch

	expect_status 3
	expect_contains "Unable to find parent device 'nosuch'"
}

@test "where there is no parent at all it is said why" {
	needs_sim "no driver"
	umount_sim

	run mdevadm parents

	expect_status 3
	expect_contains "no driver with mediated devices is loaded"
}

# --- what room there is ---

@test "a card has the room that its functions share, and these have none of their own" {
	needs_sim "virtual functions"
	mount_sim sriov

	run parents_table parent,kind,physfn,vf,running,room

	expect_output "$PF card - - 0 4
$VF mdev $PF 0 0 -
$OTHER_VF mdev $PF 1 0 -
0000:06:00.6 mdev $PF 2 0 -"
}

@test "what runs on one function is no more room of the card" {
	needs_sim "virtual functions"
	mount_sim sriov
	mdevadm start -u "$U1" -p $VF -t nvidia-36

	run of $PF running,room,note

	expect_output "$PF 1 3 one size at a time: 1Q"
}

@test "a card that is full of one size does not blame the size" {
	needs_sim "virtual functions"
	mount_sim sriov
	for uuid in "$U1" "$U2" "$U3" "$ABSENT"; do
		mdevadm start -u "$uuid" -p $VF -t nvidia-36
	done

	run of $PF running,room,use,note

	expect_output "$PF 4 0 100% -"
}

@test "types have framebuffer and number from the description, and the card's room" {
	needs_sim "virtual functions"
	mount_sim sriov
	mdevadm start -u "$U1" -p $VF -t nvidia-36

	run types_table parent,type,name,framebuffer,max_instance,available,running,room

	expect_status 0
	expect_contains "$PF nvidia-36 GRID V100D-1Q 1024 4 - 1 3"
	expect_contains "$PF nvidia-37 GRID V100D-2Q 2048 2 - 0 0"
	expect_contains "$OTHER_VF nvidia-36 GRID V100D-1Q 1024 4 3 0 -"
}

@test "parents --types is a tree with the types below their parent" {
	needs_sim "virtual functions"
	mount_sim sriov

	LC_ALL=C run parents_table parent,name,framebuffer,room --types

	[ "${lines[0]}" = "$PF - - 4" ] || fail_with "${lines[0]}"
	expect_contains "|-nvidia-36 GRID V100D-1Q 1024 4"
	expect_contains "| |-nvidia-36 GRID V100D-1Q 1024 -"
}

@test "the room of a size is what is left of the memory, whatever else runs" {
	needs_sim "a GPU of mixed sizes"
	describe '{"name": "nvidia-1", "label": "GRID X-1Q", "instances": 16,
		"description": "framebuffer=1024M, max_instance=16"},
		{"name": "nvidia-2", "label": "GRID X-8Q", "instances": 2,
		"description": "framebuffer=8192M, max_instance=2"}'
	mdevadm start -u "$U1" -p 0000:01:00.0 -t nvidia-2

	run types_table type,running,room

	expect_output "nvidia-1 0 16
nvidia-2 1 1"
	run of 0000:01:00.0 use,note
	expect_output "0000:01:00.0 50% -"
}

@test "a description without numbers leaves them unknown" {
	needs_sim "other descriptions"

	run types_table type,framebuffer,max_instance

	expect_contains "i915-GVTg_V5_4 - -"
}

# --- NVIDIA's own interface ---

@test "functions with NVIDIA's own interface are listed with what they have and offer" {
	needs_sim "another sysfs"
	umount_sim
	vendor_vf 0000:41:00.4 0 "ID    : vGPU Name" "1145  : NVIDIA L40S-1B" "1155  : NVIDIA L40S-2Q"
	vendor_vf 0000:41:00.5 1155

	run parents_table parent,kind,physfn,vf,types,running,vendor_type,note
	expect_status 0
	expect_output "0000:41:00.0 card - - 0 0 - -
0000:41:00.4 vendor-vfio 0000:41:00.0 0 2 0 - vendor-vfio
0000:41:00.5 vendor-vfio 0000:41:00.0 1 0 1 nvidia-1155 vendor-vfio: has nvidia-1155"

	run types_table parent,type,name,available
	expect_output "0000:41:00.4 nvidia-1145 NVIDIA L40S-1B 1
0000:41:00.4 nvidia-1155 NVIDIA L40S-2Q 1"
}

@test "a list of NVIDIA's types may lack its head, have blanks, or be empty" {
	needs_sim "another sysfs"
	umount_sim
	vendor_vf 0000:41:00.4 0 "" "  1145 : NVIDIA L40S-1B  " "nonsense" "x : y"
	vendor_vf 0000:41:00.5 0
	vendor_vf 0000:41:00.6 0 "ID    : vGPU Name"

	run types_table parent,type,name

	expect_status 0
	expect_output "0000:41:00.4 nvidia-1145 NVIDIA L40S-1B"
	run parents_table parent,types
	expect_contains "0000:41:00.6 0"
}

@test "a function of NVIDIA's that cannot be read is named, and the others are listed" {
	needs_sim "another sysfs"
	umount_sim
	vendor_vf 0000:41:00.4 nonsense
	vendor_vf 0000:41:00.5 0

	run mdevadm parents --strict --noheadings --columns parent

	expect_status 9
	expect_contains "'0000:41:00.4' is left out: '$SYS/bus/pci/devices/0000:41:00.4/nvidia/current_vgpu_type' has no number"
	expect_contains "
0000:41:00.5"
}

@test "types and list in mdevctl's form know nothing of NVIDIA's own interface" {
	needs_sim "another sysfs"
	umount_sim
	vendor_vf 0000:41:00.4 0 "1145  : NVIDIA L40S-1B"

	run --separate-stderr mdevadm types --dumpjson

	expect_output "[]"
}

# --- when something is wrong ---

@test "what vanishes while it is looked at is left out" {
	needs_sim "a driver that goes"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	for _ in 1 2 3 4 5 6; do
		ctl unregister mtty
		ctl register mtty
	done 2>/dev/null &
	for _ in 1 2 3 4 5 6; do
		run mdevadm parents --noheadings --columns parent
		expect_status 0
		expect_contains matrix
	done
	wait "$!"
}

@test "names that are hostile can neither forge a row nor command a terminal" {
	needs_sim "other names"
	define_raw $'evil\e[2J\nmtty 9 9' "$U1" '{"mdev_type": "t", "start": "auto"}'

	run mdevadm parents --noheadings --columns parent,kind

	expect_status 0
	[ "$(grep -c mtty <<<"$output")" = 2 ]
	expect_contains 'evil\x1b[2J\x0amtty 9 9'
}

@test "a hold of the card is one of its functions, and one that cannot be read is one" {
	needs_sim "virtual functions"
	mount_sim sriov
	mdevadm hold $PF --reason maintenance

	run of $VF held_reason
	expect_output "$VF maintenance"
	mdevadm resume $PF
	mkdir -p "$RUN/mdevadm/held"
	echo x >"$RUN/mdevadm/held/$OTHER_VF"
	run --separate-stderr of $OTHER_VF held_reason
	expect_output "$OTHER_VF its hold cannot be read"
}

@test "where a type cannot be read, use and room are not known" {
	needs_sim "an injected error"
	mount_sim two-gpus
	mdevadm start -u "$U1" -p 0000:06:00.0 -t nvidia-36
	ctl error read EIO -1 nvidia-36

	run --separate-stderr of 0000:06:00.0 running,room,use

	expect_output "0000:06:00.0 1 - -"
}

@test "functions that offer more than there can be do not overflow" {
	needs_sim "another sysfs"
	mount_sim sriov
	copy_sysfs
	chmod -R u+w "$SYS"
	echo 9223372036854775807 | tee "$SYS"/class/mdev_bus/*/mdev_supported_types/nvidia-36/available_instances >/dev/null

	run of $PF room

	expect_status 0
	expect_output "$PF 4"
}
