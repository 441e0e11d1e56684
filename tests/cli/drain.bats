#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154

load lib/common
load lib/life

AP=vfio_ap-passthrough
RESUME="hint: parent 'mtty' stays held; 'mdevadm resume mtty' starts its devices again"

say() { printf '# %s\n' "$*" >&3; }
is_held() { [ -e "$RUN/mdevadm/held/$1/reason" ]; }
is_not_held() { ! is_held "$1"; }

# An auto device that does not run, a manual and a transient one that do.
three_devices() {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm define -u "$U2" -p mtty -t mtty-1
	mdevadm start -u "$U2"
	mdevadm start -u "$U3" -p mtty -t mtty-2
}
expect_three_devices() {
	[ "$("$MDEVADM" list)" = "$U1 mtty mtty-1 auto (defined)
$U2 mtty mtty-1 manual (defined)
$U3 mtty mtty-2 manual" ] || fail_with "these run: $("$MDEVADM" list)"
}

# A script for drain's COMMAND.
script() {
	COMMAND=$BATS_TEST_TMPDIR/command
	cat - >"$COMMAND"
	chmod +x "$COMMAND"
	export MDEVADM SYS BATS_TEST_TMPDIR
}

# --- without COMMAND ---

@test "drain stops all devices of the parent, and prints nothing" {
	three_devices

	run mdevadm drain mtty

	expect_status 0
	expect_output ""
	is_gone "$U2"
	is_gone "$U3"
	[ "$(instances mtty mtty-1)" = 24 ]
}

@test "drain leaves the parent held" {
	mdevadm drain mtty

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 5
	expect_output "mdevadm: cannot start $U1: parent 'mtty' is held: it is drained
hint: 'mdevadm resume mtty' lifts the hold"
	is_gone "$U1"
}

@test "drain leaves other parents' devices alone" {
	needs_sim "two parents"
	mdevadm start -u "$U1" -p matrix -t $AP

	mdevadm drain mtty

	runs "$U1"
}

@test "drain keeps the definitions" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	cp "$ETC/mtty/$U1" "$BATS_TEST_TMPDIR/before"

	mdevadm drain mtty -- true

	cmp "$ETC/mtty/$U1" "$BATS_TEST_TMPDIR/before"
}

@test "drain of a drained parent succeeds, and keeps what is to be started again" {
	three_devices
	mdevadm drain mtty

	run mdevadm drain mtty

	expect_status 0
	expect_output ""
	mdevadm resume mtty
	expect_three_devices
}

@test "drain of an unknown parent says so" {
	run mdevadm drain absent

	expect_status 3
	expect_output "mdevadm: cannot drain parent 'absent': Unable to find parent device 'absent'
hint: 'mdevadm types' lists the parents"
	is_not_held absent
}

@test "drain needs a parent" {
	run mdevadm drain

	expect_status 2
	expect_output "mdevadm: PARENT is missing
hint: 'mdevadm drain --help' lists the options"
}

@test "drain --dry-run shows what would be stopped, and changes nothing" {
	three_devices

	run mdevadm drain mtty --dry-run

	expect_status 0
	expect_output "would stop $U2
would stop $U3"
	runs "$U2"
	runs "$U3"
	is_not_held mtty
}

@test "drain --dry-run does not run the command" {
	run mdevadm drain mtty --dry-run -- touch "$BATS_TEST_TMPDIR/ran"

	expect_status 0
	expect_output ""
	lacks "$BATS_TEST_TMPDIR/ran"
}

@test "drain --reason is what those are told who want to start" {
	mdevadm drain mtty --reason "new firmware"

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 5
	expect_line 0 "mdevadm: cannot start $U1: parent 'mtty' is held: new firmware"
}

# --- COMMAND ---

@test "drain runs the command when nothing runs any more, and then starts all again" {
	three_devices
	script <<-'END'
		#!/bin/sh
		ls "$SYS/bus/mdev/devices" >"$BATS_TEST_TMPDIR/during"
	END

	run mdevadm drain mtty -- "$COMMAND"

	expect_status 0
	expect_output ""
	[ "$(cat "$BATS_TEST_TMPDIR/during")" = "" ]
	expect_three_devices
	is_not_held mtty
}

