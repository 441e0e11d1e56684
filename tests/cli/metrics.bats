#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154

load lib/common
load lib/life

# The number of that sample.
sample() { mdevadm metrics 2>/dev/null | awk -v name="mdevadm_$1" 'index($0, name " ") == 1 { print $NF }'; }

@test "promtool accepts the metrics of machines of every kind" {
	needs_sim "promtool"
	needs promtool
	for description in zoo sriov two-gpus; do
		mount_sim $description
		mdevadm define -p p -t $'t"\\' --auto 2>/dev/null >&2
		run promtool check metrics < <(mdevadm metrics)
		expect_status 0
		expect_output ""
	done
}

# bats test_tags=kernel
@test "devices are counted by state and owner, and instances by type" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"
	mdevadm start -u "$U2" -p mtty -t mtty-2
	mdevadm define -u "$U3" -p mtty -t mtty-1 --auto

	[ "$(sample 'devices{state="running",owner="defined"}')" = 1 ]
	[ "$(sample 'devices{state="running",owner="started"}')" = 1 ]
	[ "$(sample 'devices{state="stopped",owner="none"}')" = 1 ]
	[ "$(sample devices_failed)" = 1 ]
	[ "$(sample 'parent_devices_running{parent="mtty",physfn=""}')" = 2 ]
	[ "$(sample 'parent_devices_defined{parent="mtty",physfn=""}')" = 2 ]
	[ "$(sample 'type_instances_available{parent="mtty",physfn="",type="mtty-1",name="Single port serial"}')" = 21 ]
}

@test "functions of a card are not summed up, and have it as a label" {
	needs_sim "virtual functions"
	mount_sim sriov
	mdevadm start -u "$U1" -p 0000:06:00.4 -t nvidia-36

	[ "$(sample 'type_room{parent="0000:06:00.0",physfn="0000:06:00.0",type="nvidia-36",name="GRID V100D-1Q"}')" = 3 ]
	[ "$(sample 'type_instances_available{parent="0000:06:00.5",physfn="0000:06:00.0",type="nvidia-36",name="GRID V100D-1Q"}')" = 3 ]
	[ "$(mdevadm metrics | grep -c '^mdevadm_type_instances_available.*nvidia-36')" = 3 ]
}

@test "orphans, idle ones, broken definitions and holds are told" {
	needs_sim "several parents"
	echo "$U1" >"$SYS/class/mdev_bus/mtty/mdev_supported_types/mtty-1/create"
	define_raw mtty "$U2" '{'
	mdevadm hold matrix --reason r

	[ "$(sample devices_orphaned)" = 1 ]
	[ "$(sample definitions_broken)" = 1 ]
	[ "$(sample 'parent_held{parent="matrix",physfn=""}')" = 1 ]
	[ "$(sample 'parent_held{parent="mtty",physfn=""}')" = 0 ]
	[ "$(sample "hold_seconds{parent=\"matrix\",by=\"$(id -un)\"}")" -ge 0 ]
}

@test "the age of an idle device is told" {
	needs_sim "processes that are seen"
	[ "$EUID" = 0 ] || skip "others' processes are not seen"
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm metrics

	expect_contains "mdevadm_device_age_seconds{uuid=\"$U1\",parent=\"mtty\",physfn=\"\",owner=\"started\",idle=\"1\"} "
	[ "$(sample devices_idle)" = 1 ]
}

@test "a machine without mdevs has metrics, too" {
	needs_sim "no driver"
	umount_sim

	run mdevadm metrics

	expect_status 0
	expect_contains "mdevadm_devices_failed 0"
}

@test "metrics go to a file as a whole, which others can read" {
	needs_sim "promtool"
	needs promtool
	file=$BATS_TEST_TMPDIR/mdevadm.prom

	run mdevadm metrics -o "$file"

	expect_status 0
	expect_output ""
	[ "$(stat -c %a "$file")" = 644 ]
	promtool check metrics <"$file"
	[ -z "$(find "$BATS_TEST_TMPDIR" -maxdepth 1 -name '.mdevadm.*')" ]
}

@test "the unit that writes the metrics, and its timer, are valid" {
	needs_sim "systemd-analyze"
	needs systemd-analyze
	mkdir "$BATS_TEST_TMPDIR/units"
	sed "s#^ExecStart=[^ ]*#ExecStart=$(realpath "$MDEVADM")#" "$MDEVADM_BUILD/mdevadm-metrics.service" \
		>"$BATS_TEST_TMPDIR/units/mdevadm-metrics.service"
	cp "$BATS_TEST_DIRNAME/../../systemd/mdevadm-metrics.timer" "$BATS_TEST_TMPDIR/units/"

	run systemd-analyze verify --man=no "$BATS_TEST_TMPDIR"/units/mdevadm-metrics.{service,timer}

	expect_status 0
	[[ "$output" != *mdevadm-metrics* ]] || fail_with "it is not valid"
}
