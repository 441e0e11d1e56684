#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Hosts with cards that have several parents, and with device nodes of certain numbers.

load lib

gpu=0000:06:00

# The virtual functions FUNCTION's type TYPE.
vf_type() { # FUNCTION TYPE
	echo "$sys/class/mdev_bus/$gpu.$1/mdev_supported_types/nvidia-$2"
}

# What the three functions have left of TYPE.
left() { # TYPE
	cat "$sys/class/mdev_bus/$gpu".*/"mdev_supported_types/nvidia-$1/available_instances" |
		paste -sd ' '
}

restart_sriov() {
	restart "$BATS_TEST_DIRNAME/descriptions/sriov.json"
}

@test "virtual functions and the physical one lead to each other" {
	restart_sriov

	[ "$(readlink "$sys/class/mdev_bus/$gpu.4/physfn")" = "../$gpu.0" ]
	[ "$(readlink "$sys/bus/pci/devices/$gpu.0/virtfn2")" = "../$gpu.6" ]
	[ -d "$sys/bus/pci/devices/$gpu.5/physfn/" ]
	[ ! -e "$sys/class/mdev_bus/$gpu.0" ]
	run ls "$sys/bus/pci/devices/$gpu.0/"
	[ "${lines[*]}" = "subsystem virtfn0 virtfn1 virtfn2" ]
}

@test "a physical function may be a parent, in a place of its own" {
	restart_json '{ "parents": [
		{ "name": "vf", "path": "devices/a/b/vf", "physfn": "pf" },
		{ "name": "pf", "path": "devices/a/pf", "bus": "pci", "files": { "vendor": "x" } } ] }'

	[ "$(readlink "$sys/class/mdev_bus/vf/physfn")" = ../../pf ]
	[ "$(readlink "$sys/class/mdev_bus/pf/virtfn0")" = ../b/vf ]
	[ "$(content "$sys/bus/pci/devices/pf/vendor")" = x ]
}

@test "virtual functions share the pool of their card" {
	restart_sriov
	[ "$(left 36)" = "4 4 4" ]

	put "$(vf_type 4 36)/create" "$A"
	put "$(vf_type 5 36)/create" "$B"

	[ "$(left 36)" = "2 2 2" ]
	put "$(vf_type 5 36)/create" "${A%a}c"
	put "$(vf_type 5 36)/create" "${A%a}d"
	[ "$(put "$(vf_type 6 36)/create" "${A%a}e")" = "Too many users" ]
	put "$sys/class/mdev_bus/$gpu.4/$A/remove" 1
	[ "$(left 36)" = "1 1 1" ]
}

@test "a card has one size at a time" {
	restart_sriov
	put "$(vf_type 4 37)/create" "$A"

	[ "$(left 36)" = "0 0 0" ]
	[ "$(left 37)" = "1 1 1" ]
	[ "$(put "$(vf_type 4 36)/create" "$B")" = "Input/output error" ]
	[ "$(put "$(vf_type 6 36)/create" "$B")" = "Input/output error" ]
	[ "$(put "$(vf_type 6 37)/create" "$B")" = ok ]
	put "$sys/class/mdev_bus/$gpu.4/$A/remove" 1
	[ "$(left 36)" = "0 0 0" ]
	put "$sys/class/mdev_bus/$gpu.6/$B/remove" 1
	[ "$(left 36)" = "4 4 4" ]
}

has_left() { # TYPE NUMBERS
	[ "$(left "$1")" = "$2" ]
}

@test "a size lingers with its last device" {
	restart_sriov
	put "$(vf_type 4 37)/create" "$A"
	ctl delay linger 300
	put "$sys/class/mdev_bus/$gpu.4/$A/remove" 1

	[ "$(put "$(vf_type 6 36)/create" "$B")" = "Input/output error" ]
	await has_left 36 "4 4 4"
	[ "$(put "$(vf_type 6 36)/create" "$B")" = ok ]
}

