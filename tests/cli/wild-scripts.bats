#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2016,SC2030,SC2031
# How public scripts, roles and services use mdevctl: each test is one kind of them, restated, and
# sees what its author would see. They find the program as mdevctl and lsmdev on their path.

load lib/common
load lib/life

P=0000:06:00.0
Q=0000:07:00.0
export P Q

setup() {
	needs_sim "GPUs"
	common_setup
	mount_sim two-gpus
	mkdir "$BATS_TEST_TMPDIR/bin" "$BATS_TEST_TMPDIR/work"
	ln -s "$(realpath "$MDEVADM")" "$BATS_TEST_TMPDIR/bin/mdevctl"
	ln -s mdevctl "$BATS_TEST_TMPDIR/bin/lsmdev"
	export SYS ETC
}

# Runs the script that follows, in a folder of its own.
wild() {
	cat >"$BATS_TEST_TMPDIR/script"
	cd "$BATS_TEST_TMPDIR/work" || return
	PATH=$BATS_TEST_TMPDIR/bin:$PATH bash "$BATS_TEST_TMPDIR/script"
}

# A machine in use: two devices that run on P, of which one is defined, and one on Q.
three_that_run() {
	mdevadm define -u "$U1" -p "$P" -t nvidia-36 --auto
	mdevadm start -u "$U1"
	mdevadm start -u "$U2" -p "$P" -t nvidia-37
	mdevadm start -u "$U3" -p "$Q" -t nvidia-36
}
expect_definitions() {
	[ "$("$MDEVADM" list -d)" = "$1" ] || fail_with "these are defined: $("$MDEVADM" list -d)"
}

@test "what scripts find on their path as mdevctl and lsmdev is this program" {
	run wild <<<'mdevctl --version; lsmdev --version'

	[[ "${lines[0]}" == *mdevadm* && "${lines[1]}" == *mdevadm* ]]
}

@test "a clean-up by a list in a file, awk and xargs takes all away" {
	three_that_run

	run wild <<-'END'
		mdevctl list | awk '{print $1}' >all
		xargs -I{} mdevctl stop -u {} <all
		xargs -I{} mdevctl undefine -u {} <all 2>/dev/null
		mdevctl list; mdevctl list -d
	END

	expect_output ""
	is_gone "$U1"
	is_gone "$U2"
	is_gone "$U3"
	expect_definitions ""
}

@test "a clean-up of one card by grep and xargs leaves the other cards alone" {
	three_that_run

	run wild <<-'END'
		set -e
		mdevctl list | grep "$P" | awk '{print $1}' | xargs -I{} mdevctl stop --uuid {}
	END

	expect_status 0
	expect_output ""
	is_gone "$U1"
	is_gone "$U2"
	runs "$U3"
}

@test "a clean-up loop that reads the list gets each line, though the commands in it have its input" {
	three_that_run

	run wild <<-'END'
		lsmdev | while read -r uuid parent rest; do
			echo "$parent: $uuid"
			mdevctl stop -u "$uuid"
		done
	END

	expect_output "$P: $U1
$P: $U2
$Q: $U3"
	is_gone "$U1"
	is_gone "$U2"
	is_gone "$U3"
}

