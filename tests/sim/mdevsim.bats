#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the simulator answers. The rows are those that real kernels were seen to give.

load lib

@test "the tree has the kernel's links, modes and contents" {
	put "$two/create" "$A"

	[ "$(readlink "$sys/class/mdev_bus/mtty")" = ../../devices/virtual/mtty/mtty ]
	[ "$(readlink "$sys/bus/mdev/devices/$A")" = "../../../devices/virtual/mtty/mtty/$A" ]
	[ "$(readlink "$mtty/$A/mdev_type")" = ../mdev_supported_types/mtty-2 ]
	[ "$(readlink "$mtty/$A/driver")" = ../../../../../bus/mdev/drivers/mtty ]
	[ "$(readlink "$mtty/$A/subsystem")" = ../../../../../bus/mdev ]
	[ "$(readlink "$mtty/$A/iommu_group")" = ../../../../../kernel/iommu_groups/0 ]
	[ "$(readlink "$two/devices/$A")" = "../../../$A" ]
	[ "$(stat -c %A "$mtty/$A/remove")" = --w------- ]
	[ "$(stat -c %A "$one/create")" = --w------- ]
	[ "$(stat -c %A "$one/name")" = -r--r--r-- ]
	[ "$(stat -c %A "$one/devices")" = drwxr-xr-x ]
	[ "$(content "$mtty/$A/uevent")" = DRIVER=mtty ]
	[ "$(content "$one/name")" = "Single port serial" ]
	[ ! -e "$one/description" ]
	[ -d "$mtty/$A/vfio-dev/vfio0" ]
}

@test "types share the parent's pool" {
	put "$two/create" "$A"

	[ "$(content "$one/available_instances")" = 22 ]
	[ "$(content "$two/available_instances")" = 11 ]
}

@test "a description may have several lines" {
	run cat "$sys/class/mdev_bus/0000:00:02.0/mdev_supported_types/i915-GVTg_V5_4/description"

	[ "${#lines[@]}" -eq 5 ]
	[ "${lines[1]}" = "high_gm_size: 512MB" ]
}

@test "a parent that is not VFIO gives no group" {
	put "$sys/class/mdev_bus/sf-host/mdev_supported_types/sf_core-local/create" "$A"

	[ -e "$sys/bus/mdev/devices/$A/mdev_type" ]
	[ ! -e "$sys/bus/mdev/devices/$A/iommu_group" ]
	[ ! -e "$sys/bus/mdev/devices/$A/vfio-dev" ]
}

@test "create refuses what is no UUID" {
	for bad in "${A%a}" "${A%a}g" "${A}xy" "{$A}" "${A//-/}" "$A$A" x; do
		[ "$(put "$one/create" "$bad")" = "Invalid argument" ]
	done
	[ "$(stat_of devices)" = 0 ]
}

@test "create takes a 37th byte, whatever it is, and upper case" {
	[ "$(put "$one/create" "${A^^}Z")" = ok ]
	[ "$(put "$one/create" "$B"$'\n')" = ok ]

	[ -d "$mtty/$A" ]
	[ -d "$mtty/$B" ]
}

@test "create refuses a UUID that another parent has" {
	put "$one/create" "$A"

	[ "$(put "$matrix/mdev_supported_types/vfio_ap-passthrough/create" "$A")" = "File exists" ]
}

@test "create answers the parent's errno when none is left" {
	local ccw=$sys/class/mdev_bus/0.0.0052/mdev_supported_types/vfio_ccw-io
	local gvt=$sys/class/mdev_bus/0000:00:02.0/mdev_supported_types/i915-GVTg_V5_4

	put "$ccw/create" "$A"
	[ "$(put "$ccw/create" "$B")" = "Too many users" ]
	[ "$(content "$ccw/available_instances")" = 0 ]
	put "$ccw/../../$A/remove" 1
	put "$gvt/create" "$A"
	[ "$(put "$gvt/create" "$B")" = "No space left on device" ]
}

