#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# What is remembered of a start, and what becomes of one that died.

# bats file_tags=slow
load lib/common
load lib/life

say() { printf '# %s\n' "$*" >&3; }
record() { printf '%s/mdevadm/devices/%s' "$RUN" "$1"; }
state_of() { jq -r .state "$(record "$1")"; }
inode_of() { stat -c %i "$SYS/class/mdev_bus/$1/$2"; }

AP=vfio_ap-passthrough
define_ap() {
	define_raw matrix "$U1" "$(definition $AP assign_adapter 5 assign_domain 6 assign_control_domain 7)"
}

# half_made PID: what a start by that process leaves that died after the create.
half_made() {
	printf '%s' "$U1" >"$(create_file mtty mtty-1)"
	write_record "$1" "$(inode_of mtty "$U1")"
}
# write_record PID INODE
write_record() {
	mkdir -p "$RUN/mdevadm/devices"
	printf '{"version":1,"state":"starting","parent":"mtty","type":"mtty-1","attrs":[],"inode":%d,"pid":%d,"since":1}' \
		"$2" "$1" >"$(record "$U1")"
}

@test "a device that was started has a record that all can read" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	[ "$(stat -c %a "$(record "$U1")")" = 644 ]
	[ "$(stat -c %a "$RUN/mdevadm/devices")" = 755 ]
}

@test "the record of a device that was started says what it is" {
	mdevadm start -u "$U1" -p mtty -t mtty-2

	[ "$(jq -c '.pid |= type | .since |= type' "$(record "$U1")")" = "$(jq -nc --argjson inode "$(inode_of mtty "$U1")" \
		'{ version: 1, state: "running", parent: "mtty", type: "mtty-2", attrs: [], inode: $inode,
			pid: "number", since: "number" }')" ]
	[ "$(jq -c . "$(record "$U1")")" = "$(cat "$(record "$U1")")" ]
}

@test "a record has the attributes that were written" {
	needs_sim "a type with attributes"

	start_from_pipe "$(definition $AP assign_adapter 5 assign_domain 6)" -u "$U1" -p matrix

	[ "$(jq -c .attrs "$(record "$U1")")" = '[{"assign_adapter":"5"},{"assign_domain":"6"}]' ]
}

@test "the record says that a start is under way before the device is created" {
	needs_sim "a slow create"
	ctl delay create 1500

	begin start -u "$U1" -p mtty -t mtty-1
	wait_until has_dir mtty "$U1"

	[ "$(state_of "$U1")" = starting ]
	finish "$BEGUN"
	expect_status 0
	[ "$(state_of "$U1")" = running ]
}

@test "a start that goes on is not shown as incomplete" {
	needs_sim "a slow attribute"
	define_ap
	ctl delay attr 300
	begin start -u "$U1"
	wait_until runs "$U1"

	run mdevadm list

	expect_output "$U1 matrix $AP manual (defined)"
	finish "$BEGUN"
	expect_status 0
}

@test "a stop takes the record away" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	mdevadm stop -u "$U1"

	lacks "$(record "$U1")"
}

@test "a start that failed leaves no record" {
	needs_sim "a type with attributes"

	run start_from_pipe "$(definition $AP assign_adapter 255)" -u "$U1" -p matrix

	expect_status 1
	lacks "$(record "$U1")"
	is_gone "$U1"
}

@test "list shows what a start that died has left as incomplete" {
	half_made 4194304

	run mdevadm list

	expect_status 0
	expect_output "$U1 mtty mtty-1 manual (incomplete)"
}

@test "JSON does not tell that a device is incomplete" {
	half_made 4194304

	run mdevadm list --dumpjson

	expect_status 0
	[[ "$output" != *incomplete* ]]
	expect_contains "$U1"
}

@test "start makes a half-made device again" {
	half_made 4194304
	local before

	before=$(inode_of mtty "$U1")

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_output "mdevadm: warning: $U1 was left half made by a start that died (process 4194304): it was removed"
	[ "$(inode_of mtty "$U1")" != "$before" ]
	[ "$(state_of "$U1")" = running ]
}

@test "start-parent-mdevs makes a half-made device again" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	half_made 4194304

	run mdevadm start-parent-mdevs mtty

	expect_status 0
	expect_output "mdevadm: warning: $U1 was left half made by a start that died (process 4194304): it was removed"
	[ "$(state_of "$U1")" = running ]
}

