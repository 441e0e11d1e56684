#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154

# bats file_tags=kernel
load lib/common
load lib/life

WAIT_LONGER="hint: wait longer with --lock-timeout SEC, or end that process"

# The first line is exactly PREFIX, then the holder's pid, command and age.
expect_locked_by() {
	local pid=$1 begin=$2

	[[ "${lines[0]}" =~ ^"$begin is locked by pid $pid (sleep 100, "[0-9]+" s)"$ ]] ||
		fail_with "line 0 is not: $begin is locked by pid $pid (sleep 100, N s)"
}

hold_all() {
	hold parents mtty
	hold gates mtty
	hold devices "$U1"
}

# --- the files ---

@test "the locks are files of their owner alone, in directories that all can read" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	[ "$(stat -c %a "$RUN/mdevadm")" = 755 ]
	[ "$(cd "$RUN" && find mdevadm/lock -printf '%m %p\n' | sort -k 2)" = "755 mdevadm/lock
755 mdevadm/lock/devices
755 mdevadm/lock/gates
600 mdevadm/lock/gates/mtty
755 mdevadm/lock/parents
600 mdevadm/lock/parents/mtty" ]
}

@test "the modes of the locks do not depend on the caller's umask" {
	(umask 077 && mdevadm define -u "$U1" -p mtty -t mtty-1)

	[ "$(stat -c %a "$RUN/mdevadm/lock/devices")" = 755 ]
}

@test "a device's lock file is there while its operation lasts, and then gone" {
	needs_sim "a slow create"
	ctl delay create 200
	begin start -u "$U1" -p mtty -t mtty-1
	wait_until has_dir mtty "$U1"
	[ "$(stat -c %a "$RUN/mdevadm/lock/devices/$U1")" = 600 ]

	finish "$BEGUN"

	expect_status 0
	lacks "$RUN/mdevadm/lock/devices/$U1"
}

@test "a device's lock file is gone after an operation that failed" {
	run mdevadm stop -u "$ABSENT"

	expect_status 3
	[ "$(find "$RUN/mdevadm/lock/devices" -type f)" = "" ]
}

@test "a lock file that a dead run left behind keeps out nobody" {
	mkdir -p "$RUN/mdevadm/lock/devices"
	: >"$RUN/mdevadm/lock/devices/$U1"

	run mdevadm start -u "$U1" -p mtty -t mtty-1 --lock-timeout 0

	expect_status 0
	lacks "$RUN/mdevadm/lock/devices/$U1"
}

@test "a lock that is a symbolic link is not followed" {
	mkdir -p "$RUN/mdevadm/lock/devices"
	ln -s "$BATS_TEST_TMPDIR/victim" "$RUN/mdevadm/lock/devices/$U1"

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 1
	expect_line 0 "mdevadm: cannot start $U1: cannot open '$RUN/mdevadm/lock/devices/$U1': ELOOP (Too many levels of symbolic links)"
	lacks "$BATS_TEST_TMPDIR/victim"
	is_gone "$U1"
}

# --- busy ---

@test "a busy device names who has it, and changes nothing" {
	hold devices "$U1"

	run mdevadm start -u "$U1" -p mtty -t mtty-1 --lock-timeout 0

	expect_status 5
	expect_locked_by "$HOLDER" "mdevadm: cannot start $U1: device $U1"
	expect_line 1 "$WAIT_LONGER"
	[ "${#lines[@]}" = 2 ]
	is_gone "$U1"
}

@test "a parent that is locked exclusively refuses a start" {
	hold parents mtty

	run mdevadm start -u "$U1" -p mtty -t mtty-1 --lock-timeout 0

	expect_status 5
	expect_locked_by "$HOLDER" "mdevadm: cannot start $U1: parent 'mtty'"
	expect_line 1 "$WAIT_LONGER"
	is_gone "$U1"
}

