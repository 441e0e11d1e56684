#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154

load lib/common
load lib/life

# A definition as it is written, of the type $1 with the start mode $2.
plain() {
	printf '{\n  "mdev_type": "%s",\n  "start": "%s",\n  "attrs": []\n}' "$1" "${2:-manual}"
}

# The file of $U1 on mtty is exactly this, to the last byte.
expect_file() {
	printf '%s' "$1" | cmp - "$ETC/mtty/$U1" || {
		output=$(cat "$ETC/mtty/$U1")
		fail_with "the definition is not:
$1"
	}
}

define_from_pipe() {
	local text=$1

	shift
	printf '%s' "$text" | "$MDEVADM" define --jsonfile /dev/stdin "$@"
}

# refuses_json TEXT MESSAGE [HINT]: as the definition of $U1 on mtty.
refuses_json() {
	run define_from_pipe "$1" -u "$U1" -p mtty

	expect_status 10
	expect_output "mdevadm: cannot define $U1: '/dev/stdin', $2${3:+
hint: $3}"
	is_undefined
}

is_undefined() { [ "$(find "$ETC" -type f | wc -l)" = 0 ]; }

# --- by options ---

@test "define with parent and type writes mdevctl's format, and prints nothing" {
	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_output ""
	expect_file "$(plain mtty-1)"
}

@test "define --auto writes that start mode" {
	run mdevadm define -u "$U1" -p mtty -t mtty-2 --auto

	expect_status 0
	expect_file "$(plain mtty-2 auto)"
}

@test "define without a UUID prints the one that it made, and nothing else" {
	run mdevadm define -p mtty -t mtty-1

	expect_status 0
	[[ "$output" =~ ^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$ ]]
	[ "$(ls "$ETC/mtty")" = "$output" ]
}

@test "define without a UUID makes another each time" {
	mdevadm define -p mtty -t mtty-1
	mdevadm define -p mtty -t mtty-1

	[ "$(find "$ETC/mtty" -type f | wc -l)" = 2 ]
}

@test "define does not start the device" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto

	is_gone "$U1"
}

@test "define on an absent parent warns, and defines it" {
	run mdevadm define -u "$U1" -p absent -t whatever

	expect_status 0
	expect_output "mdevadm: warning: parent 'absent' is not there at present
hint: it is stored for when the parent comes; 'mdevadm types' lists those that are there"
	[ -e "$ETC/absent/$U1" ]
}

@test "define of a type that the parent lacks warns, and defines it" {
	run mdevadm define -u "$U1" -p mtty -t mtty-9

	expect_status 0
	expect_output "mdevadm: warning: parent 'mtty' has no type 'mtty-9' at present
hint: 'mdevadm types --parent mtty' lists its types"
	expect_file "$(plain mtty-9)"
}

@test "define warns of nothing on standard output" {
	run --separate-stderr mdevadm define -u "$U1" -p mtty -t mtty-9

	expect_output ""
}

@test "define takes the same UUID on several parents" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm define -u "$U1" -p other -t other-1

	expect_status 0
	[ -e "$ETC/mtty/$U1" ] && [ -e "$ETC/other/$U1" ]
}

@test "define of what is defined there already is refused, and changes nothing" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm define -u "$U1" -p mtty -t mtty-2 --auto

	expect_status 4
	expect_output "mdevadm: cannot define $U1: it is already defined on parent 'mtty'
hint: 'mdevadm modify --help' says how to change it"
	expect_file "$(plain mtty-1)"
}

@test "define --force does not replace a definition" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm define -u "$U1" -p mtty -t mtty-2 --force

	expect_status 4
	expect_file "$(plain mtty-1)"
}

@test "define sees a definition in another spelling of the UUID" {
	define_raw mtty "${U1//-/}" "$(plain mtty-1)"

	run mdevadm define -u "$U1" -p mtty -t mtty-2

	expect_status 4
	expect_line 0 "mdevadm: cannot define $U1: it is already defined on parent 'mtty'"
	[ "$(ls "$ETC/mtty")" = "${U1//-/}" ]
}