@test "drain gives the command its arguments" {
	run mdevadm drain mtty -- printf '<%s>' --timeout "a b" ''

	expect_status 0
	expect_output "<--timeout><a b><>"
}

@test "drain ends with the command's status, and leaves the parent held" {
	three_devices

	run mdevadm drain mtty -- sh -c 'exit 3'

	expect_status 3
	expect_output "mdevadm: cannot drain parent 'mtty': 'sh' ended with status 3
$RESUME"
	is_held mtty
	is_gone "$U2"
}

@test "drain ends with 128 and the signal that ended the command" {
	run mdevadm drain mtty -- sh -c 'kill -TERM $$'

	expect_status 143
	expect_line 0 "mdevadm: cannot drain parent 'mtty': 'sh' ended with status 143"
}

@test "drain ends with 127 when there is no such command" {
	run -127 mdevadm drain mtty -- /nonexistent

	expect_status 127
	expect_output "mdevadm: cannot drain parent 'mtty': cannot run '/nonexistent': ENOENT (No such file or directory)
$RESUME"
}

@test "drain ends with 126 when the command cannot be run" {
	: >"$BATS_TEST_TMPDIR/command"

	run mdevadm drain mtty -- "$BATS_TEST_TMPDIR/command"

	expect_status 126
	expect_output "mdevadm: cannot drain parent 'mtty': cannot run '$BATS_TEST_TMPDIR/command': EACCES (Permission denied)
$RESUME"
}

@test "drain with a command ends with 125 when it failed itself" {
	run mdevadm drain absent -- touch "$BATS_TEST_TMPDIR/ran"

	expect_status 125
	expect_line 0 "mdevadm: cannot drain parent 'absent': Unable to find parent device 'absent'"
	lacks "$BATS_TEST_TMPDIR/ran"
}

@test "drain does not run the command when a device could not be stopped" {
	needs_sim "an injected error"
	three_devices
	ctl error remove EXDEV 1 "$U2"

	run mdevadm drain mtty -- touch "$BATS_TEST_TMPDIR/ran"

	expect_status 125
	expect_contains "mdevadm: warning: cannot stop $U2: cannot write '1' to '$(device_file mtty "$U2" remove)': EXDEV (Invalid cross-device link)"
	expect_contains "mdevadm: cannot drain parent 'mtty': cannot stop 1 of 2 devices
$RESUME"
	lacks "$BATS_TEST_TMPDIR/ran"
	is_held mtty
}

@test "drain ends with 125 when a device does not start again, and resume goes on" {
	needs_sim "an injected error"
	three_devices
	ctl error create EIO 1 "$U2"

	run mdevadm drain mtty -- true

	expect_status 125
	expect_contains "mdevadm: cannot drain parent 'mtty': cannot start 1 of 3 devices
$RESUME"
	is_held mtty
	mdevadm resume mtty
	expect_three_devices
}

@test "a nested start fails at once, and says why" {
	run mdevadm drain mtty -- "$MDEVADM" start -u "$U1" -p mtty -t mtty-1

	expect_status 5
	[[ "${lines[0]}" == "mdevadm: cannot start $U1: parent 'mtty' is locked by pid "* ]]
	expect_line 1 "hint: a script that mdevadm runs cannot wait for it: do this after the operation"
}

@test "a nested drain fails at once" {
	run mdevadm drain mtty -- "$MDEVADM" drain mtty

	expect_status 5
	[[ "${lines[0]}" == "mdevadm: cannot drain parent 'mtty': parent 'mtty' is locked by pid "* ]]
	expect_line 1 "hint: a script that mdevadm runs cannot wait for it: do this after the operation"
}

@test "a nested start on another parent succeeds" {
	needs_sim "two parents"

	run mdevadm drain mtty -- "$MDEVADM" start -u "$U1" -p matrix -t $AP

	expect_status 0
	runs "$U1"
}