@test "remove takes numbers as the kernel reads them" {
	for bad in abc -1 " 1" "1 " $'\n' 0x 1$'\n\n' 99999999999999999999; do
		put "$one/create" "$A"
		[ "$(put "$mtty/$A/remove" "$bad")" = "Invalid argument" ]
	done
	for nothing in 0 00 +0 0x0; do
		[ "$(put "$mtty/$A/remove" "$nothing")" = ok ]
		[ -e "$mtty/$A/remove" ]
	done
	for good in 1 1$'\n' +1 42 0x1 010; do
		[ "$(put "$mtty/$A/remove" "$good")" = ok ]
		[ ! -e "$mtty/$A" ]
		put "$one/create" "$A"
	done
}

@test "an empty write does nothing" {
	put "$one/create" "$A"

	[ "$(put "$one/create" "")" = ok ]
	[ "$(put "$mtty/$A/remove" "")" = ok ]
	[ -e "$mtty/$A/remove" ]
}

@test "remove of what is gone is missing at open, and ENODEV on an old descriptor" {
	put "$one/create" "$A"
	exec 7>"$mtty/$A/remove"
	put "$mtty/$A/remove" 1

	run bash -c 'printf 1 >&7'
	exec 7>&-

	[ "$status" -ne 0 ]
	[[ "$output" == *"No such device" ]]
	[[ "$(put "$mtty/$A/remove" 1)" == "No such file or directory" ]]
}

@test "creating files is refused as sysfs refuses it" {
	[ "$(put "$one/nothing" 1)" = "Permission denied" ]
	run mkdir "$mtty/new"
	[[ "$output" == *"Operation not permitted" ]]
	run rm -f "$one/create"
	[[ "$output" == *"Operation not permitted" ]]
	run mv "$one/create" "$one/x"
	[[ "$output" == *"Operation not permitted" ]]
	run cat "$one/create"
	[[ "$output" == *"Permission denied" ]]
	[ "$(put "$one/name" x)" = "Permission denied" ]
}

@test "appending and truncating work as in sysfs" {
	put "$one/create" "$A"

	echo on >>"$mtty/$A/power/control"
	[ "$(content "$mtty/$A/power/control")" = on ]
	truncate -s 0 "$mtty/$A/power/control"
	[ "$(content "$mtty/$A/power/control")" = on ]
	[ "$(put "$mtty/$A/power/control" maybe)" = "Invalid argument" ]
}

@test "a write of more than a page is a short one" {
	put "$matrix/mdev_supported_types/vfio_ap-passthrough/create" "$A"

	dd if=/dev/zero bs=5000 count=1 of="$matrix/$A/assign_adapter" conv=notrunc 2>/dev/null || true

	run awk '$4 == "attr" { print length($6) / 4 }' "$sys/.mdevsim/log"
	[ "${lines[0]}" = 4096 ]
	[ "${lines[1]}" = 904 ]
}

