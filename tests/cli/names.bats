#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a name from outside must not reach: files elsewhere, and the terminal.
# shellcheck disable=SC2030,SC2031,SC2154

load lib/common
load lib/life

ATTR_HINT="hint: give the path of a file below the device, such as 'nvidia/vgpu_params'"
PARENT_HINT="hint: 'mdevadm types' lists the parents"
TYPE_HINT="hint: 'mdevadm types' lists the types"

# All that the tool could spoil but what it may change, $ETC and $RUN/mdevadm: names, modes,
# times and contents. A file to aim at is made for it.
VICTIM=victim
snapshot() {
	local root=$BATS_TEST_TMPDIR

	find "$root" \( -path "$SYS" -o -path "$ETC" -o -path "$RUN" \) -prune -o \
		-type f -printf '%P %m %u %g %s %T@ ' -exec cksum {} \; -o -printf '%P %m %u %g %l\n' |
		grep -v '^snapshot' | sort
}
begin_watching() {
	printf original >"$BATS_TEST_TMPDIR/$VICTIM"
	snapshot >"$BATS_FILE_TMPDIR/snapshot.$BATS_TEST_NUMBER"
}
nothing_is_touched() {
	snapshot | diff "$BATS_FILE_TMPDIR/snapshot.$BATS_TEST_NUMBER" - ||
		fail_with "something is touched"
}

define_from_pipe() {
	local text=$1

	shift
	printf '%s' "$text" | "$MDEVADM" define --jsonfile /dev/stdin "$@"
}

# refuses_attr NAME REASON [SHOWN]: at every door, and by start if the file has it already.
refuses_attr() {
	local reason="invalid attribute '${3-$1}': $2"
	local text

	text=$(printf '%s' "$1" | jq -Rsc '{mdev_type: "mtty-1", attrs: [{"power/control": "on"}, {(.): "1"}]}')
	rm -rf "$ETC/mtty"
	mdevadm define -u "$U1" -p mtty -t mtty-1
	begin_watching

	run mdevadm modify -u "$U1" --addattr "$1" --value 1
	expect_status 10
	expect_output "mdevadm: $reason
$ATTR_HINT"
	[ "$(mdevadm list -d -v)" = "$U1 mtty mtty-1 manual" ]

	run define_from_pipe "$text" -u "$U2" -p mtty
	expect_status 10
	expect_output "mdevadm: cannot define $U2: '/dev/stdin', line 1: $reason
$ATTR_HINT"
	lacks "$ETC/mtty/$U2"

	run start_from_pipe "$text" -u "$U2" -p mtty
	expect_status 10
	expect_output "mdevadm: cannot start $U2: '/dev/stdin', line 1: $reason
$ATTR_HINT"
	lacks_dir mtty "$U2"

	define_raw mtty "$U3" "$text"
	run mdevadm start -u "$U3"
	expect_status 10
	expect_output "mdevadm: cannot start $U3: '$ETC/mtty/$U3', line 1: $reason
$ATTR_HINT"
	lacks_dir mtty "$U3"
	nothing_is_touched
}

# refuses_parent NAME REASON [SHOWN]: by every command that takes one.
refuses_parent() {
	local expected="mdevadm: invalid parent '${3-$1}': $2
$PARENT_HINT"

	begin_watching
	mdevadm define -u "$U1" -p mtty -t mtty-1
	before=$(find "$ETC" -printf '%P %i\n')

	for command in "define -u $U2 -t mtty-1" "undefine -u $U1" "modify -u $U1 --auto" \
		"start -u $U2 -t mtty-1" list "list -d" types; do
		# shellcheck disable=SC2086
		run mdevadm $command --parent="$1"
		expect_status 10
		expect_output "$expected"
	done
	run mdevadm start-parent-mdevs "$1"
	expect_status 10
	expect_output "$expected"
	run define_from_pipe "$(definition mtty-1)" -u "$U2" --parent="$1"
	expect_status 10
	expect_output "$expected"

	[ "$(find "$ETC" -printf '%P %i\n')" = "$before" ]
	nothing_is_touched
	mdevadm undefine -u "$U1"
}

refuses_type() {
	local expected="mdevadm: invalid type '${3-$1}': $2
$TYPE_HINT"

	rm -rf "$ETC/mtty"
	mdevadm define -u "$U1" -p mtty -t mtty-1
	begin_watching

	for command in "define -u $U2 -p mtty" "modify -u $U1 --auto" "start -u $U2 -p mtty"; do
		# shellcheck disable=SC2086
		run mdevadm $command --type="$1"
		expect_status 10
		expect_output "$expected"
	done
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 manual" ]
	is_gone "$U2"
	nothing_is_touched
}

# start_leaves_nothing NAME: an attribute that is a path beneath the device, but behind a link.
refuses_link() {
	begin_watching
	define_raw mtty "$U1" "$(definition mtty-1 power/control on "$1" 1)"

	run mdevadm start -u "$U1"

	expect_status 10
	expect_output "mdevadm: cannot start $U1: cannot open '$(device_file mtty "$U1" "$1")': ELOOP (Too many levels of symbolic links)
hint: an attribute is a file in the device's directory, and not behind a link"
	lacks_dir mtty "$U1"
	[ "$(instances mtty mtty-1)" = 24 ]
	nothing_is_touched
}

