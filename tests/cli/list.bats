#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154

load lib/common
load lib/life

# A good definition, $U2 on mtty, beside the bad one that a test makes.
GOOD="$U2 mtty mtty-1 manual"
define_good() { define_raw mtty "$U2" "$(definition mtty-1)"; }

# warns_and_goes_on WARNING [HINT]: list -d shows the good one and this on standard error.
warns_and_goes_on() {
	local warning="mdevadm: warning: $1${2:+
hint: $2}"

	run --separate-stderr timeout 10 "$MDEVADM" list -d
	expect_status 0
	expect_output "$GOOD"
	[ "$stderr" = "$warning" ] || fail_with "$stderr
--- is not:
$warning"

	run --separate-stderr timeout 10 "$MDEVADM" list -d --dumpjson
	expect_status 0
	[ "$stderr" = "$warning" ]
	[[ "$output" == *"$U2"* && "$output" != *"$U1"* ]]

	run --separate-stderr timeout 10 "$MDEVADM" list -d --strict
	expect_status 9
	expect_output "$GOOD"
	[ "$stderr" = "$warning
mdevadm: not everything could be listed" ]
}

# --- lines ---

# bats test_tags=kernel
@test "list of nothing prints nothing" {
	run mdevadm list
	expect_status 0
	expect_output ""

	run mdevadm list -d
	expect_status 0
	expect_output ""
}

# bats test_tags=kernel
@test "list shows a transient device as manual" {
	mdevadm start -u "$U1" -p mtty -t mtty-2

	run mdevadm list

	expect_status 0
	expect_output "$U1 mtty mtty-2 manual"
}

# bats test_tags=kernel
@test "list shows a running device that is defined" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"

	run mdevadm list

	expect_output "$U1 mtty mtty-1 manual (defined)"
}

# bats test_tags=kernel
@test "list shows the start mode of a running device's definition" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm start -u "$U1"

	run mdevadm list

	expect_output "$U1 mtty mtty-1 auto (defined)"
}

# bats test_tags=kernel
@test "list shows a running device's own type, not its definition's" {
	mdevadm start -u "$U1" -p mtty -t mtty-2
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm list
	expect_output "$U1 mtty mtty-2 manual (defined)"

	run mdevadm list -d
	expect_output "$U1 mtty mtty-1 manual"
}

@test "list shows no definition of a device that does not run" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm list

	expect_output ""
}

@test "list does not take a definition on another parent for the running device's" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U1" -p other -t other-1 --auto

	run mdevadm list
	expect_output "$U1 mtty mtty-1 manual"

	run mdevadm list --defined
	expect_output "$U1 other other-1 auto"
}

# bats test_tags=kernel
@test "list shows a device that something else has made" {
	printf '%s' "$U1" >"$SYS/class/mdev_bus/mtty/mdev_supported_types/mtty-1/create"

	run mdevadm list

	expect_output "$U1 mtty mtty-1 manual"
}

@test "list shows a device whose definition is broken" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	define_raw mtty "$U1" nonsense

	run --separate-stderr mdevadm list

	expect_status 0
	[[ "$output" == "$U1 mtty mtty-1 manual"* ]] || fail_with "it does not"
	[[ "$stderr" == *"'$ETC/mtty/$U1', line 1"* ]]
}

@test "list --defined shows definitions, whether they run or not" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U2" -p mtty -t mtty-2 --auto
	mdevadm define -u "$U3" -p absent -t absent-1
	mdevadm start -u "$U2"

	run mdevadm list --defined

	expect_status 0
	expect_output "$U3 absent absent-1 manual
$U1 mtty mtty-1 manual
$U2 mtty mtty-2 auto (active)"
}

