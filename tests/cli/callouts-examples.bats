#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031
# The scripts in examples/callouts do what they say.

load lib/common
load lib/scripts

setup() {
	common_setup
	set_script_paths
}

GPU=0000:06:00.0

install_example() {
	install -m 755 "$BATS_TEST_DIRNAME/../../examples/callouts/$1" "$CALLOUTS/"
}

@test "10-quota vetoes one device too many" {
	install_example 10-quota
	export QUOTA=2
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U2" -p mtty -t mtty-1

	run mdevadm start -u "$U3" -p mtty -t mtty-1

	expect_status 8
	expect_output "10-quota: parent mtty runs 2 devices already, and 2 are allowed
mdevadm: cannot start $U3: callout '$CALLOUTS/10-quota' refuses (event 'pre', exit status 1)
hint: --force goes on all the same"
	not runs "$U3"
	mdevadm stop -u "$U1"
	mdevadm start -u "$U3" -p mtty -t mtty-1
}

@test "20-attributes reports what the device shows" {
	needs_sim "a device with attributes"
	install_example 20-attributes
	mount_sim two-gpus
	mdevadm start -u "$U1" -p "$GPU" -t nvidia-36
	echo frame_rate_limiter=0 >"$SYS/bus/mdev/devices/$U1/nvidia/vgpu_params"

	run mdevadm list -v
	expect_output "$U1 $GPU nvidia-36 manual
  Attrs:
    @{0}: {\"nvidia/vgpu_params\":\"frame_rate_limiter=0\"}"

	mdevadm define -u "$U1"
	[ "$(jq -c .attrs "$ETC/$GPU/$U1")" = '[{"nvidia/vgpu_params":"frame_rate_limiter=0"}]' ]
}

@test "30-live changes a device while it runs" {
	needs_sim "a device with attributes"
	command -v jq >/dev/null || skip "there is no jq"
	install_example 30-live
	mount_sim two-gpus
	mdevadm define -u "$U1" -p "$GPU" -t nvidia-36
	mdevadm start -u "$U1"
	echo '{"mdev_type": "nvidia-36", "start": "manual", "attrs": [{"nvidia/vgpu_params": "x=2"}]}' >"$HERE/new"

	mdevadm modify -u "$U1" -p "$GPU" --live --defined --jsonfile "$HERE/new"

	[ "$(cat "$SYS/bus/mdev/devices/$U1/nvidia/vgpu_params")" = x=2 ]
	[ "$(jq -c .attrs "$ETC/$GPU/$U1")" = '[{"nvidia/vgpu_params":"x=2"}]' ]
}

@test "30-live fails when the driver does not take a value" {
	needs_sim "a device with attributes"
	command -v jq >/dev/null || skip "there is no jq"
	install_example 30-live
	mount_sim two-gpus
	mdevadm start -u "$U1" -p "$GPU" -t nvidia-36
	ctl error attr EINVAL
	echo '{"mdev_type": "nvidia-36", "start": "manual", "attrs": [{"nvidia/vgpu_params": "x=2"}]}' >"$HERE/new"

	run mdevadm modify -u "$U1" -p "$GPU" --live --jsonfile "$HERE/new"

	expect_status 8
	expect_contains "callout '$CALLOUTS/30-live' refuses (event 'live', exit status 1)"
}

@test "all three work together for a type that 30-live answers for" {
	needs_sim "a device with attributes"
	command -v jq >/dev/null || skip "there is no jq"
	install_example 10-quota
	install_example 20-attributes
	install_example 30-live
	mount_sim two-gpus
	export QUOTA=2
	mdevadm start -u "$U1" -p "$GPU" -t nvidia-36
	mdevadm start -u "$U2" -p "$GPU" -t nvidia-36

	run mdevadm start -u "$U3" -p "$GPU" -t nvidia-36
	expect_status 8
	expect_line 0 "30-live: parent $GPU runs 2 devices already, and 2 are allowed"

	echo '{"mdev_type": "nvidia-36", "start": "manual", "attrs": [{"nvidia/vgpu_params": "x=2"}]}' >"$HERE/new"
	mdevadm modify -u "$U1" -p "$GPU" --live --jsonfile "$HERE/new"
	run mdevadm list -v -u "$U1"
	expect_line 2 '    @{0}: {"nvidia/vgpu_params":"x=2"}'
}
