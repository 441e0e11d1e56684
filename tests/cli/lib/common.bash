# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What all command-line tests share. A file begins with `load lib/common`.
#
# Two backends: `sim` mounts a simulator of its own for each test and works below MDEVADM_ROOT;
# `kernel` (MDEVADM_TEST_BACKEND=kernel, as root, in a virtual machine) works on the running
# system with the kernel's mtty driver. What a test needs and a backend lacks it says itself:
# needs_sim "reason", needs_kernel "reason". In the virtual machine, where all is slow, only those
# tests run that have the tag `kernel`: a file's with `# bats file_tags=kernel`, or single ones with
# `# bats test_tags=kernel` before them. All others are the same anywhere.
#
# A test uses mdevadm (a function), $SYS, $ETC, $RUN, $LIB, and what both backends have: the
# parent mtty with the types mtty-1 (24 instances) and mtty-2 (12, each costs two of mtty-1).

bats_require_minimum_version 1.5.0

: "${MDEVADM_BUILD:=$(dirname "${BASH_SOURCE[0]}")/../../../build/dev}"
: "${MDEVADM:=$MDEVADM_BUILD/src/mdevadm}"
: "${MDEVSIM:=$MDEVADM_BUILD/tests/sim/mdevsim}"
: "${MDEVADM_TEST_BACKEND:=sim}"
LIB_DIR=$(dirname "${BASH_SOURCE[0]}")
DESCRIPTIONS=$(dirname "${BASH_SOURCE[0]}")/../../sim/descriptions

U1=11111111-1111-4111-8111-111111111111
U2=22222222-2222-4222-8222-222222222222
U3=33333333-3333-4333-8333-333333333333
ABSENT=99999999-9999-4999-8999-999999999999
export U1 U2 U3 ABSENT

mdevadm() {
	if [[ " $* " == *" --json"[\ =]* && $1 != monitor && $MDEVADM_TEST_BACKEND = sim ]]; then
		validated "$@"
	else
		"$MDEVADM" "$@"
	fi
}

# Every document of --json that a test sees is one of docs/schema.
validated() {
	local status=0

	"$MDEVADM" "$@" >"$BATS_TEST_TMPDIR/document" || status=$?
	/usr/bin/python3 "$LIB_DIR/validate.py" <"$BATS_TEST_TMPDIR/document" >&2 || status=99
	cat "$BATS_TEST_TMPDIR/document"
	return "$status"
}

# Runs it as the program of that name: mdevctl, lsmdev.
called_as() {
	local name=$1

	shift
	ln -sf "$(realpath "$MDEVADM")" "$BATS_TEST_TMPDIR/$name"
	"$BATS_TEST_TMPDIR/$name" "$@"
}

needs_sim() { [ "$MDEVADM_TEST_BACKEND" = sim ] || skip "simulator only: $1"; }
needs_kernel() { [ "$MDEVADM_TEST_BACKEND" = kernel ] || skip "kernel only: $1"; }

# Simulator: a command to its control file; see tests/sim/main.c.
ctl() { printf '%s' "$*" >"$SYS/.mdevsim/ctl"; }
# Simulator: one of its counters.
stat_of() { awk -v key="$1" '$1 == key { print $2 }' "$SYS/.mdevsim/stats"; }

# mount_sim [DESCRIPTION [OPTION...]]: another simulator than the usual one.
mount_sim() {
	local description=${1:-zoo}

	umount_sim
	shift || true
	[ -e "$description" ] || description=$DESCRIPTIONS/$description.json
	SIM_PID=$("$MDEVSIM" "$@" "$description" "$SYS")
}

umount_sim() {
	[ -n "${SIM_PID:-}" ] || return 0
	umount "$SYS" 2>/dev/null || fusermount3 -u "$SYS" 2>/dev/null || kill "$SIM_PID"
	SIM_PID=
}

