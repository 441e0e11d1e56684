#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# A short run of tests/stress/lifecycle. MDEVADM_STRESS_SECONDS (5) is how long.

# bats file_tags=slow
load lib/common
load lib/life

# It mounts simulators of its own.
setup() {
	needs_sim "counters of broken rules"
	use_fast_program
	export MDEVADM MDEVSIM MDEVADM_BUILD
	unset MDEVADM_ROOT MDEVADM_LOCK_TIMEOUT MDEVADM_NESTED MDEVCTL_ENV_ROOT
}
teardown() { :; }

stress() { "$BATS_TEST_DIRNAME/../stress/lifecycle" "${MDEVADM_STRESS_SECONDS:-5}" "$@"; }
say_counters() { printf '# %s\n' "$(grep violations_total <<<"$output" | tail -n 1)" >&3; }

@test "20 workers of all commands and drains break no rule of a kernel before 5.2" {
	run stress legacy mdevadm

	say_counters
	expect_status 0
	expect_contains "  violations_total 0, stuck_devices 0, crashes 0, orphans 0
  all instances are back"
}

@test "20 workers of all commands and drains break no rule of the kernel's" {
	run stress modern mdevadm

	say_counters
	expect_status 0
	expect_contains "  violations_total 0, stuck_devices 0, crashes 0, orphans 0
  all instances are back"
}

@test "the same work without locks breaks the rules of a kernel before 5.2" {
	run stress legacy sysfs

	say_counters
	expect_status 0
	[[ "$output" != *"violations_total 0,"* ]]
}

@test "the same work without locks breaks the kernel's rules" {
	run stress modern sysfs

	say_counters
	expect_status 0
	[[ "$output" != *"violations_total 0,"* ]]
}