@test "a parent that is locked exclusively refuses a stop" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	hold parents mtty

	run mdevadm stop -u "$U1" --lock-timeout 0

	expect_status 5
	expect_locked_by "$HOLDER" "mdevadm: cannot stop $U1: parent 'mtty'"
	runs "$U1"
}

@test "a parent that is locked exclusively fails start-parent-mdevs in part" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	hold parents mtty

	run mdevadm start-parent-mdevs mtty --lock-timeout 0

	expect_status 9
	expect_locked_by "$HOLDER" "mdevadm: warning: cannot start $U1: parent 'mtty'"
	expect_line 2 "mdevadm: cannot start 1 of 1 devices"
}

@test "all holders of a lock are named" {
	local first

	hold devices "$U1" -s
	first=$HOLDER
	hold devices "$U1" -s

	run mdevadm start -u "$U1" -p mtty -t mtty-1 --lock-timeout 0

	expect_status 5
	[[ "${lines[0]}" == "mdevadm: cannot start $U1: device $U1 is locked by pid "*" s), pid "*" s)" ]]
	expect_contains "pid $first (sleep 100, "
	expect_contains "pid $HOLDER (sleep 100, "
}

@test "a parent that others share is no obstacle" {
	hold parents mtty -s

	run mdevadm start -u "$U1" -p mtty -t mtty-1 --lock-timeout 0

	expect_status 0
	runs "$U1"
}

@test "another parent's lock is no obstacle" {
	hold parents other

	run mdevadm start -u "$U1" -p mtty -t mtty-1 --lock-timeout 0

	expect_status 0
}

@test "the parent of a definition that is not meant is no obstacle" {
	needs_sim "two parents"
	mdevadm define -u "$U1" -p matrix -t vfio_ap-passthrough
	hold parents matrix

	run mdevadm start -u "$U1" -p mtty -t mtty-1 --lock-timeout 0

	expect_status 0
	expect_output ""
	[ "$(parent_of "$U1")" = mtty ]
}

@test "one who waits for the exclusive lock goes before later starts" {
	hold parents mtty -s
	hold gates mtty

	run mdevadm start -u "$U1" -p mtty -t mtty-1 --lock-timeout 0

	expect_status 5
	expect_locked_by "$HOLDER" "mdevadm: cannot start $U1: parent 'mtty'"
}

@test "start goes on as soon as the lock is free" {
	hold parents mtty
	begin start -u "$U1" -p mtty -t mtty-1
	wait_until waits_for_lock "$BEGUN"
	is_gone "$U1"

	let_go "$HOLDER"
	finish "$BEGUN"

	expect_status 0
	expect_output ""
	runs "$U1"
}

@test "one who waits for a lock can be ended" {
	hold parents mtty
	begin start -u "$U1" -p mtty -t mtty-1
	wait_until waits_for_lock "$BEGUN"

	kill -TERM "$BEGUN"
	finish "$BEGUN"

	[ "$status" -ne 0 ]
	is_gone "$U1"
}

@test "a run that ignores SIGHUP, as below nohup, is not interrupted by it" {
	hold parents mtty
	(
		exec >"$BATS_TEST_TMPDIR/output.$BASHPID" 2>&1 3>&-
		trap '' HUP
		exec "$MDEVADM" start -u "$U1" -p mtty -t mtty-1
	) &
	BEGUN=$!
	ends_with_test "$BEGUN"
	wait_until waits_for_lock "$BEGUN"

	kill -HUP "$BEGUN"
	let_go "$HOLDER"
	finish "$BEGUN"

	expect_status 0
	expect_output ""
	runs "$U1"
}

# --- how long ---

# run_counting_pauses ARGUMENT...: as `run mdevadm`; how often it paused is in $PAUSES.
run_counting_pauses() {
	needs strace
	# It cannot look for leaks while it is traced.
	ASAN_OPTIONS=detect_leaks=0 run strace -f -o "$BATS_TEST_TMPDIR/pauses" \
		-e trace=clock_nanosleep "$MDEVADM" "$@"
	PAUSES=$(grep -c clock_nanosleep "$BATS_TEST_TMPDIR/pauses" || true)
}

