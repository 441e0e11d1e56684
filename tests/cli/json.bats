#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Whole lives of definitions as mdevctl writes them: data/ has the text to the last byte.
# shellcheck disable=SC2030,SC2031,SC2154

load lib/common
load lib/life

DATA=$BATS_TEST_DIRNAME/data
GPU=0000:00:02.0
# What arrives at the vfio_ap driver, in this order.
AP_WRITES='assign_adapter 5\n ok
assign_adapter 6\n ok
assign_domain 0xab\n ok
assign_domain 4\n ok
assign_control_domain 0xab\n ok'

# is_file FILE PARENT [UUID]: the definition is that of the file, to the last byte.
is_file() { cmp "$DATA/$1" "$ETC/$2/${3:-$U1}"; }

define_from_pipe() {
	local file=$1

	shift
	# A pipe and not the file itself: it cannot be sought in.
	# shellcheck disable=SC2002
	cat "$DATA/$file" | "$MDEVADM" define --jsonfile /dev/stdin "$@"
}

@test "a definition of a GVT-g device is taken, kept and given back to the byte" {
	define_from_pipe gvtg.json -u "$U1" -p $GPU
	is_file gvtg.json $GPU

	mdevadm modify -u "$U1" --manual
	mdevadm modify -u "$U1" --auto
	is_file gvtg.json $GPU

	mdevadm list -d --dumpjson -u "$U1" | cmp - <(cat "$DATA/gvtg.json" && echo)
}

@test "a definition of a vfio_ap device is taken, kept and given back to the byte" {
	define_from_pipe vfio_ap.json -u "$U1" -p matrix
	is_file vfio_ap.json matrix

	mdevadm modify -u "$U1" --addattr assign_adapter --value 7
	mdevadm modify -u "$U1" --delattr
	is_file vfio_ap.json matrix

	mdevadm list -d --dumpjson -u "$U1" | cmp - <(cat "$DATA/vfio_ap.json" && echo)
}

@test "a definition of a vfio_ccw device is taken, kept and given back to the byte" {
	define_from_pipe vfio_ccw.json -u "$U1" -p 0.0.0052
	is_file vfio_ccw.json 0.0.0052

	mdevadm list -d --dumpjson -u "$U1" | cmp - <(cat "$DATA/vfio_ccw.json" && echo)
}

@test "a definition can be built attribute by attribute" {
	mdevadm define -u "$U1" -p matrix -t vfio_ap-passthrough
	mdevadm modify -u "$U1" --addattr=assign_adapter --value=6
	mdevadm modify -u "$U1" --addattr=assign_adapter --value=5 --index=0
	mdevadm modify -u "$U1" --addattr=assign_domain --value=4
	mdevadm modify -u "$U1" --addattr=assign_control_domain --value=0xab
	mdevadm modify -u "$U1" --addattr=assign_domain --value=0xab --index=2

	is_file vfio_ap.json matrix
}

@test "modify --jsonfile replaces a definition to the byte" {
	mdevadm define -u "$U1" -p matrix -t vfio_ap-passthrough --auto

	run mdevadm modify -u "$U1" -p matrix --jsonfile "$DATA/vfio_ap.json"

	expect_status 0
	expect_output ""
	is_file vfio_ap.json matrix
}