@test "stop removes a half-made device" {
	half_made 4194304

	run mdevadm stop -u "$U1"

	expect_status 0
	expect_output "mdevadm: warning: $U1 was left half made by a start that died (process 4194304): it was removed"
	is_gone "$U1"
	lacks "$(record "$U1")"
}

@test "drain does not bring a half-made device back" {
	half_made 4194304

	run mdevadm drain mtty -- true

	expect_status 0
	expect_output "mdevadm: warning: $U1 was left half made by a start that died (process 4194304): it was removed"
	is_gone "$U1"
}

@test "a half-made device that somebody has open is left, and named" {
	needs_nodes
	half_made 4194304
	has_open "$(device_node "$U1")"

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 4
	expect_output "mdevadm: warning: the start of $U1 by process 4194304 did not end, and its device is in use: it is left as it is
hint: see whether it is of use, else 'mdevadm stop --uuid $U1'
mdevadm: cannot start $U1: Device already exists on parent 'mtty'
hint: 'mdevadm stop --uuid $U1' stops it"
	runs "$U1"
}

@test "a record of another device of that UUID is not believed" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	write_record 4194304 1

	run mdevadm start -u "$U1"

	expect_status 4
	expect_line 0 "mdevadm: warning: the start of $U1 by process 4194304 did not end, and what runs is not what it made: it is left as it is"
	runs "$U1"
}

@test "a running record of another device of that UUID is dropped" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	jq -c '.inode = 1' "$(record "$U1")" >"$BATS_TEST_TMPDIR/record"
	cp "$BATS_TEST_TMPDIR/record" "$(record "$U1")"

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 4
	lacks "$(record "$U1")"
	runs "$U1"
}

@test "a record without a device is dropped" {
	write_record 4194304 77

	run mdevadm stop -u "$U1"

	expect_status 3
	lacks "$(record "$U1")"
}

@test "list shows as incomplete only what is on the parent of the record" {
	needs_sim "two parents"
	half_made 4194304
	jq -c '.parent = "matrix"' "$(record "$U1")" >"$BATS_TEST_TMPDIR/record"
	cp "$BATS_TEST_TMPDIR/record" "$(record "$U1")"

	run mdevadm list

	expect_status 0
	expect_output "$U1 mtty mtty-1 manual"
}

# --- records that cannot be read, written or removed ---

# Both looks of a claim see it.
@test "start and stop warn of a broken record once" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	echo '{"version":1,"state":"odd"}' >"$(record "$U1")"
	local warning

	warning="mdevadm: warning: '$(record "$U1")' is not understood: its state is not known
hint: remove '$(record "$U1")': it only says how the device was started"

	run mdevadm start -u "$U1" -p mtty -t mtty-1
	expect_status 4
	expect_output "$warning
mdevadm: cannot start $U1: Device already exists on parent 'mtty'
hint: 'mdevadm stop --uuid $U1' stops it"
	run mdevadm stop -u "$U1"

	expect_status 0
	expect_output "$warning"
	lacks "$(record "$U1")"
}

@test "a record of a later version is no broken one: nothing is done" {
	needs_sim "the log of events"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	jq -c '.version = 2' "$(record "$U1")" >"$BATS_TEST_TMPDIR/record"
	cp "$BATS_TEST_TMPDIR/record" "$(record "$U1")"

	run mdevadm stop -u "$U1"
	expect_status 1
	expect_output "mdevadm: cannot stop $U1: '$(record "$U1")' was written by a later version of mdevadm
hint: use that version, or restart the machine"
	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 1
	expect_output "mdevadm: cannot start $U1: '$(record "$U1")' was written by a later version of mdevadm
hint: use that version, or restart the machine"
	[ "$(events remove-begin)" = 0 ]
	runs "$U1"
	cmp "$(record "$U1")" "$BATS_TEST_TMPDIR/record"
}

# unnoted_stop: a stop that removes the device, and cannot remove its record.
unnoted_stop() {
	needs_sim "what the removal did"
	needs strace
	use_fast_program
	mdevadm start -u "$U1" -p mtty -t mtty-1
	run strace -f -o /dev/null -P "$RUN/mdevadm/devices" -e trace=unlinkat -e inject=unlinkat:error=EIO \
		"$MDEVADM" stop -u "$U1"
}

