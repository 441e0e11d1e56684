#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# Help, versions and the names that the program has.

load lib/common
load lib/usage

# --- help and version ---

@test "--help and -h print help, and exit with 0" {
	for option in --help -h; do
		run mdevadm $option

		expect_status 0
		expect_line 0 "Usage: mdevadm [OPTION...] COMMAND"
		expect_contains "  modify             change a definition, or a running device"
		expect_contains "'mdevadm COMMAND --help' lists a command's options."
	done
}

@test "help and help COMMAND print what --help does, and exit with 0" {
	run mdevadm help
	expect_status 0
	[ "$output" = "$(mdevadm --help)" ]

	for command in $COMMANDS drain resume hold wait; do
		run mdevadm help "$command"

		expect_status 0
		[ "$output" = "$(mdevadm "$command" --help)" ] || fail_with "another text"
	done
}

@test "help of what is no command is refused, and the near one is named" {
	run mdevadm help sttart

	expect_status 2
	expect_output "mdevadm: there is no command 'sttart'
hint: did you mean 'start'?"
}

@test "help takes one command" {
	refuses "'stop' is one argument too many" types stop
	run mdevadm help list stop
	expect_status 2
	expect_line 0 "mdevadm: 'stop' is one argument too many"
}

@test "help says what a command does, and what it cannot do without" {
	run mdevadm undefine --help
	expect_line 1 "Remove a definition; a running device stays."
	expect_line 2 "Required: --uuid or --all"

	run mdevadm start --help
	expect_line 2 "Required: --uuid, --parent, --type or --all"
	[ "$(grep -c Required: <<<"$output")" = 1 ] || fail_with "and more is required"

	run mdevadm hold --help
	expect_line 0 "Usage: mdevadm hold [OPTION...] PARENT"
	expect_line 2 "Required: PARENT"
	expect_line 3 "Required: --reason"

	run mdevadm list --help
	[[ "$output" != *Required:* ]] || fail_with "list needs nothing"
}

@test "help fits into 80 columns" {
	for command in "" $COMMANDS drain resume hold wait; do
		# shellcheck disable=SC2086
		run mdevadm $command --help

		[ -z "$(awk 'length > 80' <<<"$output")" ] || fail_with "a line is longer"
	done
}

@test "help names no hidden command" {
	run mdevadm --help

	[[ "$output" != *"completion script"* && "$output" != *"on a command line"* ]] || fail_with "it does"
}

@test "--help and -h of every command print its help, and exit with 0" {
	for command in $COMMANDS; do
		for option in --help -h; do
			run mdevadm "$command" $option

			expect_status 0
			[[ "${lines[0]}" == "Usage: mdevadm $command [OPTION...]"* ]] ||
				fail_with "no usage of $command"
		done
	done
}

@test "help has every option of mdevctl's" {
	local -A options=(
		[define]="--uuid= --auto --parent= --type= --jsonfile= --force"
		[undefine]="--uuid= --parent= --force"
		[modify]="--uuid= --parent= --type= --addattr= --delattr --index= --value= --auto
			--manual --live --defined --jsonfile= --force"
		[start]="--uuid= --parent= --type= --jsonfile= --force"
		[stop]="--uuid= --force"
		[list]="--defined --dumpjson --verbose --uuid= --parent="
		[types]="--parent= --dumpjson"
	)

	for command in "${!options[@]}"; do
		run mdevadm "$command" --help
		for option in ${options[$command]} --help --version; do
			expect_contains " $option"
		done
	done
}

@test "help goes to standard output" {
	run --separate-stderr mdevadm define --help

	[ -n "$output" ] && [ -z "$stderr" ]
}

@test "libvirt's probe for live updates gets help" {
	run mdevadm modify --defined --live --jsonfile b --help

	expect_status 0
	expect_line 0 "Usage: mdevadm modify [OPTION...] UUID..."
}

@test "--help counts even if other options have impossible values" {
	run mdevadm modify -u nonsense -p ../x --index many --lock-timeout soon --help

	expect_status 0
	expect_line 0 "Usage: mdevadm modify [OPTION...] UUID..."
}

@test "--help counts even if --base has an impossible value" {
	run mdevadm list --base nonsense --help

	expect_status 0
	expect_line 0 "Usage: mdevadm list [OPTION...] UUID..."
}

@test "--help counts even if other options exclude each other" {
	run mdevadm modify --auto --manual --delattr --value 1 --help

	expect_status 0
}

@test "--help counts even if an argument is too many" {
	run mdevadm list more --help

	expect_status 0
}

@test "--help counts wherever it stands" {
	run mdevadm modify --help --live
	expect_status 0
	run mdevadm modify --help --bogus
	expect_status 0
}

