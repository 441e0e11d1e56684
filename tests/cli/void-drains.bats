#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The bodies of scripts are expanded where they run.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154
# What a drain that died, failed or is over has left must not be taken for what is.

load lib/common
load lib/life
load lib/drain
load lib/scripts

setup() {
	needs_sim "a device with attributes, and what drains leave"
	common_setup
	set_script_paths
}

T=vfio_ap-passthrough

# start_with VALUE: U1 on matrix.
start_with() {
	define_ap "$1" >"$HERE/json"
	mdevadm start -u "$U1" -p matrix --jsonfile "$HERE/json"
}
define_ap() { printf '{"mdev_type":"%s","start":"manual","attrs":[{"assign_adapter":"%s"}]}' $T "$1"; }
written() { awk '$4 == "attr" { print $6 }' "$SYS/.mdevsim/log" | tr '\n' ' '; }

@test "resume --abandon leaves what a drain of another parent has stopped since it looked" {
	needs strace
	use_fast_program
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm drain mtty
	cp -r "$RUN/mdevadm" "$HERE/saved"
	strace -o "$HERE/trace" -e trace=openat "$MDEVADM" resume --abandon mtty
	local look
	look=$(grep -n "\"$U1\", O_RDONLY" "$HERE/trace" | head -n 1 | cut -d : -f 1)
	rm -r "$RUN/mdevadm"
	mv "$HERE/saved" "$RUN/mdevadm"

	strace -o "$HERE/trace" -e trace=openat -e inject=openat:signal=SIGSTOP:when="$look" \
		"$MDEVADM" resume --abandon mtty 3>&- &
	local tracer=$!
	ends_with_test "$tracer"
	wait_until grep -q 'stopped by SIGSTOP' "$HERE/trace"
	mdevadm start -u "$U1" -p matrix -t $T
	mdevadm drain matrix
	pkill -CONT -P "$tracer"
	wait "$tracer"

	run mdevadm resume matrix
	expect_status 0
	[ "$(parent_of "$U1")" = matrix ]
}

@test "what an abandoned drain wanted to bring back is not what another program made since" {
	start_with 5
	ctl open "$U1"
	run mdevadm drain matrix --timeout 1
	expect_status 9
	mdevadm resume --abandon matrix
	ctl close "$U1"
	wait_until is_gone "$U1"
	wait_until lacks_dir matrix "$U1"
	ctl reset
	printf '%s' "$U1" >"$(create_file matrix $T)"

	run mdevadm drain matrix -- true

	expect_status 0
	expect_line 0 "mdevadm: warning: the attributes of $U1 are unknown: it will be started without"
	runs "$U1"
	[ "$(written)" = "" ]
}

@test "a live change after a drain that died is what comes back" {
	needs strace
	use_fast_program
	start_with 5
	# It dies between what it writes of the device and the stop.
	strace -o /dev/null -e trace=pwrite64 -e inject=pwrite64:signal=SIGKILL:when=1 "$MDEVADM" drain matrix || true
	runs "$U1"
	is_drained "$U1"
	callout live 'case $event/$action in
	get/capabilities) echo "{\"supports\": {\"version\": 2, \"actions\": [\"modify\", \"attributes\"], \"events\": [\"live\", \"get\"]}}" ;;
	esac'
	define_ap 6 >"$HERE/json"
	mdevadm modify -u "$U1" -p matrix --live --jsonfile "$HERE/json" 2>/dev/null
	rm "$CALLOUTS/live"
	ctl unregister matrix
	ctl register matrix

	run mdevadm resume matrix

	expect_status 0
	[[ "$(written)" == *'6\n '* ]]
}

@test "a removal that a refused drain leaves behind keeps no start on the parent out" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl open "$U1"
	run mdevadm drain mtty --timeout 1
	expect_status 9

	mdevadm resume --abandon mtty --lock-timeout 5
	run mdevadm start -u "$U2" -p mtty -t mtty-1 --lock-timeout 5

	expect_status 0
	runs "$U2"
}

@test "who waits for what a dead run left is told to end what uses the device" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl open "$U1"
	run mdevadm drain mtty --timeout 1
	expect_status 9

	run mdevadm drain mtty --lock-timeout 0

	expect_status 5
	expect_contains "(ended; what it began goes on)"
	expect_contains "hint: a drain's command goes on until it ends, and a removal until those who have the device open close it"
}

@test "a device that somebody opens while a script is asked is not removed" {
	[ "$EUID" = 0 ] || skip "only root makes device nodes"
	local node
	mdevadm start -u "$U1" -p mtty -t mtty-1
	node=$(device_node "$U1")
	callout one '[ "$event" != pre ] || { sleep 1000 <"'"$node"'" >/dev/null 2>&1 3>&- & echo $! >"$HERE/pid"; }'

	run mdevadm stop -u "$U1"
	ends_with_test "$(cat "$HERE/pid")"

	expect_status 6
	expect_contains "is in use by pid $(cat "$HERE/pid") (sleep)"
	runs "$U1"
	[ "$(events remove-begin)" = 0 ]
}

@test "the record of a start that died before it made a device goes with the next stop of all" {
	needs strace
	use_fast_program
	local open
	mdevadm start -u "$U2" -p mtty -t mtty-1
	mdevadm stop -u "$U2"
	open=$(points_of start -u "$U2" -p mtty -t mtty-1 | awk '$1 == "openat" && /create"/ { print $2; exit }')
	mdevadm stop -u "$U2"
	killed_at openat "$open" start -u "$U1" -p mtty -t mtty-1
	has_record "$U1"
	is_gone "$U1"

	run mdevadm stop --all

	expect_status 0
	lacks_record "$U1"
}

@test "the records of devices that went with their driver go with the next stop of all" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl unregister mtty
	has_record "$U1"

	mdevadm stop --all

	lacks_record "$U1"
}

@test "a hold that was edited by hand to end and to stay stays, and its reason is told" {
	mkdir -p "$RUN/mdevadm/held"
	echo '{"version":1,"hold":{"reason":"x","uid":0,"since":1},"drain":{"reason":"y","uid":0,"since":1},"name":"a","lifting":true}' >"$(held_file mtty)"

	run mdevadm resume mtty
	expect_status 0
	expect_line 0 "mdevadm: warning: parent 'mtty' stays held: x"

	run mdevadm start -u "$U1" -p mtty -t mtty-1
	expect_status 5
}