@test "a nested list does not wait" {
	run mdevadm drain mtty -- "$MDEVADM" list -d

	expect_status 0
	expect_output ""
}

@test "a start that comes during the command waits for the end of the drain" {
	script <<-'END'
		#!/bin/sh
		: >"$BATS_TEST_TMPDIR/began"
		until [ -e "$BATS_TEST_TMPDIR/go" ]; do sleep 0.01; done
	END
	begin drain mtty -- "$COMMAND"
	local drain=$BEGUN

	wait_until [ -e "$BATS_TEST_TMPDIR/began" ]
	begin start -u "$U1" -p mtty -t mtty-1
	wait_until waits_for_lock "$BEGUN"
	is_gone "$U1"

	: >"$BATS_TEST_TMPDIR/go"
	finish "$drain"
	expect_status 0
	finish "$BEGUN"

	expect_status 0
	runs "$U1"
}

# --- resume, hold ---

@test "resume starts what ran, as it ran, and what is auto" {
	three_devices
	mdevadm drain mtty

	run mdevadm resume mtty

	expect_status 0
	expect_output ""
	expect_three_devices
	is_not_held mtty
}

@test "resume writes the attributes of a transient device again" {
	needs_sim "a type with attributes"
	start_from_pipe "$(definition $AP assign_adapter 5 assign_domain 6)" -u "$U1" -p matrix
	mdevadm drain matrix
	ctl reset

	mdevadm resume matrix

	[ "$(attr_writes "$U1")" = 'assign_adapter 5\n ok
assign_domain 6\n ok' ]
}

@test "resume starts a device as it ran, not as it has been defined since" {
	needs_sim "a type with attributes"
	define_raw matrix "$U1" "$(definition $AP assign_adapter 5)"
	mdevadm start -u "$U1"
	define_raw matrix "$U1" "$(definition $AP assign_adapter 7)"
	mdevadm drain matrix
	ctl reset

	mdevadm resume matrix

	[ "$(attr_writes "$U1")" = 'assign_adapter 5\n ok' ]
}

@test "drain warns of a device whose attributes nobody knows" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	rm "$RUN/mdevadm/devices/$U1"

	run mdevadm drain mtty -- true

	expect_status 0
	expect_output "mdevadm: warning: the attributes of $U1 are unknown: it will be started without"
	runs "$U1"
}

@test "resume does not bring back what was stopped meanwhile" {
	three_devices
	mdevadm drain mtty
	mdevadm stop -u "$U2"

	run mdevadm resume mtty

	expect_status 0
	is_gone "$U2"
	runs "$U3"
}

@test "resume of a parent that is not held says so" {
	run mdevadm resume mtty

	expect_status 4
	expect_output "mdevadm: cannot resume parent 'mtty': it is not held
hint: there is nothing to resume"
}

@test "resume of a parent that does not come back leaves it held" {
	needs_sim "a driver that goes"
	three_devices
	mdevadm drain mtty
	ctl unregister mtty

	run mdevadm resume mtty --timeout 0

	expect_status 3
	expect_line 0 "mdevadm: cannot resume parent 'mtty': parent 'mtty' did not come within 0 s"
	is_held mtty
	ctl register mtty
	mdevadm resume mtty
	expect_three_devices
}

@test "hold lets nothing be started, and says why" {
	mdevadm hold mtty --reason "it is broken"

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 5
	expect_output "mdevadm: cannot start $U1: parent 'mtty' is held: it is broken
hint: 'mdevadm resume mtty' lifts the hold"
}

@test "hold leaves what runs alone" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm hold mtty --reason "it is broken"

	expect_status 0
	expect_output ""
	runs "$U1"
	mdevadm stop -u "$U1"
}

@test "hold needs a reason" {
	run mdevadm hold mtty

	expect_status 2
	expect_output "mdevadm: --reason is missing
hint: 'mdevadm hold --help' lists the options"
}

