#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Descriptions as `mdevadm dump` makes them: of machines with devices, whatever is wrong with them.

load lib

# Writes DESCRIPTION, and unpacks it below $top, without mounting it.
unpack() { # DESCRIPTION
	echo "$1" >"$BATS_TEST_TMPDIR/dump.json"
	top=$BATS_TEST_TMPDIR/top
	mkdir -p "$top"
	run timeout 10 "$MDEVSIM" --unpack "$top" "$BATS_TEST_TMPDIR/dump.json"
}

# Whether unpacking DESCRIPTION fails with WORDS and writes nothing.
is_refused_by_unpack() { # DESCRIPTION WORDS
	unpack "$1"
	[ "$status" -eq 1 ]
	[ "$output" = "mdevsim: $BATS_TEST_TMPDIR/dump.json: $2" ] || {
		echo "$output"
		return 1
	}
	[ -z "$(find "$top" -mindepth 1)" ]
}

# is_refused for several descriptions in one test.
refuses() { # MEMBERS-OF-PARENT WORDS
	rm -rf "$BATS_TEST_TMPDIR/other"
	is_refused "{ \"parents\": [ { \"name\": \"p\", $1 } ] }" "parents[0]$2" || {
		echo "$output"
		return 1
	}
}

# --- what a machine is ---

@test "other keys at the top are passed over" {
	restart_json '{ "version": 1, "host": { "name": "h" }, "journal": [], "x": null,
		"parents": [ { "name": "p" } ] }'

	[ -e "$sys/class/mdev_bus/p" ]
}

@test "a type has available what is told, on top of the devices that are there" {
	restart_with "\"types\": [ { \"name\": \"t\", \"available\": 2 } ],
		\"devices\": [ { \"uuid\": \"$A\", \"type\": \"t\" } ]"
	local t=$sys/class/mdev_bus/p/mdev_supported_types/t
	[ "$(content "$t/available_instances")" = 2 ]

	put "$t/create" "$B"
	[ "$(content "$t/available_instances")" = 1 ]
	put "$sys/class/mdev_bus/p/$A/remove" 1
	[ "$(content "$t/available_instances")" = 2 ]
}

@test "with none available nothing is made, and a device that goes gives its place back" {
	restart_with "\"types\": [ { \"name\": \"t\", \"available\": 0 } ],
		\"devices\": [ { \"uuid\": \"$A\", \"type\": \"t\" } ]"
	local t=$sys/class/mdev_bus/p/mdev_supported_types/t

	[ "$(put "$t/create" "$B")" = "Too many users" ]
	put "$sys/class/mdev_bus/p/$A/remove" 1
	[ "$(put "$t/create" "$B")" = ok ]
}

@test "a number that is none is shown as it is" {
	restart_with '"types": [ { "name": "t", "available": "many\n" } ]'

	[ "$(content "$sys/class/mdev_bus/p/mdev_supported_types/t/available_instances")" = many ]
}

@test "what could not be read cannot be read here, either" {
	restart_with "\"files\": { \"vendor\": { \"error\": \"x\" } },
		\"types\": [ { \"name\": \"t\", \"label\": { \"error\": \"x\", \"errno\": \"EACCES\" },
			\"available\": { \"error\": \"x\", \"errno\": \"ENXIO\" }, \"attrs\": [ { \"name\": \"a\" } ] } ],
		\"devices\": [ { \"uuid\": \"$A\", \"type\": \"t\", \"attrs\": { \"a\": { \"error\": \"x\" } } } ]"
	local p=$sys/class/mdev_bus/p

	run cat "$p/vendor"
	[[ $output == *"Input/output error" ]]
	run cat "$p/mdev_supported_types/t/name"
	[[ $output == *"Permission denied" ]]
	run cat "$p/mdev_supported_types/t/available_instances"
	[[ $output == *"No such device or address" ]]
	run cat "$p/$A/a"
	[[ $output == *"Input/output error" ]]
	put "$p/$A/a" 5
	[ "$(content "$p/$A/a")" = 5 ]
}

