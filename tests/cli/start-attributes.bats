#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# The attributes that a start writes, and the roll-back where that fails.

# bats file_tags=kernel
load lib/common
load lib/life

MATRIX=vfio_ap-passthrough
IN_USE="what the value names is in use"
IN_USE_HINT="hint: vfio_ap: a queue of this adapter or domain is assigned to another device: see 'mdevadm list -v' and the attribute 'matrix' of the others"

@test "start writes an attribute in a subdirectory" {
	run start_from_pipe "$(definition mtty-1 power/control on)" -u "$U1" -p mtty

	expect_status 0
	expect_output ""
	[ "$(cat "$(device_file mtty "$U1" power/control)")" = on ]
}

@test "start writes the last of a repeated attribute last" {
	start_from_pipe "$(definition mtty-1 power/control on power/control auto)" -u "$U1" -p mtty

	[ "$(cat "$(device_file mtty "$U1" power/control)")" = auto ]
}

@test "start writes the attributes in order, each with one write and a newline" {
	needs_sim "the log of writes"
	mdevadm define -u "$U1" -p matrix -t $MATRIX
	define_raw matrix "$U1" "$(definition $MATRIX assign_domain 0xab assign_adapter 5 \
		assign_domain 4 assign_adapter 6 assign_adapter 5 assign_control_domain 0x1)"

	run mdevadm start -u "$U1"

	expect_status 0
	[ "$(attr_writes "$U1")" = 'assign_domain 0xab\n ok
assign_adapter 5\n ok
assign_domain 4\n ok
assign_adapter 6\n ok
assign_adapter 5\n ok
assign_control_domain 0x1\n ok' ]
	no_rule_broken
}

@test "start keeps the last character of a value that a driver takes for a newline" {
	needs_sim "a driver that drops it"
	mount_sim two-gpus

	run start_from_pipe "$(definition nvidia-36 nvidia/vgpu_params frl_config=60)" \
		-u "$U1" -p 0000:06:00.0

	expect_status 0
	[ "$(cat "$(device_file 0000:06:00.0 "$U1" nvidia/vgpu_params)")" = frl_config=60 ]
}

@test "start gives back the device when an attribute's value is refused" {
	run start_from_pipe "$(definition mtty-1 power/control on power/control never)" \
		-u "$U1" -p mtty

	expect_status 1
	expect_output "mdevadm: cannot start $U1: the driver refuses the value: $(attr_written never "$(device_file mtty "$U1" power/control)"): EINVAL (Invalid argument)
hint: see its documentation for what this attribute takes"
	lacks_dir mtty "$U1"
	[ "$(instances mtty mtty-1)" = 24 ]
}

@test "start writes nothing after the attribute that failed" {
	needs_sim "the log of writes"

	run start_from_pipe "$(definition $MATRIX assign_adapter 5 assign_domain 255 assign_domain 1)" \
		-u "$U1" -p matrix

	expect_status 1
	expect_output "mdevadm: cannot start $U1: $IN_USE: $(attr_written 255 "$(device_file matrix "$U1" assign_domain)"): EADDRINUSE (Address already in use)
$IN_USE_HINT"
	[ "$(attr_writes "$U1")" = 'assign_adapter 5\n ok
assign_domain 255\n EADDRINUSE' ]
	lacks_dir matrix "$U1"
	[ "$(instances matrix $MATRIX)" = 65536 ]
	no_rule_broken
}

@test "start gives back the device when it lacks an attribute" {
	run start_from_pipe "$(definition mtty-1 power/control on power/absent 1)" -u "$U1" -p mtty

	expect_status 3
	expect_line 0 "mdevadm: cannot start $U1: cannot open '$(device_file mtty "$U1" power/absent)': ENOENT (No such file or directory)"
	# A real kernel has more of them.
	[[ "${lines[1]}" == "hint: the device has no such attribute; it has "*"'power/control'"* ]]
	lacks_dir mtty "$U1"
}

@test "start gives back the device when an attribute is read-only" {
	needs_sim "a parent with a read-only attribute"

	run start_from_pipe "$(definition $MATRIX assign_adapter 5 matrix 1)" -u "$U1" -p matrix

	expect_status 1
	expect_output "mdevadm: cannot start $U1: cannot open '$(device_file matrix "$U1" matrix)': EACCES (Permission denied)
hint: the attribute cannot be written, or not by this user"
	lacks_dir matrix "$U1"
}

@test "start does not write through a link" {
	run start_from_pipe "$(definition mtty-1 power/control on subsystem/drivers_autoprobe 0)" \
		-u "$U1" -p mtty

	expect_status 10
	expect_output "mdevadm: cannot start $U1: cannot open '$(device_file mtty "$U1" subsystem/drivers_autoprobe)': ELOOP (Too many levels of symbolic links)
hint: an attribute is a file in the device's directory, and not behind a link"
	lacks_dir mtty "$U1"
}

@test "start does not succeed when an attribute makes the device go" {
	run start_from_pipe "$(definition mtty-1 remove 1)" -u "$U1" -p mtty

	[ "$status" -ne 0 ] || fail_with "success, and the device is not there"
	is_gone "$U1"
}

@test "start adds the error of a roll-back that fails to the first one" {
	needs_sim "an injected error"
	ctl error remove EIO

	run start_from_pipe "$(definition $MATRIX assign_domain 255)" -u "$U1" -p matrix

	expect_status 1
	expect_output "mdevadm: cannot start $U1: $IN_USE: $(attr_written 255 "$(device_file matrix "$U1" assign_domain)"): EADDRINUSE (Address already in use)
$IN_USE_HINT
mdevadm: the device is there without all its attributes: cannot write '1' to '$(device_file matrix "$U1" remove)': EIO (Input/output error)
hint: 'mdevadm stop --uuid $U1' removes it"
	runs "$U1"
}

@test "start that is ended while it writes attributes leaves no half-made device" {
	needs_sim "a slow attribute"
	ctl delay attr 200
	begin start -u "$U1" -p mtty --jsonfile <(definition mtty-1 power/control on power/control auto)
	wait_until [ -e "$(device_file mtty "$U1" power/control)" ]
	kill -TERM "$BEGUN"

	finish "$BEGUN"

	expect_status 143
	lacks_dir mtty "$U1" || [ "$(cat "$(device_file mtty "$U1" power/control)")" = auto ]
	no_rule_broken
}

@test "start prints no UUID when it fails" {
	run --separate-stderr start_from_pipe "$(definition mtty-1 power/control never)" -p mtty

	expect_status 1
	expect_output ""
	[ "$(find "$SYS/bus/mdev/devices" -mindepth 1 | wc -l)" = 0 ]
}

@test "start of a device that lacks an attribute names those that it has" {
	needs_sim "a parent with several attributes"

	run start_from_pipe "$(definition sf_core-local hw_addr 1)" -u "$U1" -p sf-host

	expect_status 3
	expect_output "mdevadm: cannot start $U1: cannot open '$(device_file sf-host "$U1" hw_addr)': ENOENT (No such file or directory)
hint: the device has no such attribute; it has 'mac', 'power/control', 'state'"
	lacks_dir sf-host "$U1"
}

# --- roll-back ---

@test "start that is interrupted while it rolls back says that the removal goes on" {
	needs_sim "a slow removal"
	ctl delay remove 2000
	begin start -u "$U1" -p matrix --jsonfile <(definition $MATRIX assign_domain 255)
	wait_until has_event remove-begin

	kill -TERM "$BEGUN"
	finish "$BEGUN"

	expect_status 143
	[[ "$output" =~ \(pid\ ([0-9]+)\) ]] || fail_with "no child is named"
	expect_output "mdevadm: cannot start $U1: $IN_USE: $(attr_written 255 "$(device_file matrix "$U1" assign_domain)"): EADDRINUSE (Address already in use)
$IN_USE_HINT
mdevadm: the device is there without all its attributes: interrupted by SIGTERM: the removal of $U1 goes on (pid ${BASH_REMATCH[1]})
hint: if something has the device open, end that; it goes then by itself"
	wait_until lacks_dir matrix "$U1"
	run mdevadm start -u "$U1" -p matrix -t $MATRIX
	expect_status 0
	expect_output ""
	no_rule_broken
}

@test "start whose record cannot be written makes no device" {
	needs_sim "the log of events"
	local record=$RUN/mdevadm/devices/$U1

	# A directory in the way fails it for root, too.
	mkdir -p "$record"

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 1
	expect_output "mdevadm: warning: '$record' is a directory, not a regular file
hint: remove '$record': it only says how the device was started
mdevadm: cannot start $U1: cannot replace '$record': EISDIR (Is a directory)
hint: a directory is there, where a file is wanted"
	is_gone "$U1"
	[ "$(events create-begin)" = 0 ]
}

@test "start of which one record cannot be written leaves no device" {
	needs_sim "what was written"
	needs strace
	local record=$RUN/mdevadm/devices/$U1 when

	use_fast_program
	# It is written before the create, after it, and when all attributes are.
	for when in 1 2 3; do
		ctl reset

		run strace -f -o /dev/null -e trace=renameat -e inject=renameat:error=ENOSPC:when=$when \
			"$MDEVADM" start -u "$U1" -p mtty -t mtty-1

		expect_status 1
		expect_output "mdevadm: cannot start $U1: cannot replace '$record': ENOSPC (No space left on device)
hint: make room on that file system"
		lacks_dir mtty "$U1"
		lacks "$record"
		[ "$(events create-begin)" = $((when > 1)) ]
	done
	no_rule_broken
}

# Both parts of it: how it runs, and how it comes back.
@test "the record of a definition that is as large as can be is read again" {
	needs_sim "a parent with attributes"
	local record=$RUN/mdevadm/devices/$U1 value

	value=$(printf '1%.0s' {1..4000})
	{
		printf '{"mdev_type":"sf_core-local","attrs":[{"mac":"1"}'
		printf ",{\"mac\":\"$value\"}%.0s" {1..260}
		printf ']}'
	} >"$BATS_TEST_TMPDIR/many"
	mdevadm start -u "$U1" -p sf-host --jsonfile "$BATS_TEST_TMPDIR/many"

	run mdevadm list
	expect_output "$U1 sf-host sf_core-local manual"
	run mdevadm drain sf-host -- jq -r '.drained.attrs | length' "$record"

	expect_status 0
	expect_output 261
	[ "$(jq '.attrs | length' "$record")" = 261 ]
	[ "$(wc -c <"$record")" -gt 1000000 ]
}