@test "list -v shows a vfio_ap device as mdevctl does" {
	define_from_pipe vfio_ap.json -u "$U1" -p matrix

	run mdevadm list -d -v

	expect_output "$U1 matrix vfio_ap-passthrough manual
  Attrs:
    @{0}: {\"assign_adapter\":\"5\"}
    @{1}: {\"assign_adapter\":\"6\"}
    @{2}: {\"assign_domain\":\"0xab\"}
    @{3}: {\"assign_domain\":\"4\"}
    @{4}: {\"assign_control_domain\":\"0xab\"}"
}

@test "a defined vfio_ap device starts with its attributes in order, each a line of its own" {
	needs_sim "a parent for vfio_ap"
	define_from_pipe vfio_ap.json -u "$U1" -p matrix

	run mdevadm start -u "$U1"

	expect_status 0
	expect_output ""
	[ "$(attr_writes "$U1")" = "$AP_WRITES" ]
	no_rule_broken
}

@test "a transient vfio_ap device starts with its attributes in order" {
	needs_sim "a parent for vfio_ap"

	run start_from_pipe "$(cat "$DATA/vfio_ap.json")" -u "$U1" -p matrix

	expect_status 0
	[ "$(attr_writes "$U1")" = "$AP_WRITES" ]
	no_rule_broken
}

@test "a GVT-g device starts, and takes the only instance" {
	needs_sim "a parent for GVT-g"
	define_from_pipe gvtg.json -u "$U1" -p $GPU

	run mdevadm start -u "$U1"

	expect_status 0
	[ "$(mdevadm list)" = "$U1 $GPU i915-GVTg_V5_4 auto (defined)" ]
	[ "$(instances $GPU i915-GVTg_V5_4)" = 0 ]
}

@test "what list prints of a definition is a definition of another device" {
	define_from_pipe vfio_ap.json -u "$U1" -p matrix

	mdevadm list -d --dumpjson -u "$U1" |
		mdevadm define -u "$U2" -p matrix --jsonfile /dev/stdin

	is_file vfio_ap.json matrix "$U2"
}

@test "what list prints of a definition starts such a device" {
	needs_sim "a parent for vfio_ap"
	define_from_pipe vfio_ap.json -u "$U1" -p matrix

	mdevadm list -d --dumpjson -u "$U1" |
		mdevadm start -u "$U2" -p matrix --jsonfile /dev/stdin

	[ "$(attr_writes "$U2")" = "$AP_WRITES" ]
}

@test "what list prints of a running device is a definition of it" {
	mdevadm start -u "$U1" -p mtty -t mtty-2

	mdevadm list --dumpjson -u "$U1" |
		mdevadm define -u "$U1" -p mtty --jsonfile /dev/stdin

	[ "$(mdevadm list)" = "$U1 mtty mtty-2 manual (defined)" ]
}

@test "a life from JSON to JSON ends where it began" {
	needs_sim "parents for vfio_ap, vfio_ccw and GVT-g"
	define_from_pipe gvtg.json -u "$U1" -p $GPU
	define_from_pipe vfio_ap.json -u "$U2" -p matrix
	define_from_pipe vfio_ccw.json -u "$U3" -p 0.0.0052
	before=$(mdevadm list -d --dumpjson)

	for uuid in "$U1" "$U2" "$U3"; do
		mdevadm start -u "$uuid"
	done
	[ "$(mdevadm list -d)" = "$U3 0.0.0052 vfio_ccw-io auto (active)
$U1 $GPU i915-GVTg_V5_4 auto (active)
$U2 matrix vfio_ap-passthrough manual (active)" ]
	for uuid in "$U1" "$U2" "$U3"; do
		mdevadm stop -u "$uuid"
	done

	[ "$(mdevadm list -d --dumpjson)" = "$before" ]
	is_file gvtg.json $GPU "$U1"
	is_file vfio_ap.json matrix "$U2"
	is_file vfio_ccw.json 0.0.0052 "$U3"
	no_rule_broken
}

@test "list --dumpjson of several parents keeps mdevctl's form to the byte" {
	define_from_pipe gvtg.json -u "$U1" -p $GPU
	define_from_pipe vfio_ap.json -u "$U2" -p matrix
	define_from_pipe vfio_ap.json -u "$U1" -p matrix
	define_from_pipe vfio_ccw.json -u "$U3" -p 0.0.0052

	inner() { sed '1d; s/^/        /' "$DATA/$1"; }
	device() { printf '      {\n        "%s": {\n%s\n      }%s\n' "$1" "$(inner "$2")" "${3:-}"; }
	{
		printf '[\n  {\n    "0.0.0052": [\n'
		device "$U3" vfio_ccw.json
		printf '    ],\n    "%s": [\n' $GPU
		device "$U1" gvtg.json
		printf '    ],\n    "matrix": [\n'
		device "$U1" vfio_ap.json ,
		device "$U2" vfio_ap.json
		printf '    ]\n  }\n]\n'
	} >"$BATS_TEST_TMPDIR/expected"

	mdevadm list -d --dumpjson | diff - "$BATS_TEST_TMPDIR/expected"
}

@test "a definition that libvirt writes is taken" {
	run start_from_pipe '{"mdev_type":"mtty-2","start":"manual"}' --parent=mtty --uuid="$U1"
	expect_status 0
	expect_output ""

	printf '%s' '{"mdev_type":"mtty-2","start":"manual"}' |
		mdevadm define --parent=mtty --jsonfile=/dev/stdin --uuid="$U1"
	[ "$(mdevadm list)" = "$U1 mtty mtty-2 manual (defined)" ]
}

@test "a definition of mdevctl's that has no start mode is manual" {
	define_raw mtty "$U1" '{"mdev_type": "mtty-1"}'

	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 manual" ]
}
