#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154

# bats file_tags=kernel
load lib/common
load lib/life
load lib/drain

@test "start-parent-mdevs starts what is auto, and prints nothing" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm define -u "$U2" -p mtty -t mtty-2 --auto

	run mdevadm start-parent-mdevs mtty

	expect_status 0
	expect_output ""
	[ "$(type_of "$U1") $(type_of "$U2")" = "mtty-1 mtty-2" ]
}

@test "start-parent-mdevs leaves manual devices alone" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm define -u "$U2" -p mtty -t mtty-1

	run mdevadm start-parent-mdevs mtty

	expect_status 0
	runs "$U1"
	is_gone "$U2"
}

@test "start-parent-mdevs leaves other parents' devices alone" {
	needs_sim "two parents"
	mdevadm define -u "$U1" -p matrix -t vfio_ap-passthrough --auto

	run mdevadm start-parent-mdevs mtty

	expect_status 0
	is_gone "$U1"
}

@test "start-parent-mdevs writes the attributes" {
	define_raw mtty "$U1" '{"mdev_type": "mtty-1", "start": "auto", "attrs": [{"power/control": "on"}]}'

	run mdevadm start-parent-mdevs mtty

	expect_status 0
	[ "$(cat "$(device_file mtty "$U1" power/control)")" = on ]
}

@test "start-parent-mdevs of a parent without definitions has nothing to do" {
	run mdevadm start-parent-mdevs mtty

	expect_status 0
	expect_output ""
}

@test "start-parent-mdevs without any directory of definitions has nothing to do" {
	rm -r "$ETC"

	run mdevadm start-parent-mdevs mtty

	expect_status 0
	expect_output ""
	[ ! -e "$ETC" ]
}

@test "start-parent-mdevs of an unknown parent without definitions has nothing to do" {
	run mdevadm start-parent-mdevs absent

	expect_status 0
	expect_output ""
}

@test "start-parent-mdevs of an absent parent says so once" {
	mdevadm define -u "$U1" -p absent -t mtty-1 --auto

	run mdevadm start-parent-mdevs absent

	expect_status 3
	expect_output "mdevadm: cannot start the devices of parent 'absent': Unable to find parent device 'absent'
hint: 'mdevadm types' lists the parents"
}

@test "start-parent-mdevs does not mind a device that already runs as defined" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm define -u "$U2" -p mtty -t mtty-1 --auto
	mdevadm start -u "$U1"

	run mdevadm start-parent-mdevs mtty

	expect_status 0
	expect_output ""
	runs "$U2"
}

@test "start-parent-mdevs run twice at once starts every device once" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm define -u "$U2" -p mtty -t mtty-1 --auto
	begin start-parent-mdevs mtty

	run mdevadm start-parent-mdevs mtty

	expect_status 0
	expect_output ""
	finish "$BEGUN"
	expect_status 0
	expect_output ""
	[ "$(instances mtty mtty-1)" = 22 ]
}

@test "start-parent-mdevs reports a device that runs with another type" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U1" -p mtty -t mtty-2 --auto

	run mdevadm start-parent-mdevs mtty

	expect_status 9
	expect_output "mdevadm: warning: cannot start $U1: Device exists with different type 'mtty-1'
hint: 'mdevadm stop --uuid $U1' stops it
mdevadm: cannot start 1 of 1 devices"
}

@test "start-parent-mdevs reports one that fails by name, and goes on" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm define -u "$U2" -p mtty -t absent --auto 2>/dev/null
	mdevadm define -u "$U3" -p mtty -t mtty-1 --auto

	run mdevadm start-parent-mdevs mtty

	expect_status 9
	expect_output "mdevadm: warning: cannot start $U2: parent 'mtty' has no type 'absent'
hint: 'mdevadm types --parent mtty' lists its types
mdevadm: cannot start 1 of 3 devices"
	runs "$U1"
	runs "$U3"
}

