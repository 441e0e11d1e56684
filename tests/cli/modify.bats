#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154

load lib/common
load lib/life

# $U1 on mtty with the attributes a=1, b=2, a=3.
define_with_attrs() { define_raw mtty "$U1" "$(definition mtty-1 a 1 b 2 a 3)"; }

# Its attributes, as NAME=VALUE, in order.
attrs() {
	mdevadm list -d -u "$U1" -p mtty -v |
		sed -nE 's/^    @\{[0-9]+\}: \{"(.*)":"(.*)"\}$/\1=\2/p' | paste -sd ' '
}

expect_attrs() { [ "$(attrs)" = "$1" ] || fail_with "the attributes are '$(attrs)', not '$1'"; }

modify_from_pipe() {
	local text=$1

	shift
	printf '%s' "$text" | "$MDEVADM" modify --jsonfile /dev/stdin "$@"
}

# What fails must leave the definition as it is.
keep_copy() { cp -a "$ETC/mtty/$U1" "$BATS_TEST_TMPDIR/before"; }
is_unchanged() { cmp "$BATS_TEST_TMPDIR/before" "$ETC/mtty/$U1"; }

# --- start mode and type ---

@test "modify --auto changes the start mode alone, and prints nothing" {
	define_with_attrs

	run mdevadm modify -u "$U1" --auto

	expect_status 0
	expect_output ""
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 auto" ]
	expect_attrs "a=1 b=2 a=3"
}

@test "modify --manual changes it back" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto

	run mdevadm modify -u "$U1" --manual

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 manual" ]
}

@test "modify to what is there already succeeds" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	keep_copy

	run mdevadm modify -u "$U1" --manual

	expect_status 0
	is_unchanged
}

@test "modify --type changes the type alone" {
	define_with_attrs

	run mdevadm modify -u "$U1" --type mtty-2

	expect_status 0
	expect_output ""
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-2 manual" ]
	expect_attrs "a=1 b=2 a=3"
}

@test "modify --type warns of a type that the parent lacks" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm modify -u "$U1" --type mtty-9 --auto

	expect_status 0
	expect_output "mdevadm: warning: parent 'mtty' has no type 'mtty-9' at present
hint: 'mdevadm types --parent mtty' lists its types"
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-9 auto" ]
}

@test "modify without --type does not look at the type" {
	mdevadm define -u "$U1" -p mtty -t mtty-9 2>/dev/null

	run mdevadm modify -u "$U1" --auto

	expect_status 0
	expect_output ""
}

@test "modify --defined is the same" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm modify -u "$U1" --auto --defined

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 auto" ]
}

@test "modify leaves the running device as it is" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"

	run mdevadm modify -u "$U1" --type mtty-2 --auto

	expect_status 0
	[ "$(mdevadm list)" = "$U1 mtty mtty-1 auto (defined)" ]
}

# --- attributes ---

@test "modify --addattr adds the first attribute" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm modify -u "$U1" --addattr power/control --value on

	expect_status 0
	expect_output ""
	printf '{\n  "mdev_type": "mtty-1",\n  "start": "manual",\n  "attrs": [\n    {\n      "power/control": "on"\n    }\n  ]\n}' |
		cmp - "$ETC/mtty/$U1"
}

@test "modify --addattr adds at the end" {
	define_with_attrs

	run mdevadm modify -u "$U1" --addattr=b --value=4

	expect_status 0
	expect_attrs "a=1 b=2 a=3 b=4"
}

@test "modify --addattr --index adds there" {
	define_with_attrs

	mdevadm modify -u "$U1" --addattr b --value 4 --index 0
	mdevadm modify -u "$U1" --addattr c --value 5 -i 2

	expect_attrs "b=4 a=1 c=5 b=2 a=3"
}

@test "modify --addattr takes the index behind the last for the end" {
	define_with_attrs

	run mdevadm modify -u "$U1" --addattr b --value 4 --index 3

	expect_status 0
	expect_attrs "a=1 b=2 a=3 b=4"
}

@test "modify --addattr with an invalid index shows the attributes" {
	define_with_attrs
	keep_copy

	run mdevadm modify -u "$U1" --addattr b --value 4 --index 4

	expect_status 10
	expect_output "mdevadm: cannot modify $U1: there is no attribute index 4
hint: the attributes are @{0}: {\"a\":\"1\"}, @{1}: {\"b\":\"2\"}, @{2}: {\"a\":\"3\"}"
	is_unchanged
}

@test "modify --addattr takes an empty value" {
	define_with_attrs

	mdevadm modify -u "$U1" --addattr x --value ""
	mdevadm modify -u "$U1" --addattr y --value=

	expect_attrs "a=1 b=2 a=3 x= y="
}

@test "modify --addattr does not touch what is in a value" {
	mdevadm define -u "$U1" -p absent -t t

	run mdevadm modify -u "$U1" --addattr a --value ' "\é%s
,= '

	expect_status 0
	[ "$(mdevadm list -dv | tail -n 1)" = '    @{0}: {"a":" \"\\é%s\n,= "}' ]
}

@test "modify --addattr refuses a value that is no UTF-8, which JSON cannot keep" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	keep_copy

	run mdevadm modify -u "$U1" --addattr a --value $'\xff'

	expect_status 10
	is_unchanged
}