@test "hold of a drained parent changes the reason, and nothing else" {
	three_devices
	mdevadm drain mtty

	mdevadm hold mtty --reason "new firmware"

	run mdevadm types -p mtty
	expect_line 0 "mtty (held: new firmware)"
	mdevadm resume mtty
	expect_three_devices
}

@test "types shows that a parent is held" {
	mdevadm hold mtty --reason "it is broken"

	run mdevadm types -p mtty

	expect_status 0
	expect_line 0 "mtty (held: it is broken)"
}

@test "list -v shows that a device's parent is held" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm hold mtty --reason "it is broken"

	run mdevadm list -v

	expect_output "$U1 mtty mtty-1 manual
  Held: it is broken"
}

@test "a definition's listing shows that its parent is held" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm hold mtty --reason "it is broken"

	run mdevadm list -d -v

	expect_output "$U1 mtty mtty-1 manual
  Held: it is broken"
}

@test "JSON does not tell that a parent is held" {
	mdevadm types --dumpjson >"$BATS_TEST_TMPDIR/before"
	mdevadm hold mtty --reason "it is broken"

	run mdevadm types --dumpjson

	expect_output "$(cat "$BATS_TEST_TMPDIR/before")"
}

@test "a hold can be read by all" {
	three_devices

	mdevadm drain mtty

	[ "$(cd "$RUN/mdevadm" && find held -printf '%m %p\n' | sort -k 2)" = "755 held
755 held/mtty
644 held/mtty/$U2
644 held/mtty/$U3
644 held/mtty/reason" ]
}

# --- devices in use ---

@test "drain is refused when a device is open, and changes nothing" {
	needs_sim "device nodes of its own"
	three_devices
	has_open "$(device_node "$U3")"

	run mdevadm drain mtty

	expect_status 6
	expect_output "mdevadm: cannot drain parent 'mtty': $U3 is in use by pid $USER_PID (sleep)
hint: end that first; nothing was changed"
	runs "$U2"
	runs "$U3"
	is_not_held mtty
}

@test "drain with a command is refused as well when a device is open" {
	needs_sim "device nodes of its own"
	three_devices
	has_open "$(device_node "$U3")"

	run mdevadm drain mtty -- touch "$BATS_TEST_TMPDIR/ran"

	expect_status 125
	expect_line 0 "mdevadm: cannot drain parent 'mtty': $U3 is in use by pid $USER_PID (sleep)"
	lacks "$BATS_TEST_TMPDIR/ran"
	is_not_held mtty
}

@test "an open group alone does not keep a drain from going on" {
	needs_sim "device nodes of its own"
	three_devices
	has_open "$(group_node "$U3")"

	run mdevadm drain mtty

	expect_status 0
	is_gone "$U3"
}

# --- parents that register again ---

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

@test "a parent that registers again during the command gets its devices at the end" {
	needs_sim "a driver that goes"
	three_devices
	script <<-'END'
		#!/bin/sh -e
		printf 'unregister mtty' >"$SYS/.mdevsim/ctl"
		printf 'register mtty' >"$SYS/.mdevsim/ctl"
		"$MDEVADM" start-parent-mdevs mtty
		ls "$SYS/bus/mdev/devices" >"$BATS_TEST_TMPDIR/during"
	END

	run mdevadm drain mtty -- "$COMMAND"

	expect_status 0
	[ "$(cat "$BATS_TEST_TMPDIR/during")" = "" ]
	expect_three_devices
	no_rule_broken
}

@test "start-parent-mdevs that the command waits for does not wait for the drain" {
	needs_sim "a driver that goes"
	three_devices
	script <<-'END'
		#!/bin/sh -e
		unset MDEVADM_NESTED
		printf 'unregister mtty' >"$SYS/.mdevsim/ctl"
		printf 'register mtty' >"$SYS/.mdevsim/ctl"
		"$MDEVADM" start-parent-mdevs mtty --lock-timeout 100
	END

	run mdevadm drain mtty -- "$COMMAND"

	expect_status 0
	expect_three_devices
}

@test "start-parent-mdevs that waits already goes when the parent becomes held" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	hold parents mtty
	begin start-parent-mdevs mtty
	wait_until waits_for_lock "$BEGUN"

	mkdir -p "$RUN/mdevadm/held/mtty"
	printf 'it is drained' >"$RUN/mdevadm/held/mtty/reason"
	finish "$BEGUN"

	expect_status 0
	is_gone "$U1"
	let_go "$HOLDER"
	mdevadm resume mtty
	runs "$U1"
}