@test "--lock-timeout 0 does not wait" {
	hold devices "$U1"

	run_counting_pauses stop -u "$U1" --lock-timeout 0

	expect_status 5
	[ "$PAUSES" = 0 ]
}

@test "--lock-timeout 1 waits for a second" {
	local before

	hold devices "$U1"
	before=${EPOCHREALTIME/./}

	run mdevadm stop -u "$U1" --lock-timeout 1

	expect_status 5
	((${EPOCHREALTIME/./} - before >= 1000000))
}

@test "MDEVADM_LOCK_TIMEOUT says how long to wait" {
	hold devices "$U1"

	MDEVADM_LOCK_TIMEOUT=0 run_counting_pauses stop -u "$U1"

	expect_status 5
	[ "$PAUSES" = 0 ]
}

@test "--lock-timeout counts more than MDEVADM_LOCK_TIMEOUT" {
	hold devices "$U1"

	MDEVADM_LOCK_TIMEOUT=100 run_counting_pauses stop -u "$U1" --lock-timeout 0

	expect_status 5
	[ "$PAUSES" = 0 ]
}

# Milliseconds from the first moment that a pause waits for to the last.
span_of_pauses() {
	sed -nE 's/.*tv_sec=([0-9]+), tv_nsec=([0-9]+).*/\1 \2/p' "$BATS_TEST_TMPDIR/pauses" |
		awk '{ ms = $1 * 1000 + $2 / 1000000 } NR == 1 { first = ms } END { printf "%d", ms - first }'
}

@test "one time limit covers all locks of an operation" {
	local parent

	hold parents mtty
	parent=$HOLDER
	hold devices "$U1"
	(sleep 0.5 && kill "$parent") 3>&- &

	run_counting_pauses start -u "$U1" -p mtty -t mtty-1 --lock-timeout 2

	expect_status 5
	expect_locked_by "$HOLDER" "mdevadm: cannot start $U1: device $U1"
	[ "$(span_of_pauses)" -gt 0 ]
	[ "$(span_of_pauses)" -le 2000 ]
}

@test "--lock-timeout must be a number" {
	run mdevadm stop -u "$U1" --lock-timeout=-1

	expect_status 2
	expect_output "mdevadm: --lock-timeout: '-1' is not a number of seconds
hint: give a whole number from 0 (do not wait) to 86400"
}

@test "MDEVADM_LOCK_TIMEOUT must be a number" {
	MDEVADM_LOCK_TIMEOUT=soon run mdevadm stop -u "$U1"

	expect_status 2
	expect_output "mdevadm: MDEVADM_LOCK_TIMEOUT: 'soon' is not a number of seconds
hint: give a whole number from 0 (do not wait) to 86400"
}

# --- nested in a script that mdevadm runs ---

@test "a nested run does not wait, and says why" {
	hold devices "$U1"

	MDEVADM_NESTED=1 run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 5
	expect_locked_by "$HOLDER" "mdevadm: cannot start $U1: device $U1"
	expect_line 1 "hint: a script that mdevadm runs cannot wait for it: do this after the operation"
}

@test "a nested run does not wait for a parent either" {
	hold parents mtty

	MDEVADM_NESTED=1 run mdevadm start -u "$U1" -p mtty -t mtty-1 --lock-timeout 100

	expect_status 5
	expect_locked_by "$HOLDER" "mdevadm: cannot start $U1: parent 'mtty'"
}

@test "a nested run that finds all locks free goes on" {
	MDEVADM_NESTED=1 run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 0
	runs "$U1"
}

# --- who takes which ---

@test "list takes no lock" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"
	hold_all

	run mdevadm list --lock-timeout 0

	expect_status 0
	expect_output "$U1 mtty mtty-1 manual (defined)"
}