@test "define without parent and type needs a running device" {
	run mdevadm define -u "$U1"

	expect_status 2
	expect_output "mdevadm: cannot define $U1: no parent is given, and no device $U1 runs
hint: say which with --parent and --type"
}

@test "define with a type needs a parent" {
	run mdevadm define -u "$U1" -t mtty-1

	expect_status 2
	expect_output "mdevadm: cannot define $U1: a type is given, and no parent
hint: say which with --parent"
}

@test "define with a parent alone needs a type" {
	run mdevadm define -u "$U1" -p mtty

	expect_status 2
	expect_output "mdevadm: cannot define $U1: no type is given, and no device $U1 runs
hint: say which with --type; 'mdevadm types --parent mtty' lists them"
}

@test "define with a parent alone, without a UUID, names none" {
	run mdevadm define -p mtty

	expect_status 2
	expect_output "mdevadm: cannot define a device on parent 'mtty': no type is given
hint: say which with --type; 'mdevadm types --parent mtty' lists them"
}

# --- of a running device ---

@test "define of a running device takes its parent and type" {
	mdevadm start -u "$U1" -p mtty -t mtty-2

	run mdevadm define -u "$U1" --auto

	expect_status 0
	expect_output ""
	expect_file "$(plain mtty-2 auto)"
}

@test "define of a running device with its parent takes its type" {
	mdevadm start -u "$U1" -p mtty -t mtty-2

	run mdevadm define -u "$U1" -p mtty

	expect_status 0
	expect_file "$(plain mtty-2)"
}

@test "define of a running device with parent and type takes these" {
	mdevadm start -u "$U1" -p mtty -t mtty-2

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_file "$(plain mtty-1)"
}

@test "define of a running device with a type needs a parent" {
	mdevadm start -u "$U1" -p mtty -t mtty-2

	run mdevadm define -u "$U1" -t mtty-1

	expect_status 2
	expect_line 0 "mdevadm: cannot define $U1: a type is given, and no parent"
	is_undefined
}

@test "define of a running device that is defined is refused" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"

	run mdevadm define -u "$U1"

	expect_status 4
	expect_line 0 "mdevadm: cannot define $U1: it is already defined on parent 'mtty'"
}

@test "define of a running device leaves it running" {
	mdevadm start -u "$U1" -p mtty -t mtty-2

	mdevadm define -u "$U1"

	runs "$U1"
	[ "$(instances mtty mtty-1)" = 22 ]
}

# --- from JSON ---

@test "define --jsonfile reads a file, and prints nothing" {
	definition mtty-2 power/control on >"$BATS_TEST_TMPDIR/device"

	run mdevadm define -u "$U1" -p mtty --jsonfile "$BATS_TEST_TMPDIR/device"

	expect_status 0
	expect_output ""
	expect_file '{
  "mdev_type": "mtty-2",
  "start": "manual",
  "attrs": [
    {
      "power/control": "on"
    }
  ]
}'
}

@test "define --jsonfile /dev/stdin reads a pipe" {
	run define_from_pipe '{"mdev_type":"mtty-1","start":"auto"}' -u "$U1" -p mtty

	expect_status 0
	expect_output ""
	expect_file "$(plain mtty-1 auto)"
}

@test "define --jsonfile reads a pipe that is written to bit by bit" {
	slowly() {
		printf '{"mdev_type":'
		sleep 0.05
		printf '"mtty-1"'
		sleep 0.05
		printf '}\n\n'
	}

	run mdevadm define -u "$U1" -p mtty --jsonfile <(slowly)

	expect_status 0
	expect_file "$(plain mtty-1)"
}

@test "define --jsonfile without a UUID prints the one that it made" {
	run define_from_pipe '{"mdev_type": "mtty-1"}' -p mtty

	expect_status 0
	[ "$(ls "$ETC/mtty")" = "$output" ]
}