@test "attributes are logged in order, and refuse what the description says" {
	put "$matrix/mdev_supported_types/vfio_ap-passthrough/create" "$A"

	[ "$(put "$matrix/$A/assign_adapter" 5)" = ok ]
	[ "$(put "$matrix/$A/assign_adapter" 255$'\n')" = "Invalid argument" ]
	[ "$(put "$matrix/$A/assign_domain" 0x1a)" = ok ]

	run awk '$4 == "attr" { sub(".*/", "", $5); print $5, $6, $7 }' "$sys/.mdevsim/log"
	[ "$output" = 'assign_adapter 5 ok
assign_adapter 255\n EINVAL
assign_domain 0x1a ok' ]
	run cat "$matrix/$A/assign_adapter"
	[[ "$output" == *"Permission denied" ]]
}

@test "an attribute in a subdirectory loses its last byte unless that is a newline" {
	restart "$BATS_TEST_DIRNAME/descriptions/two-gpus.json"
	local gpu=$sys/class/mdev_bus/0000:06:00.0
	put "$gpu/mdev_supported_types/nvidia-36/create" "$A"

	put "$gpu/$A/nvidia/vgpu_params" "frl=0"
	[ "$(content "$gpu/$A/nvidia/vgpu_params")" = "frl=" ]
	echo "frl=0" >"$gpu/$A/nvidia/vgpu_params"
	[ "$(content "$gpu/$A/nvidia/vgpu_params")" = "frl=0" ]
	[ "$(content "$gpu/mdev_supported_types/nvidia-36/name")" = "GRID V100D-1Q" ]
}

@test "during create the directory is there without its type" {
	ctl delay create 60
	put "$one/create" "$A" >/dev/null &
	await test -e "$mtty/$A/remove"

	[ -L "$sys/bus/mdev/devices/$A" ]
	[ ! -L "$mtty/$A/mdev_type" ]
	[ ! -L "$one/devices/$A" ]
	[ "$(put "$two/create" "$A")" = "File exists" ]
	wait $!
	[ -L "$mtty/$A/mdev_type" ]
	[ -L "$one/devices/$A" ]
	[ "$(stat_of double_create)" = 1 ]
}

@test "a remove before the create's end makes a stuck device" {
	ctl delay create 60
	put "$one/create" "$A" >"$BATS_TEST_TMPDIR/created" &
	await test -e "$mtty/$A/remove"

	[ "$(put "$mtty/$A/remove" 1)" = "Resource temporarily unavailable" ]
	wait $!
	[ "$(cat "$BATS_TEST_TMPDIR/created")" = ok ]
	[ "$(put "$mtty/$A/remove" 1)" = "Permission denied" ]
	[ "$(put "$one/create" "$A")" = "File exists" ]
	[ "$(content "$one/available_instances")" = 23 ]
	[ "$(stat_of stuck_devices)" = 1 ]
	[ "$(stat_of remove_during_create)" = 1 ]

	ctl clear
	ctl unregister mtty
	ctl register mtty
	[ ! -e "$mtty/$A" ]
	[ "$(stat_of stuck_devices)" = 0 ]
	[ "$(put "$one/create" "$A")" = ok ]
}

@test "remove of an open device blocks, and others go on" {
	put "$one/create" "$A"
	ctl open "$A"
	put "$mtty/$A/remove" 1 >"$BATS_TEST_TMPDIR/removed" &
	await test ! -L "$sys/bus/mdev/devices/$A"

	[ -d "$mtty/$A" ]
	[ ! -e "$mtty/$A/remove" ]
	[ "$(put "$one/create" "$A")" = "File exists" ]
	[ "$(put "$one/create" "$B")" = ok ]
	[ "$(put "$mtty/$B/remove" 1)" = ok ]
	[ "$(content "$one/available_instances")" = 23 ]
	[ ! -s "$BATS_TEST_TMPDIR/removed" ]
	[ "$(stat_of create_during_remove)" = 1 ]

	ctl close "$A"
	wait $!
	[ "$(cat "$BATS_TEST_TMPDIR/removed")" = ok ]
	[ ! -e "$mtty/$A" ]
	[ "$(content "$one/available_instances")" = 24 ]
}

@test "of two removes at once both succeed, and one does nothing" {
	put "$one/create" "$A"
	ctl delay remove 400
	exec 7>"$mtty/$A/remove" 8>"$mtty/$A/remove"
	{ printf 1 >&7; } &
	await test ! -L "$sys/bus/mdev/devices/$A"

	run bash -c 'printf 1 >&8'
	exec 7>&- 8>&-

	[ "$status" -eq 0 ]
	[ -d "$mtty/$A" ]
	[ "$(stat_of remove_during_remove)" = 1 ]
	wait
	[ ! -e "$mtty/$A" ]
}

@test "a blocked removal leaves the directory without its links" {
	put "$matrix/mdev_supported_types/vfio_ap-passthrough/create" "$A"
	ctl open "$A"
	put "$matrix/$A/remove" 1 &
	await test ! -L "$sys/bus/mdev/devices/$A"

	run ls "$matrix/$A"
	[ "${lines[*]}" = "assign_adapter assign_control_domain assign_domain control_domains \
iommu_group matrix unassign_adapter unassign_control_domain unassign_domain vfio-dev" ]
	[ ! -L "$sys/bus/mdev/drivers/vfio_ap_mdev/$A" ]
	[ ! -L "$matrix/mdev_supported_types/vfio_ap-passthrough/devices/$A" ]
	[ -e "$sys/class/vfio/0/dev" ]
	[ "$(put "$sys/.mdevsim/ctl" "relink $A")" = "No such device" ]
	ctl close "$A"
	wait
	[ ! -L "$sys/class/vfio/0" ]
}

@test "a blocked removal has no numbered vfio-dev any more" {
	ctl number cdev 1:7
	put "$one/create" "$A"
	ctl open "$A"
	put "$mtty/$A/remove" 1 &
	await test ! -L "$sys/bus/mdev/devices/$A"

	[ ! -e "$mtty/$A/vfio-dev" ]
	[ -L "$mtty/$A/iommu_group" ]
	[ -e "$sys/class/vfio/0/dev" ]
	ctl close "$A"
	wait
}

@test "a link goes without its directory, and comes again" {
	put "$one/create" "$A"
	ctl unlink "$A"

	[ ! -L "$sys/bus/mdev/devices/$A" ]
	[ -e "$mtty/$A/remove" ]
	[ -L "$one/devices/$A" ]
	[ "$(put "$sys/.mdevsim/ctl" "unlink $A")" = "No such device" ]
	[ "$(put "$one/create" "$A")" = "File exists" ]
	ctl relink "$A"
	[ "$(readlink "$sys/bus/mdev/devices/$A")" = "../../../devices/virtual/mtty/mtty/$A" ]
	ctl unlink "$A"
	[ "$(put "$mtty/$A/remove" 1)" = ok ]
	[ ! -e "$mtty/$A" ]
}

make_again() {
	[ "$(put "$one/create" "$A")" = ok ]
}

@test "UUID and instance linger after the directory" {
	put "$one/create" "$A"
	ctl delay linger 40
	put "$mtty/$A/remove" 1

	[ ! -e "$mtty/$A" ]
	[ "$(put "$one/create" "$A")" = "File exists" ]
	await make_again
	[ -d "$mtty/$A" ]
}

shows() { # FILE CONTENT
	[ "$(content "$1")" = "$2" ]
}

@test "another UUID does not get the last instance while that lingers" {
	local ccw=$sys/class/mdev_bus/0.0.0052/mdev_supported_types/vfio_ccw-io
	put "$ccw/create" "$A"
	ctl delay linger 300
	put "$ccw/../../$A/remove" 1

	[ "$(put "$ccw/create" "$B")" = "Too many users" ]
	[ "$(content "$ccw/available_instances")" = 0 ]
	await shows "$ccw/available_instances" 1
	[ "$(put "$ccw/create" "$B")" = ok ]
}

@test "unregistering waits for creates, refuses new ones, and takes idle children" {
	put "$one/create" "$B"
	ctl delay create 600
	put "$one/create" "$A" >"$BATS_TEST_TMPDIR/created" &
	await test -d "$mtty/$A"
	exec 7>"$two/create"
	ctl unregister mtty &
	await grep -q unregister-begin "$sys/.mdevsim/log"

	[ "$(put "$two/create" 00000000-0000-0000-0000-00000000000c)" = "No such device" ]
	wait
	[ "$(cat "$BATS_TEST_TMPDIR/created")" = ok ]
	[ ! -e "$sys/bus/mdev/devices/$A" ]
	[ ! -e "$sys/bus/mdev/devices/$B" ]
	[ ! -e "$mtty" ]
	run bash -c "printf $A >&7"
	exec 7>&-
	[[ "$output" == *"No such device" ]]
	[ "$(stat_of create_during_unregister)" = 1 ]
	[ "$(stat_of orphans)" = 0 ]
}

@test "unregistering is refused while a device is open" {
	put "$one/create" "$A"
	ctl open "$A"

	[ "$(put "$sys/.mdevsim/ctl" "unregister mtty")" = "Device or resource busy" ]
	[ -d "$mtty/$A" ]
}

@test "a device made again has another inode" {
	put "$one/create" "$A"
	local before
	before=$(stat -c %i "$mtty/$A/")
	put "$mtty/$A/remove" 1
	put "$one/create" "$A"

	[ "$(stat -c %i "$mtty/$A/")" != "$before" ]
}

@test "unbinding leaves a shell" {
	put "$one/create" "$A"

	put "$sys/bus/mdev/drivers/mtty/unbind" "$A"

	run ls "$mtty/$A"
	[ "${lines[*]}" = "mdev_type power remove subsystem uevent" ]
}

@test "errors come as often as asked, for the target asked" {
	ctl error create EPERM 2 mtty-1

	[ "$(put "$two/create" "$A")" = ok ]
	[ "$(put "$one/create" "$B")" = "Operation not permitted" ]
	[ "$(put "$one/create" "$B")" = "Operation not permitted" ]
	[ "$(put "$one/create" "$B")" = ok ]
	ctl error remove EIO
	[ "$(put "$mtty/$A/remove" 1)" = "Input/output error" ]
	[ "$(put "$mtty/$A/remove" 1)" = ok ]
	ctl error probe ENOMEM
	[ "$(put "$one/create" "$A")" = "Cannot allocate memory" ]
	[ ! -e "$mtty/$A" ]
	[ "$(content "$one/available_instances")" = 23 ]
	ctl error read EIO 1 mtty-1
	run cat "$one/name"
	[[ "$output" == *"Input/output error" ]]
}

@test "create may say EPERM for ever though instances are left" {
	ctl error create EPERM -1

	for uuid in "$A" "$B" "$A"; do
		[ "$(put "$one/create" "$uuid")" = "Operation not permitted" ]
	done
	[ "$(content "$one/available_instances")" = 24 ]
	ctl clear
	[ "$(put "$one/create" "$A")" = ok ]
}

@test "remove may say EBUSY, and the device stays as it is" {
	put "$one/create" "$A"
	ctl error remove EBUSY 1 "$A"

	[ "$(put "$mtty/$A/remove" 1)" = "Device or resource busy" ]
	[ -e "$mtty/$A/remove" ]
	[ -L "$sys/bus/mdev/devices/$A" ]
	[ "$(put "$mtty/$A/remove" 1)" = ok ]
	[ ! -e "$mtty/$A" ]
}

@test "an attribute may be unknown until it is written" {
	restart_with '"types": [ { "name": "t", "attrs": [ { "name": "placement_id", "refuse": { "9": "EINVAL" },
		"enxio_until_written": true } ] } ]'
	local id=$sys/class/mdev_bus/p/$A/placement_id
	put "$sys/class/mdev_bus/p/mdev_supported_types/t/create" "$A"

	run cat "$id"
	[[ "$output" == *"No such device or address" ]]
	put "$id" 9
	run cat "$id"
	[[ "$output" == *"No such device or address" ]]
	put "$id" 1
	[ "$(cat "$id")" = 1 ]
}

