#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# The documents tell the truth: man/*, README.md and docs/*.md.
#
# An example is a `.Bd -literal` block whose first line begins with "# " or "$ ", or a ```console
# block. Lines that begin so are commands; one goes on in the next line behind a "\" or "|" at its
# end. What follows is all that it prints, on both streams; "..." is anything. It exits with 0,
# unless an error is shown ("mdevadm: cannot ..."), or the next command is "echo $?", which shows
# how it ended.
#
# Each heading begins with a simulated machine of its own, tests/sim/descriptions/two-gpus.json.
# Its files have their usual paths in commands: /etc/mdevctl.d, /usr/lib/mdevctl, /run. What an
# example needs beyond that is in a comment before it, .\" in a page and <!-- --> in Markdown:
#
#   machine: NAME     another machine, tests/sim/descriptions/NAME.json
#   before: COMMAND   is run, and not shown
#   file: PATH        the next block is that file's text; a program if it begins with "#!"
#
# Of ```ini blocks the program's calls are run (ExecStart=), and ```sh blocks, which are for other
# machines, are read by the shell.

load lib/common
load lib/documents

setup() {
	needs_sim "machines of its own"
	unset MDEVADM_LOCK_TIMEOUT MDEVADM_NESTED MDEVADM_LOG MDEVCTL_ENV_ROOT MDEVCTL_LOG
}
teardown() { unmount_below "$BATS_TEST_TMPDIR"; }

