#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154

load lib/common
load lib/life

# What the types of mtty look like with $1 ports left.
mtty_text() {
	printf '%s\n' "mtty" "  mtty-1" "    Available instances: $1" "    Device API: vfio-pci" \
		"    Name: Single port serial" "  mtty-2" "    Available instances: $(($1 / 2))" \
		"    Device API: vfio-pci" "    Name: Dual port serial"
}

# One parent on a simulator of its own: one_type JSON, the keys of its only type but the name.
one_type() {
	printf '{"parents": [{"name": "p", "driver": "d", "types": [{"name": "d-1", %s}]}]}' "$1" \
		>"$BATS_TEST_TMPDIR/description"
	mount_sim "$BATS_TEST_TMPDIR/description"
}

# leaves_out TYPE WARNING: beside mtty's other type.
leaves_out() {
	local other=mtty-2
	local warning="mdevadm: warning: type '$1' of parent 'mtty' is left out: $2
hint: the kernel's log says why: journalctl -k"

	[ "$1" = mtty-1 ] || other=mtty-1
	for option in "" --dumpjson; do
		# shellcheck disable=SC2086
		run --separate-stderr mdevadm types $option
		expect_status 0
		[ "$stderr" = "$warning" ] || fail_with "$stderr"
		[[ "$output" == *"$other"* && "$output" != *"$1"* ]]
		[[ "$output" == *vfio_ap-passthrough* && "$output" == *sf_core-local* ]]
	done

	run --separate-stderr mdevadm types --strict
	expect_status 9
	expect_contains "  $other"
	[ "$stderr" = "$warning
mdevadm: not everything could be listed" ]
}

LOAD="load that of the hardware: nvidia with its vGPU manager, kvmgt (Intel), vfio_ap or vfio_ccw (s390), or the sample mtty"
ROOT_HINT="give one that is there with --root DIR, or unset MDEVADM_ROOT and MDEVCTL_ENV_ROOT"

# expect_absence MESSAGE [HINT]: that, and a hint, is all that standard error has.
expect_absence() {
	[ "${stderr_lines[0]}" = "mdevadm: $1" ] || fail_with "$stderr"
	[[ "${stderr_lines[1]}" == "hint: ${2:-}"* ]] || fail_with "$stderr"
	[ "${#stderr_lines[@]}" = 2 ] || fail_with "$stderr"
}

# --- text ---

# bats test_tags=kernel
@test "types shows the parent and its types" {
	run mdevadm types -p mtty

	expect_status 0
	expect_output "$(mtty_text 24)"
}

# bats test_tags=kernel
@test "types shows how many instances are left" {
	mdevadm start -u "$U1" -p mtty -t mtty-2
	mdevadm start -u "$U2" -p mtty -t mtty-1

	run mdevadm types --parent=mtty

	expect_output "$(mtty_text 21)"
}

@test "types shows all parents, sorted, and a description on one line" {
	needs_sim "several parents"

	run mdevadm types

	expect_status 0
	expect_output "0.0.0052
  vfio_ccw-io
    Available instances: 1
    Device API: vfio-ccw
    Name: I/O subchannel (Non-QDIO)
0000:00:02.0
  i915-GVTg_V5_4
    Available instances: 1
    Device API: vfio-pci
    Name: GVTg_V5_4
    Description: low_gm_size: 128MB, high_gm_size: 512MB, fence: 4, resolution: 1920x1200, weight: 4
  i915-GVTg_V5_8
    Available instances: 2
    Device API: vfio-pci
    Name: GVTg_V5_8
    Description: low_gm_size: 64MB, high_gm_size: 384MB, fence: 4, resolution: 1024x768, weight: 2
matrix
  vfio_ap-passthrough
    Available instances: 65536
    Device API: vfio-ap
    Name: VFIO AP Passthrough Device
$(mtty_text 24)
sf-host
  sf_core-local
    Available instances: 4
    Device API: sf
    Name: subfunction"
}

@test "types sorts the types of a parent by their bytes" {
	needs_sim "types of its own"
	printf '{"parents": [{"name": "p", "driver": "d", "types": [%s]}]}' \
		'{"name": "d-9"}, {"name": "d-10"}, {"name": "d-Z"}, {"name": "d-a"}, {"name": "d-B"}' \
		>"$BATS_TEST_TMPDIR/description"
	mount_sim "$BATS_TEST_TMPDIR/description"

	run mdevadm types

	[ "$(grep -E '^  [^ ]' <<<"$output" | paste -sd ' ' | tr -s ' ')" = " d-10 d-9 d-B d-Z d-a" ]
}

@test "types shows no name and description that are not there" {
	needs_sim "types of its own"
	one_type '"instances": 3'

	run mdevadm types

	expect_status 0
	expect_output "p
  d-1
    Available instances: 3
    Device API: vfio-pci"
}

@test "types shows no name and description that are empty" {
	needs_sim "types of its own"
	one_type '"label": "", "description": ""'

	run mdevadm types

	expect_status 0
	expect_output "p
  d-1
    Available instances: 1
    Device API: vfio-pci"
}

@test "types shows a description without a name" {
	needs_sim "types of its own"
	one_type '"description": "one\ntwo\nthree\n"'

	run mdevadm types

	expect_line 4 "    Description: one, two, three"
}

# bats test_tags=kernel
@test "types -p of an absent parent prints nothing, says why, and exits with 0" {
	run --separate-stderr mdevadm types -p absent
	expect_status 0
	expect_output ""
	expect_absence "Unable to find parent device 'absent'" "'mdevadm types' lists the parents"

	run --separate-stderr mdevadm types -p absent --dumpjson --strict
	expect_status 0
	expect_output "[]"
	expect_absence "Unable to find parent device 'absent'" "'mdevadm types' lists the parents"
}

# --- JSON ---

# bats test_tags=kernel
@test "types --dumpjson has one object of parents, and one key a type" {
	run mdevadm types -p mtty --dumpjson

	expect_status 0
	expect_output '[
  {
    "mtty": [
      {
        "mtty-1": {
          "available_instances": 24,
          "device_api": "vfio-pci",
          "name": "Single port serial"
        }
      },
      {
        "mtty-2": {
          "available_instances": 12,
          "device_api": "vfio-pci",
          "name": "Dual port serial"
        }
      }
    ]
  }
]'
}