# --- attributes ---

@test "an attribute in the directory above the device is refused" {
	refuses_attr ../x "it would leave the device's directory"
}

@test "an attribute of another device is refused" {
	refuses_attr "../$U2/remove" "it would leave the device's directory"
}

@test "an attribute with an absolute path is refused" {
	refuses_attr "$BATS_TEST_TMPDIR/$VICTIM" "it has a slash too many"
}

@test "an attribute that goes up in its middle is refused" {
	refuses_attr a/../../x "it would leave the device's directory"
}

@test "an attribute that goes up and down to the same device is refused" {
	refuses_attr power/../power/control "it would leave the device's directory"
}

@test "an attribute that is a victim's path from the device is refused" {
	refuses_attr "../../../../../../../../../../../..$BATS_TEST_TMPDIR/$VICTIM" \
		"it would leave the device's directory"
}

@test "an attribute that is the device's directory itself is refused" {
	refuses_attr . "it would leave the device's directory"
	refuses_attr .. "it would leave the device's directory"
	refuses_attr power/. "it would leave the device's directory"
	refuses_attr power/.. "it would leave the device's directory"
}

@test "an attribute with a slash too many is refused" {
	refuses_attr /x "it has a slash too many"
	refuses_attr power/ "it has a slash too many"
	refuses_attr power//control "it has a slash too many"
}

@test "an attribute without a name is refused" {
	refuses_attr "" "it is empty"
}

@test "an attribute with control characters is refused, and shown without" {
	refuses_attr $'a\nb' "it has characters that are not printable" 'a\x0ab'
	refuses_attr $'\e]0;x\a' "it has characters that are not printable" '\x1b]0;x\x07'
	refuses_attr $'a\xc2\x9bb' "it has characters that are not printable" 'a\xc2\x9bb'
}

@test "an attribute that is no UTF-8 is refused" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm modify -u "$U1" --addattr $'a\xff' --value 1

	expect_status 10
	expect_line 0 "mdevadm: invalid attribute 'a\\xff': it has characters that are not printable"
}

@test "an attribute that is longer than a file's name can be is refused" {
	name=$(printf '%256s' '' | tr ' ' a)

	refuses_attr "$name" "it is too long"
	refuses_attr "a/$name/b" "it is too long"
}

@test "an attribute with dots in its name is none that goes up" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	for name in a..b ..a a.. ... a/.b; do
		run mdevadm modify -u "$U1" --addattr $name --value 1
		expect_status 0
	done
}

@test "an attribute behind the link to the bus is refused" {
	refuses_link subsystem/drivers_autoprobe
}

@test "an attribute behind the link to the driver is refused" {
	refuses_link driver/unbind
}

@test "an attribute behind the link to the type is refused" {
	refuses_link mdev_type/create
}

@test "an attribute that is a link itself is refused" {
	refuses_link driver
}

@test "an attribute that is a directory is refused" {
	begin_watching

	run start_from_pipe "$(definition mtty-1 power 1)" -u "$U1" -p mtty

	expect_status 3
	expect_output "mdevadm: cannot start $U1: cannot open '$(device_file mtty "$U1" power)': EISDIR (Is a directory)
hint: the device has no such attribute; it has 'power/control'"
	lacks_dir mtty "$U1"
	nothing_is_touched
}

@test "an attribute that leaves the device is refused before anything is written" {
	needs_sim "the log of events"
	define_raw mtty "$U1" "$(definition mtty-1 power/control on ../x 1)"

	run mdevadm start -u "$U1"

	expect_status 10
	[ "$(events create-begin)" = 0 ]
	[ "$(events attr)" = 0 ]
}

@test "an attribute behind a link is refused before any attribute is written" {
	needs_sim "the log of writes"
	define_raw mtty "$U1" "$(definition mtty-1 power/control on driver/unbind "$U2")"

	run mdevadm start -u "$U1"

	expect_status 10
	[ -z "$(attr_writes "$U1")" ]
	lacks_dir mtty "$U1"
	no_rule_broken
}

