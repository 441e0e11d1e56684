#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# bats file_tags=kernel
# Several devices at once, and what one command does that took two.
# shellcheck disable=SC2030,SC2031

load lib/common
load lib/life
load lib/drain

setup() {
	common_setup
}

definition() { jq -c . "$ETC/$1/$2"; }

@test "several devices are started, stopped and undefined at once" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U2" -p mtty -t mtty-1

	mdevadm start "$U1" "$U2"
	runs "$U1"
	runs "$U2"
	mdevadm modify "$U1" "$U2" --auto
	[ "$(mdevadm list -d "$U2" "$U1" | grep -c ' auto (active)')" = 2 ]
	mdevadm stop "$U1" "$U2" "$U1"
	is_gone "$U1"
	is_gone "$U2"
	mdevadm undefine "$U1" "$U2"
	[ -z "$(mdevadm list -d)" ]
}

@test "of several devices one that fails is named, and the others go on" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm stop "$ABSENT" "$U1"

	expect_status 9
	expect_contains "mdevadm: cannot stop $ABSENT: there is no such device"
	expect_contains "mdevadm: cannot stop 1 of 2 devices"
	is_gone "$U1"
}

@test "define takes attributes, and starts with --now" {
	run mdevadm define -u "$U1" -p mtty -t mtty-1 --manual --addattr power/control=auto --addattr power/control=on --now

	expect_status 0
	expect_output ""
	runs "$U1"
	[ "$(definition mtty "$U1")" = '{"mdev_type":"mtty-1","start":"manual","attrs":[{"power/control":"auto"},{"power/control":"on"}]}' ]
	[ "$(cat "$(device_file mtty "$U1" power/control)")" = on ]
}

@test "define --now of what cannot be started says that it is defined" {
	run mdevadm define -u "$U1" -p mtty -t none-such --now

	expect_status 3
	expect_contains "mdevadm: it is defined: cannot start $U1: "
	[ -e "$ETC/mtty/$U1" ]
}

@test "define --replace writes a definition anew, and the same one not at all" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	run mdevadm define -u "$U1" -p mtty -t mtty-2
	expect_status 4

	mdevadm define -u "$U1" -p mtty -t mtty-2 --replace
	[ "$(definition mtty "$U1")" = '{"mdev_type":"mtty-2","start":"manual","attrs":[]}' ]
	local inode
	inode=$(stat -c %i "$ETC/mtty/$U1")
	mdevadm define -u "$U1" -p mtty -t mtty-2 --replace
	[ "$(stat -c %i "$ETC/mtty/$U1")" = "$inode" ]
}

@test "attributes are changed by name, in the order given" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --addattr a=1 --addattr b=2 --addattr b=3 --addattr c=x=y

	mdevadm modify "$U1" --setattr a=9 --delattr-name b --addattr d= --setattr e=5

	[ "$(jq -c .attrs "$ETC/mtty/$U1")" = '[{"a":"9"},{"c":"x=y"},{"d":""},{"e":"5"}]' ]
}

@test "a name that is there twice, or not at all, is not guessed at" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --addattr b=2 --addattr b=3

	run mdevadm modify "$U1" --setattr b=4
	expect_status 10
	expect_output "mdevadm: cannot modify $U1: there are 2 attributes 'b'
hint: the attributes are @{0}: {\"b\":\"2\"}, @{1}: {\"b\":\"3\"}"
	run mdevadm modify "$U1" --delattr-name c
	expect_status 10
	expect_line 0 "mdevadm: cannot modify $U1: there is no attribute 'c'"
	[ "$(jq -c .attrs "$ETC/mtty/$U1")" = '[{"b":"2"},{"b":"3"}]' ]
}

@test "one file is not for several devices" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U2" -p mtty -t mtty-1

	run mdevadm modify "$U1" "$U2" --jsonfile - <<<'{"mdev_type":"mtty-2"}'

	expect_status 2
	expect_line 0 "mdevadm: --jsonfile cannot be used with several devices"
	[ "$(mdevadm list -d | grep -c mtty-1)" = 2 ]
}

