#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# The tables of list, types, parents and status; in a terminal and in a pipe.

load lib/common
load lib/life
load lib/table

# What is shown in a terminal of 80 columns, with its escapes.
in_terminal() { script -qec "stty cols ${COLUMNS_OF:-80}; $(printf '%q ' "$MDEVADM" "$@")" /dev/null </dev/null | tr -d '\r'; }
ESCAPE=$'\e'

@test "columns are chosen, in the order given" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm list --columns type,uuid,type
	expect_status 0
	expect_output "TYPE   UUID
mtty-1 $U1"
	run mdevadm list --columns TYPE --noheadings
	expect_output "mtty-1"
}

@test "a plus adds columns to those that are shown" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run squeezed mdevadm status --columns +driver

	expect_output "UUID PARENT TYPE START STATE FLAGS DRIVER
$U1 mtty mtty-1 - running ${FLAGS:-idle} mtty"
}

@test "a column that is not there is an error, which names the nearest" {
	run mdevadm list --columns uuid,parnt

	expect_status 2
	expect_output "mdevadm: --columns: there is no column 'parnt'
hint: did you mean 'parent'? '--columns help' lists them"
	run mdevadm list --columns ""
	expect_status 2
}

@test "the columns are listed with what they mean" {
	for command in list types parents status; do
		run mdevadm $command --columns help
		expect_status 0
		expect_contains "* parent "
	done
}

@test "a raw table has one word in a cell" {
	mount_sim two-gpus

	run mdevadm types --raw --columns type,name,description
	expect_status 0
	[ "$(awk '{ print NF }' <<<"$output" | sort -u)" = 3 ]
	expect_contains 'GRID\x20'
}

@test "a list without an option for tables is as mdevctl's" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"

	run mdevadm list

	expect_output "$U1 mtty mtty-1 manual (defined)"
}

@test "there is no colour in a pipe unless it is asked for" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm status
	[[ "$output" != *"$ESCAPE"* ]]
	run mdevadm status --color always
	expect_contains "${ESCAPE}[32mrunning"
	run mdevadm status --color sometimes
	expect_status 2
}

@test "a terminal gets colours, unless NO_COLOR or --color never says otherwise" {
	needs script
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run in_terminal status
	expect_contains "${ESCAPE}[32mrunning"
	NO_COLOR=1 run in_terminal status
	[[ "$output" != *"${ESCAPE}[32m"* ]]
	run in_terminal status --color never
	[[ "$output" != *"${ESCAPE}[32m"* ]]
}

@test "the memory of a card is a bar on a terminal, and a number in a pipe" {
	needs script
	mount_sim sriov
	mdevadm start -u "$U1" -p 0000:06:00.4 -t nvidia-36

	run in_terminal parents --columns parent,use --noheadings
	expect_contains "0000:06:00.0 [##....]"
	run mdevadm parents --columns parent,use --noheadings
	expect_contains "0000:06:00.0 25%"
}

@test "no line is longer than the terminal" {
	needs script
	mount_sim sriov
	mdevadm start -u "$U1" -p 0000:06:00.4 -t nvidia-36

	for command in parents "parents --types" "parents --tree" status "status --tree"; do
		# shellcheck disable=SC2086
		LC_ALL=C run in_terminal $command --color never
		[ "$(wc -L <<<"$output")" -le 80 ] || fail_with "$command: longer than 80"
	done
}

@test "a tree is drawn in what the terminal's character set has" {
	mount_sim sriov

	LC_ALL=C run mdevadm parents --tree --columns parent
	expect_contains '`-0000:06:00.6'
	LC_ALL=C.UTF-8 run mdevadm parents --tree --columns parent
	expect_contains "└─0000:06:00.6"
}

@test "types are a tree below card and parent" {
	mount_sim sriov

	LC_ALL=C run squeezed mdevadm types --tree --columns parent,room --noheadings

	expect_contains "0000:06:00.0
|-nvidia-36 4"
	expect_contains '`-0000:06:00.6
 |-nvidia-36 -'
}

@test "tables and --json or --dumpjson exclude each other" {
	for options in "--json --tree" "--dumpjson --columns uuid" "--raw --tree" "--json --color always"; do
		# shellcheck disable=SC2086
		run --separate-stderr mdevadm list $options
		expect_status 2
	done
}

@test "where libsmartcols is missing it is said which package has it" {
	printf 'int x;' | cc -shared -fPIC -x c - -o "$BATS_TEST_TMPDIR/libsmartcols.so.1"

	LD_LIBRARY_PATH=$BATS_TEST_TMPDIR run mdevadm list --tree

	expect_status 1
	expect_contains "the library 'libsmartcols.so.1' has no 'scols_new_table'"
	expect_contains "libsmartcols1"
}

@test "where libudev is missing parents are listed without the hardware's names" {
	printf 'int x;' | cc -shared -fPIC -x c - -o "$BATS_TEST_TMPDIR/libudev.so.1"

	LD_LIBRARY_PATH=$BATS_TEST_TMPDIR run mdevadm parents --columns parent,hardware --noheadings

	expect_status 0
	expect_contains "warning: what hardware is called is left out: the library 'libudev.so.1' has no 'udev_new'"
	expect_contains "mtty         -"
}