@test "list sorts by parent, then by UUID" {
	for parent in mtty b 0000:00:02.0 B a-1 a; do
		for uuid in "$U3" "$U1" "$U2"; do
			define_raw "$parent" "$uuid" "$(definition t)"
		done
	done

	run mdevadm list -d

	[ "$(cut -d' ' -f2 <<<"$output" | uniq | paste -sd ' ')" = "0000:00:02.0 B a a-1 b mtty" ]
	[ "$(grep ' mtty ' <<<"$output" | cut -d' ' -f1)" = "$U1
$U2
$U3" ]
	[ "${#lines[@]}" = 18 ]
}

# bats test_tags=kernel
@test "list sorts what runs by UUID" {
	for uuid in "$U3" "$U1" "$U2"; do
		mdevadm start -u "$uuid" -p mtty -t mtty-1
	done

	run mdevadm list

	expect_output "$U1 mtty mtty-1 manual
$U2 mtty mtty-1 manual
$U3 mtty mtty-1 manual"
}

@test "list sorts what runs by parent" {
	needs_sim "several parents"
	mdevadm start -u "$U1" -p matrix -t vfio_ap-passthrough
	mdevadm start -u "$U2" -p mtty -t mtty-1
	mdevadm start -u "$U3" -p 0000:00:02.0 -t i915-GVTg_V5_4

	run mdevadm list

	expect_output "$U3 0000:00:02.0 i915-GVTg_V5_4 manual
$U1 matrix vfio_ap-passthrough manual
$U2 mtty mtty-1 manual"
}

# --- attributes ---

@test "list -v shows the attributes of definitions" {
	define_raw mtty "$U1" "$(definition mtty-1 a 1 b/c '' a 2)"
	define_raw mtty "$U2" "$(definition mtty-1)"

	run mdevadm list -d -v

	expect_status 0
	expect_output "$U1 mtty mtty-1 manual
  Attrs:
    @{0}: {\"a\":\"1\"}
    @{1}: {\"b/c\":\"\"}
    @{2}: {\"a\":\"2\"}
$U2 mtty mtty-1 manual"
}

@test "list -v counts attributes on beyond ten" {
	define_raw mtty "$U1" "$(definition mtty-1 a 0 a 1 a 2 a 3 a 4 a 5 a 6 a 7 a 8 a 9 a 10)"

	run mdevadm list -d --verbose

	expect_line 12 '    @{10}: {"a":"10"}'
}

@test "list without -v shows no attributes" {
	define_raw mtty "$U1" "$(definition mtty-1 a 1)"

	run mdevadm list -d

	expect_output "$U1 mtty mtty-1 manual"
}

@test "list -v of a running device shows no attributes of its definition" {
	define_raw mtty "$U1" "$(definition mtty-1 power/control on)"
	mdevadm start -u "$U1"

	run mdevadm list -v

	expect_output "$U1 mtty mtty-1 manual (defined)"
}

@test "list -v shows no control character of a value" {
	define_raw mtty "$U1" '{"mdev_type": "t", "attrs": [{"a": "\u001b[31m\nforged\u007f\u009b1m"}]}'

	run mdevadm list -d -v

	[ "${#lines[@]}" = 3 ]
	[[ "${lines[2],,}" == '    @{0}: {"a":"\u001b[31m\nforged'* ]]
	[[ "$output" != *$'\x7f'* && "$output" != *$'\xc2\x9b'* ]] || fail_with "it does"
}

# --- filters ---

define_three() {
	define_raw mtty "$U1" "$(definition mtty-1)"
	define_raw mtty "$U2" "$(definition mtty-2)"
	define_raw other "$U1" "$(definition other-1)"
}

@test "list -d -u shows that device on all parents" {
	define_three

	run mdevadm list -d --uuid "$U1"

	expect_status 0
	expect_output "$U1 mtty mtty-1 manual
$U1 other other-1 manual"
}

@test "list -d -p shows the devices of that parent" {
	define_three

	run mdevadm list -d --parent mtty

	expect_output "$U1 mtty mtty-1 manual
$U2 mtty mtty-2 manual"
}

@test "list -d -u -p shows that one" {
	define_three

	run mdevadm list -d -u "$U1" -p other

	expect_output "$U1 other other-1 manual"
}

@test "list -d -u finds another spelling" {
	define_raw mtty "${U1//-/}" "$(definition mtty-1)"

	run --separate-stderr mdevadm list -d -u "{$U1}"

	expect_output "$U1 mtty mtty-1 manual"
}

# bats test_tags=kernel
@test "list -u shows the running device" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U2" -p mtty -t mtty-1
	mdevadm define -u "$U2"

	run mdevadm list -u "$U2"
	expect_output "$U2 mtty mtty-1 manual (defined)"

	run mdevadm list -u "$U2" -p mtty
	expect_output "$U2 mtty mtty-1 manual (defined)"

	run mdevadm list -u "$U2" -p other
	expect_status 0
	expect_output ""
}

@test "list -p shows the running devices of that parent" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm list -p mtty
	expect_output "$U1 mtty mtty-1 manual"

	run mdevadm list -p other
	expect_status 0
	expect_output ""
}

@test "list -d shows what is active with filters, too" {
	define_three
	mdevadm start -u "$U1" -p mtty

	run mdevadm list -d -u "$U1"
	expect_output "$U1 mtty mtty-1 manual (active)
$U1 other other-1 manual"

	run mdevadm list -d -p mtty
	expect_output "$U1 mtty mtty-1 manual (active)
$U2 mtty mtty-2 manual"
}

@test "list -u of an absent device prints nothing, and exits with 0" {
	define_three

	for option in "" -d; do
		# shellcheck disable=SC2086
		run mdevadm list $option -u "$ABSENT"
		expect_status 0
		expect_output ""
	done
}

@test "list -p of an absent parent prints nothing, and exits with 0" {
	define_three

	for option in "" -d; do
		# shellcheck disable=SC2086
		run mdevadm list $option -p absent
		expect_status 0
		expect_output ""
	done
}

@test "list -u warns of nothing but that device" {
	define_three
	define_raw mtty "$U3" nonsense
	define_raw mtty README ""

	run mdevadm list -d -u "$U2"

	expect_status 0
	expect_output "$U2 mtty mtty-2 manual"
}

# --- JSON ---

@test "list --dumpjson of nothing is an empty array" {
	for option in "" -d "-u $ABSENT" "-d -p absent"; do
		# shellcheck disable=SC2086
		run mdevadm list --dumpjson $option
		expect_status 0
		expect_output "[]"
	done
}

@test "list --dumpjson has one object of parents, and one key an object" {
	define_raw mtty "$U1" '{"start": "auto", "attrs": [{"a": "1"}, {"a": "2"}], "mdev_type": "mtty-1"}'
	define_raw mtty "$U2" "$(definition mtty-2)"
	define_raw absent "$U1" "$(definition t)"

	run mdevadm list --defined --dumpjson

	expect_status 0
	expect_output "[
  {
    \"absent\": [
      {
        \"$U1\": {
          \"mdev_type\": \"t\",
          \"start\": \"manual\",
          \"attrs\": []
        }
      }
    ],
    \"mtty\": [
      {
        \"$U1\": {
          \"mdev_type\": \"mtty-1\",
          \"start\": \"auto\",
          \"attrs\": [
            {
              \"a\": \"1\"
            },
            {
              \"a\": \"2\"
            }
          ]
        }
      },
      {
        \"$U2\": {
          \"mdev_type\": \"mtty-2\",
          \"start\": \"manual\",
          \"attrs\": []
        }
      }
    ]
  }
]"
}