@test "list --defined takes no lock" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	hold_all

	run mdevadm list --defined --verbose --lock-timeout 0

	expect_status 0
	expect_output "$U1 mtty mtty-1 manual"
}

@test "types takes no lock" {
	hold_all

	run mdevadm types --parent mtty --lock-timeout 0

	expect_status 0
	expect_line 0 mtty
}

@test "listing makes nothing in the directory of locks" {
	mdevadm list
	mdevadm list --defined
	mdevadm types

	[ ! -e "$RUN/mdevadm" ]
}

@test "define, modify and undefine work while the parent is locked" {
	hold parents mtty
	hold gates mtty

	mdevadm define -u "$U1" -p mtty -t mtty-1 --lock-timeout 0
	mdevadm modify -u "$U1" --auto --lock-timeout 0
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 auto" ]
	mdevadm undefine -u "$U1" --lock-timeout 0

	[ "$(mdevadm list -d)" = "" ]
}

@test "define, modify and undefine need the device's lock" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	hold devices "$U1"

	run mdevadm define -u "$U1" -p other -t mtty-1 --lock-timeout 0
	expect_status 5
	expect_locked_by "$HOLDER" "mdevadm: cannot define $U1: device $U1"
	run mdevadm modify -u "$U1" --auto --lock-timeout 0
	expect_status 5
	expect_locked_by "$HOLDER" "mdevadm: cannot modify $U1: device $U1"
	run mdevadm undefine -u "$U1" --lock-timeout 0
	expect_status 5
	expect_locked_by "$HOLDER" "mdevadm: cannot undefine $U1: device $U1"
}

@test "another device's lock is no obstacle" {
	hold devices "$U2"

	run mdevadm start -u "$U1" -p mtty -t mtty-1 --lock-timeout 0

	expect_status 0
}

@test "starts of two devices on one parent go on at the same time" {
	needs_sim "the count of creates in flight"
	local first

	ctl delay create 300
	begin start -u "$U1" -p mtty -t mtty-1
	first=$BEGUN
	begin start -u "$U2" -p mtty -t mtty-1
	finish "$first"
	expect_status 0
	finish "$BEGUN"
	expect_status 0

	[ "$(stat_of in_flight_max)" = 2 ]
	no_rule_broken
}

@test "stops of two devices on one parent go on at the same time" {
	needs_sim "the count of removes in flight"
	local first

	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U2" -p mtty -t mtty-1
	ctl reset
	ctl delay remove 300
	begin stop -u "$U1"
	first=$BEGUN
	begin stop -u "$U2"
	finish "$first"
	expect_status 0
	finish "$BEGUN"
	expect_status 0

	[ "$(stat_of in_flight_max)" = 2 ]
}

@test "the parent is locked while a device is made on it" {
	needs_sim "a slow create"
	ctl delay create 200
	begin start -u "$U1" -p mtty -t mtty-1
	wait_until has_dir mtty "$U1"

	run flock -n "$RUN/mdevadm/lock/parents/mtty" true

	expect_status 1
	finish "$BEGUN"
	flock -n "$RUN/mdevadm/lock/parents/mtty" true
}

# --- what is read before the lock is read again under it ---

@test "start takes the definition as it is once the lock is had" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	hold devices "$U1"
	begin start -u "$U1"
	wait_until waits_for_lock "$BEGUN"
	define_raw mtty "$U1" "$(definition mtty-2)"

	let_go "$HOLDER"
	finish "$BEGUN"

	expect_status 0
	[ "$(type_of "$U1")" = mtty-2 ]
}

@test "start sees that the definition went while it waited" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	hold devices "$U1"
	begin start -u "$U1"
	wait_until waits_for_lock "$BEGUN"
	rm "$ETC/mtty/$U1"

	let_go "$HOLDER"
	finish "$BEGUN"

	expect_status 3
	expect_line 0 "mdevadm: cannot start $U1: it is not defined"
	is_gone "$U1"
}

