#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In the guest, with udevd: operations that race with each other, with the driver's going and
# coming, with drains, and with those who use a device. Prints TAP and numbers. The harness fails
# the run if the kernel complains.
# shellcheck disable=SC2317
set -u
# shellcheck source=tests/vm/boot.bash
source /root/boot.bash

seconds=${STRESS_SECONDS:-30}
uuids=("$AUTO1" "$AUTO2" "$MANUAL")
results=/tmp/results
parameters=/sys/module/mdevtest/parameters

# Starts and stops devices, one at a time, until the file "end" is there; notes each status.
work() {
	local uuid

	while [ ! -e /tmp/end ]; do
		uuid=${uuids[RANDOM % 3]}
		if ((RANDOM % 2)); then
			mdevadm start -u "$uuid" -p mtty -t mtty-1 >/dev/null 2>&1
			echo "start $?" >>"$results"
		else
			mdevadm stop -u "$uuid" >/dev/null 2>&1
			echo "stop $?" >>"$results"
		fi
	done
}

# with_workers COMMAND...: repeats the command while 8 workers go on.
with_workers() {
	local end=$((SECONDS + seconds)) pids=()

	rm -f /tmp/end $results
	for _ in 1 2 3 4 5 6 7 8; do
		work &
		pids+=($!)
	done
	while ((SECONDS < end)); do
		"$@"
	done
	touch /tmp/end
	wait "${pids[@]}"
	echo "# $(sort $results | uniq -c | sort -k 2 | awk '{ printf "%s status %s: %d  ", $2, $3, $1 }')"
}

lacks() { [ ! -e "$1" ]; }
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
	check "$1: starts succeeded" succeeded start
	check "$1: stops succeeded" succeeded stop
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
	mdevadm drain mtty -- sh -c 'modprobe -r mtty && modprobe mtty && udevadm settle' \
		>/tmp/drain.log 2>&1
	echo "drain $?" >>"$results"
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

# Somebody has it open.
modprobe vfio_iommu_type1 2>/dev/null
mdevadm start -u $AUTO1 -p mdevtest.0 -t mdevtest-vfio
vfio-hold --group $AUTO1 >/tmp/group.log &
holder=$!
until_true grep -q holding /tmp/group.log
check "an open group alone does not keep a device" mdevadm stop -u $AUTO1
kill $holder
wait $holder 2>/dev/null

mdevadm start -u $AUTO1 -p mdevtest.0 -t mdevtest-vfio
vfio-hold $AUTO1 >/tmp/hold.log &
holder=$!
until_true grep -q holding /tmp/hold.log
mdevadm stop -u $AUTO1 --timeout 1 2>/tmp/stop.log
status=$?
cat /tmp/stop.log
check "a device that is open is not stopped" [ "$status" -eq 6 ]
check "who has it open is named" grep -q "in use by pid $holder (vfio-hold)" /tmp/stop.log
check "and it still runs" runs $AUTO1
kill $holder
wait $holder 2>/dev/null
check "when it is closed it can be stopped" mdevadm stop -u $AUTO1

# It is opened between the look and the removal: a /proc without processes keeps it from being seen.
mkdir -p /tmp/empty
mdevadm start -u $AUTO1 -p mdevtest.0 -t mdevtest-vfio
vfio-hold $AUTO1 >/tmp/hold.log &
holder=$!
until_true grep -q holding /tmp/hold.log
mdevadm --base proc=/tmp/empty stop -u $AUTO1 --timeout 1 2>/tmp/stop.log
status=$?
cat /tmp/stop.log
check "a removal of its own that blocks is given up after --timeout" [ "$status" -eq 6 ]
check "and it says that the removal goes on" grep -q "goes on with the removal" /tmp/stop.log
check "meanwhile the device's directory is there" [ -e /sys/devices/platform/mdevtest.0/$AUTO1 ]
kill $holder
wait $holder 2>/dev/null
check "the removal ends when the device is closed" \
	until_true lacks /sys/devices/platform/mdevtest.0/$AUTO1
check "and the UUID can be used again" mdevadm start -u $AUTO1 -p mdevtest.0 -t mdevtest-vfio
check "and be stopped again" mdevadm stop -u $AUTO1

# The removal is somebody else's, who does not look.
mdevadm start -u $AUTO1 -p mdevtest.0 -t mdevtest-vfio
vfio-hold $AUTO1 >/tmp/hold.log &
holder=$!
until_true grep -q holding /tmp/hold.log
(echo 1 >/sys/bus/mdev/devices/$AUTO1/remove) &
until_true lacks /sys/bus/mdev/devices/$AUTO1
mdevadm stop -u $AUTO1 --timeout 1 2>/tmp/stop.log
status=$?
cat /tmp/stop.log
check "a removal that blocks is waited for no longer than --timeout" [ "$status" -eq 6 ]
kill $holder
wait
check "it ends when the device is closed" [ ! -e /sys/devices/platform/mdevtest.0/$AUTO1 ]
finish