@test "modify --delattr deletes the last attribute" {
	define_with_attrs

	run mdevadm modify -u "$U1" --delattr

	expect_status 0
	expect_output ""
	expect_attrs "a=1 b=2"
}

@test "modify --delattr --index deletes that one" {
	define_with_attrs

	mdevadm modify -u "$U1" --delattr --index=1
	expect_attrs "a=1 a=3"

	mdevadm modify -u "$U1" --delattr -i 0
	expect_attrs "a=3"
}

@test "modify --delattr with an invalid index shows the attributes" {
	define_with_attrs
	keep_copy

	run mdevadm modify -u "$U1" --delattr --index 3

	expect_status 10
	expect_output "mdevadm: cannot modify $U1: there is no attribute index 3
hint: the attributes are @{0}: {\"a\":\"1\"}, @{1}: {\"b\":\"2\"}, @{2}: {\"a\":\"3\"}"
	is_unchanged
}

@test "modify --delattr where there is none has nothing to do, and with an index says so" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm modify -u "$U1" --delattr
	expect_status 0
	expect_output ""
	[ "$(mdevadm list -d -v)" = "$U1 mtty mtty-1 manual" ]

	run mdevadm modify -u "$U1" --delattr --index 0
	expect_status 10
	expect_output "mdevadm: cannot modify $U1: there is no attribute index 0
hint: the definition has no attributes"
}

@test "modify refuses an index that is no number" {
	define_with_attrs
	keep_copy

	for index in -1 one 1.0 "" 0x1 99999999999999999999; do
		run mdevadm modify -u "$U1" --delattr --index="$index"

		expect_status 2
		expect_output "mdevadm: --index: '$index' is not a number
hint: 'mdevadm list --defined --verbose' shows the indexes"
	done
	is_unchanged
}

@test "modify changes attributes and type at once" {
	define_with_attrs

	run mdevadm modify -u "$U1" --type mtty-2 --addattr c --value 4

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-2 manual" ]
	expect_attrs "a=1 b=2 a=3 c=4"
}

@test "modify that would make the definition larger than one mebibyte is refused" {
	define_raw mtty "$U1" "$(definition mtty-1 a "$(head -c 1048400 /dev/zero | tr '\0' x)")"
	keep_copy

	run mdevadm modify -u "$U1" --addattr b --value "$(head -c 2000 /dev/zero | tr '\0' x)"

	expect_status 10
	expect_output "mdevadm: cannot modify $U1: '$ETC/mtty/$U1' would be larger than 1048576 bytes
hint: use fewer or shorter attributes"
	is_unchanged
}

# --- which definition ---

@test "modify of what is not defined says so" {
	run mdevadm modify -u "$ABSENT" --auto

	expect_status 3
	expect_output "mdevadm: cannot modify $ABSENT: it is not defined
hint: 'mdevadm list --defined' shows what is"
}

@test "modify of what is not defined on that parent says where it is" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm modify -u "$U1" -p other --auto

	expect_status 3
	expect_output "mdevadm: cannot modify $U1: it is not defined on parent 'other'
hint: it is on 'mtty'"
}

@test "modify of what several parents define needs the parent" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U1" -p other -t other-1

	run mdevadm modify -u "$U1" --auto

	expect_status 2
	expect_output "mdevadm: cannot modify $U1: it is defined on several parents: 'mtty', 'other'
hint: say which with --parent"
}

@test "modify --parent changes the definition on that parent alone" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U1" -p other -t other-1

	run mdevadm modify -u "$U1" --parent other --auto

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 manual
$U1 other other-1 auto" ]
}