@test "start sees that the device was started while it waited" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	hold devices "$U1"
	begin start -u "$U1"
	wait_until waits_for_lock "$BEGUN"
	printf '%s' "$U1" >"$(create_file mtty mtty-1)"

	let_go "$HOLDER"
	finish "$BEGUN"

	expect_status 4
	expect_line 0 "mdevadm: cannot start $U1: Device already exists on parent 'mtty'"
}

@test "start sees that the device was started on another parent while it waited" {
	needs_sim "two parents"
	hold devices "$U1"
	begin start -u "$U1" -p mtty -t mtty-1
	wait_until waits_for_lock "$BEGUN"
	printf '%s' "$U1" >"$(create_file matrix vfio_ap-passthrough)"

	let_go "$HOLDER"
	finish "$BEGUN"

	expect_status 4
	expect_line 0 "mdevadm: cannot start $U1: Device exists under different parent 'matrix'"
	[ "$(parent_of "$U1")" = matrix ]
}

@test "start sees that its definition moved to another parent, and locks that one" {
	local device parent

	define_raw other "$U1" "$(definition mtty-1)"
	hold devices "$U1"
	device=$HOLDER
	hold parents mtty
	parent=$HOLDER
	begin start -u "$U1"
	wait_until waits_for_lock "$BEGUN"
	define_raw mtty "$U1" "$(definition mtty-1)"
	rm "$ETC/other/$U1"

	let_go "$device"
	wait_until waits_for_lock "$BEGUN"
	is_gone "$U1"
	let_go "$parent"
	finish "$BEGUN"

	expect_status 0
	[ "$(parent_of "$U1")" = mtty ]
}

@test "start-parent-mdevs sees that a device became manual while it waited" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	hold devices "$U1"
	begin start-parent-mdevs mtty
	wait_until waits_for_lock "$BEGUN"
	define_raw mtty "$U1" "$(definition mtty-1)"

	let_go "$HOLDER"
	finish "$BEGUN"

	expect_status 0
	is_gone "$U1"
}

@test "--jsonfile is read before any lock is taken" {
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	begin start -u "$U1" -p mtty --jsonfile "$BATS_TEST_TMPDIR/pipe"
	exec 8>"$BATS_TEST_TMPDIR/pipe"

	[ ! -e "$RUN/mdevadm" ]
	definition mtty-1 >&8
	exec 8>&-
	finish "$BEGUN"

	expect_status 0
	runs "$U1"
}

# --- no place for locks ---

@test "without a place for locks, what changes something refuses" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	rm -r "$RUN/mdevadm"
	: >"$RUN/mdevadm"

	for command in start stop undefine "modify --auto"; do
		# shellcheck disable=SC2086
		run mdevadm $command -u "$U1"

		expect_status 1
		expect_line 0 "mdevadm: cannot ${command%% *} $U1: cannot keep other runs out: cannot open '$RUN/mdevadm': ENOTDIR (Not a directory)"
	done
	is_gone "$U1"
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 manual" ]
}

@test "without a place for locks, define refuses and defines nothing" {
	: >"$RUN/mdevadm"

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 1
	expect_line 0 "mdevadm: cannot define $U1: cannot keep other runs out: cannot open '$RUN/mdevadm': ENOTDIR (Not a directory)"
	[ "$(find "$ETC" -type f)" = "" ]
}

@test "without a place for locks, listing works" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	rm -r "$RUN/mdevadm"
	: >"$RUN/mdevadm"

	run mdevadm list

	expect_status 0
	expect_output "$U1 mtty mtty-1 manual"
}

@test "locks at a place of their own would exclude nobody" {
	run env -u MDEVADM_ROOT "$MDEVADM" --base run=/somewhere start -u "$U1"

	expect_status 2
	expect_output "mdevadm: '--base run=/somewhere' alone would keep out nobody: other runs change the same devices under the locks in /run
hint: move sys as well (--base sys=DIR), or everything (--root DIR)"
}