@test "devices have their attributes, groups and states from the start" {
	restart_with "\"types\": [ { \"name\": \"t\", \"available\": 1, \"attrs\": [ { \"name\": \"v/a\" } ] } ],
		\"devices\": [ { \"uuid\": \"$A\", \"type\": \"t\", \"state\": \"stuck\", \"iommu_group\": 7,
			\"group\": \"1:8\", \"vfio_dev\": \"vfio3\",
			\"attrs\": { \"v/a\": \"five\n\", \"power/control\": \"on\n\" } },
			{ \"uuid\": \"$B\", \"type\": \"t\", \"iommu_group\": null } ]"
	local p=$sys/class/mdev_bus/p

	[ "$(content "$p/$A/v/a")" = five ]
	[ "$(content "$p/$A/power/control")" = on ]
	[ "$(readlink "$p/$A/iommu_group")" = ../../../../../kernel/iommu_groups/7 ]
	[ "$(content "$sys/class/vfio/7/dev")" = 1:8 ]
	[ -d "$p/$A/vfio-dev/vfio3" ]
	[ ! -e "$p/$A/remove" ]
	[ ! -L "$p/$B/iommu_group" ]
	[ -e "$p/$B/remove" ]
	# Whoever comes next has a group as ever.
	put "$p/mdev_supported_types/t/create" "${A%a}c"
	[ -d "$p/${A%a}c/iommu_group/" ]
}

@test "a device of a bus has its own driver and module, and functions keep their numbers" {
	restart_json '{ "parents": [
		{ "name": "pf", "path": "devices/a/pf", "bus": "pci", "registered": false,
			"files": { "nvidia/current_vgpu_type": "0\n" } },
		{ "name": "vf", "path": "devices/a/vf", "bus": "pci", "physfn": "pf", "virtfn": 3,
			"parent_driver": "nvidia", "module": "nv" },
		{ "name": "c", "class": "mtty" } ] }'

	[ "$(content "$sys/bus/pci/devices/pf/nvidia/current_vgpu_type")" = 0 ]
	[ ! -e "$sys/class/mdev_bus/pf" ]
	[ "$(readlink "$sys/bus/pci/devices/pf/virtfn3")" = ../vf ]
	[ "$(readlink "$sys/class/mdev_bus/vf/driver")" = ../../../bus/pci/drivers/nvidia ]
	[ "$(readlink "$sys/bus/pci/drivers/nvidia/module")" = ../../../../module/nv ]
	[ -d "$sys/class/mtty/c/mdev_supported_types" ]
}

# --- what it cannot be ---

@test "names that lead out are refused" {
	rm -rf "$BATS_TEST_TMPDIR/other"
	is_refused '{ "parents": [ { "name": "../p" } ] }' "parents[0].name: '../p' is no name of a file"
	refuses '"path": "devices/../../etc"' ".path: '..' is no name of a file"
	refuses '"path": "devices//p"' ".path: '' is no name of a file"
	refuses '"driver": "a/b"' ".driver: 'a/b' is no name of a file"
	refuses '"bus": ".."' ".bus: '..' is no name of a file"
	refuses '"physfn": "."' ".physfn: '.' is no name of a file"
	refuses '"files": { "a/../b": "x" }' ".files: '..' is no name of a file"
	refuses '"types": [ { "name": "a/b" } ]' ".types[0].name: 'a/b' is no name of a file"
	refuses '"types": [ { "name": "t", "attrs": [ { "name": "../x" } ] } ]' \
		".types[0].attrs[0].name: '..' is no name of a file"
	refuses "\"types\": [ { \"name\": \"t\" } ],
		\"devices\": [ { \"uuid\": \"$A\", \"type\": \"t\", \"vfio_dev\": \"a/b\" } ]" \
		".devices[0].vfio_dev: 'a/b' is no name of a file"
}

