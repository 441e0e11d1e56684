#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154

load lib/common
load lib/life
load lib/drain
load lib/table
load lib/vendor

VF=0000:06:00.4

# One column of one device.
of() { status_table "$2" "$1"; }

# A device of vfio_ap whose attribute ap_config reads so.
crypto_machine() { # [ATTRIBUTES]
	local attrs=${1-'{"name": "ap_config", "mode": "rw", "value": "0x'$(mask 05)',0x'$(mask 47)',0x'$(mask)'\n"},'}

	cat >"$BATS_TEST_TMPDIR/crypto" <<-END
		{"parents": [{"name": "matrix", "path": "devices/vfio_ap/matrix", "driver": "vfio_ap_mdev",
		"types": [{"name": "vfio_ap-passthrough", "device_api": "vfio-ap", "instances": 8,
		"attrs": [$attrs {"name": "assign_adapter", "mode": "w"}, {"name": "assign_domain", "mode": "w"},
		{"name": "assign_control_domain", "mode": "w"}, {"name": "unassign_domain", "mode": "w"}]}]}]}
	END
	mount_sim "$BATS_TEST_TMPDIR/crypto"
}
# 256 bits, the first one the highest, of which those (hexadecimal) are set.
mask() { # [BIT...]
	python3 -c 'import sys; print("%064x" % sum(1 << 255 - int(bit, 16) for bit in sys.argv[1:]))' "$@"
}

# --- states ---

# bats test_tags=kernel
@test "what runs and what is defined is one list" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm define -u "$U2" -p mtty -t mtty-2
	mdevadm start -u "$U2"
	mdevadm start -u "$U3" -p mtty -t mtty-1

	run status_table uuid,parent,type,start,state,owner

	expect_status 0
	expect_output "$U1 mtty mtty-1 auto stopped -
$U2 mtty mtty-2 manual running defined
$U3 mtty mtty-1 - running started"
}

# bats test_tags=kernel
@test "what another program has started is foreign" {
	echo "$U1" >"$SYS/class/mdev_bus/mtty/mdev_supported_types/mtty-1/create"

	run of "$U1" state,owner

	expect_output "running foreign"
	run mdevadm status "$U1"
	expect_contains "Started:     by another program"
}

@test "a device that another program made anew is not taken for ours" {
	needs_sim "a device's inode"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	echo 1 >"$SYS/bus/mdev/devices/$U1/remove"
	echo "$U1" >"$SYS/class/mdev_bus/mtty/mdev_supported_types/mtty-1/create"

	run of "$U1" owner

	expect_output foreign
}

@test "a device whose start died is incomplete, and status tells it by 20" {
	needs_sim "a start that dies"
	crypto_machine
	ctl delay attr 5000
	define_raw matrix "$U1" "$(definition vfio_ap-passthrough assign_adapter 5)"
	begin start -u "$U1"
	wait_until runs "$U1"
	run of "$U1" state
	kill -KILL "$BEGUN"
	[ "$output" = starting ] || fail_with "while it starts"
	wait_until is_dead "$BEGUN"

	run mdevadm status "$U1"

	expect_status 20
	expect_contains "$U1: incomplete"
}
is_dead() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status"; }

@test "a device that is stuck is shown as such, by 20" {
	needs_sim "a stuck device"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl stuck "$U1"

	run mdevadm status "$U1"

	expect_status 20
	expect_contains "$U1: stuck"
}

@test "a device that is going is shown as removing" {
	needs_sim "a device that lingers"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl interruptible off
	ctl open "$U1"
	mdevadm stop -u "$U1" --timeout 0 2>/dev/null || true
	wait_until is_gone "$U1"

	run of "$U1" state

	ctl close "$U1"
	expect_output removing
}

@test "a drained device is to come back, and its parent is held" {
	needs_sim "two parents"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm drain mtty

	run status_table uuid,parent,type,state,flags

	expect_output "$U1 mtty mtty-1 drained held"
	run mdevadm status "$U1"
	expect_status 20
}

