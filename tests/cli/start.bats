#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154

# bats file_tags=kernel
load lib/common
load lib/life

MATRIX=vfio_ap-passthrough
STOPS_IT="hint: 'mdevadm stop --uuid $U1' stops it"

# --- which device ---

@test "start of a defined device makes it run, and prints nothing" {
	mdevadm define -u "$U1" -p mtty -t mtty-2

	run mdevadm start -u "$U1"

	expect_status 0
	expect_output ""
	runs "$U1"
	[ "$(type_of "$U1")" = mtty-2 ]
	[ "$(instances mtty mtty-1)" = 22 ]
}

@test "start takes a UUID in any spelling" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm start --uuid="{${U1^^}}"

	expect_status 0
	runs "$U1"
}

@test "start with parent and type makes a transient device, and prints nothing" {
	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_output ""
	runs "$U1"
	[ "$(find "$ETC" -type f | wc -l)" = 0 ]
}

@test "start without a UUID prints the one that it made, and nothing else" {
	run mdevadm start --parent mtty --type mtty-1

	expect_status 0
	[[ "$output" =~ ^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$ ]]
	runs "$output"
}

@test "start --jsonfile reads a file" {
	definition mtty-2 >"$BATS_TEST_TMPDIR/device"

	run mdevadm start -u "$U1" -p mtty --jsonfile "$BATS_TEST_TMPDIR/device"

	expect_status 0
	expect_output ""
	[ "$(type_of "$U1")" = mtty-2 ]
}

@test "start --jsonfile /dev/stdin reads a pipe" {
	run start_from_pipe "$(definition mtty-2)" -u "$U1" -p mtty

	expect_status 0
	expect_output ""
	[ "$(type_of "$U1")" = mtty-2 ]
}

@test "start --jsonfile without a UUID prints the one that it made" {
	run start_from_pipe "$(definition mtty-2)" -p mtty

	expect_status 0
	runs "$output"
	[ "$(type_of "$output")" = mtty-2 ]
}

@test "start --jsonfile does not define the device" {
	start_from_pipe "$(definition mtty-2)" -u "$U1" -p mtty

	[ "$(find "$ETC" -type f | wc -l)" = 0 ]
}

@test "start --jsonfile takes a definition without attributes and start mode" {
	run start_from_pipe '{"mdev_type": "mtty-1"}' -u "$U1" -p mtty

	expect_status 0
	runs "$U1"
}

@test "start --jsonfile counts even if the device is defined otherwise" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run start_from_pipe "$(definition mtty-2)" -u "$U1" -p mtty

	expect_status 0
	[ "$(type_of "$U1")" = mtty-2 ]
	[[ "$(cat "$ETC/mtty/$U1")" == *'"mtty-1"'* ]]
}

@test "start of a device that several parents define needs the parent" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U1" -p other -t other-1

	run mdevadm start -u "$U1"

	expect_status 2
	expect_output "mdevadm: cannot start $U1: it is defined on several parents: 'mtty', 'other'
hint: say which with --parent"
	is_gone "$U1"
}

@test "start takes the definition of the parent that is named" {
	mdevadm define -u "$U1" -p mtty -t mtty-2
	mdevadm define -u "$U1" -p other -t other-1

	run mdevadm start -u "$U1" -p mtty

	expect_status 0
	[ "$(parent_of "$U1") $(type_of "$U1")" = "mtty mtty-2" ]
}

@test "start with the type of the definition is no contradiction" {
	mdevadm define -u "$U1" -p mtty -t mtty-2

	run mdevadm start -u "$U1" -p mtty -t mtty-2

	expect_status 0
	runs "$U1"
}

@test "start with another type than the definition's is refused" {
	mdevadm define -u "$U1" -p mtty -t mtty-2

	run mdevadm start -u "$U1" -t mtty-1

	expect_status 10
	expect_output "mdevadm: cannot start $U1: it is defined with type 'mtty-2', not 'mtty-1'
hint: leave --type out, or change the definition with 'mdevadm modify'"
	is_gone "$U1"
}

@test "start on another parent than the definition's makes a transient device" {
	mdevadm define -u "$U1" -p other -t other-1

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 0
	[ "$(parent_of "$U1")" = mtty ]
}

@test "start of what is not defined says so" {
	run mdevadm start -u "$ABSENT"

	expect_status 3
	expect_output "mdevadm: cannot start $ABSENT: it is not defined
hint: define it, or say with --parent and --type what to start"
}