@test "nonsense on ctl is EINVAL" {
	for bad in "" nonsense "delay" "delay create" "delay create x" "error create EWHAT" \
		"number cdev 1" "number cdev 1:2x" "number cdev 1:-2" "number tty 1:2" \
		"delay sleep 5" "clear all" "readonly maybe" "garbage create mtty mtty-1 x"; do
		[ "$(put "$sys/.mdevsim/ctl" "$bad"$'\n')" = "Invalid argument" ]
	done
	for command in open unlink relink; do
		[ "$(put "$sys/.mdevsim/ctl" "$command $A")" = "No such file or directory" ]
	done
}

@test "contents can be spoilt, hidden and restored" {
	ctl 'garbage available_instances mtty mtty-1 many\n'
	ctl hide mtty mtty-1 device_api

	[ "$(content "$one/available_instances")" = many ]
	[ ! -e "$one/device_api" ]
	ctl restore mtty mtty-1 available_instances
	ctl restore mtty mtty-1 device_api
	[ "$(content "$one/available_instances")" = 24 ]
	[ "$(content "$one/device_api")" = vfio-pci ]
}

@test "devices vanish and get stuck, the class is forgotten, all is read-only" {
	put "$one/create" "$A"
	put "$one/create" "$B"
	ctl vanish "$A"
	ctl stuck "$B"

	[ ! -e "$mtty/$A" ]
	[ ! -e "$mtty/$B/remove" ]
	ctl forget-class
	[ ! -e "$sys/class/mdev_bus" ]
	ctl remember-class
	ctl readonly on
	[ "$(put "$one/create" "$A")" = "Read-only file system" ]
	ctl readonly off
	[ "$(put "$one/create" "$A")" = ok ]
}