@test "modify of a broken definition names file and line, and changes nothing" {
	define_raw mtty "$U1" $'{"mdev_type": "mtty-1",\n"attrs": {}}'
	keep_copy

	run mdevadm modify -u "$U1" --auto

	expect_status 10
	expect_output "mdevadm: cannot modify $U1: '$ETC/mtty/$U1', line 2: attributes are not an array
hint: write them as [{\"NAME\": \"VALUE\"}, …]"
	is_unchanged
}

@test "modify of a definition in another spelling gives it the canonical name" {
	define_raw mtty "{${U1^^}}" "$(definition mtty-1)"

	run mdevadm modify -u "$U1" --auto

	expect_status 0
	[ "$(ls "$ETC/mtty")" = "$U1" ]
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 auto" ]
}

@test "modify changes the canonical name's definition where there are several spellings" {
	define_raw mtty "$U1" "$(definition mtty-1)"
	define_raw mtty "${U1//-/}" "$(definition mtty-2)"

	run mdevadm modify -u "$U1" --auto

	expect_status 0
	[ "$(cat "$ETC/mtty/${U1//-/}")" = "$(definition mtty-2)" ]
	[ "$(mdevadm list -d 2>/dev/null)" = "$U1 mtty mtty-1 auto" ]
}

@test "modify keeps keys that it does not know" {
	define_raw mtty "$U1" '{"x": [1], "mdev_type": "mtty-1", "y": {"z": null}}'

	run mdevadm modify -u "$U1" --auto

	expect_status 0
	expect_contains "has keys that mean nothing here: 'x', 'y'"
	[ "$(tr -d ' \n' <"$ETC/mtty/$U1")" = \
		'{"mdev_type":"mtty-1","start":"auto","attrs":[],"x":[1],"y":{"z":null}}' ]
}

# --- from JSON ---

@test "modify --jsonfile replaces the whole definition, of which the parent need not be said" {
	for parent in "" --parent=mtty; do
		define_with_attrs

		run modify_from_pipe '{"mdev_type": "mtty-2", "start": "auto"}' -u "$U1" $parent

		expect_status 0
		expect_output ""
		printf '{\n  "mdev_type": "mtty-2",\n  "start": "auto",\n  "attrs": []\n}' |
			cmp - "$ETC/mtty/$U1"
	done
}

@test "modify --jsonfile keeps the keys of the file that it does not know" {
	define_with_attrs

	modify_from_pipe '{"x": 1, "mdev_type": "mtty-2"}' -u "$U1" -p mtty

	grep -q '"x": 1' "$ETC/mtty/$U1"
}

@test "modify --jsonfile of what is not defined there is refused" {
	mdevadm define -u "$U1" -p other -t other-1

	run modify_from_pipe "$(definition mtty-2)" -u "$U1" -p mtty

	expect_status 3
	expect_output "mdevadm: cannot modify $U1: it is not defined on parent 'mtty'
hint: it is on 'other'"
	lacks "$ETC/mtty"
}

@test "modify --jsonfile mends a broken definition" {
	define_raw mtty "$U1" nonsense

	run modify_from_pipe "$(definition mtty-2)" -u "$U1" -p mtty

	expect_status 0
	expect_output ""
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-2 manual" ]
}

@test "modify --jsonfile with a broken file changes nothing" {
	define_with_attrs
	keep_copy

	run modify_from_pipe '{"mdev_type": "mtty-2", "attrs": [{"a": 1}]}' -u "$U1" -p mtty

	expect_status 10
	expect_output "mdevadm: cannot modify $U1: '/dev/stdin', line 1: the value of attribute 'a' is not a string
hint: put it in quotes"
	is_unchanged
}

@test "modify --jsonfile warns of a type that the parent lacks" {
	define_with_attrs

	run modify_from_pipe "$(definition mtty-9)" -u "$U1" -p mtty

	expect_status 0
	expect_line 0 "mdevadm: warning: parent 'mtty' has no type 'mtty-9' at present"
}

@test "modify takes libvirt's form of an update" {
	define_with_attrs

	run modify_from_pipe '{"mdev_type":"mtty-2","start":"auto"}' \
		--parent=mtty --uuid="$U1" --defined

	expect_status 0
	expect_output ""
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-2 auto" ]
}

# --- live ---

@test "modify --live without a script that can do it is refused" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"
	keep_copy

	run modify_from_pipe "$(definition mtty-1 a 1)" -u "$U1" -p mtty --live

	expect_status 8
	expect_output "mdevadm: cannot modify $U1: no callout script supports live changes of type 'mtty-1'
hint: change the definition, stop the device and start it again"
	is_unchanged
}

@test "modify --live --defined leaves the definition when the live change fails" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"
	keep_copy

	run modify_from_pipe "$(definition mtty-1 a 1)" -u "$U1" -p mtty --live --defined

	expect_status 8
	is_unchanged
}

@test "modify --live of a device that does not run says so" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	keep_copy

	run modify_from_pipe "$(definition mtty-1 a 1)" -u "$U1" -p mtty --live --defined

	expect_status 3
	expect_output "mdevadm: cannot modify $U1: no device $U1 runs
hint: leave --live out to change the definition"
	is_unchanged
}

# --- together ---

@test "modify by many at once loses nothing" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	for i in {1..12}; do
		mdevadm modify -u "$U1" --addattr "a$i" --value 1 ||
			touch "$BATS_TEST_TMPDIR/failed" &
	done
	wait

	lacks "$BATS_TEST_TMPDIR/failed"
	[ "$(attrs | tr ' ' '\n' | sort -u | wc -l)" = 12 ]
}

@test "an index out of range of many attributes is answered in a few lines" {
	local attrs
	attrs=$(seq -f '{"a%g":"x"}' -s , 1 20000)
	define_raw mtty "$U1" "{\"mdev_type\":\"mtty-1\",\"attrs\":[$attrs]}"

	run mdevadm modify -u "$U1" --delattr --index 99999

	expect_status 10
	expect_contains "hint: there are 20000 attributes: @{0}: {\"a1\":\"x\"}, "
	[ "${#output}" -lt 2000 ]
}
