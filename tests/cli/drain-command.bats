#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# drain's COMMAND: its status, what it may do, and what happens meanwhile.

load lib/common
load lib/life
load lib/drain

# bats test_tags=kernel
@test "drain runs the command when nothing runs any more, and then starts all again" {
	three_devices
	script <<-'END'
		#!/bin/sh
		ls "$SYS/bus/mdev/devices" >"$BATS_TEST_TMPDIR/during"
	END

	run mdevadm drain mtty -- "$COMMAND"

	expect_status 0
	expect_output ""
	[ "$(cat "$BATS_TEST_TMPDIR/during")" = "" ]
	expect_three_devices
	is_not_held mtty
}

@test "drain gives the command its arguments" {
	run mdevadm drain mtty -- printf '<%s>' --timeout "a b" ''

	expect_status 0
	expect_output "<--timeout><a b><>"
}

# bats test_tags=kernel
@test "drain ends with the command's status, and leaves the parent held" {
	three_devices

	run mdevadm drain mtty -- sh -c 'exit 3'

	expect_status 3
	expect_output "mdevadm: cannot drain parent 'mtty': 'sh' ended with status 3
$(resume_hint mtty)"
	is_held mtty
	is_gone "$U2"
}

@test "drain ends with 128 and the signal that ended the command" {
	run mdevadm drain mtty -- sh -c 'kill -TERM $$'

	expect_status 143
	expect_line 0 "mdevadm: cannot drain parent 'mtty': 'sh' ended with status 143"
}

@test "drain ends with 127 when there is no such command, and changes nothing" {
	three_devices

	run -127 mdevadm drain mtty -- /nonexistent

	expect_status 127
	expect_output "mdevadm: cannot drain parent 'mtty': cannot run '/nonexistent': ENOENT (No such file or directory)
hint: nothing was changed; give the path of a program"
	runs "$U2"
	runs "$U3"
	is_not_held mtty
}

@test "drain ends with 126 when the command cannot be run, and changes nothing" {
	three_devices
	: >"$BATS_TEST_TMPDIR/command"

	run mdevadm drain mtty -- "$BATS_TEST_TMPDIR/command"

	expect_status 126
	expect_output "mdevadm: cannot drain parent 'mtty': cannot run '$BATS_TEST_TMPDIR/command': EACCES (Permission denied)
hint: nothing was changed; give the path of a program"
	runs "$U2"
	runs "$U3"
	is_not_held mtty
}

@test "drain with a command ends with 125 when it failed itself" {
	run mdevadm drain absent -- touch "$(RAN)"

	expect_status 125
	expect_line 0 "mdevadm: cannot drain parent 'absent': Unable to find parent device 'absent'"
	has_not_run
}

@test "drain does not run the command when a device could not be stopped" {
	needs_sim "an injected error"
	three_devices
	ctl error remove EXDEV 1 "$U2"

	run mdevadm drain mtty -- touch "$(RAN)"

	expect_status 125
	expect_contains "mdevadm: warning: cannot stop $U2: cannot write '1' to '$(device_file mtty "$U2" remove)': EXDEV (Invalid cross-device link)"
	expect_contains "mdevadm: cannot drain parent 'mtty': cannot stop 1 of 2 devices
$(resume_hint mtty)"
	has_not_run
	is_held mtty
}

@test "drain ends with 125 when a device does not start again, and resume goes on" {
	needs_sim "an injected error"
	three_devices
	ctl error create EIO 1 "$U2"

	run mdevadm drain mtty -- true

	expect_status 125
	expect_contains "mdevadm: cannot drain parent 'mtty': cannot start 1 of 2 devices
$(ways_out mtty)"
	is_held mtty
	mdevadm resume mtty
	expect_three_devices
}

@test "a nested start fails at once, and says why" {
	run mdevadm drain mtty -- "$MDEVADM" start -u "$U1" -p mtty -t mtty-1

	expect_status 5
	[[ "${lines[0]}" == "mdevadm: cannot start $U1: parent 'mtty' is locked by pid "* ]]
	expect_line 1 "hint: a script that mdevadm runs cannot wait for it: do this after the operation"
}