@test "a bad attribute in one definition does not keep others from being listed" {
	define_raw mtty "$U1" "$(definition mtty-1 ../x 1)"
	define_raw mtty "$U2" "$(definition mtty-1)"

	run --separate-stderr mdevadm list -d

	expect_status 0
	expect_output "$U2 mtty mtty-1 manual"
	[ "$stderr" = "mdevadm: warning: $U1 on parent 'mtty' is defined, but cannot be read: '$ETC/mtty/$U1', line 1: invalid attribute '../x': it would leave the device's directory
$ATTR_HINT" ]
}

# --- parents ---

@test "a parent that is the directory above is refused" {
	refuses_parent .. "it begins with a dot"
	refuses_parent . "it begins with a dot"
}

@test "a parent that is a path is refused" {
	refuses_parent a/b "it has a slash"
	refuses_parent ../../x "it has a slash"
	refuses_parent "$BATS_TEST_TMPDIR/x" "it has a slash"
	refuses_parent mtty/ "it has a slash"
}

@test "a parent without a name is refused" {
	refuses_parent "" "it is empty"
}

@test "a parent that is the scripts' directory is refused" {
	mkdir -p "$ETC/scripts.d/callouts"

	refuses_parent scripts.d "that is where the callout scripts are"
}

@test "a parent that is hidden is refused" {
	refuses_parent ".$U1.new" "it begins with a dot"
}

@test "a parent with control characters is refused, and shown without" {
	refuses_parent $'mtty\nforged' "it has characters that are not printable" 'mtty\x0aforged'
	refuses_parent $'\e[2J' "it has characters that are not printable" '\x1b[2J'
}

@test "a parent that is no UTF-8 is refused" {
	refuses_parent $'m\xc3(' "it has characters that are not printable" 'm\xc3('
}

@test "a parent that is longer than a file's name can be is refused" {
	refuses_parent "$(printf '%256s' '' | tr ' ' a)" "it is too long"
}

@test "a parent may have any printable name" {
	for parent in 0000:00:02.0 'a b' é a..b -p scripts.de '%s'; do
		run mdevadm define -u "$U1" --parent="$parent" -t t
		expect_status 0
		[ -e "$ETC/$parent/$U1" ]
	done
}

@test "a directory of definitions that has control characters in its name is shown without" {
	define_raw $'a\n'"$U2 forged t auto"$'\e[1m\xff' "$U1" "$(definition t)"

	run --separate-stderr mdevadm list -d
	expect_status 0
	[ "${#lines[@]}" -le 1 ]
	[[ "$output$stderr" != *$'\e'* && "$output$stderr" != *$'\xff'* ]]

	run --separate-stderr mdevadm list -d --dumpjson
	expect_status 0
	printf '%s' "$output" | jq -e . >/dev/null
	[[ "$stderr" != *$'\e'* ]]
}

# --- types ---

@test "a type with a slash is refused" {
	refuses_type a/b "it has a slash"
	refuses_type ../../../x "it has a slash"
	refuses_type /x "it has a slash"
}

@test "a type that is the directory above is refused" {
	refuses_type .. "it begins with a dot"
}

@test "a type without a name is refused" {
	refuses_type "" "it is empty"
}

@test "a type with control characters is refused, and shown without" {
	refuses_type $'mtty-1\n' "it has characters that are not printable" 'mtty-1\x0a'
	refuses_type $'\e[2J' "it has characters that are not printable" '\x1b[2J'
}

@test "a type that is longer than a file's name can be is refused" {
	refuses_type "$(printf '%256s' '' | tr ' ' a)" "it is too long"
}

@test "a type with control characters in a definition makes no line of its own" {
	define_raw mtty "$U1" "{\"mdev_type\": \"t\\n$U3 forged\\u001b[1m t\"}"
	define_raw mtty "$U2" "$(definition mtty-1)"

	run --separate-stderr mdevadm list -d

	expect_status 0
	expect_output "$U2 mtty mtty-1 manual"
	[[ "$stderr" != *$'\e'* && "$stderr" != *$'\n'"$U3"* ]]
}

@test "a type with characters that are not seen, or turn others round, is refused, and shown without" {
	refuses_type $'nvidia\xe2\x80\xae63' "it has characters that are not printable" 'nvidia\xe2\x80\xae63'
	refuses_type $'mtty\xe2\x80\x8b-1' "it has characters that are not printable" 'mtty\xe2\x80\x8b-1'
	refuses_type $'\xef\xbb\xbfmtty-1' "it has characters that are not printable" '\xef\xbb\xbfmtty-1'
}

@test "what the kernel names shows as what it is in text, and unchanged in JSON" {
	needs_sim "a type with a strange name"
	local text=$'Turn\xe2\x80\xaeed \xe2\x81\xa6over'
	umount_sim
	mkdir -p "$SYS/class/mdev_bus" "$SYS/devices/p/mdev_supported_types/d-1"
	ln -s ../../devices/p "$SYS/class/mdev_bus/p"
	echo 1 >"$SYS/devices/p/mdev_supported_types/d-1/available_instances"
	echo vfio-pci >"$SYS/devices/p/mdev_supported_types/d-1/device_api"
	echo "$text" >"$SYS/devices/p/mdev_supported_types/d-1/name"

	run mdevadm types
	expect_status 0
	expect_line 4 '    Name: Turn\xe2\x80\xaeed \xe2\x81\xa6over'

	run mdevadm types --dumpjson
	[ "$(jq -r '.[0].p[0]["d-1"].name' <<<"$output")" = "$text" ]
}

# --- all together ---

@test "start, modify and define touch nothing but definitions and the device" {
	begin_watching

	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm modify -u "$U1" --addattr power/control --value on
	mdevadm start -u "$U1"
	mdevadm list -v
	mdevadm stop -u "$U1"
	mdevadm undefine -u "$U1"

	nothing_is_touched
	[ "$(find "$RUN" -mindepth 1 -maxdepth 1)" = "$RUN/mdevadm" ] || needs_sim "an own /run"
}
