#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154
# Which parents concern an operation, so that it locks them, and which do not.

load lib/common
load lib/life

P=0000:06:00.0
Q=0000:07:00.0
record() { printf '%s/mdevadm/devices/%s' "$RUN" "$1"; }

setup() {
	common_setup
	needs_sim "two parents of the same types"
	mount_sim two-gpus
}

define_on_both() {
	mdevadm define -u "$U1" -p $P -t nvidia-36
	mdevadm define -u "$U1" -p $Q -t nvidia-36
}

# A start on P of a process, $DEAD, that died before it wrote the only attribute.
dead_start_on_p() {
	local k

	needs strace
	use_fast_program
	definition nvidia-36 nvidia/vgpu_params a=1 >"$BATS_TEST_TMPDIR/dev"
	k=$(points_of start -u "$U1" -p $P --jsonfile "$BATS_TEST_TMPDIR/dev" |
		awk '$1 == "openat2" && /vgpu_params/ { print $2; exit }')
	mdevadm stop -u "$U1"
	begin_stopped openat2 "$k" start -u "$U1" -p $P --jsonfile "$BATS_TEST_TMPDIR/dev"
	DEAD=$STOPPED
	kill -KILL "$DEAD"
	finish "$BEGUN"
	[ "$(parent_of "$U1")" = $P ]
	[ "$(jq -r .state "$(record "$U1")")" = starting ]
}

# --- what concerns nobody ---

@test "start on one parent does not wait for another that defines the device, too" {
	define_on_both
	hold parents $P

	run mdevadm start -u "$U1" -p $Q --lock-timeout 0

	expect_status 0
	expect_output ""
	[ "$(parent_of "$U1")" = $Q ]
}

@test "stop does not wait for another parent that defines the device, too" {
	define_on_both
	mdevadm start -u "$U1" -p $Q
	hold parents $P

	run mdevadm stop -u "$U1" --lock-timeout 0

	expect_status 0
	expect_output ""
	is_gone "$U1"
}

@test "start of what a drain of another parent has stopped does not wait for that" {
	mdevadm start -u "$U1" -p $P -t nvidia-36
	mdevadm drain $P
	hold parents $P

	run mdevadm start -u "$U1" -p $Q -t nvidia-36 --lock-timeout 0

	expect_status 0
	expect_output ""
	[ "$(parent_of "$U1")" = $Q ]
}

# It died before its create, and nobody else would make its device.
@test "start on another parent does not wait for the one on which a start died that has made nothing" {
	mkdir -p "$RUN/mdevadm/devices"
	printf '{"version":1,"state":"starting","parent":"%s","type":"nvidia-36","attrs":[],"inode":0,"pid":4194304,"since":1}' \
		$P >"$(record "$U1")"
	hold parents $P

	run mdevadm start -u "$U1" -p $Q -t nvidia-36 --lock-timeout 0

	expect_status 0
	expect_output ""
	[ "$(parent_of "$U1")" = $Q ]
	[ "$(jq -rc '[.state, .parent]' "$(record "$U1")")" = "[\"running\",\"$Q\"]" ]
}

# --- what concerns the operation ---

@test "start waits for the parent on which the device runs" {
	mdevadm start -u "$U1" -p $P -t nvidia-36
	hold parents $P

	run mdevadm start -u "$U1" -p $Q -t nvidia-36 --lock-timeout 0

	expect_status 5
	[[ "${lines[0]}" == "mdevadm: cannot start $U1: parent '$P' is locked by pid $HOLDER "* ]]
}

@test "start on another parent repairs what a start that died has left, and starts" {
	dead_start_on_p

	run mdevadm start -u "$U1" -p $Q -t nvidia-36

	expect_status 0
	expect_output "mdevadm: warning: $U1 was left half made by a start that died (process $DEAD): it was removed"
	[ "$(parent_of "$U1")" = $Q ]
	[ "$(jq -rc '[.state, .parent]' "$(record "$U1")")" = "[\"running\",\"$Q\"]" ]
	[ "$(instances $P nvidia-36)" = 32 ]
	no_rule_broken
}

@test "start on another parent waits for the one on which a start died" {
	dead_start_on_p
	hold parents $P

	run mdevadm start -u "$U1" -p $Q -t nvidia-36 --lock-timeout 0

	expect_status 5
	[[ "${lines[0]}" == "mdevadm: cannot start $U1: parent '$P' is locked by pid $HOLDER "* ]]
	[ "$(parent_of "$U1")" = $P ]
	[ "$(jq -r .state "$(record "$U1")")" = starting ]
}

# --- definitions ---