@test "start-parent-mdevs leaves no half-made device" {
	define_raw mtty "$U1" '{"mdev_type": "mtty-1", "start": "auto", "attrs": [{"power/control": "never"}]}'
	mdevadm define -u "$U2" -p mtty -t mtty-1 --auto

	run mdevadm start-parent-mdevs mtty

	expect_status 9
	expect_line 0 "mdevadm: warning: cannot start $U1: the driver refuses the value: $(attr_written never "$(device_file mtty "$U1" power/control)"): EINVAL (Invalid argument)"
	lacks_dir mtty "$U1"
	runs "$U2"
}

@test "start-parent-mdevs skips a broken file by name, goes on, and fails in part" {
	define_raw mtty "$U1" '{"mdev_type": 5, "start": "auto"}'
	mdevadm define -u "$U2" -p mtty -t mtty-1 --auto

	run mdevadm start-parent-mdevs mtty

	expect_line 0 "mdevadm: warning: $U1 on parent 'mtty' is defined, but cannot be read: '$ETC/mtty/$U1', line 1: 'mdev_type' is not a string"
	runs "$U2"
	expect_status 9
}

@test "start-parent-mdevs escapes what a file's name would do to a terminal" {
	mkdir -p "$ETC/mtty"
	touch "$ETC/mtty/"$'no\nuuid'

	run mdevadm start-parent-mdevs mtty

	expect_line 0 "mdevadm: warning: '$ETC/mtty/no\\x0auuid' is ignored: its name is no UUID"
}

@test "start-parent-mdevs needs a parent" {
	run mdevadm start-parent-mdevs

	expect_status 2
	expect_output "mdevadm: PARENT is missing
hint: 'mdevadm start-parent-mdevs --help' lists the options"
}

@test "start-parent-mdevs refuses a parent that is a path" {
	run mdevadm start-parent-mdevs ../mtty

	expect_status 10
	expect_output "mdevadm: invalid parent '../mtty': it has a slash
hint: 'mdevadm types' lists the parents"
}

@test "start-parent-mdevs is in the list of commands" {
	run mdevadm --help

	expect_status 0
	expect_contains "  start-parent-mdevs start the devices of a parent that are defined as auto"
}

@test "start-parent-mdevs is there for mdevctl's udev rule" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto

	run called_as mdevctl start-parent-mdevs mtty

	expect_status 0
	runs "$U1"
}

@test "start-parent-mdevs of a held parent returns at once, and succeeds" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm hold mtty --reason "it is broken"

	run mdevadm start-parent-mdevs mtty

	expect_status 0
	expect_output "mdevadm: warning: parent 'mtty' is held: its devices are started when the hold is lifted
hint: 'mdevadm resume mtty' lifts it"
	is_gone "$U1"
	mdevadm resume mtty
	runs "$U1"
}

@test "start-parent-mdevs that waits already goes when the parent becomes held" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	hold parents mtty
	begin start-parent-mdevs mtty
	wait_until waits_for_lock "$BEGUN"

	write_held mtty "it is drained"
	finish "$BEGUN"

	expect_status 0
	expect_output ""
	is_gone "$U1"
	let_go "$HOLDER"
	mdevadm resume mtty
	runs "$U1"
}

# As systemd ends it, for the next registration or a shutdown.
@test "start-parent-mdevs that waits for a lock ends at SIGTERM, and the next run does the rest" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm define -u "$U2" -p mtty -t mtty-1 --auto
	hold devices "$U1"
	begin start-parent-mdevs --lock-timeout 300 --jobs 1 mtty
	wait_until waits_for_lock "$BEGUN"

	kill -TERM "$BEGUN"
	finish "$BEGUN"
	expect_status 143
	is_gone "$U1"
	is_gone "$U2"

	let_go "$HOLDER"
	run mdevadm start-parent-mdevs mtty
	expect_status 0
	runs "$U1"
	runs "$U2"
}