@test "a drain that nobody knows any more is no state" {
	needs_sim "two parents"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm drain mtty
	rm "$(held_file mtty)"

	run status_table uuid,state

	expect_output ""
}

@test "devices of parents of every kind are shown" {
	needs_sim "other parents"
	local kind

	for kind in mtty/mtty-1 matrix/vfio_ap-passthrough 0.0.0052/vfio_ccw-io 0000:00:02.0/i915-GVTg_V5_8 sf-host/sf_core-local; do
		mdevadm define -p "${kind%/*}" -t "${kind#*/}" >/dev/null
	done
	mdevadm start --all --jobs 1

	run status_table parent,type,state,owner,drift,driver,nodes

	expect_output "0.0.0052 vfio_ccw-io running defined no vfio_ccw_mdev vfio/0,vfio/devices/vfio0
0000:00:02.0 i915-GVTg_V5_8 running defined no intel_vgpu_mdev vfio/1,vfio/devices/vfio1
matrix vfio_ap-passthrough running defined no vfio_ap_mdev vfio/2,vfio/devices/vfio2
mtty mtty-1 running defined no mtty vfio/3,vfio/devices/vfio3
sf-host sf_core-local running defined no sf_core -"
}

@test "whether a device that is no VFIO device is used is not known" {
	needs_sim "another bus"
	mdevadm start -u "$U1" -p sf-host -t sf_core-local

	run mdevadm status "$U1"

	expect_contains "$U1: running
"
	expect_contains "Used by:     not known: it has no node of VFIO"
}

# --- the exit status of one device ---

# bats test_tags=kernel
@test "status of a device that runs as defined, or is manual and stopped, is 0" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U2" -p mtty -t mtty-1 --auto
	mdevadm start -u "$U2"
	mdevadm start -u "$U3" -p mtty -t mtty-1

	for uuid in "$U1" "$U2" "$U3"; do
		run mdevadm status "$uuid"
		expect_status 0
	done
}

# bats test_tags=kernel
@test "status of a device that is auto and does not run is 20" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto

	run mdevadm status "$U1"

	expect_status 20
	run mdevadm status
	expect_status 0
	run mdevadm status --detailed-exitcode
	expect_status 20
}

# bats test_tags=kernel
@test "status of a device that nobody knows is 3" {
	run mdevadm status "$ABSENT"

	expect_status 3
	expect_output "mdevadm: device $ABSENT neither runs nor is defined
hint: 'mdevadm status' lists what there is"
}

@test "of several devices those that are not known are told, and the others shown" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm status "$U1" "$ABSENT"

	expect_status 9
	expect_contains "$U1 mtty"
	expect_contains "device $ABSENT neither runs nor is defined"
}

# --- drift ---

@test "a device of another type than defined drifts" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"
	mdevadm modify -u "$U1" -t mtty-2

	run mdevadm status "$U1"

	expect_status 20
	expect_contains "  Runs:        otherwise than defined"
	expect_contains "  - type: mtty-2
  + type: mtty-1"
}

@test "a device on another parent than defined drifts, and is a conflict" {
	needs_sim "two parents"
	define_raw 0000:00:02.0 "$U1" '{"mdev_type": "i915-GVTg_V5_4", "start": "manual"}'
	echo "$U1" >"$SYS/class/mdev_bus/mtty/mdev_supported_types/mtty-1/create"

	run of "$U1" parent,drift,flags

	expect_output "mtty yes drift,conflict,idle"
}

@test "an attribute that reads otherwise than defined is drift" {
	needs_sim "attributes"
	mount_sim sriov
	mdevadm define -u "$U1" -p $VF -t nvidia-36
	mdevadm modify -u "$U1" --addattr nvidia/vgpu_params=frame_rate_limiter=0
	mdevadm start -u "$U1"
	run of "$U1" drift
	expect_output no
	echo "frame_rate_limiter=1 " >"$SYS/bus/mdev/devices/$U1/nvidia/vgpu_params"

	run mdevadm status --diff-only

	expect_status 0
	expect_output "$U1 $VF running
  - nvidia/vgpu_params: frame_rate_limiter=0
  + nvidia/vgpu_params: frame_rate_limiter=1 "
}

