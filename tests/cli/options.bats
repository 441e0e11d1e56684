#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# How options, their values and words are told apart and read.

load lib/common
load lib/usage

# --- forms of options ---

@test "short options take their value as the next argument" {
	run mdevadm define -u "$U1" -p mtty -t mtty-1 -a -f

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 auto" ]
}

@test "short options take their value joined" {
	run mdevadm define -u"$U1" -pmtty -tmtty-1 -af

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 auto" ]
}

@test "long options take their value as the next argument" {
	run mdevadm define --uuid "$U1" --parent mtty --type mtty-1 --auto --force

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 auto" ]
}

@test "long options take their value after an equals sign" {
	run mdevadm define --uuid="$U1" --parent=mtty --type=mtty-1

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 manual" ]
}

@test "a value may begin with a hyphen after an equals sign" {
	run mdevadm define -u "$U1" -p absent --type=-slow

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 absent -slow manual" ]
}

@test "a value may begin with a hyphen as the next argument" {
	run mdevadm define -u "$U1" -p absent -t -slow

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 absent -slow manual" ]
}

@test "a value may have an equals sign" {
	mdevadm define -u "$U1" -p absent -t t

	run mdevadm modify -u "$U1" --addattr=nvidia/vgpu_params --value=frl_config=60,a=b

	expect_status 0
	grep -qF '"nvidia/vgpu_params": "frl_config=60,a=b"' "$ETC/absent/$U1"
}

@test "a value of an attribute may be negative" {
	mdevadm define -u "$U1" -p absent -t t

	run mdevadm modify -u "$U1" --addattr level --value -5

	expect_status 0
	grep -qF '"level": "-5"' "$ETC/absent/$U1"
}

@test "a value that has popt's own sign for the next word stays as it is" {
	mdevadm define -u "$U1" -p absent -t t

	run mdevadm modify --addattr a --value 'x!#:+' -u "$U1" -p absent

	expect_status 0
	grep -qF '"a": "x!#:+"' "$ETC/absent/$U1"
}

@test "an option is no other one's value, unless it is joined to it" {
	run mdevadm define -u "$U1" -p absent --type --auto

	expect_status 2
	expect_output "mdevadm: --type: missing argument
hint: if '--auto' is the value, join them: '--type=--auto'"
	run mdevadm define -u "$U1" -p absent --type=--auto
	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 absent --auto manual" ]
}

@test "short flags can be joined" {
	mdevadm define -u "$U1" -p absent -t t

	run mdevadm list -dv

	expect_status 0
	expect_output "$U1 absent t manual"
}

# --- words, and what is behind -- ---

# refuses_drain MESSAGE ARGUMENT...: wrong usage, and nothing is touched.
refuses_drain() {
	local message=$1

	shift
	run mdevadm drain "$@"

	expect_status 2
	expect_line 0 "mdevadm: $message"
	runs "$U1"
	[ ! -e "$RUN/mdevadm/held/mtty" ] || fail_with "the parent is held"
	[ ! -e "$BATS_TEST_TMPDIR/ran" ] || fail_with "the command ran"
}

@test "drain with -- in the wrong place or a word too many touches nothing" {
	local ran=$BATS_TEST_TMPDIR/ran

	mdevadm start -u "$U1" -p mtty -t mtty-1

	refuses_drain "COMMAND is missing behind '--'" mtty --
	refuses_drain "COMMAND is missing behind '--'" mtty -- ""
	refuses_drain "COMMAND is missing behind '--'" mtty -- "" touch "$ran"
	refuses_drain "PARENT is missing" -- mtty
	refuses_drain "PARENT is missing" -- mtty -- touch "$ran"
	refuses_drain "PARENT is missing" --reason mtty -- touch "$ran"
	refuses_drain "'touch' is one argument too many" --reason -- mtty touch "$ran"
	refuses_drain "'matrix' is one argument too many" mtty matrix -- touch "$ran"
	refuses_drain "'matrix' is one argument too many" --parent mtty matrix -- touch "$ran"
	refuses_drain "--reason: missing argument" --reason --dry-run mtty -- touch "$ran"
}

@test "a value may be --, and the next -- is the one that counts" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm drain --reason -- mtty --dry-run -- true

	expect_status 0
	expect_output "would stop $U1"
	runs "$U1"
}

@test "what is behind -- is never an option" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	refuses "'x' is one argument too many" define -- x
	refuses "'-u' is one argument too many" types -- -u "$U1"
	refuses "'--all' is one argument too many" stop -u "$U1" -- --all
	refuses "'--reason' is one argument too many" hold mtty -- --reason why
	runs "$U1"
}