@test "list --dumpjson ends with a newline" {
	mdevadm list --dumpjson | cmp - <(printf '[]\n')
}

# bats test_tags=kernel
@test "list --dumpjson shows what runs with the start mode of its definition" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm start -u "$U1"

	run mdevadm list --dumpjson

	expect_output "[
  {
    \"mtty\": [
      {
        \"$U1\": {
          \"mdev_type\": \"mtty-1\",
          \"start\": \"auto\",
          \"attrs\": []
        }
      }
    ]
  }
]"
}

@test "list --dumpjson -u of one device is its definition alone" {
	define_raw mtty "$U1" "$(definition mtty-1 a 1)"
	define_raw mtty "$U2" "$(definition mtty-1)"

	run mdevadm list -d --dumpjson -u "$U1"

	expect_output '{
  "mdev_type": "mtty-1",
  "start": "manual",
  "attrs": [
    {
      "a": "1"
    }
  ]
}'
}

@test "list --dumpjson -u of a running device is its definition alone" {
	mdevadm start -u "$U1" -p mtty -t mtty-2

	run mdevadm list --dumpjson -u "$U1"

	expect_output '{
  "mdev_type": "mtty-2",
  "start": "manual",
  "attrs": []
}'
}

@test "list --dumpjson -u of a device on several parents is the whole array" {
	define_three

	run mdevadm list -d --dumpjson -u "$U1"
	[ "$(tr -d ' \n' <<<"$output")" = "[{\"mtty\":[{\"$U1\":{\"mdev_type\":\"mtty-1\",\"start\":\"manual\",\"attrs\":[]}}],\"other\":[{\"$U1\":{\"mdev_type\":\"other-1\",\"start\":\"manual\",\"attrs\":[]}}]}]" ]

	run mdevadm list -d --dumpjson -u "$U1" -p other
	[ "$(tr -d ' \n' <<<"$output")" = '{"mdev_type":"other-1","start":"manual","attrs":[]}' ]
}