@test "--jsonfile - is standard input" {
	mdevadm define -u "$U1" -p mtty --jsonfile - <<<'{"mdev_type":"mtty-1","start":"auto"}'

	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 auto" ]
}

@test "undefine --now stops what runs, and --all takes all of a parent" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --now
	mdevadm define -u "$U2" -p mtty -t mtty-1
	mdevadm define -u "$U3" -p matrix -t vfio_ap-passthrough
	mkdir -p "$ETC/mtty"
	echo '{' >"$ETC/mtty/$ABSENT"

	run mdevadm undefine --all -p mtty --now

	expect_status 0
	is_gone "$U1"
	[ "$(mdevadm list -d)" = "$U3 matrix vfio_ap-passthrough manual" ]
	[ ! -e "$ETC/mtty/$ABSENT" ]
}

@test "undefine --now leaves one that runs and is not defined" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm undefine "$U1" --now

	expect_status 3
	runs "$U1"
}

@test "undefine --now of one that is in use leaves its definition" {
	needs_sim "a device that somebody has open"
	mdevadm define -u "$U1" -p mtty -t mtty-1 --now
	use_device "$U1"

	run mdevadm undefine "$U1" --now

	expect_status 6
	[ -e "$ETC/mtty/$U1" ]
	runs "$U1"
}

@test "restart brings a device back as it ran, or with --defined as it is defined" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --addattr power/control=on --now
	local inode
	inode=$(stat -c %i "$SYS/class/mdev_bus/mtty/$U1")
	mdevadm modify "$U1" --setattr power/control=auto

	mdevadm restart "$U1"
	[ "$(cat "$(device_file mtty "$U1" power/control)")" = on ]
	[ "$(stat -c %i "$SYS/class/mdev_bus/mtty/$U1")" != "$inode" ]
	mdevadm restart "$U1" --defined
	[ "$(cat "$(device_file mtty "$U1" power/control)")" = auto ]
}

@test "restart stops nothing that it could not start again" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --now
	mdevadm modify "$U1" -t none-such 2>/dev/null
	local inode
	inode=$(stat -c %i "$SYS/class/mdev_bus/mtty/$U1")

	run mdevadm restart "$U1" --defined
	expect_status 3
	expect_line 0 "mdevadm: cannot restart $U1: it was not stopped: parent 'mtty' has no type 'none-such'"
	mdevadm hold mtty --reason "new firmware"
	run mdevadm restart "$U1"
	expect_status 5
	expect_line 0 "mdevadm: cannot restart $U1: it was not stopped: parent 'mtty' is held: new firmware"
	[ "$(stat -c %i "$SYS/class/mdev_bus/mtty/$U1")" = "$inode" ]
}

@test "restart --defined of what cannot be started so brings it back as it ran" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --now
	mdevadm modify "$U1" --addattr no-such-attribute=1

	run mdevadm restart "$U1" --defined

	expect_status 3
	expect_contains "mdevadm: cannot restart $U1: it runs again as it did: "
	runs "$U1"
}

@test "what a restart cannot start again is told whole" {
	needs_sim "an injected error"
	printf '{"mdev_type":"mtty-1","attrs":[{"power/control":"on"}]}' >"$BATS_TEST_TMPDIR/wanted"
	mdevadm start -u "$U1" -p mtty --jsonfile "$BATS_TEST_TMPDIR/wanted"
	ctl error create EIO 1

	run mdevadm restart "$U1"

	expect_status 1
	expect_contains "mdevadm: it ran on parent 'mtty' as {"
	local line
	line=$(sed -n "s/^mdevadm: it ran on parent 'mtty' as //p" <<<"$output")
	mdevadm start -u "$U1" -p mtty --jsonfile - <<<"$line"
	[ "$(cat "$(device_file mtty "$U1" power/control)")" = on ]
}

@test "restart of a device that is in use, or does not run, is refused" {
	needs_sim "a device that somebody has open"
	run mdevadm restart "$U1"
	expect_status 3
	expect_line 0 "mdevadm: cannot restart $U1: it does not run"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	use_device "$U1"

	run mdevadm restart "$U1"

	expect_status 6
	runs "$U1"
}