@test "of a repeated attribute the last value counts" {
	needs_sim "attributes"
	mount_sim sriov
	mdevadm define -u "$U1" -p $VF -t nvidia-36
	mdevadm modify -u "$U1" --addattr nvidia/vgpu_params=a=1 --addattr nvidia/vgpu_params=b=2
	mdevadm start -u "$U1"

	run of "$U1" drift

	expect_output no
}

@test "a number that is written in another base is no drift" {
	needs_sim "attributes"
	printf '{"parents": [{"name": "p", "driver": "d", "types": [{"name": "d-1", "attrs": [
		{"name": "n", "mode": "rw", "value": "16\\n"}]}]}]}' >"$BATS_TEST_TMPDIR/d"
	mount_sim "$BATS_TEST_TMPDIR/d"
	define_raw p "$U1" "$(definition d-1 n 0x10)"
	echo "$U1" >"$SYS/class/mdev_bus/p/mdev_supported_types/d-1/create"

	run of "$U1" drift

	expect_output no
}

@test "what cannot be read back is unknown, and no drift" {
	needs_sim "attributes"
	crypto_machine ''
	mdevadm define -u "$U1" -p matrix -t vfio_ap-passthrough
	mdevadm modify -u "$U1" --addattr assign_adapter=5
	mdevadm start -u "$U1"

	run mdevadm status "$U1"

	expect_status 0
	expect_contains "as defined, as far as can be told"
	expect_contains "  - adapters: 0x05
  ? adapters: it cannot be read back"
	run status_table drift
	expect_output -
	run mdevadm status --diff-only
	expect_output ""
}

@test "an attribute that has no value yet is unknown" {
	needs_sim "attributes"
	printf '{"parents": [{"name": "p", "driver": "nvidia", "types": [{"name": "nvidia-1", "attrs": [
		{"name": "placement_id", "mode": "rw", "value": "Not Applicable\\n"}]}]}]}' >"$BATS_TEST_TMPDIR/d"
	mount_sim "$BATS_TEST_TMPDIR/d"
	define_raw p "$U1" "$(definition nvidia-1 placement_id 3)"
	echo "$U1" >"$SYS/class/mdev_bus/p/mdev_supported_types/nvidia-1/create"

	run mdevadm status --diff

	expect_output "$U1 p running
  - placement_id: 3
  ? placement_id: it reads 'Not Applicable'"
}

@test "what scripts tell of an attribute is compared" {
	needs_sim "attributes"
	crypto_machine ''
	mkdir -p "$LIB/scripts.d/callouts"
	cat >"$LIB/scripts.d/callouts/s" <<-'END'
		#!/bin/sh
		for a; do [ "$a" != attributes ] || { echo '[{"mode": "of the script"}]'; exit; }; done
		exit 2
	END
	chmod +x "$LIB/scripts.d/callouts/s"
	define_raw matrix "$U1" "$(definition vfio_ap-passthrough mode "of the definition")"
	echo "$U1" >"$SYS/class/mdev_bus/matrix/mdev_supported_types/vfio_ap-passthrough/create"

	run mdevadm status --diff

	expect_contains "  - mode: of the definition
  + mode: of the script"
}

# --- vfio_ap ---