@test "list --dumpjson -p of one device is the whole array" {
	define_three

	run mdevadm list -d --dumpjson -p other

	[ "$(tr -d ' \n' <<<"$output")" = "[{\"other\":[{\"$U1\":{\"mdev_type\":\"other-1\",\"start\":\"manual\",\"attrs\":[]}}]}]" ]
}

@test "list --dumpjson does not show keys that are not mdevctl's" {
	define_raw mtty "$U1" '{"mdev_type": "mtty-1", "x": 1}'

	run mdevadm list -d --dumpjson -u "$U1"

	[ "$(tr -d ' \n' <<<"$output")" = '{"mdev_type":"mtty-1","start":"manual","attrs":[]}' ]
}

@test "list --dumpjson writes control characters as mdevctl does" {
	define_raw mtty "$U1" '{"mdev_type": "t", "attrs": [{"a": "\u001B\u0008\t/é"}]}'

	run mdevadm list -d --dumpjson -u "$U1"

	expect_contains '"a": "\u001b\b\t/é"'
}

@test "list --dumpjson --verbose is the same" {
	define_three

	[ "$(mdevadm list -d --dumpjson -v)" = "$(mdevadm list -d --dumpjson)" ]
}

# --- bad files ---

# unreadable MESSAGE [HINT]: as warns_and_goes_on, of the definition of $U1.
unreadable() {
	local way_out="mend '$ETC/mtty/$U1'; or 'mdevadm modify --uuid $U1 --parent mtty --jsonfile FILE' replaces it, and 'mdevadm undefine' removes it"

	warns_and_goes_on "$U1 on parent 'mtty' is defined, but cannot be read: $1" "${2:-$way_out}"
}

@test "list goes on beside JSON that is broken, and names file and line" {
	define_good
	define_raw mtty "$U1" $'{"mdev_type": "t",\n\n"attrs": [}'

	unreadable "'$ETC/mtty/$U1', line 3, column 11: unexpected token near '}'"
}

@test "list goes on beside an empty file" {
	define_good
	define_raw mtty "$U1" ''

	unreadable "'$ETC/mtty/$U1' is empty"
}

@test "list goes on beside a type that is a number" {
	define_good
	define_raw mtty "$U1" $'{\n"mdev_type": 5}'

	run --separate-stderr mdevadm list -d

	expect_output "$GOOD"
	[[ "$stderr" == "mdevadm: warning: $U1 on parent 'mtty' is defined, but cannot be read: '$ETC/mtty/$U1', line 2: 'mdev_type' is not a string"* ]]
}

@test "list goes on beside a file that is no UTF-8" {
	define_good
	define_raw mtty "$U1" $'{"mdev_type": "\xff"}'

	run --separate-stderr mdevadm list -d

	expect_status 0
	expect_output "$GOOD"
	[[ "$stderr" == "mdevadm: warning: $U1 on parent 'mtty' is defined, but cannot be read: '$ETC/mtty/$U1', line 1, column "* ]]
}

@test "list goes on beside a file with a NUL" {
	define_good
	mkdir -p "$ETC/mtty"
	printf '{"mdev_type": "t\0"}' >"$ETC/mtty/$U1"

	run --separate-stderr mdevadm list -d

	expect_status 0
	expect_output "$GOOD"
	[[ "$stderr" == "mdevadm: warning: $U1 on parent 'mtty' is defined, but cannot be read: '$ETC/mtty/$U1', line 1: there is a NUL byte in the text"* ]]
}

@test "list goes on beside a file that is too large, without reading it" {
	define_good
	truncate -s 8G "$ETC/mtty/$U1"

	unreadable "'$ETC/mtty/$U1' is larger than 1048576 bytes"
}