@test "legacy: two removes make a device that nothing removes" {
	restart --legacy "$ZOO"
	put "$one/create" "$A"
	ctl delay remove 40
	exec 7>"$mtty/$A/remove" 8>"$mtty/$A/remove"
	{ printf 1 >&7; } &
	await test ! -e "$mtty/$A/remove"

	run bash -c 'printf 1 >&8'
	exec 7>&- 8>&-
	wait

	[[ "$output" == *"Resource temporarily unavailable" ]]
	[ -e "$mtty/$A/remove" ]
	[ "$(put "$mtty/$A/remove" 1)" = "Resource temporarily unavailable" ]
	[ "$(stat_of stuck_devices)" = 1 ]
}

@test "legacy: a create during an unregister leaves an orphan, a remove crashes" {
	restart --legacy "$ZOO"
	put "$one/create" "$A"
	ctl delay unregister 60
	ctl unregister mtty &
	await grep -q unregister-begin "$sys/.mdevsim/log"

	[ "$(put "$one/create" "$B")" = ok ]
	[ "$(put "$mtty/$A/remove" 1)" = ok ]
	wait
	[ -d "$sys/bus/mdev/devices/$B/" ]
	[ "$(stat_of orphans)" = 1 ]
	[ "$(stat_of crashes)" = 1 ]
	[ "$(stat_of create_during_unregister)" = 1 ]
	[ "$(stat_of remove_during_unregister)" = 1 ]
}