@test "start of what is not defined on the named parent says so" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	run mdevadm start -u "$U1" -p other

	expect_status 3
	expect_output "mdevadm: cannot start $U1: it is not defined on parent 'other'
hint: define it, or say with --type what to start"
}

# --- wrong usage and input ---

@test "start without UUID and parent is wrong usage" {
	run mdevadm start -t mtty-1

	expect_status 2
	expect_output "mdevadm: --uuid, --parent or --all is missing
hint: 'mdevadm start --help' lists the options"
}

@test "start of a new device needs a type" {
	run mdevadm start -p mtty

	expect_status 2
	expect_output "mdevadm: cannot start a device on parent 'mtty': no type is given
hint: say which with --type; 'mdevadm types --parent mtty' lists them"
}

@test "start --jsonfile excludes --type" {
	run mdevadm start -p mtty --jsonfile /dev/null --type mtty-1

	expect_status 2
	expect_output "mdevadm: --jsonfile cannot be combined with --type
hint: 'mdevadm start --help' lists the options"
}

@test "start --jsonfile needs a parent" {
	run mdevadm start -u "$U1" --jsonfile /dev/null

	expect_status 2
	expect_output "mdevadm: --jsonfile needs --parent
hint: 'mdevadm start --help' lists the options"
}

@test "start of an invalid UUID names it" {
	run mdevadm start -u 1234 -p mtty -t mtty-1

	expect_status 10
	expect_output "mdevadm: invalid UUID '1234'
hint: give 32 hexadecimal digits, such as 83c32df7-d52e-4ec1-9668-1f3c7e4df107"
}

@test "start --jsonfile of a file that is not there names it" {
	run mdevadm start -u "$U1" -p mtty --jsonfile /absent/file

	expect_status 1
	expect_line 0 "mdevadm: cannot start $U1: cannot open '/absent/file': ENOENT (No such file or directory)"
	is_gone "$U1"
}

@test "start --jsonfile of a text without a type is refused" {
	run start_from_pipe '{"start": "manual"}' -u "$U1" -p mtty

	expect_status 10
	expect_output "mdevadm: cannot start $U1: '/dev/stdin', line 1: no 'mdev_type' is given
hint: add \"mdev_type\": \"TYPE\""
	is_gone "$U1"
}

@test "start of an attribute that would leave the device is refused before anything is made" {
	run start_from_pipe "$(definition mtty-1 ../victim 1)" -u "$U1" -p mtty

	expect_status 10
	expect_output "mdevadm: cannot start $U1: '/dev/stdin', line 1: invalid attribute '../victim': it would leave the device's directory
hint: give the path of a file below the device, such as 'nvidia/vgpu_params'"
	is_gone "$U1"
	[ "$(instances mtty mtty-1)" = 24 ]
}

@test "start with a broken definition names the file" {
	define_raw mtty "$U1" '{"mdev_type": "mtty-1",'

	run mdevadm start -u "$U1"

	expect_status 10
	[[ "${lines[0]}" == "mdevadm: cannot start $U1: '$ETC/mtty/$U1', line 1, column "* ]]
	expect_line 1 "hint: mend '$ETC/mtty/$U1'"
	is_gone "$U1"
}

# --- what runs already ---

@test "start of a running device says that it already exists" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 4
	expect_output "mdevadm: cannot start $U1: Device already exists on parent 'mtty'
$STOPS_IT"
	runs "$U1"
}

@test "start of a running device that is defined says that it already exists" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"

	run mdevadm start -u "$U1"

	expect_status 4
	expect_output "mdevadm: cannot start $U1: Device already exists on parent 'mtty'
$STOPS_IT"
}

@test "start --jsonfile of a running device says that it already exists" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run start_from_pipe "$(definition mtty-1)" -u "$U1" -p mtty

	expect_status 4
	expect_output "mdevadm: cannot start $U1: Device already exists on parent 'mtty'
$STOPS_IT"
}

@test "start of a device that runs with another type says which" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm start -u "$U1" -p mtty -t mtty-2

	expect_status 4
	expect_output "mdevadm: cannot start $U1: Device exists with different type 'mtty-1'
$STOPS_IT"
	[ "$(type_of "$U1")" = mtty-1 ]
}

@test "start of a device that runs on another parent says which" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm start -u "$U1" -p other -t mtty-1

	expect_status 4
	expect_output "mdevadm: cannot start $U1: Device exists under different parent 'mtty'