@test "list reads a file of one mebibyte, and none of a byte more" {
	define_good
	definition mtty-1 >"$ETC/mtty/$U1"
	printf '%*s' $((1048576 - $(stat -c %s "$ETC/mtty/$U1"))) '' >>"$ETC/mtty/$U1"

	run mdevadm list -d -u "$U1"
	expect_output "$U1 mtty mtty-1 manual"

	printf ' ' >>"$ETC/mtty/$U1"
	unreadable "'$ETC/mtty/$U1' is larger than 1048576 bytes"
}

@test "list goes on beside a FIFO" {
	define_good
	mkfifo "$ETC/mtty/$U1"

	unreadable "'$ETC/mtty/$U1' is a FIFO, not a regular file"
}

@test "list does not wait for a FIFO that an active device has for a definition" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mkdir "$ETC/mtty"
	mkfifo "$ETC/mtty/$U1"

	run --separate-stderr timeout 10 "$MDEVADM" list

	expect_status 0
	[[ "$output" == "$U1 mtty mtty-1 manual"* ]]
}

@test "list goes on beside a directory" {
	define_good
	mkdir "$ETC/mtty/$U1"

	unreadable "'$ETC/mtty/$U1' is a directory, not a regular file"
}

@test "list goes on beside a device node, and does not open it for reading" {
	define_good
	mknod "$ETC/mtty/$U1" c 1 5 || skip "this place takes no device nodes"

	unreadable "'$ETC/mtty/$U1' is a device node, not a regular file"
}

@test "list goes on beside a file whose name is no UUID" {
	define_good
	define_raw mtty README "about this"

	warns_and_goes_on "'$ETC/mtty/README' is ignored: its name is no UUID" \
		"move it out of the definitions"
}

@test "list shows a bad file's name without control characters" {
	define_good
	define_raw mtty $'a\nb\e[1m\xff' ""

	warns_and_goes_on "'$ETC/mtty/a\\x0ab\\x1b[1m\\xff' is ignored: its name is no UUID" \
		"move it out of the definitions"
}

@test "list goes on beside a file among the parents' directories" {
	define_good
	echo text >"$ETC/README"

	warns_and_goes_on "'$ETC/README' is no directory of definitions" \
		"a definition is a file '$ETC/PARENT/UUID': move it there, or out of '$ETC'"
}

@test "list shows all good files, however many are bad" {
	define_good
	for i in 1 3 4 5 6 7 8 9; do
		define_raw mtty "${U1//1/$i}" nonsense
		define_raw "parent-$i" "$U1" "{"
	done
	define_raw zz "$U3" "$(definition t)"

	run --separate-stderr mdevadm list -d

	expect_status 0
	expect_output "$GOOD
$U3 zz t manual"
	[ "$(grep -c '^mdevadm: warning: ' <<<"$stderr")" = 16 ]
}

@test "list says nothing of dot files, nor of the scripts' directory" {
	define_good
	touch "$ETC/.$U1.new" "$ETC/mtty/.hidden"
	mkdir -p "$ETC/scripts.d/callouts" "$ETC/.git"
	touch "$ETC/scripts.d/callouts/a.sh" "$ETC/scripts.d/$U1"

	run mdevadm list -d --strict

	expect_status 0
	expect_output "$GOOD"
}

@test "list says nothing of an empty directory" {
	define_good
	mkdir "$ETC/empty"

	run mdevadm list -d --strict

	expect_status 0
	expect_output "$GOOD"
}

@test "list --strict exits with 0 where there is nothing to warn of" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm list --strict

	expect_status 0
	expect_output "$U1 mtty mtty-1 manual"
}

# --- names in other spellings ---