@test "a clean-up of the devices that no virtual machine's XML names spares those that one names" {
	three_that_run

	run wild <<-END
		echo "<address uuid='$U2'/>" >vm.xml
		for uuid in \$(mdevctl list | grep -i nvidia | cut -f1 -d' '); do
			grep -q "\$uuid" ./*.xml && continue
			mdevctl stop --uuid "\$uuid" && mdevctl undefine --uuid "\$uuid" 2>/dev/null
		done
		mdevctl list
	END

	expect_output "$U2 $P nvidia-37 manual"
	expect_definitions ""
}

@test "a script that starts what the list does not have starts it once" {
	local script='if test "$(mdevctl list | grep "$U1")" == ""; then
		mdevctl start -u "$U1" -p "$P" --type nvidia-36 && echo started
	fi'

	run wild <<<"$script"
	expect_output "started"

	run wild <<<"$script"
	expect_status 0
	expect_output ""
	runs "$U1"
}

@test "a strict script that greps the list quietly does not end by its own pipe" {
	three_that_run

	run wild <<-'END'
		set -euo pipefail
		mdevctl list | grep -q "$U1"
		mdevctl types | grep -c nvidia-36
		mdevctl list -d | grep -q "$U2" || echo "not defined"
	END

	expect_status 0
	expect_output "2
not defined"
}

@test "a launcher asks whether the list can be had, and makes a path of its first word" {
	run wild <<<'if mdevctl list; then echo supported; fi'
	expect_output "supported"
	mdevadm start -u "$U1" -p "$P" -t nvidia-36

	run wild <<-'END'
		device=$SYS/bus/mdev/devices/$(mdevctl list | cut -d ' ' -f 1)
		basename "$(readlink "$device/mdev_type")"
	END

	expect_output "nvidia-36"
}

@test "a role that writes the file itself passes over 'Device already exists' at its second run" {
	local role='install -d -m 0770 "$ETC/$P"
		printf "%s\n" "{\"mdev_type\": \"nvidia-36\", \"start\": \"auto\", \"attrs\": []}" >"$ETC/$P/$U1"
		chmod 0600 "$ETC/$P/$U1"
		mdevctl start --uuid "$U1" 2>stderr
		rc=$?
		if [ $rc -ne 0 ] && ! grep -q "Device already exists" stderr; then echo failed; fi
		echo "rc $((rc != 0))"'

	run wild <<<"$role"
	expect_output "rc 0"

	run wild <<<"$role"
	expect_output "rc 1"
	[ "$(instances "$P" nvidia-36)" = 31 ]
}

@test "an installer finds types by grep and sed" {
	run wild <<-'END'
		mdevctl types | grep -q nvidia- && echo "there are some"
		mdevctl types | grep -ci 'v100d-2q'
		mdevctl types | grep Name | sort -u | head -n 1
		mdevctl types | sed -n '1,3p'
		mdevctl types -p "$P" | grep -B 3 'Name: GRID V100D-4Q$' | head -n 1 | tr -d ' '
	END

	expect_output "there are some
2
    Name: GRID V100D-16Q
$P
  nvidia-36
    Available instances: 32
nvidia-38"
}

@test "a scheduler that reads types by their indentation finds the card with room" {
	mdevadm start -u "$U1" -p "$P" -t nvidia-41

	run wild <<-'END'
		mdevctl types | awk -v wanted=nvidia-41 '
			/^[^ ]/ { parent = $1 }
			/^  [^ ]/ { type = $1 }
			/^    Available instances:/ && type == wanted && $3 > 0 { print parent, type, $3 }'
	END

	expect_output "$Q nvidia-41 1"
}

@test "define prints one UUID, which a script catches and starts" {
	run wild <<-'END'
		set -e
		uuid=$(mdevctl define --parent "$P" --type nvidia-36 --auto)
		[[ $uuid =~ ^[0-9a-f-]{36}$ ]]
		mdevctl start --uuid "$uuid"
		mdevctl list | sed "s/$uuid/it/"
		mdevctl stop --uuid="$uuid"
		mdevctl undefine -u "$uuid"
	END

	expect_status 0
	expect_output "it $P nvidia-36 auto (defined)"
	expect_definitions ""
}

@test "a guide's placeholder, or an empty variable, is no UUID and starts nothing" {
	run wild <<<'mdevctl start --uuid "<uuid of the vGPU>"; echo "rc $?"; mdevctl start --uuid "$empty"; echo "rc $?"'

	[ "$(grep -c '^rc 10$' <<<"$output")" = 2 ]
	expect_contains "<uuid of the vGPU>"
	[ -z "$("$MDEVADM" list)" ]
}

@test "a command substitution that gives two names is a wrong usage, and changes nothing" {
	mdevadm start -u "$U1" -p "$P" -t nvidia-36
	mdevadm start -u "$U2" -p "$P" -t nvidia-36

	run wild <<<'mdevctl define --auto --uuid $(ls "$SYS/bus/mdev/devices")'

	expect_status 2
	expect_definitions ""
}

# What libvirt's node-device driver gives, and how it reads the answers.
@test "libvirt's commands with JSON on a pipe create, define, update and list" {
	run wild <<-'END'
		json() { printf '{"mdev_type":"nvidia-36","start":"%s"%s}' "$1" "$2"; }
		attrs=',"attrs":[{"nvidia/vgpu_params":"frame_rate_limiter=0"}]'

		created=$(json manual | mdevctl start --parent="$P" --jsonfile=/dev/stdin)
		[ -e "$SYS/bus/mdev/devices/$created" ] && echo "created, and told which"
		json manual "$attrs" | mdevctl start --parent="$P" --jsonfile=/dev/stdin --uuid="$U1"
		json manual | mdevctl define --parent="$Q" --jsonfile=/dev/stdin --uuid="$U2"
		json auto "$attrs" | mdevctl modify --parent="$Q" --jsonfile=/dev/stdin --uuid="$U2" --defined
		mdevctl modify --defined --live --jsonfile b --help >/dev/null && echo "can be updated"
		mdevctl modify --uuid "$U2" --manual
		mdevctl start --uuid="$U2" && mdevctl stop --uuid="$U2"
		mdevctl stop --uuid="$created" && mdevctl stop --uuid="$U1"
		mdevctl list --dumpjson
		mdevctl list --dumpjson --defined | python3 -c 'import json, sys
		for parents in json.load(sys.stdin):
		    for parent, devices in parents.items():
		        for device in devices:
		            (uuid, config), = device.items()
		            for attr in config.get("attrs", []):
		                (name, value), = attr.items()
		                print(parent, uuid, config["mdev_type"], config["start"], name, value)'
		mdevctl undefine --uuid="$U2"
	END

	expect_status 0
	expect_output "created, and told which
can be updated
[]
$Q $U2 nvidia-36 manual nvidia/vgpu_params frame_rate_limiter=0"
	expect_definitions ""
}

@test "what libvirt is told when a create fails is on stderr, and no UUID is on stdout" {
	run wild <<-'END'
		uuid=$(echo '{"mdev_type":"none-1","start":"manual"}' |
			mdevctl start --parent="$P" --jsonfile=/dev/stdin 2>error)
		echo "$? '$uuid' $(head -n 1 error)"
	END

	expect_output "3 '' mdevctl: cannot start a device on parent '$P': parent '$P' has no type 'none-1'"
}

@test "a back-up by jq brings all definitions back" {
	mdevadm define -u "$U1" -p "$P" -t nvidia-36 --auto
	mdevadm modify -u "$U1" --addattr nvidia/vgpu_params --value a=1
	mdevadm define -u "$U2" -p "$Q" -t nvidia-37
	cp -r "$ETC" "$BATS_TEST_TMPDIR/before"

	run wild <<-'END'
		mdevctl list --defined --dumpjson | jq -c '.[] | to_entries[] | .key as $parent
			| .value[] | to_entries[] | [$parent, .key, .value]' >saved
		mdevctl list -d | while read -r uuid rest; do mdevctl undefine -u "$uuid"; done
		mdevctl list -d
		while read -r line; do
			jq '.[2]' <<<"$line" >config
			mdevctl define -p "$(jq -r '.[0]' <<<"$line")" -u "$(jq -r '.[1]' <<<"$line")" --jsonfile config
		done <saved
	END

	expect_output ""
	diff -r "$BATS_TEST_TMPDIR/before" "$ETC"
}

@test "one device's JSON, saved from the list, is a file to define it by" {
	mdevadm start -u "$U1" -p "$P" -t nvidia-36

	run wild <<-'END'
		mdevctl list -u "$U1" --dumpjson >"$U1.json"
		mdevctl define -u "$U1" -p "$P" --jsonfile "$U1.json" && mdevctl list -d
	END

	expect_output "$U1 $P nvidia-36 manual (active)"
}

@test "lsmdev is read by the places of its words" {
	three_that_run

	run wild <<-'END'
		lsmdev | awk '{ print $3, $4, NF }'
		lsmdev | grep -c '(defined)$'
	END

	expect_output "nvidia-36 auto 5
nvidia-37 manual 4
nvidia-36 manual 4
1"
}

@test "a script that tests with 'info', which mdevctl never had, goes on as if there was no device" {
	run wild <<-'END'
		mdevctl info -u "$U1" >/dev/null 2>&1 || { echo "none ($?)"; mdevctl define -u "$U1" -p "$P" -t nvidia-36; }
	END

	expect_output "none (2)"
	expect_definitions "$U1 $P nvidia-36 manual"
}

@test "a script that tests by an empty list of one device has the status 0 and no line" {
	run wild <<<'mdevctl list -d -u "$U1"; echo "$?: $(mdevctl list -u "$U1" | wc -l)"'

	expect_output "0: 0"
}

@test "a script that undefines a running device first can still stop it" {
	mdevadm define -u "$U1" -p "$P" -t nvidia-36
	mdevadm start -u "$U1"

	run wild <<-'END'
		set -e
		mdevctl undefine -u "$U1"
		lsmdev
		mdevctl stop -u "$U1"
	END

	expect_status 0
	expect_output "$U1 $P nvidia-36 manual"
	is_gone "$U1"
}

@test "a unit that tries again until the driver is ready starts the device once" {
	mdevadm define -u "$U1" -p "$P" -t nvidia-36
	ctl error create EIO 2

	run wild <<-'END'
		until mdevctl start -u "$U1" 2>>errors; do tries=$((tries + 1)); sleep 0.1; done
		echo "$tries $(grep -c '^mdevctl: ' errors)"
	END

	expect_output "2 2"
	[ "$(instances "$P" nvidia-36)" = 31 ]
}

@test "a script for the old mdevctl in shell is told that its commands are none, and changes nothing" {
	run wild <<-'END'
		mdevctl version; echo "$?"
		mdevctl create-mdev "$U1" "$P" nvidia-36; echo "$?"
	END

	[ "$(grep -cx 2 <<<"$output")" = 2 ]
	expect_contains "there is no command 'create-mdev'"
	is_gone "$U1"
}

@test "a test suite's crypto device is defined, given its queue by two attributes, and started" {
	mount_sim zoo

	run wild <<-'END'
		set -e
		mdevctl define -u "$U1" -p matrix -t vfio_ap-passthrough
		mdevctl modify -u "$U1" -p matrix -m
		mdevctl modify -u "$U1" --addattr=assign_adapter --value=0x3
		mdevctl modify -u "$U1" --addattr=assign_domain --value=0x4
		mdevctl start -u "$U1"
		mdevctl list -d -v
	END

	expect_status 0
	expect_output "$U1 matrix vfio_ap-passthrough manual (active)
  Attrs:
    @{0}: {\"assign_adapter\":\"0x3\"}
    @{1}: {\"assign_domain\":\"0x4\"}"
}

@test "a udev rule that starts a card's devices can be run twice, and leaves the manual ones" {
	mdevadm define -u "$U1" -p "$P" -t nvidia-36 --auto
	mdevadm define -u "$U2" -p "$P" -t nvidia-36

	run wild <<<'mdevctl start-parent-mdevs "$P" && mdevctl start-parent-mdevs "$P" && mdevctl list'

	expect_status 0
	expect_output "$U1 $P nvidia-36 auto (defined)"
}