@test "names that are taken are refused" {
	refuses '"types": [ { "name": "t", "attrs": [ { "name": "remove" } ] } ]' \
		".types[0].attrs[0]: 'remove' is not the driver's"
	refuses '"types": [ { "name": "t", "attrs": [ { "name": "a/b" }, { "name": "a" } ] } ]' \
		".types[0].attrs[1]: 'a' is there already"
	rm -rf "$BATS_TEST_TMPDIR/other"
	is_refused '{ "parents": [ { "name": "p", "files": { "uevent": "x" } } ] }' \
		"'devices/virtual/sim/p/uevent' would be there twice, or in a file"
	rm -rf "$BATS_TEST_TMPDIR/other"
	is_refused '{ "parents": [ { "name": "p", "files": { "uevent/x": "x" } } ] }' \
		"'devices/virtual/sim/p/uevent/x' would be there twice, or in a file"
	rm -rf "$BATS_TEST_TMPDIR/other"
	is_refused '{ "parents": [ { "name": "p", "path": "devices/a" }, { "name": "q", "path": "devices/a" } ] }' \
		"'devices/a/uevent' would be there twice, or in a file"
	refuses "\"types\": [ { \"name\": \"t\", \"available\": 1 } ], \"devices\": [
		{ \"uuid\": \"$A\", \"type\": \"t\", \"iommu_group\": 1 },
		{ \"uuid\": \"$B\", \"type\": \"t\", \"iommu_group\": 1 } ]" \
		".devices[1]: cannot make $B: EBUSY"
}

@test "numbers that are too large are refused" {
	refuses '"types": [ { "name": "t", "available": 1000001 } ]' \
		".types[0].available: must be a whole number from 0 to 1000000"
	refuses '"virtfn": 123456789012' ".virtfn: must be a whole number from 0 to 1000000"
	rm -rf "$BATS_TEST_TMPDIR/other"
	echo '{ "parents": [ { "name": "p", "virtfn": 99999999999999999999 } ] }' >"$BATS_TEST_TMPDIR/bad.json"
	run "$MDEVSIM" "$BATS_TEST_TMPDIR/bad.json" "$BATS_TEST_TMPDIR"
	[ "$status" -eq 1 ]
	[[ $output == *"bad.json:1: too big integer"* ]]
}

# A dump in which each value, one after the other, is another than it should be.
@test "whatever is in a dump, it is loaded or refused with words" {
	local dump odd='[null, true, -1, 999999, 1e300, "", "..", "../../x", "/x", "\u0001", [], [{}], {}, {"error": 1}]'

	dump="{ \"parents\": [ { \"name\": \"p\", \"path\": \"devices/a/p\", \"driver\": \"d\", \"bus\": \"pci\",
		\"parent_driver\": \"n\", \"module\": \"m\", \"physfn\": \"q\", \"virtfn\": 1, \"files\": { \"v\": \"x\" },
		\"types\": [ { \"name\": \"t\", \"label\": \"l\", \"available\": 1, \"files\": { \"w\": \"x\" },
			\"attrs\": [ { \"name\": \"a\", \"mode\": \"r\" } ] } ],
		\"devices\": [ { \"uuid\": \"$A\", \"type\": \"t\", \"state\": \"stuck\", \"iommu_group\": 3,
			\"group\": \"1:8\", \"vfio_dev\": \"v\", \"attrs\": { \"a\": \"x\" }, \"users\": \"u\" } ] } ],
		\"definitions\": [ { \"parent\": \"p\", \"name\": \"$A\", \"mode\": \"0640\", \"uid\": 0, \"text\": \"{}\" } ],
		\"holds\": [ { \"name\": \"p\", \"base64\": \"AAAA\" } ] }"
	mkdir "$BATS_TEST_TMPDIR/inside"
	cd "$BATS_TEST_TMPDIR/inside"
	jq -c --argjson odd "$odd" 'paths as $p | $odd[] as $o | setpath($p; $o)' <<<"$dump" >lines
	[ "$(wc -l <lines)" -gt 500 ]
	split -l 1 -a 4 lines one.
	for file in one.*; do
		mkdir top
		status=0
		said=$(timeout 20 "$MDEVSIM" -u top "$file" 2>&1) || status=$?
		if [ "$status" -gt 1 ] || { [ "$status" -eq 1 ] && [[ $said != "mdevsim: "* ]]; }; then
			cat "$file"
			echo "status $status: $said"
			return 1
		fi
		[ -z "$(find top -mindepth 1 -maxdepth 1 -not -name etc -not -name run)" ]
		rm -rf top "$file"
	done
	# And nothing was written elsewhere.
	[ "$(ls)" = lines ]
	[ ! -e ../x ] && [ ! -e ../../x ] && [ ! -e /x ]
}

# --- its files ---

@test "definitions, records and holds are unpacked to their places, with their modes and bytes" {
	unpack "{ \"parents\": [],
		\"definitions\": [ { \"parent\": \"p\", \"name\": \"$A\", \"mode\": \"0640\", \"uid\": 0, \"gid\": 0, \"text\": \"{\n\" },
			{ \"parent\": \"q\", \"name\": \"x\", \"base64\": \"AAH/IGE=\" } ],
		\"records\": [ { \"name\": \"$B\", \"text\": \"r\" } ], \"holds\": [ { \"name\": \"p\", \"text\": \"\" } ] }"

	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ "$(cat "$top/etc/mdevctl.d/p/$A")" = "{" ]
	[ "$(stat -c %a "$top/etc/mdevctl.d/p/$A")" = 640 ]
	[ "$(od -An -tx1 "$top/etc/mdevctl.d/q/x")" = " 00 01 ff 20 61" ]
	[ "$(cat "$top/run/mdevadm/devices/$B")" = r ]
	[ -e "$top/run/mdevadm/held/p" ]
	[ "$(find "$top" -type f | wc -l)" = 4 ]
}

@test "what the dump could not read is told and passed over" {
	unpack '{ "definitions": [ { "parent": "p", "name": "x", "error": "no\nluck" }, { "parent": "p", "error": "e" } ] }'

	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 'mdevsim: definitions[0] is not unpacked, the dump could not read it: no?luck' ]
	[ "${#lines[@]}" = 2 ]
	[ -z "$(find "$top" -mindepth 1)" ]
}

@test "nothing is unpacked to another place, nor at all if one name is bad" {
	local good='{ "parent": "p", "name": "g", "text": "" }'

	is_refused_by_unpack "{ \"definitions\": [ $good, { \"parent\": \"..\", \"name\": \"x\", \"text\": \"\" } ] }" \
		"definitions[1].parent: '..' is no name of a file"
	is_refused_by_unpack "{ \"definitions\": [ $good, { \"parent\": \"p\", \"name\": \"../../x\", \"text\": \"\" } ] }" \
		"definitions[1].name: '../../x' is no name of a file"
	is_refused_by_unpack "{ \"definitions\": [ $good ], \"holds\": [ { \"name\": \"/etc/x\", \"text\": \"\" } ] }" \
		"holds[0].name: '/etc/x' is no name of a file"
	is_refused_by_unpack "{ \"definitions\": [ { \"parent\": \"p\", \"name\": \".x\", \"text\": \"\" } ] }" \
		"definitions[0].name: must not begin with a dot"
	is_refused_by_unpack "{ \"definitions\": [ { \"name\": \"x\", \"text\": \"\" } ] }" \
		"definitions[0]: must say the name of the file"
	is_refused_by_unpack "{ \"definitions\": [ { \"parent\": \"p\", \"name\": \"x\", \"mode\": \"47777\", \"text\": \"\" } ] }" \
		"definitions[0].mode: must be four octal digits"
	is_refused_by_unpack "{ \"definitions\": [ { \"parent\": \"p\", \"name\": \"x\", \"base64\": \"?\" } ] }" \
		"definitions[0].base64: must be base64"
}

@test "no link is followed, and no file replaced, when a dump is unpacked" {
	local dump='{ "definitions": [ { "parent": "p", "name": "x", "text": "new" } ] }'

	mkdir -p "$BATS_TEST_TMPDIR"/{top/etc/mdevctl.d,outside}
	ln -s "$BATS_TEST_TMPDIR/outside" "$BATS_TEST_TMPDIR/top/etc/mdevctl.d/p"
	unpack "$dump"
	[ "$status" -eq 1 ]
	[[ $output == *"definitions[0]: cannot write it below '$top': "* ]]
	[ -z "$(ls "$BATS_TEST_TMPDIR/outside")" ]

	rm "$top/etc/mdevctl.d/p"
	mkdir "$top/etc/mdevctl.d/p"
	ln -s "$BATS_TEST_TMPDIR/outside/x" "$top/etc/mdevctl.d/p/x"
	unpack "$dump"
	[ "$status" -eq 1 ]
	[[ $output == *": File exists" ]]
	[ -z "$(ls "$BATS_TEST_TMPDIR/outside")" ]
}

@test "a dump of another's file gets no special bits" {
	unpack '{ "definitions": [ { "parent": "p", "name": "x", "mode": "6755", "text": "" } ] }'

	[ "$(stat -c %a "$top/etc/mdevctl.d/p/x")" = 755 ]
}
