#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# Other roots and directories, and how long locks are waited for.

load lib/common
load lib/usage

refuses_lock_timeout() {
	run mdevadm list --lock-timeout="$1"

	expect_status 2
	expect_output "mdevadm: --lock-timeout: '$1' is not a number of seconds
hint: give a whole number from 0 (do not wait) to 86400"
}

# A directory with one definition, for --root and --base.
make_other_root() {
	OTHER=$BATS_TEST_TMPDIR/other
	mkdir -p "$OTHER/etc/mdevctl.d/elsewhere" "$OTHER/sys" "$OTHER/run"
	printf '{"mdev_type": "t", "start": "auto"}' >"$OTHER/etc/mdevctl.d/elsewhere/$U3"
}
OF_OTHER="$U3 elsewhere t auto"

# --- other roots ---

@test "--root moves everything, before and after the command" {
	make_other_root

	run mdevadm --root "$OTHER" list -d
	expect_output "$OF_OTHER"
	run mdevadm --root="$OTHER" list -d
	expect_output "$OF_OTHER"
	run mdevadm list -d --root "$OTHER"
	expect_output "$OF_OTHER"
}

@test "--root is written to" {
	make_other_root

	run mdevadm define -u "$U1" -p elsewhere -t t --root "$OTHER"

	expect_status 0
	[ -e "$OTHER/etc/mdevctl.d/elsewhere/$U1" ]
	[ -d "$OTHER/run/mdevadm" ]
	[ ! -e "$ETC/elsewhere" ]
}

@test "--root before and after the command is given twice" {
	refuses "--root is given twice" list --root / --root /
	run mdevadm --root / list --root /
	expect_status 2
	expect_line 0 "mdevadm: --root is given twice"
}

@test "--root may be relative, and messages show the whole path" {
	make_other_root
	printf nonsense >"$OTHER/etc/mdevctl.d/elsewhere/$U1"
	cd "$BATS_TEST_TMPDIR"

	run --separate-stderr mdevadm list -d --root other/

	[ "$output" = "$OF_OTHER" ]
	[[ "$stderr" == *"'$OTHER/etc/mdevctl.d/elsewhere/$U1'"* ]]
}

@test "an empty --root is refused" {
	run mdevadm list --root ""

	expect_status 2
	expect_output "mdevadm: the root directory is empty
hint: give a directory"
}

@test "MDEVADM_ROOT moves everything" {
	make_other_root

	MDEVADM_ROOT=$OTHER run mdevadm list -d

	expect_output "$OF_OTHER"
}

@test "MDEVCTL_ENV_ROOT moves everything" {
	make_other_root
	unset MDEVADM_ROOT

	MDEVCTL_ENV_ROOT=$OTHER run mdevadm list -d

	expect_output "$OF_OTHER"
}

@test "MDEVADM_ROOT counts before MDEVCTL_ENV_ROOT, and --root before both" {
	make_other_root

	MDEVCTL_ENV_ROOT=/nowhere MDEVADM_ROOT=$OTHER run mdevadm list -d
	expect_output "$OF_OTHER"
	MDEVCTL_ENV_ROOT=/nowhere MDEVADM_ROOT=/nowhere run mdevadm list -d --root "$OTHER"
	expect_output "$OF_OTHER"
}

@test "--base moves one directory alone, before and after the command" {
	make_other_root
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm --base etc="$OTHER/etc" list -d
	expect_output "$OF_OTHER"
	run mdevadm list -d --base=etc="$OTHER/etc"
	expect_output "$OF_OTHER"
	run mdevadm list --base etc="$OTHER/etc"
	expect_output "$U1 mtty mtty-1 manual"
}

@test "--base can be given for several directories" {
	make_other_root
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm list --base etc="$OTHER/etc" --base sys="$OTHER/sys"

	expect_status 0
	expect_output ""
}

@test "--base counts before --root" {
	make_other_root

	run mdevadm list -d --root /nowhere --base etc="$OTHER/etc"

	expect_output "$OF_OTHER"
}

@test "--base takes every key" {
	for key in etc lib run sys dev proc; do
		run mdevadm list --root "$BATS_TEST_TMPDIR" --base $key="$BATS_TEST_TMPDIR"

		expect_status 0
		expect_output ""
	done
}

@test "--base without a key is refused" {
	for value in /tmp tmp=/tmp =/tmp etcetera=/tmp et=/tmp; do
		run mdevadm list --base $value

		expect_status 2
		expect_output "mdevadm: --base: '$value' is not KEY=DIR
hint: KEY is etc, lib, run, sys, dev or proc"
	done
}

@test "--base without a directory is refused" {
	run mdevadm list --base etc=

	expect_status 2
	expect_output "mdevadm: a base directory is empty
hint: give a directory"
}

@test "locks elsewhere than everybody else's are refused" {
	unset MDEVADM_ROOT

	run mdevadm list --base run="$BATS_TEST_TMPDIR"

	expect_status 2
	expect_output "mdevadm: '--base run=$BATS_TEST_TMPDIR' alone would keep out nobody: other runs change the same devices under the locks in /run
hint: move sys as well (--base sys=DIR), or everything (--root DIR)"
}

@test "locks elsewhere are allowed where sysfs is elsewhere, too" {
	make_other_root
	unset MDEVADM_ROOT

	run mdevadm list -d --base run="$OTHER/run" --base sys="$OTHER/sys" --base etc="$OTHER/etc"

	expect_status 0
	expect_output "$OF_OTHER"
}

# --- lock time-outs ---

@test "--lock-timeout takes whole seconds up to a day" {
	for seconds in 0 1 30 86400; do
		run mdevadm list --lock-timeout $seconds
		expect_status 0
	done
}

@test "--lock-timeout counts before the command, too" {
	hold_lock devices "$U1"

	run mdevadm --lock-timeout 0 define -u "$U1" -p absent -t t

	expect_status 5
}

@test "--lock-timeout that is no whole number of seconds is refused" {
	for value in "" -1 1.5 soon 1s 0x10 " 1" +1; do
		refuses_lock_timeout "$value"
	done
}

@test "--lock-timeout that is too large is refused" {
	refuses_lock_timeout 86401
	refuses_lock_timeout 99999999999999999999999
}

@test "MDEVADM_LOCK_TIMEOUT counts where there is no --lock-timeout" {
	hold_lock devices "$U1"

	MDEVADM_LOCK_TIMEOUT=0 run mdevadm define -u "$U1" -p absent -t t
	expect_status 5
	MDEVADM_LOCK_TIMEOUT=3600 run mdevadm define -u "$U1" -p absent -t t --lock-timeout 0
	expect_status 5
}

@test "MDEVADM_LOCK_TIMEOUT that is no whole number of seconds is refused" {
	MDEVADM_LOCK_TIMEOUT=soon run mdevadm list

	expect_status 2
	expect_output "mdevadm: MDEVADM_LOCK_TIMEOUT: 'soon' is not a number of seconds
hint: give a whole number from 0 (do not wait) to 86400"
}

@test "an empty MDEVADM_LOCK_TIMEOUT is as good as none" {
	MDEVADM_LOCK_TIMEOUT='' run mdevadm list

	expect_status 0
}