@test "the attributes of vfio_ap are compared with what its ap_config reads" {
	needs_sim "crypto cards"
	crypto_machine
	mdevadm define -u "$U1" -p matrix -t vfio_ap-passthrough
	mdevadm modify -u "$U1" --addattr assign_adapter=5 --addattr assign_domain=0x9 \
		--addattr assign_domain=0x47 --addattr unassign_domain=9
	mdevadm start -u "$U1"

	run mdevadm status "$U1"

	expect_status 0
	expect_contains "Runs:        as defined"

	mdevadm modify -u "$U1" --addattr assign_adapter=6 --addattr assign_control_domain=1
	run mdevadm status --diff
	expect_output "$U1 matrix running
  - adapters: 0x05 0x06
  + adapters: 0x05
  - control domains: 0x01
  + control domains: none"
}

@test "without ap_config, the lists matrix and control_domains are compared" {
	needs_sim "crypto cards"
	crypto_machine '{"name": "matrix", "mode": "r", "value": "05.0047\n05.0048\n"},
		{"name": "control_domains", "mode": "r", "value": "0001\n"},'
	mdevadm define -u "$U1" -p matrix -t vfio_ap-passthrough
	mdevadm modify -u "$U1" --addattr assign_adapter=5 --addattr assign_domain=71
	mdevadm start -u "$U1"

	run mdevadm status --diff

	expect_output "$U1 matrix running
  - domains: 0x47
  + domains: 0x47 0x48
  - control domains: none
  + control domains: 0x01"
}

@test "a definition of vfio_ap with ap_config is compared as such" {
	needs_sim "crypto cards"
	crypto_machine
	define_raw matrix "$U1" "$(definition vfio_ap-passthrough ap_config "0x$(mask 05),0x$(mask 47),0x$(mask)")"
	echo "$U1" >"$SYS/class/mdev_bus/matrix/mdev_supported_types/vfio_ap-passthrough/create"

	run of "$U1" drift

	expect_output no
}

# --- users ---

# The device is open in a process that is called so, $USER_PID, as libvirt calls QEMU.
opened_by_vm() { # UUID [ARGUMENT...]
	local node

	needs_nodes
	node=$(device_node "$1")
	ln -sf "$(command -v sleep)" "$BATS_TEST_TMPDIR/qemu-system-x86"
	cat >"$BATS_TEST_TMPDIR/vm.py" <<-'END'
		import ctypes, sys, time
		file = open(sys.argv[1])
		ctypes.CDLL(None).prctl(15, b"qemu-system-x86")
		time.sleep(100)
	END
	/usr/bin/python3 "$BATS_TEST_TMPDIR/vm.py" "$node" "${@:2}" 3>&- &
	USER_PID=$!
	ends_with_test "$USER_PID"
	wait_until is_called "$USER_PID" qemu-system-x86
}

@test "who has a device open is shown, with libvirt's name of the machine" {
	needs_sim "a device that somebody has open"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	opened_by_vm "$U1" -name "guest=web 1,debug-threads=on" -S

	run mdevadm status "$U1"

	expect_status 0
	expect_contains "Used by:     pid $USER_PID (qemu-system-x86), domain web 1"
	run of "$U1" used,users,domain
	expect_output "yes pid $USER_PID (qemu-system-x86), domain web 1 web 1"
}

@test "a device is found by its process and by its node" {
	needs_sim "a device that somebody has open"
	mdevadm start -u "$U2" -p mtty -t mtty-1
	mdevadm start -u "$U1" -p mtty -t mtty-1
	opened_by_vm "$U1"

	run status_table uuid --by-pid "$USER_PID"
	expect_output "$U1"
	for node in /dev/vfio/1 vfio/1 1 /dev/vfio/devices/vfio1 vfio1; do
		run status_table uuid --by-node $node
		expect_output "$U1"
	done
}

@test "a node or process without a device is an error" {
	needs_sim "nodes"
	mdevadm start -u "$U2" -p mtty -t mtty-1

	run mdevadm status --by-node /dev/vfio/99
	expect_status 3
	expect_contains "no device is behind /dev/vfio/99"

	run mdevadm status --by-pid $$
	[ "$status" = 3 ] || [ "$EUID" != 0 ]
	run mdevadm status --by-pid x
	expect_status 2
}