@test "types --dumpjson has the description on one line" {
	needs_sim "a parent with descriptions"

	run mdevadm types -p 0000:00:02.0 --dumpjson

	expect_output '[
  {
    "0000:00:02.0": [
      {
        "i915-GVTg_V5_4": {
          "available_instances": 1,
          "device_api": "vfio-pci",
          "name": "GVTg_V5_4",
          "description": "low_gm_size: 128MB, high_gm_size: 512MB, fence: 4, resolution: 1920x1200, weight: 4"
        }
      },
      {
        "i915-GVTg_V5_8": {
          "available_instances": 2,
          "device_api": "vfio-pci",
          "name": "GVTg_V5_8",
          "description": "low_gm_size: 64MB, high_gm_size: 384MB, fence: 4, resolution: 1024x768, weight: 2"
        }
      }
    ]
  }
]'
}

@test "types --dumpjson puts all parents into one object" {
	needs_sim "several parents"

	run mdevadm types --dumpjson

	[ "$(grep -cE '^  \{$' <<<"$output")" = 1 ]
	[ "$(grep -E '^    "' <<<"$output" | tr -d ' \n')" = \
		'"0.0.0052":["0000:00:02.0":["matrix":["mtty":["sf-host":[' ]
}

@test "types --dumpjson leaves out name and description that are not there" {
	needs_sim "types of its own"
	one_type '"instances": 3, "device_api": "vfio-ap"'

	run mdevadm types --dumpjson

	[ "$(tr -d ' \n' <<<"$output")" = \
		'[{"p":[{"d-1":{"available_instances":3,"device_api":"vfio-ap"}}]}]' ]
}

@test "types --dumpjson ends with a newline" {
	mdevadm types -p absent --dumpjson | cmp - <(printf '[]\n')
}

# --- what is bad ---

@test "types goes on beside a number of instances that is none" {
	needs_sim "garbage in a type's file"
	ctl garbage available_instances mtty mtty-1 'many\n'

	leaves_out mtty-1 "'$SYS/class/mdev_bus/mtty/mdev_supported_types/mtty-1/available_instances' has 'many', which is no number"
}

@test "types goes on beside an empty number of instances" {
	needs_sim "garbage in a type's file"
	ctl garbage available_instances mtty mtty-2 '\n'

	leaves_out mtty-2 "'$SYS/class/mdev_bus/mtty/mdev_supported_types/mtty-2/available_instances' has '', which is no number"
}

@test "types goes on beside a negative number of instances" {
	needs_sim "garbage in a type's file"
	ctl garbage available_instances mtty mtty-1 '-1\n'

	leaves_out mtty-1 "'$SYS/class/mdev_bus/mtty/mdev_supported_types/mtty-1/available_instances' has '-1', which is no number"
}

@test "types goes on beside a number of instances that no integer holds" {
	needs_sim "garbage in a type's file"
	ctl garbage available_instances mtty mtty-1 '99999999999999999999\n'

	leaves_out mtty-1 "'$SYS/class/mdev_bus/mtty/mdev_supported_types/mtty-1/available_instances' has '99999999999999999999', which is no number"
}

@test "types shows the same number of instances in JSON, however large" {
	needs_sim "garbage in a type's file"
	ctl garbage available_instances matrix vfio_ap-passthrough '18446744073709551615\n'

	run --separate-stderr mdevadm types -p matrix --dumpjson

	[[ "$output" != *'"available_instances": -'* ]] || fail_with "it is negative"
}

@test "types goes on beside a type without available_instances" {
	needs_sim "a type without a file"
	ctl hide mtty mtty-1 available_instances

	leaves_out mtty-1 "cannot open '$SYS/class/mdev_bus/mtty/mdev_supported_types/mtty-1/available_instances': ENOENT (No such file or directory)"
}

@test "types goes on beside a type without device_api" {
	needs_sim "a type without a file"
	ctl hide mtty mtty-1 device_api

	leaves_out mtty-1 "cannot open '$SYS/class/mdev_bus/mtty/mdev_supported_types/mtty-1/device_api': ENOENT (No such file or directory)"
}

@test "types goes on beside a file that cannot be read" {
	needs_sim "an injected error"
	ctl error read EIO -1 mtty-1

	leaves_out mtty-1 "cannot read '$SYS/class/mdev_bus/mtty/mdev_supported_types/mtty-1/available_instances': EIO (Input/output error)"
}

@test "types shows control characters and bytes that are no UTF-8 escaped" {
	needs_sim "garbage in a type's file"
	ctl garbage name mtty mtty-1 'a\x1b[31mb\xffc\n'
	ctl garbage device_api mtty mtty-1 'x\ny'

	run mdevadm types -p mtty

	expect_status 0
	expect_line 3 '    Device API: x\x0ay'
	expect_line 4 '    Name: a\x1b[31mb\xffc'
}

@test "types --dumpjson stays JSON whatever a driver says" {
	needs_sim "garbage in a type's file"
	ctl garbage name mtty mtty-1 'a\x1b"\xffc\n'

	run mdevadm types -p mtty --dumpjson

	expect_status 0
	expect_contains '\"\\xffc"'
	printf '%s' "$output" | iconv -f UTF-8 -t UTF-8 >/dev/null
}

# --- what is absent, what changes meanwhile ---

@test "types without any parent says why, and exits with 0" {
	needs_sim "a root without sysfs"
	umount_sim

	run --separate-stderr mdevadm types --strict
	expect_status 0
	expect_output ""
	expect_absence "no driver with mediated devices is loaded" "$LOAD"

	mkdir -p "$SYS/class/mdev_bus"
	run --separate-stderr mdevadm types
	expect_status 0
	expect_output ""
	expect_absence "no parent of mediated devices is registered"

	rm -r "$SYS"
	run --separate-stderr mdevadm types --dumpjson --strict
	expect_status 0
	expect_output "[]"
	expect_absence "no sysfs at '$SYS'" "mount it: mount -t sysfs sysfs $SYS"

	MDEVADM_ROOT=$BATS_TEST_TMPDIR/mistyped run --separate-stderr mdevadm types
	expect_status 0
	expect_output ""
	expect_absence "there is no root directory '$BATS_TEST_TMPDIR/mistyped'" "$ROOT_HINT"
}

# The virtual function 0000:41:00.4 of such a GPU.
make_nvidia_vf() {
	local vf=$SYS/devices/0000:41:00.4

	mkdir -p "$SYS/bus/pci/devices" "$vf/nvidia"
	ln -s ../0000:41:00.0 "$vf/physfn"
	ln -s ../../../devices/0000:41:00.4 "$SYS/bus/pci/devices/"
	printf 'ID    : vGPU Name\n1145  : NVIDIA L40S-1B\n' >"$vf/nvidia/creatable_vgpu_types"
	echo 0 >"$vf/nvidia/current_vgpu_type"
}

@test "a GPU with NVIDIA's own interface is told as such wherever it is asked for" {
	needs_sim "a GPU"
	local vf=0000:41:00.4 command
	local said="the GPU '$vf' has NVIDIA's own interface instead of mediated devices, as since Linux 6.8 with vGPU 17"
	umount_sim
	make_nvidia_vf

	run --separate-stderr mdevadm types
	expect_status 0
	expect_absence "$said"
	run --separate-stderr mdevadm types -p "$vf"
	expect_status 0
	expect_absence "Unable to find parent device '$vf': $said"
	while IFS='|' read -r command before; do
		# shellcheck disable=SC2086
		run --separate-stderr mdevadm $command
		expect_absence "$before: $said"
	done <<END
start -p $vf -t nvidia-1145|cannot start a device on parent '$vf': Unable to find parent device '$vf'
define -u $U1 -p $vf -t nvidia-1145|warning: it is stored, and cannot be started here
wait -p $vf --timeout 0|parent '$vf' did not come in time
drain $vf -- true|cannot drain parent '$vf': Unable to find parent device '$vf'
hold $vf --reason x|warning: parent '$vf' is held all the same: Unable to find parent device '$vf'
END
}

@test "a list tells a person why there is no parent, and a program nothing" {
	needs_sim "a root without parents"
	umount_sim
	command -v script >/dev/null || skip "no script(1)"

	run mdevadm list
	expect_status 0
	expect_output ""

	ASAN_OPTIONS=detect_leaks=0 run script -qec "'$MDEVADM' list" /dev/null
	expect_status 0
	expect_contains "no driver with mediated devices is loaded"
	ASAN_OPTIONS=detect_leaks=0 run script -qec "'$MDEVADM' list 2>'$BATS_TEST_TMPDIR/stderr'" /dev/null
	expect_output ""
	[ ! -s "$BATS_TEST_TMPDIR/stderr" ]
}

@test "what needs a root directory says that it is not there" {
	needs_sim "another root"
	local command
	for command in "start -p P -t T" "define -p P -t T" "stop -u $U1" "hold P --reason x"; do
		# shellcheck disable=SC2086
		MDEVADM_ROOT=$BATS_TEST_TMPDIR/mistyped run mdevadm $command
		expect_contains "there is no root directory '$BATS_TEST_TMPDIR/mistyped'"
		expect_contains "hint: $ROOT_HINT"
	done
	[ ! -e "$BATS_TEST_TMPDIR/mistyped" ]
}

# bats test_tags=kernel
@test "types needs no directory of definitions, and makes none" {
	rm -rf "$ETC"

	run mdevadm types -p mtty --strict

	expect_status 0
	expect_output "$(mtty_text 24)"
	[ ! -e "$ETC" ]
}

@test "types finds the parents where the kernel has no class of them" {
	needs_sim "a sysfs without the class"
	before=$(mdevadm types)
	ctl forget-class

	run mdevadm types -p 0000:00:02.0

	expect_status 0
	expect_line 1 "  i915-GVTg_V5_4"
	[ -n "$before" ]
}

# bats test_tags=kernel
@test "types shows no parent that has gone" {
	needs_sim "a driver that goes"
	ctl unregister matrix

	run mdevadm types --strict

	expect_status 0
	[[ "$output" != *matrix* ]] || fail_with "it does"
	expect_contains "sf-host"
}

# bats test_tags=kernel
@test "types goes on when a parent goes meanwhile" {
	needs_sim "a driver that goes"
	ctl delay read 20
	begin types
	sleep 0.15
	ctl unregister matrix

	finish "$BEGUN"

	expect_status 0
	expect_contains "sf-host
  sf_core-local"
	expect_contains "0.0.0052
  vfio_ccw-io"
}

@test "types goes on when every parent goes at any time" {
	needs_sim "a driver that goes"
	while :; do
		ctl unregister mtty
		ctl register mtty
	done 2>/dev/null 3>&- &
	ends_with_test $!

	for _ in {1..40}; do
		run mdevadm types
		expect_status 0
		expect_contains "  vfio_ap-passthrough"
		expect_contains "  sf_core-local"
	done
}
