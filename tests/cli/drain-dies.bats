#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# Drains that are killed, or interrupted.

# bats file_tags=slow
load lib/common
load lib/life
load lib/drain

# One more run restores all, wherever the drain was.
check_point() {
	local name=$1 k=$2 status=0

	rm -rf "$RUN/mdevadm"
	three_devices 2>/dev/null
	killed_at "$name" "$k" drain mtty --jobs 1 -- true || alive=$((alive + 1))
	if is_held mtty; then
		held=$((held + 1))
		check_refused
		mdevadm resume mtty >"$BATS_TEST_TMPDIR/said" 2>&1 ||
			fail_with "$name $k: resume: $(cat "$BATS_TEST_TMPDIR/said")"
		runs "$U1" || fail_with "$name $k: the auto device does not run"
	fi
	[ "$(type_of "$U2") $(type_of "$U3")" = "mtty-1 mtty-2" ] || fail_with "$name $k: $("$MDEVADM" list)"
	is_not_held mtty || fail_with "$name $k: held"
	mdevadm stop --all
	mdevadm undefine -u "$U1" -p mtty
	mdevadm undefine -u "$U2" -p mtty
}

# Once the hold is being lifted, it refuses nothing.
check_refused() {
	local wanted=5

	! grep -q '"lifting"' "$(held_file mtty)" || wanted=0 lifting=$((lifting + 1))
	run mdevadm start -u "$ABSENT" -p mtty -t mtty-1
	[ "$status" = "$wanted" ] || fail_with "$name $k: a start on the held parent: $status"
	[ "$wanted" = 5 ] || mdevadm stop -u "$ABSENT"
}

@test "a drain killed before any call that changes something leaves all running, or a parent that resume restores" {
	local name k points=0 alive=0 held=0 lifting=0

	needs strace
	use_fast_program
	three_devices
	points_of drain mtty --jobs 1 -- true >"$BATS_TEST_TMPDIR/points"
	mdevadm stop --all
	mdevadm undefine -u "$U1" -p mtty
	mdevadm undefine -u "$U2" -p mtty
	# Death lets go of the locks: before any other call it leaves what it leaves before the next of these.
	while read -r -u 9 name k _; do
		check_point "$name" "$k"
		points=$((points + 1))
	done 9< <(grep -E '^(mkdirat|renameat|unlinkat|write|pwrite64|clone3?|vfork|exit_group) ' "$BATS_TEST_TMPDIR/points")
	say "$points points, held at $held of them, being lifted at $lifting, not killed at $alive"
	[ "$held" -gt "$lifting" ]
	[ "$lifting" -gt 0 ]
	[ "$alive" = 0 ]
}

@test "a drain killed while a removal is under way leaves a parent that resume restores" {
	needs_sim "a slow remove"
	three_devices
	ctl delay remove 300
	begin drain mtty
	wait_until has_event remove-begin
	kill -KILL "$BEGUN"
	finish "$BEGUN" 2>/dev/null

	run mdevadm resume mtty

	expect_status 0
	expect_three_devices
	no_rule_broken
}

@test "a drain killed during its command leaves a parent that resume restores" {
	three_devices
	script_that_waits
	begin drain mtty -- "$COMMAND"
	wait_until has_begun
	kill -KILL "$BEGUN"
	finish "$BEGUN" 2>/dev/null

	run mdevadm resume mtty --lock-timeout 0
	expect_status 5
	go
	run mdevadm resume mtty

	expect_status 0
	expect_three_devices
}

@test "a drain killed while it starts devices again leaves a parent that resume restores" {
	needs_sim "a slow create"
	three_devices
	# A process that is killed in the kernel stays, with its locks, until its call returns.
	ctl interruptible off
	ctl delay create 300
	ctl reset
	begin drain mtty -- true
	wait_until has_event create-begin
	kill -KILL "$BEGUN"
	finish "$BEGUN" 2>/dev/null

	run mdevadm resume mtty

	expect_status 0
	expect_three_devices
	no_rule_broken
}

@test "a drain that is interrupted during its command leaves a held parent" {
	three_devices
	script_that_waits
	begin drain mtty -- "$COMMAND"
	wait_until has_begun

	kill -TERM "$BEGUN"
	kill -TERM "$BEGUN"
	go
	finish "$BEGUN"

	expect_status 143
	is_held mtty
	mdevadm resume mtty
	expect_three_devices
}

@test "what a killed write of a hold has left does not spoil a later resume" {
	local name k

	needs strace
	use_fast_program
	mdevadm start -u "$U2" -p mtty -t mtty-1
	points_of drain mtty --jobs 1 >"$BATS_TEST_TMPDIR/points"
	mdevadm resume mtty
	read -r name k _ < <(grep '^renameat .*mtty' "$BATS_TEST_TMPDIR/points")
	killed_at "$name" "$k" drain mtty --jobs 1
	is_not_held mtty
	mdevadm drain mtty

	run mdevadm resume mtty

	expect_status 0
	expect_output ""
	is_not_held mtty
	runs "$U2"
}

@test "a drain that is interrupted while it stops devices says so, and resume goes on" {
	needs_sim "a slow remove"
	three_devices
	ctl delay remove 700
	begin drain mtty --jobs 1 -- touch "$(RAN)"
	wait_until has_event remove-begin

	kill -TERM "$BEGUN"
	finish "$BEGUN"

	expect_status 143
	[[ "${lines[0]}" == "mdevadm: warning: cannot stop $U2: interrupted by SIGTERM: the removal of $U2 goes on (pid "*")" ]]
	expect_line 2 "mdevadm: warning: cannot stop $U3: interrupted by SIGTERM"
	expect_line 3 "mdevadm: cannot drain parent 'mtty': cannot stop 2 of 2 devices"
	expect_line 4 "$(resume_hint mtty)"
	has_not_run
	is_held mtty
	runs "$U3"
	wait_until lacks_dir mtty "$U2"
	run mdevadm resume mtty
	expect_status 0
	expect_three_devices
	no_rule_broken
}

@test "a drain that is interrupted before it has changed anything says so" {
	three_devices
	hold devices "$U2"
	begin drain mtty
	wait_until has_lock_open "$BEGUN" devices "$U2"

	kill -TERM "$BEGUN"
	finish "$BEGUN"

	expect_status 143
	expect_output "mdevadm: cannot drain parent 'mtty': nothing was changed: interrupted by SIGTERM"
	is_not_held mtty
	runs "$U2"
	runs "$U3"
}

@test "a drain that is interrupted while it starts devices again says so, and leaves none half made" {
	needs_sim "a slow create"
	three_devices
	ctl delay create 700
	ctl reset
	begin drain mtty --jobs 1 -- true
	wait_until has_event create-begin

	kill -TERM "$BEGUN"
	finish "$BEGUN"

	expect_status 143
	expect_output "mdevadm: warning: cannot start $U2: interrupted by SIGTERM
mdevadm: warning: cannot start $U3: interrupted by SIGTERM
mdevadm: cannot drain parent 'mtty': cannot start 2 of 2 devices
$(ways_out mtty)"
	is_held mtty
	lacks_dir mtty "$U2"
	mdevadm resume mtty
	expect_three_devices
	no_rule_broken
}