@test "what nobody has open is unused, what is open is not" {
	needs_sim "a device that somebody has open"
	[ "$EUID" = 0 ] || skip "others' processes are not seen"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U2" -p mtty -t mtty-1
	mdevadm define -u "$U3" -p mtty -t mtty-1
	opened_by_vm "$U1"

	run status_table uuid,flags --unused
	expect_output "$U2 idle"
	run mdevadm status --unused
	expect_contains " SINCE
$U2 mtty   mtty-1 -     running idle  $(date +%Y)-"
}

@test "whether a device is used is not known where processes cannot be seen" {
	needs_sim "another user"
	[ "$EUID" = 0 ] || skip "only root becomes another user"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	# Others may not look into root's FUSE mount.
	copy_sysfs
	rm "$MDEVADM_ROOT/proc"
	mkdir -p "$MDEVADM_ROOT/proc/1"
	mkdir -m 0 "$MDEVADM_ROOT/proc/1/fd"
	cp "$MDEVADM" "$BATS_TEST_TMPDIR/program"
	chmod -R a+rX "$MDEVADM_ROOT/sys" "$MDEVADM_ROOT/run"
	chmod a+rx "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/.." "$BATS_RUN_TMPDIR" "$MDEVADM_ROOT"

	run --separate-stderr squeezed setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$BATS_TEST_TMPDIR/program" status --noheadings --columns uuid,used,flags

	expect_status 0
	expect_output "$U1 - -"
	run setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$BATS_TEST_TMPDIR/program" status --unused --strict
	expect_status 9
	expect_contains "whether devices are unused is not known"
}

@test "a group that is open without a device of it is no use" {
	needs_nodes
	mdevadm start -u "$U1" -p mtty -t mtty-1
	has_open "$(group_node "$U1")"

	run of "$U1" used

	[ "$output" = no ] || [ "$EUID" != 0 ]
}

# --- choosing, and failing ---

@test "what is auto and does not run has failed, unless its parent is away or held" {
	needs_sim "other parents"
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm define -u "$U2" -p matrix -t vfio_ap-passthrough --auto
	mdevadm define -u "$U3" -p absent -t t --auto 2>/dev/null
	mdevadm hold matrix --reason maintenance

	run status_table uuid,flags --failed

	expect_output "$U1 failed"
	run status_table uuid,flags
	expect_contains "$U2 held"
	expect_contains "$U3 absent-parent"
}

@test "a physical function stands for its virtual functions" {
	needs_sim "virtual functions"
	mount_sim sriov
	mdevadm start -u "$U1" -p $VF -t nvidia-36
	mdevadm start -u "$U2" -p 0000:06:00.5 -t nvidia-36

	run status_table uuid,physfn -p 06:00.0

	expect_contains "$U1 0000:06:00.0"
	expect_contains "$U2 0000:06:00.0"
	run status_table uuid -p $VF
	expect_output "$U1"
}

