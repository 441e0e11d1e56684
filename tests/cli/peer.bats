#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# Output that must be mdevctl's, byte for byte, beside Debian's mdevctl (1.2.0) itself. That one
# has no --force, no live modify and no versioned scripts; its listings are those of 1.4.0, but for
# one thing: it shows a running device with the attributes of its definition. 1.4.0 asks scripts for
# them, and has none if none answers. So where running devices are listed with their attributes,
# their definitions have none here.

load lib/common
load lib/life
load lib/peer

A=aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa

# Running and defined, running only, defined only, defined on two parents; with attributes, but those
# that run only if asked for.
make_devices() {
	local two='' three=''

	if [ "$1" = with_attrs ]; then
		two='{"power/control": "on"}, {"power/control": "auto"}'
		three='{"assign_adapter": "5"}, {"assign_domain": "0xab"}, {"assign_adapter": "6"}'
	fi
	define_raw mtty "$U1" '{"mdev_type": "mtty-2", "start": "auto", "attrs": ['"$two"']}'
	define_raw mtty "$U2" '{"mdev_type":"mtty-1","start":"manual"}'
	define_raw absent "$U2" '{"mdev_type": "absent-1", "start": "auto", "attrs": []}'
	define_raw absent "$A" '{"mdev_type": "absent-2", "start": "manual", "attrs": [{"a": "1"}, {"b": ""}]}'
	mdevadm start -u "$U1"
	mdevadm start -u "$U3" -p mtty -t mtty-1
	[ "$MDEVADM_TEST_BACKEND" != kernel ] || return 0
	define_raw matrix "$A" '{"mdev_type": "vfio_ap-passthrough", "start": "auto", "attrs": ['"$three"']}'
	define_raw 0000:00:02.0 "$ABSENT" '{"mdev_type": "i915-GVTg_V5_4", "start": "manual", "attrs": []}'
	mdevadm start -u "$A" -p matrix
	mdevadm start -u "$ABSENT"
	mdevadm start -u "44444444${U1#????????}" -p 0.0.0052 -t vfio_ccw-io
}

setup_peer() {
	needs_peer
	make_devices "${1:-without}"
}

for_each_uuid() {
	local uuid

	for uuid in "$U1" "$U2" "$U3" "$A"; do
		"$@" -u "$uuid"
	done
}

# bats test_tags=kernel
@test "list is mdevctl's" {
	setup_peer
	same list
	[[ "$COMPARED" == *"$U1 mtty mtty-2 auto (defined)"* ]]
}

@test "list --verbose is mdevctl's" {
	setup_peer
	same list -v
}

@test "list --defined is mdevctl's" {
	setup_peer with_attrs
	same list -d
	[[ "$COMPARED" == *"$U1 mtty mtty-2 auto (active)"* ]]
}

@test "list --defined --verbose is mdevctl's" {
	setup_peer with_attrs
	same list -d -v
	[[ "$COMPARED" == *'    @{1}: {"power/control":"auto"}'* ]]
}

@test "list --dumpjson is mdevctl's" {
	setup_peer
	same list --dumpjson
}

@test "list --defined --dumpjson is mdevctl's" {
	setup_peer with_attrs
	same list -d --dumpjson
}

@test "list --parent is mdevctl's" {
	setup_peer
	same list -p mtty
	same list -d -p mtty -v
	same list -d -p absent --dumpjson
}

@test "list --uuid is mdevctl's" {
	setup_peer
	for_each_uuid same list
	for_each_uuid same list -v
}

@test "list --defined --uuid is mdevctl's" {
	setup_peer with_attrs
	for_each_uuid same list -d
	for_each_uuid same list -d -v
}

@test "list --uuid --dumpjson is mdevctl's" {
	setup_peer
	for_each_uuid same list --dumpjson
}

@test "list --defined --uuid --dumpjson is mdevctl's" {
	setup_peer with_attrs
	for_each_uuid same list -d --dumpjson
}

@test "lists of nothing are mdevctl's" {
	needs_peer
	same list
	same list --dumpjson
	same list -d
	same list -d --dumpjson
}

@test "list --defined --dumpjson of odd characters is mdevctl's" {
	needs_peer
	define_raw mtty "$U2" '{"mdev_type": "mtty-1", "start": "auto", "attrs": [{"a": "\"q\" \\ / \u00e9 \u0001 \t \u007f é"}]}'

	same list -d --dumpjson
}

# bats test_tags=kernel
@test "types is mdevctl's" {
	setup_peer
	same types
	[[ "$COMPARED" == *"  mtty-2"* ]]
}

@test "types --dumpjson is mdevctl's" {
	setup_peer
	same types --dumpjson
}

@test "types --parent is mdevctl's" {
	setup_peer
	same types -p mtty
	same types -p mtty --dumpjson
	same types -p absent
	same types -p absent --dumpjson
}

@test "types of many parents with descriptions are mdevctl's" {
	needs_sim "two parents with descriptions"
	needs_peer
	mount_sim two-gpus
	same types
	same types --dumpjson
}

@test "a definition that one program writes the other one reads" {
	needs_peer
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm modify -u "$U1" --addattr power/control --value on
	peer define -u "$U2" -p mtty -t mtty-2
	peer modify -u "$U2" --addattr power/control --value auto

	same list -d -v
	[[ "$COMPARED" == "$U1 mtty mtty-1 auto"*"$U2 mtty mtty-2 manual"* ]]
}

@test "a definition file is mdevctl's" {
	needs_peer
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm modify -u "$U1" --addattr power/control --value on
	peer define -u "$U2" -p mtty -t mtty-1 --auto
	peer modify -u "$U2" --addattr power/control --value on

	cmp "$ETC/mtty/$U1" "$ETC/mtty/$U2"
}

# bats test_tags=kernel
@test "one program stops what the other one started" {
	needs_peer
	peer start -u "$U1" -p mtty -t mtty-1
	mdevadm stop -u "$U1"
	is_gone "$U1"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	peer stop -u "$U1"
	is_gone "$U1"
}