@test "the manual pages have no faults" {
	run mandoc -T lint -W style "$SOURCE"/man/*

	# Which others are installed here says nothing about ours.
	findings=$(grep -vE 'referenced manual not found|outdated mandoc.db' <<<"$output" || true)
	[ -z "$findings" ] || fail_with "$findings"
}

@test "no line of a manual page is wider than 80 columns" {
	for page in "$SOURCE"/man/*; do
		# Without what makes letters bold.
		output=$(mandoc -T ascii -O width=78 "$page" | sed 's/.\x08//g' | awk 'length > 80')
		[ -z "$output" ] || fail_with "some of $page are"
	done
}

@test "a page is where its name and section say" {
	for page in "$SOURCE"/man/*; do
		name=$(basename "$page")
		title=$(sed -n 's/^\.Dt //p' "$page")

		[ "${title,,}" = "${name%.*} ${name##*.}" ] || fail_with "$name: .Dt $title"
		[ "$(sed -n 's/^\.Nm //p' "$page" | head -n 1)" = "${name%.*}" ]
	done
}

@test "pages refer to pages that are there" {
	grep -hoE '^\.Xr [^ ]+ [0-9]' "$SOURCE"/man/* | sort -u >"$BATS_TEST_TMPDIR/references"
	while read -r _ name section; do
		case $name in
		mdev* | lsmdev) [ -e "$SOURCE/man/$name.$section" ] || fail_with "$name($section)" ;;
		esac
	done <"$BATS_TEST_TMPDIR/references"
}

@test "mdevadm(8) has all commands that help has" {
	run mdevadm --help

	awk 'on && !NF { exit } on { print $1 } /^Commands:/ { on = 1 }' <<<"$output" \
		>"$BATS_TEST_TMPDIR/commands"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/commands")" -gt 10 ]
	while read -r command; do
		sections_in_page "$SOURCE/man/mdevadm.8" COMMANDS | grep -qx -- "$command" ||
			fail_with "no section '$command'"
	done <"$BATS_TEST_TMPDIR/commands"
}

@test "all commands of mdevadm(8) are there" {
	failures=
	for command in $(sections_in_page "$SOURCE/man/mdevadm.8" COMMANDS); do
		run mdevadm help "$command"
		[ "$status" -eq 0 ] || failures+=" $command"
	done
	[ -z "$failures" ] || fail_with "there is no:$failures"
}

@test "mdevadm(8) has each command's options, and no others" {
	failures=
	for command in $(sections_in_page "$SOURCE/man/mdevadm.8" COMMANDS); do
		[ "$command" != help ] || continue
		mdevadm help "$command" >"$BATS_TEST_TMPDIR/help" 2>/dev/null || true
		difference=$(diff -U0 <(options_in_help <"$BATS_TEST_TMPDIR/help") \
			<(options_in_page "$SOURCE/man/mdevadm.8" Ss "$command") | grep '^[-+][^-+]*-' |
			grep -v '^\(---\|+++\) ' || true)
		[ -z "$difference" ] || failures+="$command: (-: only in help, +: only in the page)
$difference
"
	done
	[ -z "$failures" ] || fail_with "$failures"
}

@test "mdevadm-check(7) has all findings, and no others" {
	{
		echo cannot-tell
		sed -nE 's/^\t\{ "([a-z-]+)", [a-z_]+ \},$/\1/p' "$SOURCE"/src/ops/check_*.c
	} | sort -u >"$BATS_TEST_TMPDIR/rules"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/rules")" -gt 40 ]

	diff "$BATS_TEST_TMPDIR/rules" <(sed -n 's/^\.It Sy //p' "$SOURCE/man/mdevadm-check.7" | sort)
}

# One that no test finds may be wrong.
@test "each finding is found by a test" {
	failures=
	while read -r finding; do
		grep -q -- "\b$finding\b" "$BATS_TEST_DIRNAME"/check*.bats || failures+=" $finding"
	done < <(sed -n 's/^\.It Sy //p' "$SOURCE/man/mdevadm-check.7")
	[ -z "$failures" ] || fail_with "no test has:$failures"
}

@test "mdevadm(8) has an example of each command, in its section" {
	for command in $(sections_in_page "$SOURCE/man/mdevadm.8" COMMANDS); do
		awk -f "$LIBRARY/examples.awk" "$SOURCE/man/mdevadm.8" |
			awk -F "\037" -v of="$command" '
				$1 == "section" { on = $3 == of }
				on && $1 == "command" && $3 ~ "^mdevadm " of "( |$)" { found = 1 }
				END { exit !found }' || fail_with "none of $command"
	done
}

@test "mdevadm(8) has the options of all commands" {
	for command in list drain; do
		diff <(mdevadm help "$command" | common_options_in_help) \
			<(options_in_page "$SOURCE/man/mdevadm.8" Sh OPTIONS)
	done
}

@test "lsmdev(8) has its options" {
	diff <(called_as lsmdev --help | options_in_help) \
		<(options_in_page "$SOURCE/man/lsmdev.8" Sh DESCRIPTION)
}

@test "what mdevctl(8) shows of a command, that command has" {
	awk '/^\.Sh DESC/ { exit } /^\.Cm / { command = $2 }
		/^\.Op Fl|^\.Fl/ { for (i = 1; i < NF; i++) if ($i == "Fl") print command, $(i + 1) }' \
		"$SOURCE/man/mdevctl.8" >"$BATS_TEST_TMPDIR/shown"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/shown")" -gt 30 ]

	while read -r command option; do
		run called_as mdevctl "$command" --help
		grep -qE -- "(^| )-$option([,= ]|$)" <<<"$output" || fail_with "$command has no -$option"
	done <"$BATS_TEST_TMPDIR/shown"
}

@test "mdevsim(1) has its options" {
	diff <("$MDEVSIM" --help | sed -E 's/ (FILE|DIR) /=\1 /' | cut_options) \
		<(options_in_page "$SOURCE/man/mdevsim.1" Sh DESCRIPTION)
}

@test "the examples of mdevadm(8) do what is written" {
	examples_work "$SOURCE/man/mdevadm.8"
}

@test "the examples of the other manuals do what is written" {
	for page in "$SOURCE"/man/*; do
		case $page in */mdevadm.8) ;; *) pages+=("$page") ;; esac
	done

	examples_work "${pages[@]}"
}

@test "the examples of README.md do what is written" {
	examples_work "$SOURCE/README.md"
}

@test "the examples of docs do what is written" {
	examples_work "$SOURCE"/docs/*.md
}
