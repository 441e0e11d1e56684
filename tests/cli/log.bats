#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What MDEVADM_LOG=debug tells those who report a fault.

load lib/common

@test "nothing is told of what a run does unless it is asked for" {
	for level in "" off error info; do
		MDEVADM_LOG=$level run --separate-stderr mdevadm define -u "$U1" -p mtty -t mtty-1

		[ "$stderr" = "" ] || return 1
		mdevadm undefine -u "$U1"
	done
}

@test "the debug log has each lock, look and write with its answer, and how the run ended" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	MDEVADM_LOG=debug run --separate-stderr mdevadm start -u "$U1"

	[ "$status" -eq 0 ]
	[ "$output" = "" ]
	[[ ${stderr_lines[0]} == *"called as "*"'start', '-u', '$U1'" ]]
	[[ $stderr == *"] lock parent 'mtty' shared: had ("*" ms)"* ]]
	[[ $stderr == *"] lock device $U1: had ("*" ms)"* ]]
	[[ $stderr == *"] look for '$ETC/mtty/$U1': there ("*" ms)"* ]]
	[[ $stderr == *" bytes to '$RUN/mdevadm/devices/$U1': done ("* ]]
	[[ $stderr == *"] write '$U1' to '$SYS/"*"/create': taken ("*" ms)"* ]]
	[[ $stderr == *"] let go of the lock on mtty"* ]]
	[[ ${stderr_lines[-1]} == *"] exit status 0" ]]
}

@test "the debug log has the removal's write and what was answered" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	MDEVADM_LOG=debug run --separate-stderr mdevadm stop -u "$U1"

	[[ $stderr == *"write '1' to '$SYS/"*"/$U1/remove': taken ("*" ms)"* ]]
	[[ $stderr == *"look for '$SYS/"*"/$U1': not there ("*" ms)"* ]]
}

@test "the debug log has each script and command with its answer" {
	mkdir -p "$LIB/scripts.d/callouts"
	printf '#!/bin/sh\nexit 1\n' >"$LIB/scripts.d/callouts/one"
	chmod 755 "$LIB/scripts.d/callouts/one"

	MDEVADM_LOG=debug run --separate-stderr mdevadm define -u "$U1" -p mtty -t mtty-1
	[ "$status" -eq 8 ]
	[[ $stderr == *"] run '$LIB/scripts.d/callouts/one' for event pre, action define of $U1: exit status 1 ("* ]]

	MDEVADM_LOG=debug run --separate-stderr mdevadm drain mtty -- true
	[[ $stderr == *"] run 'true': done ("* ]]
}

@test "the debug log names the errno of what failed, and the exit status" {
	MDEVADM_LOG=debug run --separate-stderr mdevadm start -u "$U1" -p mtty -t none-such

	[ "$status" -eq 3 ]
	[[ $stderr == *": ENOENT ("*" ms)"* ]]
	[[ ${stderr_lines[-1]} == *"] exit status 3" ]]
}

@test "mdevctl's variable turns the debug log on as well, and ours goes before it" {
	MDEVCTL_LOG=mdevctl=debug run --separate-stderr mdevadm list
	[[ $stderr == "debug: "* ]]

	MDEVADM_LOG=off MDEVCTL_LOG=debug run --separate-stderr mdevadm list
	[ "$stderr" = "" ]
}

@test "the debug log does not list every open file of every process" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	MDEVADM_LOG=debug run --separate-stderr mdevadm stop -u "$U1"

	[[ $stderr == *"read who has which device open: done ("* ]]
	[[ $stderr != *"/proc/1/fd"* ]]
}

@test "a name with control characters cannot forge a line of the debug log" {
	MDEVADM_LOG=debug run --separate-stderr mdevadm start -p $'mtty\nx' -t mtty-1

	[[ $stderr == *'mtty\x0ax'* ]]
}