@test "--help and -h are no values" {
	for option in --help -h; do
		for command in "modify --jsonfile" "modify -u" "stop --all --timeout" "hold mtty --reason"; do
			# shellcheck disable=SC2086
			run mdevadm $command $option

			expect_status 0
			expect_line 0 "Usage: mdevadm ${command%% *} [OPTION...]$(
				[[ $command == hold* ]] && echo ' PARENT' || echo ' UUID...')"
		done
	done
}

@test "--help counts even if an option is given twice" {
	run mdevadm modify -u "$U1" -u "$U2" --help

	expect_status 0
}

@test "--help behind -- is no option" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm drain mtty -- printf '%s' --help

	expect_status 0
	expect_output --help
}

@test "--help does nothing else" {
	mdevadm define -p mtty -u "$U1" -t mtty-1 --help

	[ -z "$(ls "$ETC")" ]
}

@test "--version and -V print the version, everywhere" {
	for command in "" $COMMANDS; do
		for option in --version -V; do
			# shellcheck disable=SC2086
			run mdevadm $command $option

			expect_status 0
			[[ "$output" =~ ^mdevadm\ [0-9]+\.[0-9]+\.[0-9]+$ ]] ||
				fail_with "no version"
		done
	done
}

@test "--help and --version need none of the directories" {
	for option in --help --version; do
		run mdevadm --root "$BATS_TEST_TMPDIR/absent" $option
		expect_status 0
		run mdevadm list --root "$BATS_TEST_TMPDIR/absent" $option
		expect_status 0
	done
	[ ! -e "$BATS_TEST_TMPDIR/absent" ]
}

@test "--help does not care for MDEVADM_LOCK_TIMEOUT" {
	MDEVADM_LOCK_TIMEOUT=soon run mdevadm list --help

	expect_status 0
}

# --- called by other names ---

@test "called as mdevctl, --version tells the version that it stands for" {
	own=$(mdevadm --version)

	for option in --version -V; do
		run called_as mdevctl $option

		expect_status 0
		expect_output "mdevctl 1.4.0 ($own)"
	done
}

@test "called as mdevctl, every command has the same version" {
	own=$(mdevadm --version)

	for command in $COMMANDS; do
		run called_as mdevctl "$command" --version

		expect_status 0
		expect_output "mdevctl 1.4.0 ($own)"
	done
}

@test "called as lsmdev, --version tells the version that it stands for" {
	run called_as lsmdev --version

	expect_status 0
	expect_output "lsmdev 1.4.0 ($(mdevadm --version))"
}

@test "called as mdevctl it has the command help" {
	run called_as mdevctl help stop

	expect_status 0
	expect_line 0 "Usage: mdevctl stop [OPTION...]"
}

@test "called as mdevctl, help shows that name" {
	run called_as mdevctl define --help

	expect_status 0
	expect_line 0 "Usage: mdevctl define [OPTION...]"
}

@test "called as mdevctl it does the same" {
	called_as mdevctl define --uuid "$U1" --parent mtty --type mtty-1
	called_as mdevctl modify --uuid "$U1" --auto
	called_as mdevctl start --uuid "$U1"

	run called_as mdevctl list

	expect_status 0
	expect_output "$U1 mtty mtty-1 auto (defined)"
	[ "$(mdevadm list)" = "$output" ]
}

@test "called as mdevctl, errors begin with that name" {
	run called_as mdevctl start -u "$ABSENT"

	expect_status 3
	[[ "${lines[0]}" == "mdevctl: cannot start $ABSENT: "* ]] || fail_with "they do not"
}

@test "called as mdevctl it answers libvirt's probe" {
	run called_as mdevctl modify --defined --live --jsonfile b --help

	expect_status 0
}

@test "called as lsmdev it is list" {
	mdevadm define -u "$U1" -p absent -t t --auto

	run called_as lsmdev -d

	expect_status 0
	expect_output "$U1 absent t auto"
}

@test "called as lsmdev it takes list's options" {
	mdevadm define -u "$U1" -p absent -t t
	mdevadm define -u "$U2" -p absent -t t

	run called_as lsmdev --defined --uuid="$U2" --parent absent --verbose
	expect_output "$U2 absent t manual"

	run called_as lsmdev --defined --dumpjson -u "$ABSENT"
	expect_output "[]"
}

@test "called as lsmdev it takes no command" {
	run called_as lsmdev list

	expect_status 2
	expect_output "lsmdev: 'list' is one argument too many
hint: 'mdevadm list --help' lists the options"
}

@test "called as lsmdev, help is list's" {
	run called_as lsmdev --help

	expect_status 0
	expect_line 0 "Usage: lsmdev [OPTION...]"
	expect_contains " --dumpjson"
}