$STOPS_IT"
}

@test "start of a definition whose device runs on another parent says which" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U1" -p other -t other-1

	run mdevadm start -u "$U1"

	expect_status 4
	expect_output "mdevadm: cannot start $U1: Device exists under different parent 'mtty'
$STOPS_IT"
}

@test "start recognises a stuck device" {
	needs_sim "a stuck device"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl stuck "$U1"

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 4
	expect_output "mdevadm: cannot start $U1: Device already exists and is stuck on parent 'mtty': something removed it while it was being created
hint: only unloading the driver of parent 'mtty' removes it"
}

# --- parents and types ---

@test "start on an unknown parent says so" {
	run mdevadm start -u "$U1" -p absent -t mtty-1

	expect_status 3
	expect_output "mdevadm: cannot start $U1: Unable to find parent device 'absent'
hint: 'mdevadm types' lists the parents"
}

@test "start on a parent of other case suggests the right one" {
	run mdevadm start -u "$U1" -p MTTY -t mtty-1

	expect_status 3
	expect_output "mdevadm: cannot start $U1: Unable to find parent device 'MTTY'. Did you mean 'mtty'?
hint: 'mdevadm types' lists the parents"
	is_gone "$U1"
}

@test "start without a UUID names the parent when it fails" {
	run mdevadm start -p absent -t mtty-1

	expect_status 3
	expect_output "mdevadm: cannot start a device on parent 'absent': Unable to find parent device 'absent'
hint: 'mdevadm types' lists the parents"
}

@test "start with an unknown type says so" {
	run mdevadm start -u "$U1" -p mtty -t absent

	expect_status 3
	expect_output "mdevadm: cannot start $U1: parent 'mtty' has no type 'absent'
hint: 'mdevadm types --parent mtty' lists its types"
}

@test "start with a type that cannot be created says that the parent does not have it" {
	needs_sim "a missing create"
	ctl hide mtty mtty-1 create

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 3
	expect_output "mdevadm: cannot start $U1: parent 'mtty' has no type 'mtty-1'
hint: 'mdevadm types --parent mtty' lists its types"
}

@test "start on a parent whose driver went says that there is none" {
	needs_sim "a driver that goes"
	ctl unregister mtty

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 3
	expect_output "mdevadm: cannot start $U1: Unable to find parent device 'mtty'
hint: 'mdevadm types' lists the parents"
}

@test "start works where the class of parents is gone from sysfs" {
	needs_sim "a missing class"
	ctl forget-class

	run mdevadm start -u "$U1" -p 0000:00:02.0 -t i915-GVTg_V5_8

	expect_status 0
	runs "$U1"
}

# --- what the kernel answers ---

@test "start on a full parent says that no instance is left" {
	local i

	for i in {10..21}; do
		mdevadm start -u "0000$i${U2#??????}" -p mtty -t mtty-2
	done

	run mdevadm start -u "$U1" -p mtty -t mtty-2

	expect_status 7
	expect_output "mdevadm: cannot start $U1: no instance of this type is left: cannot write '$U1' to '$(create_file mtty mtty-2)': ENOSPC (No space left on device)
hint: 'mdevadm types' shows how many there are; stop a device of this parent"
	is_gone "$U1"
}

@test "start understands that EUSERS is a lack of instances" {
	needs_sim "another parent"
	mdevadm start -u "$U2" -p 0.0.0052 -t vfio_ccw-io

	run mdevadm start -u "$U1" -p 0.0.0052 -t vfio_ccw-io

	expect_status 7
	expect_output "mdevadm: cannot start $U1: no instance of this type is left: cannot write '$U1' to '$(create_file 0.0.0052 vfio_ccw-io)': EUSERS (Too many users)
hint: 'mdevadm types' shows how many there are; stop a device of this parent"
}

@test "start says that the parent is going when create answers ENODEV" {
	needs_sim "an injected error"
	ctl error create ENODEV

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 3
	expect_output "mdevadm: cannot start $U1: the parent is going away: cannot write '$U1' to '$(create_file mtty mtty-1)': ENODEV (No such device)
hint: load its driver again and see 'mdevadm types'"
}