@test "-- before the command is refused" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm -- stop --all

	expect_status 2
	expect_output "mdevadm: no command is given before '--'
hint: 'mdevadm --help' lists the commands"
	runs "$U1"
}

@test "a parent is a word or an option" {
	run mdevadm wait mtty
	expect_status 0
	run mdevadm hold --reason why -- mtty
	expect_status 0
	run mdevadm resume --parent mtty
	expect_status 0
	run mdevadm start-parent-mdevs -p mtty
	expect_status 0
}

@test "a device that is to be made is not given as a word" {
	run mdevadm define "$U1" -p mtty -t mtty-1

	expect_status 2
	expect_output "mdevadm: '$U1' is one argument too many
hint: a device is named by --uuid: mdevadm define --uuid $U1"
}

@test "POSIXLY_CORRECT changes nothing, and is handed on" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	POSIXLY_CORRECT=1 run mdevadm drain mtty --dry-run -- true
	expect_status 0
	expect_output "would stop $U1"
	POSIXLY_CORRECT=1 run mdevadm hold mtty --reason why
	expect_status 0
	POSIXLY_CORRECT=1 run mdevadm resume mtty --abandon
	expect_status 0
	POSIXLY_CORRECT=1 run mdevadm start-parent-mdevs mtty --jobs 2
	expect_status 0
	# shellcheck disable=SC2016
	POSIXLY_CORRECT=so run mdevadm drain mtty --timeout 20 -- sh -c 'echo "$POSIXLY_CORRECT"'
	expect_status 0
	expect_output so
}

# --- UUIDs ---

UUID_HINT="hint: give 32 hexadecimal digits, such as 83c32df7-d52e-4ec1-9668-1f3c7e4df107"

# accepts_uuid TEXT: as that of $U1.
accepts_uuid() {
	run mdevadm define -u "$1" -p mtty -t mtty-1

	expect_status 0
	expect_output ""
	[ "$(ls "$ETC/mtty")" = "$U1" ]
}

refuses_uuid() {
	run mdevadm define -p mtty -t mtty-1 -u "$1"

	expect_status 10
	expect_output "mdevadm: invalid UUID '${2-$1}'
$UUID_HINT"
}

@test "a UUID is read in lower case with hyphens" {
	accepts_uuid "$U1"
}

@test "a UUID is read in upper and mixed case" {
	run mdevadm define -u ABCDEFAB-cdef-4ABC-8def-ABCDEFabcdef -p absent -t t

	expect_status 0
	[ "$(ls "$ETC/absent")" = abcdefab-cdef-4abc-8def-abcdefabcdef ]
}

@test "a UUID is read without hyphens" {
	accepts_uuid "${U1//-/}"
}

@test "a UUID is read with hyphens in braces" {
	accepts_uuid "{$U1}"
}

@test "a UUID is read after urn:uuid:" {
	accepts_uuid "urn:uuid:$U1"
}

@test "an empty UUID is refused" {
	refuses_uuid ""
}

@test "a UUID of too few or too many digits is refused" {
	refuses_uuid "${U1%?}"
	refuses_uuid "${U1}1"
	refuses_uuid "${U1//-/}1"
}

@test "a UUID with a character that is no digit is refused" {
	refuses_uuid "g${U1#?}"
	refuses_uuid " ${U1#?}"
	refuses_uuid "$U1 "
}

@test "a UUID with hyphens in other places is refused" {
	refuses_uuid 111111111-111-4111-8111-111111111111
	refuses_uuid -1111111-1111-4111-8111-111111111111
}

@test "a UUID in braces is refused without hyphens or one of the braces" {
	refuses_uuid "{${U1//-/}}"
	refuses_uuid "{$U1"
	refuses_uuid "$U1}"
}

@test "a UUID that is a path is refused" {
	refuses_uuid ../../etc/passwd
}

@test "an invalid UUID is shown without control characters" {
	refuses_uuid $'\e[31m' '\x1b[31m'
}

@test "an invalid UUID is refused by every command that takes one" {
	for command in "define -p mtty" undefine "modify --auto" start stop restart list; do
		# shellcheck disable=SC2086
		run mdevadm $command -u nonsense

		expect_status 10
		expect_line 0 "mdevadm: invalid UUID 'nonsense'"
		[[ ${lines[1]} == "$UUID_HINT"* ]] || fail_with "no hint"
	done
}
