#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In the guest, with udevd: operations that race with each other, with the driver's going and
# coming, and with drains. Prints TAP and numbers. The harness fails the run if the kernel
# complains.
# shellcheck disable=SC2317
set -u
# shellcheck source=tests/vm/boot.bash
source /root/boot.bash

seconds=${STRESS_SECONDS:-25}
uuids=("$AUTO1" "$AUTO2" "$MANUAL")
results=/tmp/results
complaints=/tmp/complaints
parameters=/sys/module/mdevtest/parameters
driver=/sys/bus/platform/drivers/mdevtest

# note OPERATION OPTION...: runs it and notes its status, and what it says with one that is neither
# done (0) nor so already (3, 4).
note() {
	local said status=0

	said=$(mdevadm "$@" 2>&1) || status=$?
	echo "$1 $status" >>"$results"
	[[ $status == [034] ]] || printf '%s\n' "$said" >>"$complaints"
}

# Starts and stops devices, one at a time, until the file "end" is there.
work() {
	local uuid

	while [ ! -e /tmp/end ]; do
		uuid=${uuids[RANDOM % 3]}
		if ((RANDOM % 2)); then
			note start -u "$uuid" -p mtty -t mtty-1
		else
			note stop -u "$uuid"
		fi
	done
}

print_results() {
	echo "# $(sort $results | uniq -c | sort -k 2 | awk '{ printf "%s status %s: %d  ", $2, $3, $1 }')"
	sed -E 's/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/g; s/pid [0-9]+/pid N/g' $complaints |
		sort | uniq -c | sort -rn | head -n 12 | sed 's/^/# /'
}

# with_workers COMMAND...: repeats the command while 8 workers go on.
with_workers() {
	local end=$((SECONDS + seconds)) pids=()

	rm -f /tmp/end
	: >$results
	: >$complaints
	for _ in 1 2 3 4 5 6 7 8; do
		work &
		pids+=($!)
	done
	while ((SECONDS < end)); do
		"$@"
	done
	touch /tmp/end
	wait "${pids[@]}"
	print_results
	check "starts succeeded" succeeded start
	check "stops succeeded" succeeded stop
}

instances() { cat /sys/class/mdev_bus/mtty/mdev_supported_types/mtty-1/available_instances; }
is_full() { [ "$(instances)" = 24 ]; }
succeeded() { grep -q "^$1 0$" "$results"; }
# A device without a remove file is there for good.
none_is_stuck() {
	local device stuck=0

	for device in /sys/bus/mdev/devices/*; do
		[ ! -e "$device" ] || [ -e "$device/remove" ] || stuck=$((stuck + 1))
	done
	echo "# stuck devices: $stuck"
	[ "$stuck" -eq 0 ]
}

all_is_well_after() {
	check "$1: no device is stuck" none_is_stuck
	modprobe mtty
	mdevadm resume mtty >/dev/null 2>&1
	mdevadm stop --all
	check "$1: all instances are back" until_true is_full
	check "$1: nothing is left in the kernel" until_true none_runs
}

modprobe mtty
with_workers sleep 1
all_is_well_after "workers alone"

reload() { modprobe -r mtty; modprobe mtty; sleep 1; }
with_workers reload
all_is_well_after "the driver unloaded and loaded"

all_drains_succeeded() { succeeded drain && ! grep -q "^drain [^0]" "$results"; }
drains=0
drain() {
	note drain mtty -- sh -c 'modprobe -r mtty && modprobe mtty && udevadm settle'
	drains=$((drains + 1))
	sleep 1
}
with_workers drain
echo "# drains: $drains"
check "drains: each of them succeeded" \
	all_drains_succeeded
check "drains: the parent is not held" [ ! -e /run/mdevadm/held/mtty ]
all_is_well_after "drains that reload the driver"
modprobe -r mtty

# A stop that comes during a create waits for it.
modprobe mdevtest
echo 500 >$parameters/probe_ms
for round in 1 2 3 4 5; do
	mdevadm start -u $AUTO1 -p mdevtest.0 -t mdevtest-plain &
	start=$!
	until_true [ -e /sys/devices/platform/mdevtest.0/$AUTO1 ]
	mdevadm stop -u $AUTO1
	status=$?
	wait $start
	check "a stop during a create waits, and removes (round $round of 5)" \
		[ "$status $? $(count_running)" = "0 0 0" ]
	check "no device is stuck (round $round of 5)" none_is_stuck
done
echo 0 >$parameters/probe_ms

# gone_during COMMAND...: somebody takes the driver away a moment before the command begins,
# or while it is under way.
gone_during() {
	mdevadm start-parent-mdevs mdevtest.0
	(sleep "0.$((RANDOM % 3))$((RANDOM % 10))" && echo mdevtest.0 >"$driver/unbind") &
	"$@"
	wait
	none_runs || left=$((left + 1))
	echo mdevtest.0 >"$driver/bind"
}
stop_each() {
	local uuid pids=()

	for uuid in "${uuids[@]}"; do
		note stop -u "$uuid" &
		pids+=($!)
	done
	wait "${pids[@]}"
}
repeat() {
	local end=$((SECONDS + seconds / 2))

	: >$results
	: >$complaints
	while ((SECONDS < end)); do
		"$@"
	done
	print_results
}
none_failed() { ! grep -vqE '^[a-z]+ [034]$' "$results"; }

for uuid in "${uuids[@]}"; do
	mdevadm define -u "$uuid" -p mdevtest.0 -t mdevtest-plain --auto
done
left=0
# As long as a real one takes, so that the driver's going does not pass in between.
echo 100 >$parameters/remove_ms
repeat gone_during stop_each
check "stops while the driver goes: none of them failed" none_failed
drain_and_resume() {
	gone_during note drain mdevtest.0
	note resume mdevtest.0
}
repeat drain_and_resume
check "drains while the driver goes: none of them failed" none_failed
check "and nothing was left" [ "$left" -eq 0 ]
check "no device is stuck" none_is_stuck
finish