@test "define --jsonfile takes the keys in any order, and writes them in one" {
	run define_from_pipe '{"attrs": [], "start": "auto", "mdev_type": "mtty-1"}' -u "$U1" -p mtty

	expect_status 0
	expect_file "$(plain mtty-1 auto)"
}

@test "define --jsonfile keeps the order of attributes, and names that come again" {
	run define_from_pipe "$(definition t b 1 a 2 b 3 b 1)" -u "$U1" -p mtty

	expect_file '{
  "mdev_type": "t",
  "start": "manual",
  "attrs": [
    {
      "b": "1"
    },
    {
      "a": "2"
    },
    {
      "b": "3"
    },
    {
      "b": "1"
    }
  ]
}'
}

@test "define --jsonfile takes an empty attribute for none" {
	run define_from_pipe '{"mdev_type": "mtty-1", "attrs": [{}]}' -u "$U1" -p mtty

	expect_status 0
	expect_file "$(plain mtty-1)"
}

@test "define --jsonfile keeps keys that it does not know" {
	run define_from_pipe '{"x": {"b": [1, 2.5, null], "a": true}, "mdev_type": "mtty-1", "y": "é"}' \
		-u "$U1" -p mtty

	expect_status 0
	expect_file '{
  "mdev_type": "mtty-1",
  "start": "manual",
  "attrs": [],
  "x": {"b": [1, 2.5, null], "a": true},
  "y": "é"
}'
}

@test "define --jsonfile keeps every character of a value" {
	run define_from_pipe '{"mdev_type": "t", "attrs": [{"a": " \"\\\t\n/é\u0001\u20ac "}]}' \
		-u "$U1" -p absent

	expect_status 0
	[ "$(mdevadm list -d -u "$U1" -v | tail -n 1)" = \
		'    @{0}: {"a":" \"\\\t\n/é\u0001€ "}' ]
}

@test "define --jsonfile of a type that the parent lacks warns" {
	run define_from_pipe '{"mdev_type": "mtty-9"}' -u "$U1" -p mtty

	expect_status 0
	expect_line 0 "mdevadm: warning: parent 'mtty' has no type 'mtty-9' at present"
}

@test "define --jsonfile of what is defined there already is refused" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run define_from_pipe '{"mdev_type": "mtty-2"}' -u "$U1" -p mtty

	expect_status 4
	expect_line 0 "mdevadm: cannot define $U1: it is already defined on parent 'mtty'"
	expect_file "$(plain mtty-1)"
}

@test "define --jsonfile takes one mebibyte" {
	{
		definition mtty-1
		head -c 1048576 /dev/zero | tr '\0' ' '
	} | head -c 1048576 >"$BATS_TEST_TMPDIR/device"

	run mdevadm define -u "$U1" -p mtty --jsonfile "$BATS_TEST_TMPDIR/device"

	expect_status 0
	expect_file "$(plain mtty-1)"
}

@test "define --jsonfile refuses more than one mebibyte" {
	truncate -s 1048577 "$BATS_TEST_TMPDIR/device"

	run mdevadm define -u "$U1" -p mtty --jsonfile "$BATS_TEST_TMPDIR/device"

	expect_status 10
	expect_output "mdevadm: cannot define $U1: '$BATS_TEST_TMPDIR/device' is larger than 1048576 bytes
hint: 'mdevadm list --defined --dumpjson --uuid UUID' prints a definition; --jsonfile takes a file, or /dev/stdin"
}

@test "define --jsonfile reads no more than one mebibyte of what has no end" {
	run mdevadm define -u "$U1" -p mtty --jsonfile /dev/zero

	expect_status 10
	expect_output "mdevadm: cannot define $U1: '/dev/zero' is larger than 1048576 bytes
hint: 'mdevadm list --defined --dumpjson --uuid UUID' prints a definition; --jsonfile takes a file, or /dev/stdin"
}