@test "start-parent-mdevs succeeds when the parent becomes held between its look and its claim" {
	needs_sim "a run that is slow"
	needs strace
	use_fast_program
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	delayed flock 1 1000 start-parent-mdevs mtty
	wait_until [ -e "$RUN/mdevadm/lock/gates/mtty" ]

	write_held mtty "it is drained"
	finish "$BEGUN"

	expect_status 0
	expect_output ""
	is_gone "$U1"
}

@test "start-parent-mdevs does not wait for another card where its device runs" {
	two_cards
	mdevadm define -u "$U1" -p "$CARD" -t nvidia-36
	mdevadm define -u "$U1" -p "$OTHER_CARD" -t nvidia-36 --auto
	mdevadm start -u "$U1" -p "$CARD"
	hold parents "$CARD"

	run mdevadm start-parent-mdevs "$OTHER_CARD" --lock-timeout 100

	expect_status 9
	expect_output "mdevadm: warning: cannot start $U1: Device exists under different parent '$CARD'
hint: 'mdevadm stop --uuid $U1' stops it
mdevadm: cannot start 1 of 1 devices"
	is_alive "$HOLDER"
}

@test "start-parent-mdevs does not wait for another card where a start of its device has died" {
	two_cards
	mdevadm define -u "$U1" -p "$OTHER_CARD" -t nvidia-36 --auto
	dead_start "$U1" "$CARD" nvidia-36 0
	hold parents "$CARD"

	run mdevadm start-parent-mdevs "$OTHER_CARD" --lock-timeout 100

	expect_status 0
	[ "$(parent_of "$U1")" = "$OTHER_CARD" ]
	is_alive "$HOLDER"
}

@test "start-parent-mdevs leaves what a drain of another card has stopped to that drain" {
	two_cards
	mdevadm define -u "$U1" -p "$CARD" -t nvidia-36
	mdevadm define -u "$U1" -p "$OTHER_CARD" -t nvidia-36 --auto
	mdevadm start -u "$U1" -p "$CARD"
	mdevadm drain "$CARD"

	run mdevadm start-parent-mdevs "$OTHER_CARD"

	expect_status 0
	is_gone "$U1"
	mdevadm resume "$CARD"
	[ "$(parent_of "$U1")" = "$CARD" ]
}

# --- records of devices that went with their driver ---

# U2 is gone with the driver, and its record is there; U3's is that of another parent.
forgotten_record() {
	needs_sim "a driver that goes"
	mdevadm start -u "$U2" -p mtty -t mtty-1
	mdevadm start -u "$U3" -p matrix -t "$AP"
	ctl unregister mtty
	ctl unregister matrix
	ctl register mtty
	has_record "$U2"
}

@test "start-parent-mdevs clears the records of devices that went with their driver" {
	forgotten_record

	run mdevadm start-parent-mdevs mtty

	expect_status 0
	expect_output ""
	lacks_record "$U2"
	has_record "$U3"
}

@test "a drain with a command clears the records of devices that went with their driver" {
	forgotten_record

	run mdevadm drain mtty -- true

	expect_status 0
	expect_output ""
	lacks_record "$U2"
	is_gone "$U2"
	has_record "$U3"
}

@test "resume clears the records of devices that went with their driver" {
	forgotten_record
	mdevadm hold mtty --reason "it is broken"

	run mdevadm resume mtty

	expect_status 0
	expect_output ""
	lacks_record "$U2"
	has_record "$U3"
}

@test "stop of a device that went with its driver clears its record" {
	forgotten_record

	run mdevadm stop -u "$U2"

	expect_status 3
	lacks_record "$U2"
}

@test "what a drain has to bring back is no record of a device that went" {
	needs_sim "a driver that goes"
	mdevadm start -u "$U2" -p mtty -t mtty-1
	mdevadm drain mtty
	ctl unregister mtty
	ctl register mtty

	mdevadm start-parent-mdevs mtty 2>/dev/null
	is_drained "$U2"
	mdevadm resume mtty

	runs "$U2"
}
