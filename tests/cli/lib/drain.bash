# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# What the tests of drain, resume and hold share; loaded after life.

AP=vfio_ap-passthrough

# How a drain that leaves the parent held ends.
resume_hint() { printf "hint: parent '%s' stays held; 'mdevadm resume %s' starts its devices again" "$1" "$1"; }
# How one ends that could not start again what it had stopped.
ways_out() {
	printf "hint: it stays held; mend that and run 'mdevadm resume %s' again, give a device up with 'mdevadm stop --uuid UUID', or all with 'mdevadm resume --abandon %s'" "$1" "$1"
}

say() { printf '# %s\n' "$*" >&3; }

held_file() { printf '%s/mdevadm/held/%s' "$RUN" "$1"; }
is_held() { [ -f "$(held_file "$1")" ]; }
# Unlike `! is_held`, this ends a test wherever it stands.
is_not_held() { ! is_held "$1"; }

record() { printf '%s/mdevadm/devices/%s' "$RUN" "$1"; }
has_record() { [ -e "$(record "$1")" ]; }
lacks_record() { ! has_record "$1"; }
# Does a drain have to bring that device back?
is_drained() { has_record "$1" && grep -q '"drained": *{' "$(record "$1")"; }
is_not_drained() { ! is_drained "$1"; }

# An auto device that does not run, a manual and a transient one that do.
three_devices() {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm define -u "$U2" -p mtty -t mtty-1
	mdevadm start -u "$U2"
	mdevadm start -u "$U3" -p mtty -t mtty-2
}
expect_three_devices() {
	[ "$("$MDEVADM" list)" = "$U1 mtty mtty-1 auto (defined)
$U2 mtty mtty-1 manual (defined)
$U3 mtty mtty-2 manual" ] || fail_with "these run: $("$MDEVADM" list)"
}

# uuid_of N: one of many.
uuid_of() { printf '%08d-1111-4111-8111-111111111111' "$1"; }

# A script for drain's COMMAND.
script() {
	COMMAND=$BATS_TEST_TMPDIR/command
	cat - >"$COMMAND"
	chmod +x "$COMMAND"
	export MDEVADM SYS BATS_TEST_TMPDIR
}

# A COMMAND that ends when the test says `go`; wait_until has_begun.
script_that_waits() {
	script <<-'END'
		#!/bin/sh
		: >"$BATS_TEST_TMPDIR/began"
		until [ -e "$BATS_TEST_TMPDIR/go" ]; do sleep 0.01; done
	END
}
has_begun() { [ -e "$BATS_TEST_TMPDIR/began" ]; }
go() { : >"$BATS_TEST_TMPDIR/go"; }
# The COMMAND `touch` of a test that must not run it.
RAN() { printf '%s/ran' "$BATS_TEST_TMPDIR"; }
has_not_run() { lacks "$(RAN)"; }

# use_device UUID. Simulator: another file stands for the device's own, and a process, $USER_PID,
# called sleep, has it open until let_go.
use_device() {
	local number

	number=$(free_number)
	ctl number cdev "$number" "$1"
	has_open "$(node_of "$number")"
}

# Simulator: a removal by somebody else than mdevadm, which waits for the device's user.
# shellcheck disable=SC2016
remove_by_another_hand() {
	sh -c 'printf 1 >"$1"' sh "$SYS/class/mdev_bus/$1/$2/remove" 3>&- &
	ends_with_test "$!"
	wait_until is_gone "$2"
}
# Its user lets go of it only at `ctl close UUID`, and mdevadm does not see him.
keep_open() {
	ctl interruptible off
	ctl open "$1"
}

# has_lock_open PID KIND NAME (as in `hold`): that process has the lock, or waits for it.
has_lock_open() { [ -n "$(find "/proc/$1/fd" -lname "*/lock/$2/$3" 2>/dev/null)" ]; }

# A command of `run` or `begin` with SIGCHLD ignored.
ignoring_sigchld() { perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV or die' "$@"; }

# delayed CALL WHEN MS ARGUMENT...: mdevadm in the background, whose WHENth such system call comes
# MS milliseconds late; its pid in $BEGUN. A CALL with a path is CALL:PATH.
delayed() {
	local call=${1%%:*} when=$2 ms=$3 path=()

	[ "$call" = "$1" ] || path=(-P "${1#*:}")
	shift 3
	(
		exec >"$BATS_TEST_TMPDIR/output.$BASHPID" 2>&1 3>&-
		exec strace -f -o /dev/null "${path[@]}" -e trace="$call" \
			-e inject="$call:delay_enter=$((ms * 1000)):when=$when" "$MDEVADM" "$@"
	) &
	BEGUN=$!
	ends_with_test "$BEGUN"
}

# write_held PARENT REASON: a drain's hold, as another run would write it.
write_held() {
	mkdir -p "$RUN/mdevadm/held"
	printf '{"version": 1, "drain": {"reason": "%s", "uid": 0, "since": 1}, "name": "another"}' "$2" \
		>"$RUN/mdevadm/held/.$1.test"
	mv "$RUN/mdevadm/held/.$1.test" "$(held_file "$1")"
}

# Two cards with the same types, in the place of the usual simulator.
CARD=0000:06:00.0 OTHER_CARD=0000:07:00.0
two_cards() {
	needs_sim "two cards"
	mount_sim two-gpus
}

# dead_start UUID PARENT TYPE INODE: what a start there that died has left in the record, beside what
# a drain has to bring back.
dead_start() {
	local first="\"version\":1,\"state\":\"starting\",\"parent\":\"$2\",\"type\":\"$3\",\"attrs\":[],\"inode\":$4,\"pid\":4194304,\"since\":1"

	mkdir -p "$RUN/mdevadm/devices"
	if has_record "$1"; then
		sed -i "s/\"version\":1,\"state\":\"drained\"/$first/" "$(record "$1")"
	else
		printf '{%s}' "$first" >"$(record "$1")"
	fi
	grep -q '"state":"starting"' "$(record "$1")"
}

# create_by_hand UUID PARENT TYPE, as a third party does.
create_by_hand() { printf '%s' "$1" >"$(create_file "$2" "$3")"; }

# failing CALL WHEN ERRNO PATH ARGUMENT...: mdevadm, of whose CALLs on PATH, or in that directory, the
# WHENth fails.
failing() {
	local call=$1 when=$2 errnum=$3 where=$4

	shift 4
	strace -f -o "$BATS_TEST_TMPDIR/injected" -P "$where" -e trace="$call" \
		-e inject="$call:error=$errnum:when=$when" "$MDEVADM" "$@"
}
# Did it fail at all?
was_injected() { grep -q INJECTED "$BATS_TEST_TMPDIR/injected"; }

# has_said PID TEXT: the run that was begun so, up to now.
has_said() { grep -qF "$2" "$BATS_TEST_TMPDIR/output.$1"; }