@test "a stop whose record cannot be removed says that it took effect" {
	unnoted_stop

	expect_status 1
	expect_output "mdevadm: cannot stop $U1: the stop took effect, the device is gone, but that cannot be noted: cannot remove '$(record "$U1")': EIO (Input/output error)
hint: 'mdevadm stop --uuid $U1' notes it"
	lacks_dir mtty "$U1"
	[ -e "$(record "$U1")" ]
}

@test "the next stop clears a record that could not be removed" {
	unnoted_stop

	run mdevadm stop -u "$U1"

	expect_status 3
	expect_output "mdevadm: cannot stop $U1: there is no such device
hint: 'mdevadm list' shows what runs"
	lacks "$(record "$U1")"
}

@test "the next start does not mind a record that could not be removed" {
	unnoted_stop

	run mdevadm start -u "$U1" -p mtty -t mtty-2

	expect_status 0
	expect_output ""
	[ "$(jq -r .type "$(record "$U1")")" = mtty-2 ]
}

@test "start-parent-mdevs clears the records of devices that went with their driver" {
	needs_sim "a driver that goes"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	start_from_pipe "$(definition $AP assign_adapter 5)" -u "$U2" -p matrix
	ctl unregister mtty
	ctl register mtty

	run mdevadm start-parent-mdevs mtty

	expect_status 0
	expect_output ""
	lacks "$(record "$U1")"
	[ "$(state_of "$U2")" = running ]
}

# --- runs that are killed ---

# What the single killed run left is never shown as fine, and one more run puts it right.
check_point() {
	local name=$1 k=$2 how=$3 status=0 listed

	rm -rf "$RUN/mdevadm"
	ctl reset
	killed_at "$name" "$k" start -u "$U1" || fail_with "$name $k: it was not killed"
	listed=$("$MDEVADM" list)
	if runs "$U1" && [ "$(written_since_create "$U1")" -lt 3 ]; then
		incomplete=$((incomplete + 1))
		[[ "$listed" == *" (incomplete)" ]] || fail_with "$name $k: listed as fine: $listed"
	fi
	mdevadm "$how" -u "$U1" >"$BATS_TEST_TMPDIR/said" 2>&1 || status=$?
	if [ "$how" = start ]; then
		[ "$status" = 0 ] || [ "$status" = 4 ] || fail_with "$name $k: start: status $status: $(<"$BATS_TEST_TMPDIR/said")"
		runs "$U1" || fail_with "$name $k: no device"
		[ "$(written_since_create "$U1")" = 3 ] || fail_with "$name $k: $(attr_writes "$U1")"
		[ "$(state_of "$U1")" = running ] || fail_with "$name $k: record: $(state_of "$U1")"
		mdevadm stop -u "$U1"
	else
		[ "$status" = 0 ] || [ "$status" = 4 ] || fail_with "$name $k: stop: status $status: $(<"$BATS_TEST_TMPDIR/said")"
	fi
	! has_dir matrix "$U1" || fail_with "$name $k: there after the stop"
	[ ! -e "$(record "$U1")" ] || fail_with "$name $k: a record after the stop"
}

# walk OFFSET: every second point from there on, with start and stop in turns.
walk() {
	local name k n=0 points=0 incomplete=0 how

	needs_sim "what was written"
	needs strace
	use_fast_program
	define_ap
	points_of start -u "$U1" >"$BATS_TEST_TMPDIR/points"
	mdevadm stop -u "$U1"
	while read -r -u 9 name k _; do
		n=$((n + 1))
		((n % 4 / 2 == $1)) || continue
		how=start
		((n % 2)) || how=stop
		check_point "$name" "$k" "$how"
		points=$((points + 1))
	done 9<"$BATS_TEST_TMPDIR/points"
	say "$points points, a half-made device at $incomplete of them"
	[ "$points" -gt 50 ]
	[ "$incomplete" -gt 0 ]
	no_rule_broken
}

@test "a start killed before any of its system calls is put right by one more run (first half)" {
	walk 0
}

@test "a start killed before any of its system calls is put right by one more run (second half)" {
	walk 1
}
