#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154

load lib/common
load lib/life

@test "undefine removes a definition, and prints nothing" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm undefine -u "$U1"

	expect_status 0
	expect_output ""
	lacks "$ETC/mtty/$U1"
}

@test "undefine takes a UUID in any spelling" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm undefine -u "urn:uuid:$U1"

	expect_status 0
	lacks "$ETC/mtty/$U1"
}

@test "undefine leaves other definitions, and the parent's directory" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U2" -p other -t other-1

	mdevadm undefine -u "$U1"

	[ -d "$ETC/mtty" ]
	[ "$(mdevadm list -d)" = "$U2 other other-1 manual" ]
}

@test "undefine leaves the running device" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"

	run mdevadm undefine -u "$U1"

	expect_status 0
	[ "$(mdevadm list)" = "$U1 mtty mtty-1 manual" ]
}

@test "undefine removes the definitions on all parents" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U1" -p other -t other-1

	run mdevadm undefine -u "$U1"

	expect_status 0
	expect_output ""
	[ "$(find "$ETC" -type f | wc -l)" = 0 ]
}

@test "undefine --parent removes the definition on that parent alone" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U1" -p other -t other-1

	run mdevadm undefine -u "$U1" --parent mtty

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 other other-1 manual" ]
}

@test "undefine of what is not defined says so" {
	run mdevadm undefine -u "$ABSENT"

	expect_status 3
	expect_output "mdevadm: cannot undefine $ABSENT: it is not defined
hint: 'mdevadm list --defined' shows what is"
}

@test "undefine of what is not defined on that parent says where it is" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U1" -p other -t other-1

	run mdevadm undefine -u "$U1" -p third

	expect_status 3
	expect_output "mdevadm: cannot undefine $U1: it is not defined on parent 'third'
hint: it is on 'mtty', 'other'"
	[ "$(find "$ETC" -type f | wc -l)" = 2 ]
}

@test "undefine of a transient device says that it is not defined" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm undefine -u "$U1"

	expect_status 3
	expect_line 0 "mdevadm: cannot undefine $U1: it is not defined"
	runs "$U1"
}

@test "undefine needs no directory of definitions to say that nothing is defined" {
	rmdir "$ETC"

	run mdevadm undefine -u "$U1"

	expect_status 3
	[ ! -e "$ETC" ]
}

@test "undefine removes a broken definition, and tells of it" {
	define_raw mtty "$U1" nonsense

	run mdevadm undefine -u "$U1"

	expect_status 0
	expect_output "mdevadm: warning: the definition that is removed cannot be read: '$ETC/mtty/$U1', line 1, column 8: invalid token near 'nonsense'"
	lacks "$ETC/mtty/$U1"
}

@test "undefine removes a definition that is too large" {
	mkdir "$ETC/mtty"
	truncate -s 8G "$ETC/mtty/$U1"

	run mdevadm undefine -u "$U1"

	expect_status 0
	expect_line 0 "mdevadm: warning: the definition that is removed cannot be read: '$ETC/mtty/$U1' is larger than 1048576 bytes"
	lacks "$ETC/mtty/$U1"
}

@test "undefine removes a FIFO that has the UUID's name" {
	mkdir "$ETC/mtty"
	mkfifo "$ETC/mtty/$U1"

	run timeout 5 "$MDEVADM" undefine -u "$U1"

	expect_status 0
	lacks "$ETC/mtty/$U1"
}

@test "undefine removes all spellings of a UUID" {
	define_raw mtty "$U1" '{"mdev_type": "mtty-1"}'
	define_raw mtty "${U1//-/}" '{"mdev_type": "mtty-1"}'
	define_raw mtty "{$U1}" '{"mdev_type": "mtty-1"}'

	run mdevadm undefine -u "$U1"

	expect_status 0
	[ -z "$(ls "$ETC/mtty")" ]
}

@test "undefine removes a definition that has another spelling alone" {
	define_raw mtty "{$U1}" '{"mdev_type": "mtty-1"}'

	run mdevadm undefine -u "$U1" -p mtty

	expect_status 0
	[ -z "$(ls "$ETC/mtty")" ]
}

@test "undefine that fails on one parent goes on with the others" {
	mdevadm define -u "$U1" -p first -t t
	mkdir -p "$ETC/mtty/$U1"
	mdevadm define -u "$U1" -p other -t t

	run mdevadm undefine -u "$U1"

	expect_status 9
	expect_contains "mdevadm: warning: cannot undefine $U1 on parent 'mtty': cannot remove '$ETC/mtty/$U1': EISDIR (Is a directory)"
	expect_contains "mdevadm: cannot undefine $U1: 1 of 3 definitions are still there"
	lacks "$ETC/first/$U1"
	lacks "$ETC/other/$U1"
}

@test "undefine that fails on the only parent fails" {
	mkdir -p "$ETC/mtty/$U1"

	run mdevadm undefine -u "$U1"

	expect_status 1
	expect_contains "mdevadm: cannot undefine $U1: cannot remove '$ETC/mtty/$U1': EISDIR (Is a directory)"
}

@test "undefine, and the UUID can be defined again" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm undefine -u "$U1"

	run mdevadm define -u "$U1" -p mtty -t mtty-2

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-2 manual" ]
}