@test "drain waits for a parent that comes back after the command" {
	needs_sim "a driver that goes"
	three_devices
	script <<-'END'
		#!/bin/sh -e
		printf 'unregister mtty' >"$SYS/.mdevsim/ctl"
		: >"$BATS_TEST_TMPDIR/began"
	END
	begin drain mtty -- "$COMMAND"
	wait_until [ -e "$BATS_TEST_TMPDIR/began" ]

	ctl register mtty
	finish "$BEGUN"

	expect_status 0
	expect_three_devices
}

# --- the gate ---

@test "a drain gets its turn in a stream of starts and stops" {
	local i uuid pids=()

	for i in {1..4}; do
		uuid=$(printf '%08d%s' "$i" "${U1#????????}")
		(until [ -e "$BATS_TEST_TMPDIR/enough" ]; do
			"$MDEVADM" start -u "$uuid" -p mtty -t mtty-1
			"$MDEVADM" stop -u "$uuid"
		done >/dev/null 2>&1 3>&-) &
		pids+=("$!")
	done
	wait_until [ -e "$RUN/mdevadm/lock/parents/mtty" ]

	run mdevadm drain mtty -- true
	: >"$BATS_TEST_TMPDIR/enough"
	wait "${pids[@]}"

	expect_status 0
	is_not_held mtty
}

@test "a start that comes after a drain that waits comes second" {
	hold parents mtty -s
	begin drain mtty
	local drain=$BEGUN

	wait_until waits_for_lock "$drain"
	begin start -u "$U1" -p mtty -t mtty-1
	wait_until waits_for_lock "$BEGUN"

	let_go "$HOLDER"
	finish "$drain"
	expect_status 0
	finish "$BEGUN"

	expect_status 5
	expect_line 0 "mdevadm: cannot start $U1: parent 'mtty' is held: it is drained"
}

# --- drains that die ---

# One more run restores all, wherever the drain was.
check_point() {
	local name=$1 k=$2 status=0

	rm -rf "$RUN/mdevadm"
	three_devices 2>/dev/null
	killed_at "$name" "$k" drain mtty --jobs 1 -- true || alive=$((alive + 1))
	if is_held mtty; then
		held=$((held + 1))
		run mdevadm start -u "$ABSENT" -p mtty -t mtty-1
		[ "$status" = 5 ] || fail_with "$name $k: a start on the held parent: $status"
		mdevadm resume mtty >"$BATS_TEST_TMPDIR/said" 2>&1 ||
			fail_with "$name $k: resume: $(cat "$BATS_TEST_TMPDIR/said")"
		runs "$U1" || fail_with "$name $k: the auto device does not run"
	fi
	[ "$(type_of "$U2") $(type_of "$U3")" = "mtty-1 mtty-2" ] || fail_with "$name $k: $("$MDEVADM" list)"
	is_not_held mtty || fail_with "$name $k: held"
	mdevadm stop --all
	mdevadm undefine -u "$U1" -p mtty
	mdevadm undefine -u "$U2" -p mtty
}