@test "define --jsonfile of an absent file says so" {
	run mdevadm define -u "$U1" -p mtty --jsonfile "$BATS_TEST_TMPDIR/absent"

	expect_status 1
	expect_output "mdevadm: cannot define $U1: cannot open '$BATS_TEST_TMPDIR/absent': ENOENT (No such file or directory)
hint: 'mdevadm list --defined --dumpjson --uuid UUID' prints a definition; --jsonfile takes a file, or /dev/stdin"
}

@test "define --jsonfile of a directory says so" {
	run mdevadm define -p mtty --jsonfile "$BATS_TEST_TMPDIR"

	expect_status 1
	expect_output "mdevadm: cannot define a device on parent 'mtty': cannot read '$BATS_TEST_TMPDIR': EISDIR (Is a directory)
hint: 'mdevadm list --defined --dumpjson --uuid UUID' prints a definition; --jsonfile takes a file, or /dev/stdin"
}

@test "define --jsonfile of JSON that is cut off names file and line" {
	printf '{\n  "mdev_type": "mtty-1",\n  "attrs": [\n' >"$BATS_TEST_TMPDIR/device"

	run mdevadm define -u "$U1" -p mtty --jsonfile "$BATS_TEST_TMPDIR/device"

	expect_status 10
	[[ "$output" == "mdevadm: cannot define $U1: '$BATS_TEST_TMPDIR/device', line 4, column 0: "* ]] ||
		fail_with "it does not"
	is_undefined
}

@test "define --jsonfile refuses what is no JSON" {
	run define_from_pipe nonsense -u "$U1" -p mtty

	expect_status 10
	expect_line 0 "mdevadm: cannot define $U1: '/dev/stdin', line 1, column 8: invalid token near 'nonsense'"
}

@test "define --jsonfile refuses an empty file" {
	run define_from_pipe '' -u "$U1" -p mtty

	expect_status 10
	expect_line 0 "mdevadm: cannot define $U1: '/dev/stdin' is empty"
}

@test "define --jsonfile refuses text after the definition" {
	run define_from_pipe '{"mdev_type": "mtty-1"} more' -u "$U1" -p mtty

	expect_status 10
	expect_line 0 "mdevadm: cannot define $U1: '/dev/stdin', line 1, column 28: there is more behind its end"
	is_undefined
}

@test "define --jsonfile shows nothing of a broken file that could command a terminal" {
	run define_from_pipe $'{"mdev_type": \e[31m}' -u "$U1" -p mtty

	expect_status 10
	[[ "$output" != *$'\e'* ]] || fail_with "it does"
}

@test "define --jsonfile refuses bytes that are no UTF-8" {
	run define_from_pipe $'{"mdev_type": "mtty-1", "x": "\xff"}' -u "$U1" -p mtty

	expect_status 10
	[[ "${lines[0]}" == "mdevadm: cannot define $U1: '/dev/stdin', line 1, "*"it is not UTF-8" ]] ||
		fail_with "it does not"
	is_undefined
}

@test "define --jsonfile refuses JSON that is nested without end" {
	head -c 500000 /dev/zero | tr '\0' '[' >"$BATS_TEST_TMPDIR/device"

	run mdevadm define -u "$U1" -p mtty --jsonfile "$BATS_TEST_TMPDIR/device"

	expect_status 10
	[[ "$output" == "mdevadm: cannot define $U1: '$BATS_TEST_TMPDIR/device', line 1, column "* ]] ||
		fail_with "no place"
}

@test "define --jsonfile refuses JSON that is no object" {
	refuses_json '[]' "line 1: a definition is a JSON object" \
		'write {"mdev_type": "TYPE", "start": "manual", "attrs": []}'
}

@test "define --jsonfile refuses a listing of several devices" {
	refuses_json '[{"mtty": [{"11111111-1111-4111-8111-111111111111": {"mdev_type": "t"}}]}]' \
		"line 1: a list is no definition" "'mdevadm list --dumpjson --uuid UUID' prints a single one"
}

