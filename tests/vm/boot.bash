# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034
# What the tests of autostart share; in the guest. Prints TAP.

AUTO1=11111111-1111-4111-8111-111111111111
AUTO2=22222222-2222-4222-8222-222222222222
MANUAL=33333333-3333-4333-8333-333333333333
BROKEN=44444444-4444-4444-8444-444444444444
number=0
failed=0

# check NAME COMMAND...
check() {
	local name=$1

	shift
	number=$((number + 1))
	if "$@"; then
		echo "ok $number $name"
	else
		echo "not ok $number $name"
		failed=$((failed + 1))
	fi
}

# Waits for a condition, at most for a time that is far beyond what it takes.
until_true() {
	local left

	for ((left = 300; left > 0; left--)); do
		"$@" && return 0
		sleep 0.1
	done
	echo "# in vain: $*"
	return 1
}

runs() { [ -e "/sys/bus/mdev/devices/$1" ]; }
both_run() { runs $AUTO1 && runs $AUTO2; }
none_runs() { [ "$(count_running)" -eq 0 ]; }
complete() { ! grep -qs '"starting"' /run/mdevadm/devices/*; }
count_running() { find /sys/bus/mdev/devices -type l 2>/dev/null | wc -l; }
exactly_both_run() {
	until_true both_run && until_true complete && ! runs $MANUAL &&
		[ "$(count_running)" -eq 2 ]
}

# How often the driver has probed a device since its log was cleared.
probes() { grep -c "^$1 probe " /sys/devices/platform/mdevtest.0/log; }
once_each() {
	until_true exactly_both_run && [ "$(probes $AUTO1)" -eq 1 ] && [ "$(probes $AUTO2)" -eq 1 ]
}
clear_log() { echo >/sys/devices/platform/mdevtest.0/log; }

define_three() {
	mdevadm define -u $AUTO1 -p "$1" -t "$2" --auto
	mdevadm define -u $AUTO2 -p "$1" -t "$2" --auto
	mdevadm define -u $MANUAL -p "$1" -t "$2"
}

finish() {
	echo "1..$number"
	exit "$((failed > 0))"
}