@test "a drain killed before any of its system calls leaves all running, or a parent that resume restores" {
	local name k points=0 alive=0 held=0

	needs strace
	use_fast_program
	three_devices
	points_of drain mtty --jobs 1 -- true >"$BATS_TEST_TMPDIR/points"
	mdevadm stop --all
	mdevadm undefine -u "$U1" -p mtty
	mdevadm undefine -u "$U2" -p mtty
	# Before the hold it only looks, with very many calls.
	while read -r -u 9 name k _; do
		check_point "$name" "$k"
		points=$((points + 1))
	done 9< <(awk -v every="${MDEVADM_DRAIN_POINTS_EVERY:-12}" '
		/mkdirat\(.*"held"/ { is_held = 1 }
		is_held && $1 ~ /^(renameat|unlinkat|clone)$/ { print; next }
		NR % (is_held ? every : 10 * every) == 0' "$BATS_TEST_TMPDIR/points")
	say "$points of $(wc -l <"$BATS_TEST_TMPDIR/points") points, held at $held of them, not killed at $alive"
	[ "$held" -gt 0 ]
	[ "$points" -gt 50 ]
}

@test "a drain killed while a removal is under way leaves a parent that resume restores" {
	needs_sim "a slow remove"
	three_devices
	ctl delay remove 300
	begin drain mtty
	wait_until has_event remove-begin
	kill -KILL "$BEGUN"
	finish "$BEGUN" 2>/dev/null

	run mdevadm resume mtty

	expect_status 0
	expect_three_devices
	no_rule_broken
}

@test "a drain killed during its command leaves a parent that resume restores" {
	three_devices
	script <<-'END'
		#!/bin/sh
		: >"$BATS_TEST_TMPDIR/began"
		until [ -e "$BATS_TEST_TMPDIR/go" ]; do sleep 0.01; done
	END
	begin drain mtty -- "$COMMAND"
	wait_until [ -e "$BATS_TEST_TMPDIR/began" ]
	kill -KILL "$BEGUN"
	finish "$BEGUN" 2>/dev/null

	run mdevadm resume mtty --lock-timeout 0
	expect_status 5
	: >"$BATS_TEST_TMPDIR/go"
	run mdevadm resume mtty

	expect_status 0
	expect_three_devices
}

@test "a drain killed while it starts devices again leaves a parent that resume restores" {
	needs_sim "a slow create"
	three_devices
	# A process that is killed in the kernel stays, with its locks, until its call returns.
	ctl interruptible off
	ctl delay create 300
	ctl reset
	begin drain mtty -- true
	wait_until has_event create-begin
	kill -KILL "$BEGUN"
	finish "$BEGUN" 2>/dev/null

	run mdevadm resume mtty

	expect_status 0
	expect_three_devices
	no_rule_broken
}

@test "a drain that is interrupted during its command leaves a held parent" {
	three_devices
	script <<-'END'
		#!/bin/sh
		: >"$BATS_TEST_TMPDIR/began"
		until [ -e "$BATS_TEST_TMPDIR/go" ]; do sleep 0.01; done
	END
	begin drain mtty -- "$COMMAND"
	wait_until [ -e "$BATS_TEST_TMPDIR/began" ]

	kill -TERM "$BEGUN"
	kill -TERM "$BEGUN"
	: >"$BATS_TEST_TMPDIR/go"
	finish "$BEGUN"

	expect_status 143
	is_held mtty
	mdevadm resume mtty
	expect_three_devices
}

@test "what a killed write of a hold has left does not spoil a later resume" {
	local name k

	needs strace
	use_fast_program
	mdevadm start -u "$U2" -p mtty -t mtty-1
	points_of drain mtty --jobs 1 >"$BATS_TEST_TMPDIR/points"
	mdevadm resume mtty
	read -r name k _ < <(grep "^renameat .*$U2" "$BATS_TEST_TMPDIR/points")
	killed_at "$name" "$k" drain mtty --jobs 1
	mdevadm stop -u "$U2"
	mdevadm drain mtty

	run mdevadm resume mtty

	expect_status 0
	expect_output ""
	lacks "$RUN/mdevadm/held/mtty"
}

@test "a command of drain without -- is refused, and nothing is stopped" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm drain mtty true

	expect_status 2
	expect_output "mdevadm: 'true' is one argument too many
hint: 'mdevadm drain --help' lists the options"
	runs "$U1"
}