@test "list shows a definition in another spelling, and says how to mend it" {
	for name in "${U1//-/}" "{$U1}" "urn:uuid:$U1"; do
		rm -rf "$ETC/mtty"
		define_raw mtty "$name" "$(definition mtty-1)"

		run --separate-stderr mdevadm list -d

		expect_status 0
		expect_output "$U1 mtty mtty-1 manual"
		[ "$stderr" = "mdevadm: warning: '$ETC/mtty/$name' is not in the canonical spelling
hint: rename it to '$U1'; the next change of it does so, too" ]
	done
}

@test "list shows a definition in upper case" {
	define_raw mtty ABCDEFAB-CDEF-4ABC-8DEF-ABCDEFABCDEF "$(definition mtty-1)"

	run --separate-stderr mdevadm list -d

	expect_output "abcdefab-cdef-4abc-8def-abcdefabcdef mtty mtty-1 manual"
}

@test "list --dumpjson has the canonical UUID for another spelling" {
	define_raw mtty "{$U1}" "$(definition mtty-1)"

	run --separate-stderr mdevadm list -d --dumpjson

	[ "$(tr -d ' \n' <<<"$output")" = "[{\"mtty\":[{\"$U1\":{\"mdev_type\":\"mtty-1\",\"start\":\"manual\",\"attrs\":[]}}]}]" ]
}

@test "list shows one definition where there are several spellings" {
	define_raw mtty "$U1" "$(definition mtty-1)"
	define_raw mtty "{$U1}" "$(definition mtty-2)"

	run --separate-stderr mdevadm list -d

	expect_status 0
	expect_output "$U1 mtty mtty-1 manual"
	[ "$stderr" = "mdevadm: warning: '$ETC/mtty/{$U1}' is ignored: '$U1' is the same UUID's definition
hint: remove one of them" ]
}

@test "list knows that a device in another spelling runs" {
	define_raw mtty "{$U1}" "$(definition mtty-1)"
	mdevadm start -u "$U1"

	run --separate-stderr mdevadm list -d
	expect_output "$U1 mtty mtty-1 manual (active)"

	run --separate-stderr mdevadm list
	expect_output "$U1 mtty mtty-1 manual (defined)"
}

# --- what is absent ---

@test "list without a directory of definitions shows what runs" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	rm -rf "$ETC"

	run mdevadm list --strict
	expect_status 0
	expect_output "$U1 mtty mtty-1 manual"

	run mdevadm list -d --strict
	expect_status 0
	expect_output ""
}

@test "list without sysfs shows the definitions" {
	needs_sim "a root without sysfs"
	define_good
	umount_sim

	for i in 1 2; do
		run mdevadm list -d --strict
		expect_status 0
		expect_output "$GOOD"
		run mdevadm list --strict
		expect_status 0
		expect_output ""
		[ $i = 2 ] || rmdir "$SYS"
	done
}

@test "list of a root where nothing is shows nothing" {
	run mdevadm list -d --strict --root "$BATS_TEST_TMPDIR/absent"
	expect_status 0
	expect_output ""

	run mdevadm list --dumpjson --strict --root "$BATS_TEST_TMPDIR/absent"
	expect_status 0
	expect_output "[]"
}

@test "list needs no scripts, no lock and no /run" {
	define_good
	rm -rf "$LIB" "$RUN/mdevadm"

	run mdevadm list -d --strict

	expect_status 0
	expect_output "$GOOD"
	[ ! -e "$RUN/mdevadm" ]
}

@test "list where the directory of definitions is a file says so" {
	rmdir "$ETC"
	touch "$ETC"

	run mdevadm list -d

	expect_status 1
	expect_contains "cannot open '$ETC': ENOTDIR (Not a directory)"
	rm "$ETC"
}

# --- what changes meanwhile ---

# bats test_tags=kernel
@test "list goes on while devices come and go" {
	local types=$SYS/class/mdev_bus/mtty/mdev_supported_types

	mdevadm start -u "$U1" -p mtty -t mtty-1
	while :; do
		for i in 2 3 4 5; do
			printf '%s' "${U1//1/$i}" >"$types/mtty-1/create"
			printf 1 >"$SYS/bus/mdev/devices/${U1//1/$i}/remove"
		done
	done 2>/dev/null 3>&- &
	ends_with_test $!

	for _ in {1..40}; do
		run mdevadm list --strict
		expect_status 0
		expect_contains "$U1 mtty mtty-1 manual"
	done
}

@test "list goes on while definitions come and go" {
	define_good
	while :; do
		for i in 3 4 5; do
			printf '{"mdev_type": "t"}' >"$ETC/.temp"
			mv "$ETC/.temp" "$ETC/mtty/${U1//1/$i}"
			rm "$ETC/mtty/${U1//1/$i}"
		done
	done 2>/dev/null 3>&- &
	ends_with_test $!

	for _ in {1..40}; do
		run mdevadm list -d --strict
		expect_status 0
		expect_contains "$GOOD"
	done
}

# bats test_tags=kernel
@test "list does not wait for a lock" {
	define_good
	hold_lock devices "$U2"

	run timeout 5 "$MDEVADM" list -d

	expect_status 0
	expect_output "$GOOD"
}