setup_sim() {
	export MDEVADM_ROOT=$BATS_TEST_TMPDIR/root

	SYS=$MDEVADM_ROOT/sys ETC=$MDEVADM_ROOT/etc/mdevctl.d
	RUN=$MDEVADM_ROOT/run LIB=$MDEVADM_ROOT/usr/lib/mdevctl
	mkdir -p "$SYS" "$ETC" "$RUN" "$LIB" "$MDEVADM_ROOT/dev"
	ln -s /proc "$MDEVADM_ROOT/proc"
	mount_sim zoo
}

# What a test left behind is removed by hand: loading the driver anew takes seconds in emulation.
setup_kernel() {
	local device

	unset MDEVADM_ROOT
	SYS=/sys ETC=/etc/mdevctl.d RUN=/run LIB=/usr/lib/mdevctl
	rm -rf "$ETC" "$RUN/mdevadm" "$LIB"
	mkdir -p "$ETC" "$LIB"
	for device in "$SYS"/bus/mdev/devices/*-*; do
		[ ! -e "$device" ] || echo 1 >"$device/remove" || true
	done
	is_mtty_full && return
	modprobe -r mtty || true
	modprobe mtty
}

is_mtty_full() {
	local left

	read -r left 2>/dev/null <"$SYS/class/mdev_bus/mtty/mdev_supported_types/mtty-1/available_instances" &&
		[ "$left" = 24 ]
}

common_setup() {
	unset MDEVADM_LOCK_TIMEOUT MDEVADM_NESTED MDEVCTL_ENV_ROOT
	"setup_$MDEVADM_TEST_BACKEND"
}
# A file that needs more has a setup of its own that begins with common_setup.
setup() { common_setup; }

teardown() { common_teardown; }
common_teardown() {
	local pid

	for pid in "${HELPERS[@]}"; do
		kill "$pid" 2>/dev/null || true
	done
	[ "$MDEVADM_TEST_BACKEND" = kernel ] || umount_sim
}

# Processes that a test started in the background and that must not outlive it.
HELPERS=()
ends_with_test() { HELPERS+=("$1"); }

# wait_until COMMAND...: looks every hundredth of a second, for ten seconds at most.
wait_until() {
	local end=$((SECONDS + 10))

	until "$@"; do
		((SECONDS < end)) || fail_with "in vain: $*"
		sleep 0.01
	done
}

# Assertions with a message that shows both sides.
expect_status() {
	[ "$status" -eq "$1" ] || fail_with "status $status, not $1"
}
# The output of `run` is exactly this text.
expect_output() {
	[ "$output" = "$1" ] || fail_with "the output is not:
$1"
}
# Line $1 (from 0) of the output of `run` is exactly this.
expect_line() {
	[ "${lines[$1]}" = "$2" ] || fail_with "line $1 is '${lines[$1]}', not:
$2"
}
expect_contains() {
	[[ "$output" == *"$1"* ]] || fail_with "the output has no '$1'"
}
fail_with() {
	printf '%s\n--- output:\n%s\n' "$1" "$output"
	return 1
}

# What the kernel or the simulator has, without asking the tool.
runs() { [ -e "$SYS/bus/mdev/devices/$1" ]; }
instances() { cat "$SYS/class/mdev_bus/$1/mdev_supported_types/$2/available_instances"; }

# define_raw PARENT UUID TEXT: a definition file as another program would leave it.
define_raw() {
	mkdir -p "$ETC/$1"
	printf '%s' "$3" >"$ETC/$1/$2"
}

# hold_lock KIND NAME (KIND: parents, devices): another process has it; its pid is $HOLDER.
hold_lock() {
	local file=$RUN/mdevadm/lock/$1/$2

	mkdir -p "$(dirname "$file")"
	# shellcheck disable=SC2016
	flock "$file" sh -c 'echo >"$1"; exec sleep 100' sh "$BATS_TEST_TMPDIR/held" 3>&- &
	HOLDER=$!
	ends_with_test "$HOLDER"
	until [ -e "$BATS_TEST_TMPDIR/held" ]; do sleep 0.01; done
}
