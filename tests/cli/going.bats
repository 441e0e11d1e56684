#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154
# Devices and parents that go by another's hand while they are stopped: gone is gone.

# bats file_tags=slow
load lib/common
load lib/scripts
load lib/life

say() { printf '# %s\n' "$*" >&3; }
record() { printf '%s/mdevadm/devices/%s' "$RUN" "$1"; }

setup() {
	common_setup
	set_script_paths
	needs_sim "a driver that goes at a word"
	ln -s "$SYS/.mdevsim/ctl" "$HERE/ctl"
}

# No open in the simulator outlives a test.
teardown() {
	ctl close "$U1" 2>/dev/null || true
	ctl close "$U2" 2>/dev/null || true
	common_teardown
}

@test "stop succeeds when the parent goes while a script is asked" {
	callout one '[ "$event $action" != "pre stop" ] || printf "unregister mtty" >"$HERE/ctl"'
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm stop -u "$U1"

	expect_status 0
	expect_output ""
	lacks "$(record "$U1")"
	expect_calls "one pre start none
one post start success
one pre stop none
one post stop success"
}

@test "stop succeeds when the device goes while a script is asked" {
	callout one '[ "$event $action" != "pre stop" ] || printf "vanish $uuid" >"$HERE/ctl"'
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm stop -u "$U1"

	expect_status 0
	expect_output ""
	lacks "$(record "$U1")"
}

# go_at NAME K WHAT...: a stop stands still there while the simulator is told WHAT.
go_at() {
	local name=$1 k=$2

	shift 2
	mdevadm start -u "$U1" -p mtty -t mtty-1
	begin_stopped "$name" "$k" stop -u "$U1"
	! has_dir mtty "$U1" || ctl "$@"
	go_on "$STOPPED"
	finish "$BEGUN"
	case $status in
	0) [ "$output" = "" ] ;;
	# Before the look that counts: under the device's lock.
	3)
		[ "$output" = "mdevadm: cannot stop $U1: there is no such device
hint: 'mdevadm list' shows what runs" ]
		;;
	*) false ;;
	esac || fail_with "$name $k, $*: status $status"
	lacks_dir mtty "$U1"
	[ "$status" != 0 ] || lacks "$(record "$U1")"
}

# walk OFFSET WHAT...: every third system call of a stop.
walk() {
	local offset=$1 name k n=0 points=0 gone=0

	shift
	needs strace
	use_fast_program
	# That of the machine has a thousand processes and more to look at.
	rm "$MDEVADM_ROOT/proc"
	mkdir -p "$MDEVADM_ROOT/proc/1/fd"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	points_of stop -u "$U1" >"$BATS_TEST_TMPDIR/points"
	while read -r -u 9 name k _; do
		n=$((n + 1))
		((n % 3 == offset)) || continue
		go_at "$name" "$k" "$@"
		[ -e "$SYS/class/mdev_bus/mtty" ] || ctl register mtty
		rm -rf "$RUN/mdevadm/devices"
		points=$((points + 1))
		gone=$((gone + (status == 0)))
	done 9<"$BATS_TEST_TMPDIR/points"
	say "$points points, $gone of them a success"
	[ "$points" -gt 20 ]
	[ "$gone" -gt 10 ]
}

@test "stop of a device that vanishes at any moment does not fail" {
	walk 0 vanish "$U1"
}

@test "stop of a device whose parent goes at any moment does not fail" {
	walk 1 unregister mtty
}

# The kernel says so of a device whose parent is going, and takes it away itself.
@test "stop succeeds when the device goes after the kernel's ENODEV" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl error remove ENODEV
	begin stop -u "$U1"
	wait_until has_event remove-end

	ctl vanish "$U1"
	finish "$BEGUN"

	expect_status 0
	expect_output ""
}

@test "stop --wait-users waits as long for a removal that it has begun" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl interruptible off
	ctl open "$U1"
	mdevadm start -u "$U2" -p mtty -t mtty-1
	ctl open "$U2"
	begin stop -u "$U1" --timeout 0 --wait-users 60
	wait_until is_gone "$U1"
	# One that began later has given up.
	run mdevadm stop -u "$U2" --timeout 0
	expect_status 6
	is_alive "$BEGUN"

	ctl close "$U1"
	finish "$BEGUN"

	expect_status 0
	expect_output ""
	ctl close "$U2"
	wait_until lacks_dir mtty "$U2"
	[ "$(events remove-begin)" = 2 ]
}