@test "--ensure makes what is so already a success, and --detailed-exitcode tells" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm start "$U1" --ensure --detailed-exitcode
	expect_status 20
	run mdevadm start "$U1" --ensure --detailed-exitcode
	expect_status 0
	run mdevadm start -u "$U1" -p mtty -t mtty-2 --ensure
	expect_status 10
	run mdevadm stop "$U1" --ensure --detailed-exitcode
	expect_status 20
	run mdevadm stop "$U1" "$ABSENT" --ensure --detailed-exitcode
	expect_status 0
	expect_output ""
}

@test "start --ensure of a type finds the device wherever it runs" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm start -u "$U1" -t mtty-1 --ensure --detailed-exitcode
	expect_status 0
	expect_output ""
	run mdevadm start -u "$U1" -t mtty-2 --ensure
	expect_status 4
}

@test "start --ensure of a device that runs otherwise fails" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm start -u "$U1" -p mtty -t mtty-2 --ensure
	expect_status 4
	run mdevadm start -u "$U1" -p matrix -t vfio_ap-passthrough --ensure
	expect_status 4
	run mdevadm start -u "$U1" -p mtty -t mtty-1 --ensure
	expect_status 0
}

@test "start --wait waits for the parent and for room" {
	needs_sim "another machine"
	mount_sim sriov
	mdevadm start -u "$U1" -p 0000:06:00.4 -t nvidia-36
	ctl unregister 0000:06:00.5
	(sleep 0.5 && ctl register 0000:06:00.5) 3>&- &

	run mdevadm start -u "$U2" -p 0000:06:00.5 -t nvidia-36 --wait 20
	expect_status 0
	wait
	run mdevadm start -u "$U3" -p absent -t nvidia-36 --wait 0
	expect_status 3
}

@test "start --wait does not wait for what cannot come" {
	run timeout 20 "$MDEVADM" start -u "$U1" --wait 1000

	expect_status 3
}

@test "start without a parent chooses the one with most room, and says where" {
	needs_sim "another machine"
	mount_sim two-gpus
	mdevadm start -u "$U1" -p 0000:06:00.0 -t nvidia-36

	run --separate-stderr mdevadm start -u "$U2" --type V100D-1Q

	expect_status 0
	[ "$stderr" = "mdevadm: started on parent '0000:07:00.0'" ]
	[ "$(mdevadm list "$U2")" = "$U2 0000:07:00.0 nvidia-36 manual" ]
	run mdevadm start --type none-such
	expect_status 3
	expect_line 0 "mdevadm: cannot start a device: no parent has a type 'none-such'"
	mdevadm hold 0000:06:00.0 --reason why
	mdevadm hold 0000:07:00.0 --reason why
	run mdevadm start --type nvidia-36
	expect_status 5
}

# bats test_tags=slow
@test "64 starts at once on 4 parents of 16 all succeed, and their loads are the same" {
	needs_sim "another machine"
	local i parents=
	for i in 1 2 3 4; do
		parents+="{\"name\":\"card$i\",\"path\":\"devices/card$i\",\"bus\":\"pci\",\"driver\":\"d\",\"types\":[{\"name\":\"t\",\"instances\":16}]},"
	done
	echo "{\"parents\":[${parents%,}]}" >"$BATS_TEST_TMPDIR/cards.json"
	mount_sim "$BATS_TEST_TMPDIR/cards.json"

	for i in {1..64}; do
		"$MDEVADM" start --type t --lock-timeout 300 >>"$BATS_TEST_TMPDIR/made" 2>>"$BATS_TEST_TMPDIR/said" 3>&- &
	done
	wait

	[ "$(wc -l <"$BATS_TEST_TMPDIR/made")" = 64 ] || fail_with "$(grep -v 'started on' "$BATS_TEST_TMPDIR/said")"
	[ "$(mdevadm list | awk '{print $2}' | sort | uniq -c | awk '{print $1}' | xargs)" = "16 16 16 16" ]
	run mdevadm start --type t
	expect_status 7
}
