#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# Drains whose looks fail, or that have few descriptors.

# bats file_tags=slow
load lib/common
load lib/life
load lib/drain

# each_failing CALL ERRNO PATH: one after the other, each look of a drain at PATH, or in it, fails. Either
# it ends with that, or has seen that nothing is left; and nothing is lost.
each_failing() {
	local when

	needs_sim "a type with attributes"
	needs strace
	use_fast_program
	start_from_pipe "$(definition "$AP" assign_adapter 5)" -u "$U1" -p matrix
	script <<-'END'
		#!/bin/sh
		ls -d "$SYS"/class/mdev_bus/matrix/*-*-*-*-* >>"$BATS_TEST_TMPDIR/seen" 2>/dev/null
		exit 0
	END
	for ((when = 1; when < 100; when++)); do
		run failing "$1" "$when" "$2" "$3" drain matrix -- "$COMMAND"
		was_injected || break
		[ "$(cat "$BATS_TEST_TMPDIR/seen")" = "" ] || fail_with "$1 $when: the command ran too early"
		! is_held matrix || run mdevadm resume matrix
		runs "$U1" || fail_with "$1 $when: the device is lost"
		[ "$(written_since_create "$U1")" = 1 ] || fail_with "$1 $when: its attributes are lost"
		is_not_held matrix || fail_with "$1 $when: the parent is still held"
	done
	say "$((when - 1)) looks"
	[ "$when" -gt 1 ]
}

@test "whatever link of a device cannot be read, drain loses nothing and runs no command too early" {
	each_failing readlinkat ENOMEM "$SYS/devices/vfio_ap/matrix/$U1"
}

@test "whenever a record cannot be opened, drain loses nothing and runs no command too early" {
	each_failing openat,openat2 ENFILE "$RUN/mdevadm/devices"
}

@test "whenever a parent's hold cannot be opened, drain loses nothing and runs no command too early" {
	each_failing openat,openat2 ENFILE "$RUN/mdevadm/held"
}

@test "drain fails when it cannot tell who has a device open, and changes nothing" {
	needs_sim "a device that may be open"
	needs strace
	use_fast_program
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl number cdev 1:5

	run failing openat,openat2 1 ENFILE /proc drain mtty -- touch "$(RAN)"

	was_injected
	expect_status 125
	expect_contains "cannot tell who has the device open"
	has_not_run
	is_not_held mtty
	runs "$U1"
}

# --- very many devices, very few descriptors ---

# many_devices COUNT: so many run on matrix.
many_devices() {
	local i list=()

	for ((i = 1; i <= $1; i++)); do
		list+=("{\"uuid\": \"$(uuid_of "$i")\", \"type\": \"many\"}")
	done
	printf '{"parents": [{"name": "matrix", "types": [{"name": "many", "instances": %d}], "devices": [%s]}]}' \
		"$1" "$(IFS=, && echo "${list[*]}")" >"$BATS_TEST_TMPDIR/many.json"
	mount_sim "$BATS_TEST_TMPDIR/many.json"
}
count_running() { find "$SYS/bus/mdev/devices" -mindepth 1 | wc -l; }

@test "more devices than descriptors are drained and resumed" {
	needs_sim "hundreds of devices"
	use_fast_program
	many_devices 400
	ulimit -n 256

	mdevadm drain matrix --jobs 8 2>/dev/null
	[ "$(count_running)" = 0 ]
	mdevadm resume matrix --jobs 8

	[ "$(count_running)" = 400 ]
	is_not_held matrix
}

@test "with however few descriptors, drain changes nothing or goes through" {
	local limit refused=0 done=0

	needs_sim "devices that nobody knows of"
	use_fast_program
	many_devices 24

	for limit in {8..64..8}; do
		run bash -c 'ulimit -n "$1" && shift && exec "$@"' bash "$limit" "$MDEVADM" drain matrix --jobs 8
		if [ "$status" = 0 ]; then
			[ "$(count_running)" = 0 ] || fail_with "limit $limit: $(count_running) run"
			mdevadm resume matrix
			done=$((done + 1))
		else
			is_not_held matrix || fail_with "limit $limit: held"
			refused=$((refused + 1))
		fi
		[ "$(count_running)" = 24 ] || fail_with "limit $limit: $(count_running) run"
	done

	[ "$refused" -gt 0 ]
	[ "$done" -gt 0 ]
}

@test "drain says that descriptors are short" {
	needs_sim "devices that nobody has made"
	use_fast_program
	many_devices 24

	run bash -c 'ulimit -n 30 && exec "$@"' bash "$MDEVADM" drain matrix

	expect_status 1
	expect_contains "mdevadm: cannot drain parent 'matrix': nothing was changed: there are not enough descriptors: EMFILE (Too many open files)
hint: allow more, with 'ulimit -n' or the unit's LimitNOFILE="
	is_not_held matrix
}