# opened ARGUMENT...: runs mdevadm, and tells which records and locks of parents it opened.
opened() {
	strace -f -y -o "$BATS_TEST_TMPDIR/trace" -e trace=openat,openat2,open,unlinkat,renameat \
		"$MDEVADM" "$@" >"$BATS_TEST_TMPDIR/said" 2>&1 || return
	grep -E "mdevadm/(devices|lock/parents|lock/gates)[^ ]*>, \"" "$BATS_TEST_TMPDIR/trace" || true
}

@test "define, modify and undefine open no record, and take no parent's lock" {
	needs strace
	use_fast_program
	mdevadm start -u "$U1" -p $P -t nvidia-36

	[ "$(opened define -u "$U1")" = "" ]
	[ "$(opened modify -u "$U1" --auto)" = "" ]
	[ "$(opened undefine -u "$U1")" = "" ]

	# Those who do are seen so.
	[ "$(opened stop -u "$U1")" != "" ]
}

@test "define, modify and undefine work beside a record that is broken, and say nothing of it" {
	mdevadm start -u "$U1" -p $P -t nvidia-36
	echo x >"$(record "$U1")"

	run mdevadm define -u "$U1"
	expect_status 0
	expect_output ""
	run mdevadm modify -u "$U1" --auto
	expect_status 0
	expect_output ""
	run mdevadm undefine -u "$U1"

	expect_status 0
	expect_output ""
}

# --- what is locked, and for whom ---

@test "an operation on a parent that is not there makes no lock of that name" {
	local arguments

	for arguments in "start -u $U1 -p nosuch -t nvidia-36" "start -p nosuch -t nvidia-36" \
		"start-parent-mdevs nosuch" "stop --all -p nosuch"; do
		# shellcheck disable=SC2086
		run mdevadm $arguments
	done
	mdevadm define -u "$U1" -p nosuch -t nvidia-36
	run mdevadm start -u "$U1"

	expect_status 3
	lacks "$RUN/mdevadm/lock/parents/nosuch"
	lacks "$RUN/mdevadm/lock/gates/nosuch"
}

@test "a virtual function's physical one is locked as well, shared" {
	mount_sim sriov
	hold parents 0000:06:00.0

	run mdevadm start -u "$U1" -p 0000:06:00.4 -t nvidia-36 --lock-timeout 0

	expect_status 5
	[[ "${lines[0]}" == "mdevadm: cannot start $U1: parent '0000:06:00.0' is locked by pid $HOLDER "* ]]
	let_go "$HOLDER"
	hold parents 0000:06:00.0 -s
	run mdevadm start -u "$U1" -p 0000:06:00.4 -t nvidia-36 --lock-timeout 0
	expect_status 0
	runs "$U1"
}

# --- not waiting ---

@test "--lock-timeout 0 does not mind others who pass the gate" {
	hold gates $P -s

	run mdevadm start -u "$U1" -p $P -t nvidia-36 --lock-timeout 0
	expect_status 0
	expect_output ""
	run mdevadm drain $P --lock-timeout 0

	expect_status 0
	expect_output ""
}

# Whoever has no time sleeps not once, neither at the gate nor at the lock.
@test "--lock-timeout 0 and a nested run do not wait at the gate" {
	needs strace
	use_fast_program
	local how sleeps=clock_nanosleep,nanosleep,poll,ppoll,select,pselect6

	hold gates $P
	for how in MDEVADM_LOCK_TIMEOUT=0 MDEVADM_NESTED=1; do
		run env "$how" strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=$sleeps -e signal=none \
			"$MDEVADM" start -u "$U1" -p $P -t nvidia-36

		expect_status 5
		[[ "${lines[0]}" == "mdevadm: cannot start $U1: parent '$P' is locked by pid $HOLDER "* ]]
		# A look whether standard error takes a message waits no time at all.
		[ "$(grep -E 'nanosleep|poll|select' "$BATS_TEST_TMPDIR/trace" | grep -vcE 'poll\(.*, 0\) ')" = 0 ] ||
			fail_with "$how: $(cat "$BATS_TEST_TMPDIR/trace")"
	done
}

# --- without a place ---

@test "a root without run is given one by what changes something" {
	rm -rf "$RUN"

	run mdevadm define -u "$U1" -p $P -t nvidia-36
	expect_status 0
	expect_output ""
	rm -rf "$RUN"
	run mdevadm start -u "$U1"

	expect_status 0
	expect_output ""
	runs "$U1"
	[ -e "$(record "$U1")" ]
}

@test "a root without run is listed as it is, and given none" {
	rm -rf "$RUN"

	mdevadm list
	mdevadm list -d
	mdevadm types

	lacks "$RUN"
}