@test "a nested drain fails at once" {
	run mdevadm drain mtty -- "$MDEVADM" drain mtty

	expect_status 5
	[[ "${lines[0]}" == "mdevadm: cannot drain parent 'mtty': parent 'mtty' is locked by pid "* ]]
	expect_line 1 "hint: a script that mdevadm runs cannot wait for it: do this after the operation"
}

@test "a nested start on another parent succeeds" {
	needs_sim "two parents"

	run mdevadm drain mtty -- "$MDEVADM" start -u "$U1" -p matrix -t "$AP"

	expect_status 0
	runs "$U1"
}

@test "a nested list does not wait" {
	run mdevadm drain mtty -- "$MDEVADM" list -d

	expect_status 0
	expect_output ""
}

@test "a start that comes during the command waits for the end of the drain" {
	script_that_waits
	begin drain mtty -- "$COMMAND"
	local drain=$BEGUN

	wait_until has_begun
	begin start -u "$U1" -p mtty -t mtty-1
	wait_until waits_for_lock "$BEGUN"
	is_gone "$U1"

	go
	finish "$drain"
	expect_status 0
	finish "$BEGUN"

	expect_status 0
	runs "$U1"
}

@test "a parent that registers again during the command gets its devices at the end" {
	needs_sim "a driver that goes"
	three_devices
	script <<-'END'
		#!/bin/sh -e
		printf 'unregister mtty' >"$SYS/.mdevsim/ctl"
		printf 'register mtty' >"$SYS/.mdevsim/ctl"
		"$MDEVADM" start-parent-mdevs mtty
		ls "$SYS/bus/mdev/devices" >"$BATS_TEST_TMPDIR/during"
	END

	run mdevadm drain mtty -- "$COMMAND"

	expect_status 0
	[ "$(cat "$BATS_TEST_TMPDIR/during")" = "" ]
	expect_three_devices
	no_rule_broken
}

@test "a drain of a parent that another drain's command has taken away waits for it" {
	needs_sim "a driver that goes"
	local drain
	three_devices
	script <<-'END'
		#!/bin/sh -e
		printf 'unregister mtty' >"$SYS/.mdevsim/ctl"
		: >"$BATS_TEST_TMPDIR/began"
		until [ -e "$BATS_TEST_TMPDIR/go" ]; do sleep 0.01; done
		printf 'register mtty' >"$SYS/.mdevsim/ctl"
	END
	begin drain mtty -- "$COMMAND"
	drain=$BEGUN
	wait_until has_begun

	begin drain mtty -- true
	wait_until waits_for_lock "$BEGUN"
	go
	finish "$drain"
	expect_status 0
	finish "$BEGUN"

	expect_status 0
	expect_three_devices
	is_not_held mtty
}

@test "start-parent-mdevs that the command waits for does not wait for the drain" {
	needs_sim "a driver that goes"
	three_devices
	script <<-'END'
		#!/bin/sh -e
		unset MDEVADM_NESTED
		printf 'unregister mtty' >"$SYS/.mdevsim/ctl"
		printf 'register mtty' >"$SYS/.mdevsim/ctl"
		"$MDEVADM" start-parent-mdevs mtty --lock-timeout 100
	END

	run mdevadm drain mtty -- "$COMMAND"

	expect_status 0
	expect_three_devices
}

@test "drain waits for a parent that comes back after the command" {
	needs_sim "a driver that goes"
	three_devices
	script <<-'END'
		#!/bin/sh -e
		printf 'unregister mtty' >"$SYS/.mdevsim/ctl"
		: >"$BATS_TEST_TMPDIR/began"
	END
	begin drain mtty -- "$COMMAND"
	wait_until [ -e "$BATS_TEST_TMPDIR/began" ]

	ctl register mtty
	finish "$BEGUN"

	expect_status 0
	expect_three_devices
}

# --- its status ---

@test "drain ends with the command's 125, 126 or 127" {
	local wanted

	for wanted in 125 126 127; do
		run -"$wanted" mdevadm drain mtty -- sh -c "exit $wanted"

		expect_status "$wanted"
		expect_output "mdevadm: cannot drain parent 'mtty': 'sh' ended with status $wanted
$(resume_hint mtty)"
		is_held mtty
	done
}

