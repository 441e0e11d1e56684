#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2154,SC2016,SC2030,SC2031,SC1003
# Completion in bash, zsh and fish, and what the program tells them.

load lib/common
load lib/completions

HOSTILE='$(touch BAD) `touch BAD` a'\''b"c'

setup() {
	common_setup
	setup_completions
}

# One that is to be started, one that runs and is defined, one that runs alone, on three parents.
three_states() {
	needs_sim "other parents than mtty"
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm define -u "$U2" -p matrix -t vfio_ap-passthrough
	mdevadm modify -u "$U2" --addattr assign_adapter --value 5
	mdevadm modify -u "$U2" --addattr assign_domain --value 0xab
	mdevadm start -u "$U2"
	mdevadm start -u "$U3" -p 0000:00:02.0 -t i915-GVTg_V5_8
}

# --- the scripts ---

@test "the scripts in completions are those that the program prints" {
	for shell in bash zsh fish; do
		"$MDEVADM" completions "$shell" >"$BATS_TEST_TMPDIR/printed"

		cmp "$BATS_TEST_TMPDIR/printed" "$COMPLETIONS/mdevadm.$shell" ||
			fail_with "mdevadm completions $shell >completions/mdevadm.$shell"
	done
}

@test "the scripts are printed whatever the directories and variables are" {
	MDEVADM_LOCK_TIMEOUT=soon MDEVADM_ROOT=/absent run mdevadm completions fish

	expect_status 0
}

@test "another shell than the three is refused" {
	run mdevadm completions ksh

	expect_status 2
	expect_output "mdevadm: there are no completions for 'ksh'
hint: give bash, zsh or fish"
}

# --- what the program tells them ---

@test "values are printed with no error, whatever the line is like" {
	for line in "" "uuid" "bogus -- list" "uuid -- bogus" "uuid -- list --bogus" \
		"uuid -- list --root /absent" "uuid -- list --lock-timeout soon" \
		"uuid -- list --help" "uuid -- list -u 123" "parent -- types more words" \
		"uuid -- list --base" "jobs -- start"; do
		# shellcheck disable=SC2086
		run mdevadm complete $line

		expect_status 0
		expect_output ""
	done
	MDEVADM_LOCK_TIMEOUT=soon run mdevadm complete parent -- list
	expect_status 0
	expect_output ""
}

@test "values are printed while another run has the locks" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	hold_lock parents mtty
	hold_lock devices "$U1"

	run mdevadm complete uuid -- stop --lock-timeout 100

	expect_status 0
	expect_output "$U1	mtty mtty-1, not defined, running"
}

@test "values are printed without running a script" {
	mkdir -p "$LIB/scripts.d/callouts"
	printf '#!/bin/sh\ntouch %s/ran\n' "$BATS_TEST_TMPDIR" >"$LIB/scripts.d/callouts/script"
	chmod 755 "$LIB/scripts.d/callouts/script"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	rm -f "$BATS_TEST_TMPDIR/ran"

	for option in uuid parent type addattr index; do
		mdevadm complete "$option" -- modify -u "$U1" --live
	done

	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "each command is told of the devices that it can do something with" {
	three_states

	while read -r command uuids; do
		# shellcheck disable=SC2086
		run mdevadm complete uuid -- ${command//_/ }
		output=$(cut -c 1 <<<"$output" | sort | tr -d '\n')
		expect_output "$uuids"
	done <<-END
		define 3
		undefine 12
		modify 12
		modify_--live 23
		start 1
		stop 23
		list 23
		list_--defined 12
		stop_--uuid 23
		list_-dp_mtty_-u 1
		list_-u_${U3}_--uuid 2
	END
}

@test "parents are told with their types, why they are held, and if they are not there" {
	needs_sim "the parents of a simulator"
	mdevadm hold mtty --reason "new cable"
	mdevadm define -u "$U1" -p absent -t t

	run mdevadm complete parent -- drain

	expect_contains "0000:00:02.0	2 types"
	expect_contains "mtty	2 types, held: new cable"
	expect_contains "absent	not there"
}

@test "types are told with the name and what is left" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm complete type -- start -p mtty

	expect_output "mtty-1	Single port serial, 23 available
mtty-2	Dual port serial, 11 available"
}

@test "a type that several parents have is told once, with the sum" {
	needs_sim "two cards"
	mount_sim two-gpus

	run mdevadm complete type -- start

	[ "$(grep nvidia-41 <<<"$output")" = "nvidia-41	GRID V100D-32Q, 2 available" ] ||
		fail_with "it is not"
}

@test "types of a defined device are those of its parent" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm complete type -- modify -u "$U1" -t

	output=$(cut -f 1 <<<"$output")
	expect_output "mtty-1
mtty-2"
}