@test "one size at a time needs no pool, and has the errno asked for" {
	restart_with '"one_size": true, "one_size_errno": "EINVAL", "full_errno": "ENOSPC",
		"types": [ { "name": "t", "instances": 1 }, { "name": "u", "instances": 3 } ]'
	local types=$sys/class/mdev_bus/p/mdev_supported_types
	put "$types/t/create" "$A"

	[ "$(content "$types/u/available_instances")" = 0 ]
	[ "$(put "$types/u/create" "$B")" = "Invalid argument" ]
	[ "$(put "$types/t/create" "$B")" = "No space left on device" ]
}

@test "a type's own number limits it within a pool" {
	restart_json '{ "parents": [
		{ "name": "p", "pool": "g", "types": [ { "name": "t", "instances": 1 } ] },
		{ "name": "q", "pool": "g", "ports": 3, "types": [ { "name": "t" } ] } ] }'
	local p=$sys/class/mdev_bus/p/mdev_supported_types/t
	local q=$sys/class/mdev_bus/q/mdev_supported_types/t
	[ "$(content "$p/available_instances")" = 1 ]

	put "$p/create" "$A"

	[ "$(content "$p/available_instances")" = 0 ]
	[ "$(content "$q/available_instances")" = 2 ]
	[ "$(put "$p/create" "$B")" = "Too many users" ]
	[ "$(put "$q/create" "$B")" = ok ]
}

@test "a pool with two numbers of ports is refused" {
	is_refused '{ "pools": { "g": 4 }, "parents": [ { "name": "p", "pool": "g", "ports": 3 } ] }' \
		"parents[0]: pool 'g' has 4 ports already"
}

@test "without numbers there is no vfio-dev/vfioN/dev, and a group has some number" {
	put "$one/create" "$A"
	put "$one/create" "$B"

	[ ! -e "$mtty/$A/vfio-dev/vfio0/dev" ]
	[ "$(content "$sys/class/vfio/1/dev")" = 240:1 ]
	[ "$(readlink "$sys/class/vfio/1")" = ../../devices/virtual/vfio/1 ]
	[ "$(readlink "$sys/class/vfio/1/subsystem")" = ../../../../class/vfio ]
	put "$mtty/$B/remove" 1
	[ ! -L "$sys/class/vfio/1" ]
	[ ! -e "$sys/devices/virtual/vfio/1" ]
}

@test "types inherit the numbers of their parent, or have their own" {
	restart_with '"cdev": "1:7", "group": "1:8", "types": [ { "name": "t", "instances": 2 },
		{ "name": "u", "cdev": "1:5" } ]'
	local p=$sys/class/mdev_bus/p

	put "$p/mdev_supported_types/t/create" "$A"
	put "$p/mdev_supported_types/u/create" "$B"

	[ "$(content "$p/$A/vfio-dev/vfio0/dev")" = 1:7 ]
	[ "$(content "$p/$B/vfio-dev/vfio1/dev")" = 1:5 ]
	[ "$(content "$sys/class/vfio/1/dev")" = 1:8 ]
	run cat "$p/$B/vfio-dev/vfio1/uevent"
	[ "${lines[*]}" = "MAJOR=1 MINOR=5 DEVNAME=vfio/devices/vfio1" ]
}

@test "numbers are set while it runs, for one device or for all" {
	put "$one/create" "$A"
	ctl number cdev 1:7
	ctl number cdev 1:5 "$B"
	ctl number group 1:8 mtty
	put "$one/create" "$B"
	put "$matrix/mdev_supported_types/vfio_ap-passthrough/create" "${A%a}c"

	[ "$(content "$mtty/$A/vfio-dev/vfio0/dev")" = 1:7 ]
	[ "$(content "$mtty/$B/vfio-dev/vfio1/dev")" = 1:5 ]
	[ "$(content "$sys/class/vfio/0/dev")" = 1:8 ]
	[ "$(content "$sys/class/vfio/1/dev")" = 1:8 ]
	[ "$(content "$sys/class/vfio/2/dev")" = 240:2 ]
	run cat "$sys/class/vfio/1/uevent"
	[ "${lines[*]}" = "MAJOR=1 MINOR=8 DEVNAME=vfio/1" ]
}

@test "a number that is no number is refused" {
	is_refused '{ "parents": [ { "name": "p", "cdev": "1" } ] }' \
		'parents[0].cdev: must be as "MAJOR:MINOR"'
}