@test "legacy: an early remove is refused for now, an open device is busy, UUIDs are per parent" {
	restart --legacy "$ZOO"
	ctl delay create 40
	put "$one/create" "$A" >/dev/null &
	await test -e "$mtty/$A/remove"
	[ "$(put "$mtty/$A/remove" 1)" = "Resource temporarily unavailable" ]
	wait
	ctl clear
	[ "$(put "$matrix/mdev_supported_types/vfio_ap-passthrough/create" "$A")" = ok ]
	ctl open "$A"
	[ "$(put "$mtty/$A/remove" 1)" = "Device or resource busy" ]
	ctl close "$A"
	[ "$(put "$mtty/$A/remove" 1)" = ok ]
}

@test "a caller who is interrupted leaves, and the removal goes on" {
	put "$one/create" "$A"
	ctl open "$A"
	put "$mtty/$A/remove" 1 &
	local writer=$!
	await test ! -L "$sys/bus/mdev/devices/$A"

	pkill -KILL -P "$writer" || true
	kill -KILL "$writer"
	wait "$writer" || true
	[ -d "$mtty/$A" ]
	ctl close "$A"
	await test ! -e "$mtty/$A"
}

@test "eight writers at once make and remove different devices" {
	worker() {
		local i uuid
		for i in 1 2 3; do
			uuid=0000000$1-0000-0000-0000-00000000000$i
			[ "$(put "$one/create" "$uuid")" = ok ] || echo "create $uuid"
			[ "$(put "$mtty/$uuid/remove" 1)" = ok ] || echo "remove $uuid"
		done
	}
	ctl delay create 5
	local n
	for n in 1 2 3 4 5 6 7 8; do
		worker "$n" >>"$BATS_TEST_TMPDIR/failed" &
	done
	wait

	[ ! -s "$BATS_TEST_TMPDIR/failed" ]
	[ "$(stat_of violations_total)" = 0 ]
	[ "$(stat_of creates)" = 24 ]
	[ "$(stat_of in_flight_max)" -gt 1 ]
	[ "$(content "$one/available_instances")" = 24 ]
}

@test "a bad description is refused with file, place and reason" {
	is_refused '{ "parents": [ { "name": "p", "types": [ { "name": "t", "cost": 0 } ] } ] }' \
		"parents[0].types[0].cost: must be a whole number from 1 to 1000000"
}

not_mounted() {
	! mountpoint -q "$sys"
}

@test "SIGTERM ends it although a remove is blocked" {
	put "$one/create" "$A"
	ctl open "$A"
	put "$mtty/$A/remove" 1 >/dev/null &
	await test ! -L "$sys/bus/mdev/devices/$A"

	kill "$daemon"
	wait
	await not_mounted
}