@test "attributes are told of the device, then of others of its type" {
	define_raw mtty "$U1" '{"mdev_type": "a", "attrs": [{"x": "1"}, {"y": "2"}]}'
	define_raw mtty "$U2" '{"mdev_type": "a", "attrs": [{"y": "3"}, {"z": "4"}]}'
	define_raw mtty "$U3" '{"mdev_type": "b", "attrs": [{"other": "5"}]}'

	run mdevadm complete addattr -- modify -u "$U2"

	output=${output//=$'\t'/$'\t'}
	expect_output "y	3
z	4
x	1"
}

@test "indexes are told with what is there, and the end where something can be added" {
	define_raw mtty "$U1" '{"mdev_type": "a", "attrs": [{"x": "1"}, {"y": "2"}]}'

	run mdevadm complete index -- modify -u "$U1" --delattr -i
	expect_output "0	x=1
1	y=2"

	run mdevadm complete index -- modify -u "$U1" --addattr z --value 1 --index
	expect_output "0	x=1
1	y=2
2	at the end"
}

@test "a name with control characters is not told, and a description shows them escaped" {
	mkdir -p "$ETC/new"$'\n'"line" "$ETC/tab"$'\t'"tab"
	define_raw mtty "$U1" '{"mdev_type": "a", "attrs": [{"x": "1\n\u001b[31mred\t"}]}'
	cp "$ETC/mtty/$U1" "$ETC/new"$'\n'"line/$U2"

	run mdevadm complete index -- modify -u "$U1"
	expect_output '0	x=1\x0a\x1b[31mred\x09'
	run mdevadm complete uuid -- wait
	[ "${#lines[@]}" -le 2 ]
	run mdevadm complete parent -- wait
	[[ "$output" != *tab* && "$output" != *line* ]] || fail_with "they are told"
}

# --- in the shells: commands and options ---

commands_are_offered() {
	local line

	for line in "mdevadm st" "mdevctl --root / st" "mdevadm help st"; do
		expect_offered "$1" "$line" "start	create a device, defined or not" \
			"start-parent-mdevs	start the devices of a parent that are defined as auto" \
			"status	compare what runs with what is defined, and say who uses it" \
			"stop	remove a device; its definition stays"
	done
}
@test "bash: commands are offered" { commands_are_offered bash; }
@test "zsh: commands are offered" { commands_are_offered zsh; }
@test "fish: commands are offered" { commands_are_offered fish; }

hidden_commands_are_not() {
	needs_shell "$1"
	run offered "$1" "mdevadm "
	[[ "$output" == *define* && "$output" == *help* ]] || fail_with "nothing is offered"
	[[ "$output" != *completions* ]] || fail_with "it is offered"
}
@test "bash: hidden commands are not offered" { hidden_commands_are_not bash; }
@test "zsh: hidden commands are not offered" { hidden_commands_are_not zsh; }
@test "fish: hidden commands are not offered" { hidden_commands_are_not fish; }

# zsh shows both names in one line.
options_are_of_the_command() {
	needs_shell "$1"
	run offered "$1" "mdevadm resume --"
	[[ "$output" =~ --abandon\ *(-)*$'\t'"lift the hold, and start nothing" ]] ||
		fail_with "its own is not offered"
	[[ "$output" =~ --root\ *$'\t'"work on the files below DIR" ]] ||
		fail_with "a common one is not offered"
	[[ "$output" != *--uuid* && "$output" != *--parent* ]] ||
		fail_with "another command's is offered"
}
@test "bash: a command's options are offered, and no other" { options_are_of_the_command bash; }
@test "zsh: a command's options are offered, and no other" { options_are_of_the_command zsh; }
@test "fish: a command's options are offered, and no other" { options_are_of_the_command fish; }

lsmdev_is_list() {
	three_states
	needs_shell "$1"
	run offered "$1" "lsmdev --"
	[[ "$output" == *--defined* && "$output" != *--reason* ]] || fail_with "it is not"
	expect_offered "$1" "lsmdev -d --uuid " "$U1	mtty mtty-1, auto, not running" \
		"$U2	matrix vfio_ap-passthrough, manual, running"
}
@test "bash: lsmdev has list's options" { lsmdev_is_list bash; }
@test "zsh: lsmdev has list's options" { lsmdev_is_list zsh; }
@test "fish: lsmdev has list's options" { lsmdev_is_list fish; }

# --- in the shells: values ---

devices_are_offered() {
	three_states
	expect_offered "$1" "mdevadm stop --uuid " \
		"$U2	matrix vfio_ap-passthrough, manual, running" \
		"$U3	0000:00:02.0 i915-GVTg_V5_8, not defined, running"
	expect_values "$1" "mdevctl stop -u " "$U2" "$U3"
}
@test "bash: devices are offered, with what they are" { devices_are_offered bash; }
@test "zsh: devices are offered, with what they are" { devices_are_offered zsh; }
@test "fish: devices are offered, with what they are" { devices_are_offered fish; }

types_are_of_the_parent() {
	expect_offered "$1" "mdevadm define --parent=mtty -t " \
		"mtty-1	Single port serial, 24 available" "mtty-2	Dual port serial, 12 available"
	expect_values "$1" "mdevadm start -p mtty -ft " mtty-1 mtty-2
}
@test "bash: types are offered that the parent has" { types_are_of_the_parent bash; }
@test "zsh: types are offered that the parent has" { types_are_of_the_parent zsh; }
@test "fish: types are offered that the parent has" { types_are_of_the_parent fish; }

attributes_are_offered() {
	three_states
	expect_offered "$1" "mdevadm modify -u $U2 --delattr --index " \
		"0	assign_adapter=5" "1	assign_domain=0xab"
	needs_shell "$1"
	run offered "$1" "mdevadm modify -u $U2 --addattr "
	output=${output//=$'\t'/$'\t'}
	expect_output "assign_adapter	5
assign_domain	0xab"
}
@test "bash: attributes and indexes are offered" { attributes_are_offered bash; }
@test "zsh: attributes and indexes are offered" { attributes_are_offered zsh; }
@test "fish: attributes and indexes are offered" { attributes_are_offered fish; }

root_is_honoured() {
	mkdir -p "$BATS_TEST_TMPDIR/my root/etc/mdevctl.d/there"
	printf '{"mdev_type": "t"}' >"$BATS_TEST_TMPDIR/my root/etc/mdevctl.d/there/$U1"
	printf '{"mdev_type": "u"}' >"$BATS_TEST_TMPDIR/my root/etc/mdevctl.d/there/$U2"
	mdevadm define -u "$U3" -p mtty -t mtty-1

	expect_values "$1" "mdevadm --root 'my root' start -u " "$U1" "$U2"
	expect_values "$1" "mdevadm start --root=my\\ root -u " "$U1" "$U2"
	expect_values "$1" "mdevadm start --base \"etc=$BATS_TEST_TMPDIR/my root/etc/\" -u " "$U1" "$U2"
	expect_values "$1" "mdevadm start --root absent -u "
}
@test "bash: the directories that are given are looked into" { root_is_honoured bash; }
@test "zsh: the directories that are given are looked into" { root_is_honoured zsh; }
@test "fish: the directories that are given are looked into" { root_is_honoured fish; }

kinds_of_values_are_known() {
	mkdir -p dirs/one dirs/two
	touch dirs/file dirs/one/1 dirs/one/2
	expect_values "$1" "mdevadm define --jsonfile dirs/one/" "${@:2:2}"
	expect_values "$1" "mdevadm check --offline dirs/one/" "${@:2:2}"
	expect_values "$1" "mdevadm check dirs/file -f dirs/one/" "${@:2:2}"
	expect_values "$1" "mdevadm list --root dirs/" "${@:4:2}"
	needs_shell "$1"
	run offered "$1" "mdevadm list --base "
	expect_contains "etc=	$MDEVADM_ROOT/etc"
	expect_contains "proc=	$MDEVADM_ROOT/proc"
	expect_values "$1" "mdevadm stop --timeout "
}
@test "bash: files, directories and keys are offered where they are meant" {
	kinds_of_values_are_known bash dirs/one/1 dirs/one/2 dirs/one dirs/two
}
@test "fish: files, directories and keys are offered where they are meant" {
	kinds_of_values_are_known fish dirs/one/1 dirs/one/2 dirs/one/ dirs/two/
}
@test "zsh: files, directories and keys are completed where they are meant" {
	mkdir -p dirs/one
	touch dirs/file dirs/one/file

	expect_completed zsh $'mdevadm define --jsonfile dirs/one/f\t' \
		"mdevadm define --jsonfile dirs/one/file "
	expect_completed zsh $'mdevadm check dirs/file dirs/one/f\t' \
		"mdevadm check dirs/file dirs/one/file "
	expect_completed zsh $'mdevadm list --root=dirs/\t' "mdevadm list --root=dirs/one/"
	expect_completed zsh $'mdevadm list --base=e\tdirs/\t' "mdevadm list --base=etc=dirs/one/"
}

commands_behind_drain() {
	printf '#!/bin/sh\n' >"$BIN/mdev-test-command"
	chmod 755 "$BIN/mdev-test-command"
	expect_values "$1" "mdevadm drain --reason why mtty -- mdev-test-c" mdev-test-command
	expect_values "$1" "mdevadm hold mtty -- mdev-test-c"
	expect_values "$1" "mdevadm drain mtty mdev-test-c"
}
@test "bash: behind -- drain is offered commands" { commands_behind_drain bash; }
@test "fish: behind -- drain is offered commands" { commands_behind_drain fish; }
@test "zsh: behind -- drain has commands completed" {
	printf '#!/bin/sh\n' >"$BIN/mdev-test-command"
	chmod 755 "$BIN/mdev-test-command"

	expect_completed zsh $'mdevadm drain mtty -- mdev-test-c\t' \
		"mdevadm drain mtty -- mdev-test-command "
	expect_completed zsh $'mdevadm hold mtty -- mdev-test-c\t' \
		"mdevadm hold mtty -- mdev-test-c"
}

# --- on a terminal ---

colons_are_no_obstacle() {
	needs_sim "parents with colons"
	expect_completed "$1" $'mdevadm types -p 0000:00\t' "mdevadm types -p 0000:00:02.0 "
	expect_completed "$1" $'mdevadm types --parent=0000:\t' "mdevadm types --parent=0000:00:02.0 "
	expect_completed "$1" $'mdevadm types -p "0000:00\t' 'mdevadm types -p "0000:00:02.0" '
	expect_completed "$1" $'mdevadm types -p 0000\\:00\t' "mdevadm types -p 0000:00:02.0 "
	expect_completed "$1" $'mdevadm drain 0000:0\t' "mdevadm drain 0000:00:02.0 "
}
@test "bash: a colon in a parent's name is no obstacle" { colons_are_no_obstacle bash; }
@test "zsh: a colon in a parent's name is no obstacle" { colons_are_no_obstacle zsh; }
@test "fish: a colon in a parent's name is no obstacle" {
	needs_sim "parents with colons"
	expect_offered fish "mdevadm types --parent=0000:" "--parent=0000:00:02.0	2 types"
	expect_offered fish "mdevadm drain 0000:0" "0000:00:02.0	2 types"
}

hostile_parent() {
	mkdir "$ETC/$HOSTILE"
	printf '{"mdev_type": "%s"}' '`touch BAD`' >"$ETC/$HOSTILE/$U1"
	printf '{"mdev_type": "%s"}' 't' >"$ETC/$HOSTILE/$U2"
}
nothing_was_run() { [ ! -e BAD ] || fail_with "it was run"; }

@test "bash: a name with special characters is quoted, and never run" {
	hostile_parent

	expect_completed bash $'mdevadm list -p \\$\t' \
		'mdevadm list -p \$\(touch\ BAD\)\ \`touch\ BAD\`\ a\'\''b\"c '
	expect_completed bash $'mdevadm list -p "\\$\t' \
		'mdevadm list -p "\$(touch BAD) \`touch BAD\` a'\''b\"c" '
	expect_completed bash $'mdevadm list -p \'$\t' \
		'mdevadm list -p '\''$(touch BAD) `touch BAD` a'\''\'\'''\''b"c'\'' '
	expect_values bash "mdevadm start -u " "$U1" "$U2"
	nothing_was_run
}
@test "zsh: a name with special characters is quoted, and never run" {
	hostile_parent

	expect_completed zsh $'mdevadm list -p \\$\t' \
		'mdevadm list -p \$\(touch\ BAD\)\ \`touch\ BAD\`\ a\'\''b\"c '
	expect_completed zsh $'mdevadm list -p \'$\t' \
		'mdevadm list -p '\''$(touch BAD) `touch BAD` a'\''\'\'''\''b"c'\'' '
	expect_values zsh "mdevadm start -u " "$U1" "$U2"
	nothing_was_run
}
@test "fish: a name with special characters is offered as it is, and never run" {
	hostile_parent
	mkdir "$ETC/(touch BAD)"
	cp "$ETC/$HOSTILE/$U1" "$ETC/(touch BAD)/$U3"

	expect_values fish 'mdevadm list -p \$' "$HOSTILE"
	expect_values fish 'mdevadm list -p \(' '(touch BAD)'
	expect_values fish "mdevadm start -u " "$U1" "$U2" "$U3"
	nothing_was_run
}

typed_commands_are_not_run() {
	expect_values "$1" 'mdevadm --root "$(touch BAD)" start -u '
	expect_values "$1" 'mdevadm --root $(touch BAD) start -p `touch BAD` -u '
	nothing_was_run
}
@test "bash: what is typed is not run" { typed_commands_are_not_run bash; }
@test "zsh: what is typed is not run" { typed_commands_are_not_run zsh; }
@test "fish: what is typed is not run" {
	expect_values fish 'mdevadm --root (touch BAD) start -u '
	nothing_was_run
}

silent_without_program() {
	rm "$BIN/mdevadm"
	expect_values "$1" "mdevadm stop -u "
}
@test "bash: without the program nothing is said" { silent_without_program bash; }
@test "zsh: without the program nothing is said" {
	rm "$BIN/mdevadm"

	run typed_in zsh $'mdevadm stop -u \t'

	expect_contains "LINE: <mdevadm stop -u >"
	[[ "$output" != *"not found"* ]] || fail_with "it is"
}
@test "fish: without the program nothing is said" { silent_without_program fish; }

@test "bash: descriptions are left out where values are inserted one after the other" {
	needs_shell bash
	run bash --norc --noprofile -c 'source "$COMPLETIONS/mdevadm.bash"
		COMP_LINE="mdevadm st" COMP_POINT=10 COMP_TYPE=37
		_mdevadm
		printf "%s\n" "${COMPREPLY[@]}"'

	expect_output "start
stop
status
start-parent-mdevs"
}

@test "bash: one candidate for several things is offered once" {
	define_raw one "$U1" '{"mdev_type": "a"}'
	define_raw two "$U1" '{"mdev_type": "b"}'

	expect_values bash "mdevadm start -u " "$U1"
}