@test "a tree has the physical function, the parent, the type and the device" {
	needs_sim "virtual functions"
	mount_sim sriov
	mdevadm start -u "$U1" -p $VF -t nvidia-36
	mdevadm start -u "$U2" -p $VF -t nvidia-36

	LC_ALL=C run squeezed mdevadm status --tree --columns uuid,state --noheadings

	expect_output "0000:06:00.0
\`-0000:06:00.4
 \`-nvidia-36
 |-$U1 running
 \`-$U2 running"
}

# bats test_tags=kernel
@test "the page of a device names its nodes, driver and attributes" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm start -u "$U1"

	run mdevadm status "$U1"

	expect_contains "  Parent:      mtty"
	expect_contains "  Type:        mtty-1"
	expect_contains "  Defined:     on mtty, auto"
	expect_contains "  Started:     by mdevadm, $(date +%Y)-"
	expect_contains "  Driver:      mtty"
	expect_contains "  Nodes:       /dev/vfio/"
	expect_contains "  Used by:     nobody"
}

@test "a definition that cannot be read is named, and the others are shown" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	define_raw mtty "$U2" '{'

	run mdevadm status --strict --noheadings --columns uuid

	expect_status 9
	expect_contains "$U2 on parent 'mtty' is defined, but cannot be read"
	expect_contains "
$U1"
}

@test "a record that cannot be read is named, and the device is shown without it" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	echo '{' >"$(record "$U1")"

	run mdevadm status --strict --noheadings --columns uuid,owner

	expect_status 9
	expect_contains "$U1 started"
	expect_contains "$(record "$U1")', line 2, column 0: it ends too early"
}

@test "status of very many devices makes few system calls for each, and looks through /proc once" {
	needs_sim "very many devices"
	needs strace
	# How many calls the others' processes cost is another matter.
	rm "$MDEVADM_ROOT/proc"
	mkdir -p "$MDEVADM_ROOT/proc/1/fd"
	calls_of_status 100 && few=$CALLS
	calls_of_status 400 && many=$CALLS

	[ $((many - few)) -le $((16 * 300)) ] || fail_with "$few for 100, $many for 400"
	[ "$(grep -c 'openat(.*"/proc"\|openat(.*/proc", ' "$BATS_TEST_TMPDIR/trace")" -le 2 ]
}
# $CALLS is how many system calls it makes; each device is defined and has a record.
calls_of_status() { # DEVICES
	local uuids=() uuid

	for ((i = 0; i < $1; i++)); do
		uuids+=("$(printf '11111111-1111-4111-8111-%012d' "$i")")
	done
	printf '{"parents": [{"name": "p", "path": "devices/virtual/p/p", "driver": "d", "types": [{"name": "d-1", "instances": 9999}], "devices": [%s]}]}' \
		"$(printf ',{"uuid": "%s", "type": "d-1"}' "${uuids[@]}" | cut -c2-)" >"$BATS_TEST_TMPDIR/d"
	mount_sim "$BATS_TEST_TMPDIR/d"
	mkdir -p "$ETC/p" "$RUN/mdevadm/devices"
	for uuid in "${uuids[@]}"; do
		definition d-1 >"$ETC/p/$uuid"
		printf '{"version":1,"state":"running","parent":"p","type":"d-1","attrs":[],"inode":%s,"pid":1,"since":1}' \
			"$(stat -c %i "$SYS/devices/virtual/p/p/$uuid")" >"$(record "$uuid")"
	done
	ASAN_OPTIONS=detect_leaks=0 strace -f -o "$BATS_TEST_TMPDIR/trace" "$MDEVADM" status >"$BATS_TEST_TMPDIR/listed"
	[ "$(grep -c running "$BATS_TEST_TMPDIR/listed")" = "$1" ] || fail_with "$(head -3 "$BATS_TEST_TMPDIR/listed")"
	CALLS=$(grep -c -v 'mmap\|munmap\|brk' "$BATS_TEST_TMPDIR/trace")
}

# --- what cannot be told ---

@test "a definition that cannot be read is none that is not there" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm start -u "$U1"
	echo '{' >"$ETC/mtty/$U1"
	rm "$(record "$U1")"

	run --separate-stderr mdevadm status "$U1"

	expect_status 20
	expect_contains "Defined:     on mtty, cannot be read"
	run status_table owner,start,drift,flags
	expect_contains "defined - - unreadable,idle"
	mdevadm stop -u "$U1" 2>/dev/null
	run --separate-stderr mdevadm status "$U1"
	expect_status 20
	expect_contains "$U1: stopped"
}

@test "the record that cannot be read of a device makes it no other program's" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	echo '{' >"$(record "$U1")"

	run --separate-stderr status_table owner

	expect_output started
}

@test "no sysfs, and no root, is told, and no parent is absent then" {
	needs_sim "no sysfs"
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	umount_sim
	rmdir "$SYS"

	run mdevadm status --strict --noheadings --columns state,flags
	expect_status 9
	expect_contains "warning: no sysfs at '$SYS'"
	expect_contains "
stopped -"
	for command in status parents metrics "list --json"; do
		# shellcheck disable=SC2086
		run mdevadm $command --root /nonexistent --strict
		[ "$status" = 9 ] || [ "$status" = 3 ]
		expect_contains "there is no root directory '/nonexistent'"
	done
}

@test "one thing that cannot be looked at spoils nothing else" {
	needs_sim "another sysfs"
	mount_sim sriov
	mdevadm start -u "$U1" -p $VF -t nvidia-36
	mdevadm start -u "$U2" -p 0000:06:00.5 -t nvidia-36
	copy_sysfs
	ln -s zz "$SYS/bus/pci/devices/zz"
	ln -s nowhere "$SYS/bus/mdev/devices/$U3"
	ln -s x "$SYS/bus/mdev/drivers/x"
	rm "$SYS/bus/mdev/devices/$U2/mdev_type"
	touch "$SYS/bus/mdev/devices/$U2/mdev_type"

	run mdevadm status --strict --noheadings --columns uuid,state
	expect_status 9
	expect_contains "
$U1 running"
	expect_contains "device $U2 is left out"
	expect_contains "device $U3 is left out"
	run mdevadm parents --noheadings --columns parent,running
	expect_status 0
	expect_contains "PCI device 'zz' is left out"
	expect_contains "
$VF"
	run --separate-stderr mdevadm metrics
	expect_status 0
}

@test "a device whose group cannot be told is not called idle" {
	needs_sim "another sysfs"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	copy_sysfs
	rm "$SYS/bus/mdev/devices/$U1/iommu_group"
	touch "$SYS/bus/mdev/devices/$U1/iommu_group"

	run --separate-stderr status_table used

	expect_output -
}

@test "a /proc without processes tells nothing, and nothing is stopped then" {
	needs_nodes
	mdevadm start -u "$U1" -p mtty -t mtty-1
	device_node "$U1" >/dev/null
	rm "$MDEVADM_ROOT/proc"
	mkdir "$MDEVADM_ROOT/proc"

	run mdevadm status --unused --strict
	expect_status 9
	expect_contains "no process is seen in '$MDEVADM_ROOT/proc'"
	run mdevadm stop -u "$U1"
	expect_status 1
	runs "$U1"
}

# --- definitions as rows ---

@test "list --defined has a row for each definition, as it is defined" {
	needs_sim "two parents"
	mount_sim sriov
	mdevadm define -u "$U1" -p $VF -t nvidia-36
	mdevadm define -u "$U1" -p 0000:06:00.5 -t nvidia-36 --auto
	mdevadm start -u "$U1" -p 0000:06:00.5
	mdevadm modify -u "$U1" -p 0000:06:00.5 -t nvidia-37

	run squeezed mdevadm list -d --noheadings --columns parent,type,start,state

	expect_output "$VF nvidia-36 manual stopped
0000:06:00.5 nvidia-37 auto running"
	run squeezed mdevadm list -p $VF --noheadings --columns uuid
	expect_output ""
}

@test "a device that is named twice is one device" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run squeezed mdevadm status "$U1" "$U1" --noheadings --columns uuid,flags

	expect_output "$U1 -"
}

@test "what is auto on one of several parents is auto" {
	needs_sim "two parents"
	mount_sim sriov
	mdevadm define -u "$U1" -p $VF -t nvidia-36
	mdevadm define -u "$U1" -p 0000:06:00.5 -t nvidia-36 --auto

	run mdevadm status "$U1"

	expect_status 20
}

@test "a definition on a parent that is not there spoils no listing of functions" {
	needs_sim "virtual functions"
	mount_sim sriov
	mdevadm define -u "$U1" -p $VF -t nvidia-36
	mdevadm define -u "$U2" -p gone -t nvidia-36 2>/dev/null

	run status_table uuid,physfn

	expect_output "$U1 0000:06:00.0
$U2 -"
}