@test "define --jsonfile needs a type in it" {
	refuses_json '{"start": "auto"}' "line 1: no 'mdev_type' is given" \
		'add "mdev_type": "TYPE"'
}

@test "define --jsonfile refuses a type that is no string" {
	refuses_json $'{\n"mdev_type": 1}' "line 2: 'mdev_type' is not a string" \
		"put it in quotes"
}

@test "define --jsonfile refuses a type that is no name" {
	refuses_json '{"mdev_type": "a/b"}' "line 1: invalid type 'a/b': it has a slash" \
		"'mdevadm types' lists the types"
	refuses_json '{"mdev_type": ""}' "line 1: invalid type '': it is empty" \
		"'mdevadm types' lists the types"
}

@test "define --jsonfile refuses attributes that are no array" {
	refuses_json '{"mdev_type": "t", "attrs": {"a": "1"}}' \
		"line 1: attributes are not an array" \
		'write them as [{"NAME": "VALUE"}, …]'
}

@test "define --jsonfile refuses an attribute that is no object, and names its line" {
	refuses_json $'{"mdev_type": "t", "attrs": [\n{"a": "1"},\n"b"]}' \
		"line 3: an attribute is not an object" \
		'write it as {"NAME": "VALUE"}'
}

@test "define --jsonfile refuses an attribute with several names" {
	refuses_json '{"mdev_type": "t", "attrs": [{"a": "1", "b": "2"}]}' \
		"line 1: an attribute has several names" \
		"give each an object of its own, in the order of writing"
}

@test "define --jsonfile refuses a value that is no string" {
	refuses_json '{"mdev_type": "t", "attrs": [{"a": 1}]}' \
		"line 1: the value of attribute 'a' is not a string" \
		"put it in quotes"
}

@test "define --jsonfile finds the line whatever stands before it" {
	refuses_json '{
  "x": "} ] \" , {",
  "mdev_type": "t",
  "y": [{"attrs": [1, {"start": 2}]}, "start", -1.5e3],
  "attrs": [
    {"a": "]\""},

    {"b": 2}
  ]
}' "line 8: the value of attribute 'b' is not a string" "put it in quotes"
}

# --- where it goes ---

@test "define makes the directory of definitions where there is none" {
	rmdir "$ETC"

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_output ""
	expect_file "$(plain mtty-1)"
	[ "$(stat -c %a "$ETC" "$ETC/mtty" | sort -u)" = 755 ]
}

@test "define without /etc says so" {
	needs_sim "a root without etc"
	rm -r "${MDEVADM_ROOT:?}/etc"

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 1
	expect_output "mdevadm: cannot define $U1: cannot open '$MDEVADM_ROOT/etc': ENOENT (No such file or directory)
hint: look whether the path is right"
}

@test "define needs no sysfs" {
	needs_sim "a root without sysfs"
	umount_sim
	rmdir "$SYS"

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_output ""
	expect_file "$(plain mtty-1)"
}

@test "define where a file has the parent's name says so" {
	touch "$ETC/mtty"

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 10
	expect_output "mdevadm: cannot define $U1: '$ETC/mtty' is no directory of definitions
hint: a definition is a file '$ETC/PARENT/UUID': move it there, or out of '$ETC'"
}

@test "define is not disturbed by a parent that is no directory" {
	touch "$ETC/README"
	ln -s "$BATS_TEST_TMPDIR" "$ETC/linked"

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_output ""
}

@test "define of one UUID by many at once succeeds once for each" {
	for i in {1..12}; do
		mdevadm define -u "$U1" -p mtty -t "mtty-$i" >"$BATS_TEST_TMPDIR/log.$i" 2>&1 &&
			echo "$i" >>"$BATS_TEST_TMPDIR/won" &
	done
	wait

	[ "$(wc -l <"$BATS_TEST_TMPDIR/won")" = 1 ]
	expect_file "$(plain "mtty-$(cat "$BATS_TEST_TMPDIR/won")")"
}