@test "a command that fails is no success where SIGCHLD is ignored" {
	needs perl
	three_devices

	run ignoring_sigchld "$MDEVADM" drain mtty -- sh -c 'exit 7'

	expect_status 7
	expect_output "mdevadm: cannot drain parent 'mtty': 'sh' ended with status 7
$(resume_hint mtty)"
	is_held mtty
	is_gone "$U2"
}

# bats test_tags=kernel
@test "drain with a command works where SIGCHLD is ignored" {
	needs perl
	three_devices

	run ignoring_sigchld "$MDEVADM" drain mtty -- true

	expect_status 0
	expect_output ""
	expect_three_devices
}

@test "a command in a directory of PATH is found" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\necho found\n' >"$BATS_TEST_TMPDIR/bin/only-here"
	chmod +x "$BATS_TEST_TMPDIR/bin/only-here"

	PATH=$PATH:$BATS_TEST_TMPDIR/bin run mdevadm drain mtty -- only-here

	expect_status 0
	expect_output "found"
}

@test "a command that is not in PATH changes nothing" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run -127 mdevadm drain mtty -- not-in-path

	expect_output "mdevadm: cannot drain parent 'mtty': cannot run 'not-in-path': ENOENT (No such file or directory)
hint: nothing was changed; give the path of a program"
	runs "$U1"
	is_not_held mtty
}

@test "a command whose interpreter is missing leaves the parent held, with 127" {
	three_devices
	printf '#!/nonexistent\n' >"$BATS_TEST_TMPDIR/broken"
	chmod +x "$BATS_TEST_TMPDIR/broken"

	run -127 mdevadm drain mtty -- "$BATS_TEST_TMPDIR/broken"

	expect_output "mdevadm: cannot drain parent 'mtty': cannot run '$BATS_TEST_TMPDIR/broken': ENOENT (No such file or directory)
$(resume_hint mtty)"
	is_held mtty
	mdevadm resume mtty
	expect_three_devices
}

# --- what it may do ---

@test "a nested run for a device that has no lock fails at once, and does not wait for the parent" {
	three_devices
	script <<-'END'
		#!/bin/sh
		"$MDEVADM" start -u "$U2" --lock-timeout 100 2>"$BATS_TEST_TMPDIR/said"
		echo "$?" >"$BATS_TEST_TMPDIR/status"
		"$MDEVADM" hold mtty --reason x --lock-timeout 100
		echo "$?" >>"$BATS_TEST_TMPDIR/status"
		"$MDEVADM" resume mtty --lock-timeout 100
		echo "$?" >>"$BATS_TEST_TMPDIR/status"
		exit 0
	END

	run mdevadm drain mtty -- "$COMMAND"

	expect_status 0
	[ "$(cat "$BATS_TEST_TMPDIR/status")" = "5
5
5" ]
	grep -q "cannot start $U2: parent 'mtty' is locked by pid " "$BATS_TEST_TMPDIR/said"
	expect_three_devices
}

@test "a daemon that the command leaves behind does not keep the parent locked" {
	script <<-'END'
		#!/bin/sh
		sleep 100 >/dev/null 2>&1 </dev/null 3>&- &
		echo "$!" >"$BATS_TEST_TMPDIR/daemon"
	END

	run mdevadm drain mtty -- "$COMMAND"
	ends_with_test "$(cat "$BATS_TEST_TMPDIR/daemon")"

	expect_status 0
	mdevadm start -u "$U1" -p mtty -t mtty-1 --lock-timeout 0
}

@test "start-parent-mdevs of another card does not wait for a drain of this one" {
	two_cards
	mdevadm define -u "$U1" -p "$CARD" -t nvidia-36
	mdevadm define -u "$U1" -p "$OTHER_CARD" -t nvidia-36 --auto

	run mdevadm drain "$CARD" -- env -u MDEVADM_NESTED "$MDEVADM" start-parent-mdevs --lock-timeout 100 "$OTHER_CARD"

	expect_status 0
	expect_output ""
	[ "$(parent_of "$U1")" = "$OTHER_CARD" ]
}