@test "start while the parent unregisters fails, and leaves no device" {
	needs_sim "a slow unregistering"
	ctl delay unregister 300
	ctl unregister mtty &
	wait_until has_event unregister-begin

	run mdevadm start -u "$U1" -p mtty -t mtty-1
	wait "$!"

	expect_status 3
	expect_line 0 "mdevadm: cannot start $U1: the parent is going away: cannot write '$U1' to '$(create_file mtty mtty-1)': ENODEV (No such device)"
	is_gone "$U1"
}

@test "start tries again where the kernel still has a device that nobody can see" {
	needs_sim "an injected error"
	ctl error create EEXIST 2

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 0
	runs "$U1"
}

@test "start right after stop waits for the instance to come back" {
	needs_sim "a device that lingers"
	mdevadm start -u "$U1" -p 0.0.0052 -t vfio_ccw-io
	ctl delay linger 200
	mdevadm stop -u "$U1"

	run mdevadm start -u "$U1" -p 0.0.0052 -t vfio_ccw-io

	expect_status 0
	runs "$U1"
}

@test "start without a stop before does not wait for an instance" {
	needs_sim "an injected error"
	ctl error create EUSERS

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 7
}

@test "start reports an unknown errno of create as it is" {
	needs_sim "an injected error"
	ctl error create EXDEV

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 1
	expect_line 0 "mdevadm: cannot start $U1: cannot write '$U1' to '$(create_file mtty mtty-1)': EXDEV (Invalid cross-device link)"
	is_gone "$U1"
}

@test "start whose driver does not take the device fails, and leaves none" {
	needs_sim "a failing probe"
	ctl error probe EIO

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 1
	expect_line 0 "mdevadm: cannot start $U1: cannot write '$U1' to '$(create_file mtty mtty-1)': EIO (Input/output error)"
	lacks_dir mtty "$U1"
	[ "$(instances mtty mtty-1)" = 24 ]
}

@test "start on a read-only sysfs says what to do" {
	needs_sim "a read-only sysfs"
	ctl readonly on

	run mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl readonly off

	expect_status 1
	expect_output "mdevadm: cannot start $U1: cannot open '$(create_file mtty mtty-1)': EROFS (Read-only file system)
hint: that file system is read-only: mount it writable"
}

@test "start of a device that vanishes while it is made fails" {
	needs_sim "a vanishing device"
	ctl delay create 300
	begin start -u "$U1" -p mtty -t mtty-1
	wait_until has_dir mtty "$U1"
	ctl vanish "$U1"

	finish "$BEGUN"

	expect_status 3
	expect_line 0 "mdevadm: cannot start $U1: the parent is going away: cannot write '$U1' to '$(create_file mtty mtty-1)': ENODEV (No such device)"
}

@test "start that is ended while the kernel creates leaves no device" {
	needs_sim "a slow create"
	ctl delay create 300
	begin start -u "$U1" -p mtty -t mtty-1
	wait_until has_dir mtty "$U1"
	kill -TERM "$BEGUN"

	finish "$BEGUN"

	expect_status 143
	wait_until lacks_dir mtty "$U1"
	[ "$(instances mtty mtty-1)" = 24 ]
	no_rule_broken
}

# --- attributes ---

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

@test "start writes an empty value as an empty line" {
	needs_sim "the log of writes"

	run start_from_pipe "$(definition $MATRIX assign_domain '')" -u "$U1" -p matrix

	expect_status 0
	[ "$(attr_writes "$U1")" = 'assign_domain \n ok' ]
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
	expect_line 0 "mdevadm: cannot start $U1: $(attr_written 255 "$(device_file matrix "$U1" assign_domain)"): EADDRINUSE (Address already in use)"
	[ "$(attr_writes "$U1")" = 'assign_adapter 5\n ok
assign_domain 255\n EADDRINUSE' ]
	lacks_dir matrix "$U1"
	[ "$(instances matrix $MATRIX)" = 65536 ]
	no_rule_broken
}

@test "start gives back the device when it lacks an attribute" {
	run start_from_pipe "$(definition mtty-1 power/control on power/absent 1)" -u "$U1" -p mtty

	expect_status 3
	expect_output "mdevadm: cannot start $U1: cannot open '$(device_file mtty "$U1" power/absent)': ENOENT (No such file or directory)
hint: the device has no such attribute: see 'ls $SYS/class/mdev_bus/mtty/$U1'"
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
	expect_output "mdevadm: cannot start $U1: $(attr_written 255 "$(device_file matrix "$U1" assign_domain)"): EADDRINUSE (Address already in use)
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
