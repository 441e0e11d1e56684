#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# What `monitor` tells. Below --root there are no events, and it looks again and again; what it does
# with events is tested on real kernels: tests/vm/monitor.sh.

load lib/common

TIME='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}[-+][0-9]{2}:[0-9]{2}'

setup() {
	common_setup
	needs_sim "what is told of the kernel's devices: tests/vm/monitor.sh"
	TOLD=$BATS_TEST_TMPDIR/told
	COMPLAINTS=$BATS_TEST_TMPDIR/complaints
}

# begin_monitor OPTION...: goes on when it is ready.
begin_monitor() {
	"$MDEVADM" monitor "$@" >"$TOLD" 2>"$COMPLAINTS" 3>&- &
	MONITOR=$!
	ends_with_test "$MONITOR"
	wait_until grep -q ready "$TOLD"
}

# end_monitor [SIGNAL]: sets $status.
end_monitor() {
	status=0
	kill "-${1:-TERM}" "$MONITOR"
	wait "$MONITOR" || status=$?
}

# It has listened, and looks for the first time, or has done so.
watches() { grep -qs inotify "/proc/$MONITOR/fdinfo/"*; }
is_ended() { ! kill -0 "$MONITOR" 2>/dev/null; }

# The line is told, whatever the time.
has_told() { sed -E "s/^$TIME //" "$TOLD" | grep -qxF -- "$1"; }
is_told() { wait_until has_told "$1"; }
# A device that is looked at while it is being started is told to be starting first.
runs_as_told() { grep -qE -- "^$TIME device (added|changed) $1 running\$" "$TOLD"; }
is_told_to_run() { wait_until runs_as_told "$1"; }
count_told() { grep -c -- "$1" "$TOLD" || true; }
has_json() { [ "$(jq -c "select(.event | $1)" "$TOLD" | wc -l)" -ge 1 ]; }

@test "monitor says first that it is ready, and how much there is" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"
	mdevadm start -u "$U2" -p mtty -t mtty-1

	begin_monitor

	[ "$(wc -l <"$TOLD")" -eq 1 ]
	grep -qxE "$TIME monitor ready 5 parents, 2 devices, 1 definitions" "$TOLD"
}

@test "monitor tells of a device that is started and stopped" {
	begin_monitor

	mdevadm start -u "$U1" -p mtty -t mtty-1
	is_told_to_run "$U1 mtty mtty-1"
	mdevadm stop -u "$U1"

	is_told "device removed $U1 mtty mtty-1 stopped"
	[ "$(count_told "device added")" -eq 1 ]
	[ "$(count_told "device removed")" -eq 1 ]
}

@test "monitor tells of a device that somebody else creates and removes" {
	begin_monitor

	echo "$U1" >"$SYS/class/mdev_bus/mtty/mdev_supported_types/mtty-2/create"
	is_told_to_run "$U1 mtty mtty-2"
	echo 1 >"$SYS/bus/mdev/devices/$U1/remove"

	is_told "device removed $U1 mtty mtty-2 stopped"
}

@test "monitor tells of a parent that comes and goes" {
	begin_monitor

	ctl unregister mtty
	is_told "parent removed mtty absent"
	ctl register mtty

	is_told "parent added mtty 2 types"
}

@test "monitor tells of definitions, also in directories that are new" {
	rm -rf "$ETC"
	begin_monitor

	mdevadm define -u "$U1" -p mtty -t mtty-1
	is_told "definition added $U1 mtty mtty-1 manual"
	mdevadm define -u "$U2" -p new -t mtty-1
	is_told "definition added $U2 new mtty-1 manual"
	mdevadm modify -u "$U1" --auto
	is_told "definition changed $U1 mtty mtty-1 auto"
	mdevadm undefine -u "$U1"

	is_told "definition removed $U1 mtty mtty-1 not defined"
}

@test "a definition that is written again as it was is told of no more" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	begin_monitor

	cp "$ETC/mtty/$U1" "$BATS_TEST_TMPDIR/copy"
	mv "$BATS_TEST_TMPDIR/copy" "$ETC/mtty/$U1"
	mdevadm define -u "$U2" -p mtty -t mtty-1
	is_told "definition added $U2 mtty mtty-1 manual"

	[ "$(count_told "$U1")" -eq 0 ]
}

@test "a definition that cannot be read is told, and the monitor goes on" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	begin_monitor

	echo '{' >"$ETC/mtty/$U1"
	is_told "definition changed $U1 mtty - cannot be read"
	define_raw mtty "$U1" '{"mdev_type":"mtty-2","start":"auto"}'

	is_told "definition changed $U1 mtty mtty-2 auto"
	end_monitor
	expect_status 0
}

@test "hostile names and reasons forge no line" {
	begin_monitor

	mdevadm hold mtty --reason $'a\n2026-01-01T00:00:00.000+00:00 device added'
	is_told 'hold added mtty a\x0a2026-01-01T00:00:00.000+00:00 device added'
	mkdir "$ETC/"$'p\nq'
	echo '{"mdev_type":"t"}' >"$ETC/"$'p\nq'"/$U1"

	is_told "definition added $U1 p\\x0aq t manual"
	[ "$(grep -cvE "^$TIME " "$TOLD")" -eq 0 ]
}

@test "monitor tells of holds and their reasons, where none has ever been" {
	begin_monitor

	mdevadm hold mtty --reason "it is broken"
	is_told "hold added mtty it is broken"
	mdevadm resume mtty

	is_told "hold removed mtty lifted"
}

@test "monitor tells of a drain, and of what it will bring back" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	begin_monitor

	mdevadm drain mtty --reason firmware
	is_told "device removed $U1 mtty mtty-1 drained"
	is_told "hold added mtty firmware"
	is_told "record changed $U1 mtty mtty-1 drained"
	mdevadm resume mtty

	is_told_to_run "$U1 mtty mtty-1"
	is_told "hold removed mtty lifted"
}

@test "a start that dies leaves a device that is told to be incomplete" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	begin_monitor

	sed -i 's/"state":"running"/"state":"starting"/; s/"since":[0-9]*/"since":1/' \
		"$RUN/mdevadm/devices/$U1"

	is_told "device changed $U1 mtty mtty-1 incomplete"
}

@test "monitor --parent tells of nothing else" {
	begin_monitor --parent mtty

	mdevadm start -u "$U2" -p 0000:00:02.0 -t i915-GVTg_V5_4
	mdevadm define -u "$U2" -p 0000:00:02.0 -t i915-GVTg_V5_4
	mdevadm hold 0000:00:02.0 --reason "none of its business"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	is_told_to_run "$U1 mtty mtty-1"
	mdevadm hold mtty --reason "end"
	is_told "hold added mtty end"

	[ "$(count_told 0000:00:02.0)" -eq 0 ]
}

@test "monitor --json prints an object of one shape a line" {
	begin_monitor --json

	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	mdevadm start -u "$U1"
	wait_until has_json '.what == "device" and .state == "running"'

	run /usr/bin/python3 "$BATS_TEST_DIRNAME/lib/validate.py" <"$TOLD"
	expect_output ""
	run jq -cs 'map(keys) | unique' "$TOLD"
	expect_output '[["command","devices","event","host","messages","parents","results","types","version"]]'
	run jq -c 'select(.event.what == "device" and .event.state == "running") |
		[.version, .command, .parents, .devices, .event.uuid, .event.parent, .event.by]' "$TOLD"
	expect_output "[1,\"monitor\",[],[{\"uuid\":\"$U1\",\"parent\":\"mtty\",\"type\":\"mtty-1\",\"start\":\"auto\",\"state\":\"running\"}],\"$U1\",\"mtty\",null]"
	run jq -c 'select(.event.what == "record" and .event.action == "added") | .devices[0].start' "$TOLD"
	expect_output null
	run jq -c 'select(.event.what == "monitor") | .event | [.action, .parents, .devices, .definitions]' "$TOLD"
	expect_output '["ready",5,0,0]'
	run jq -r .event.time "$TOLD"
	[[ ${lines[0]} =~ ^$TIME$ ]]
}

@test "monitor --json is JSON whatever the names, and tells an error in a line as well" {
	begin_monitor --json

	mkdir "$ETC/"$'\xe2\x80\xaeevil\x1b\xff'
	echo '{"mdev_type":"t"}' >"$ETC/"$'\xe2\x80\xaeevil\x1b\xff'"/$U1"
	wait_until has_json '.what == "definition" and .uuid == "'"$U1"'"'
	run /usr/bin/python3 "$BATS_TEST_DIRNAME/lib/validate.py" <"$TOLD"
	expect_output ""

	run --separate-stderr mdevadm monitor --json --who
	expect_status 1
	[ "${#lines[@]}" -eq 1 ]
	[ "$(jq -r '.messages[0].hint' <<<"$output")" = "--who works on the running system alone" ]
}

@test "monitor --parent counts what there is when it is ready, and tells nothing of it" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"
	mdevadm hold mtty --reason "it is broken"

	begin_monitor --parent mtty
	mdevadm define -u "$U2" -p mtty -t mtty-1
	is_told "definition added $U2 mtty mtty-1 manual"

	grep -qxE "$TIME monitor ready 1 parents, 1 devices, 1 definitions" "$TOLD"
	[ "$(count_told "$U1")" -eq 0 ]
	[ "$(count_told hold)" -eq 0 ]
}

@test "monitor --parent tells of a record that cannot be read any more that it has changed" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	begin_monitor --parent mtty

	echo '{' >"$RUN/mdevadm/devices/$U1"
	is_told "record changed $U1 mtty - cannot be read"
	rm "$RUN/mdevadm/devices/$U1"

	is_told "record removed $U1 mtty - removed"
	[ "$(count_told "record removed")" -eq 1 ]
}

@test "monitor of a virtual function tells of holds on its physical function, and on no other one" {
	mount_sim sriov
	begin_monitor --parent 0000:06:00.4

	mdevadm hold 0000:06:00.5 --reason "none of its business"
	mdevadm hold 0000:06:00.0 --reason "new firmware"
	is_told "hold added 0000:06:00.0 new firmware"
	mdevadm resume 0000:06:00.0

	is_told "hold removed 0000:06:00.0 lifted"
	[ "$(count_told 0000:06:00.5)" -eq 0 ]
}

@test "monitor --json gives a definition the state that is told as text" {
	begin_monitor --json

	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	wait_until has_json '.what == "definition" and .action == "added"'
	mdevadm undefine -u "$U1"
	wait_until has_json '.what == "definition" and .action == "removed"'

	run jq -r 'select(.event.what == "definition") | .event.state' "$TOLD"
	expect_output $'auto\nnot defined'
}

# define_many COUNT
define_many() {
	mkdir -p "$ETC/mtty"
	/usr/bin/python3 - "$ETC/mtty" "$1" <<-'END'
		import sys
		for i in range(int(sys.argv[2])):
		    with open(f"{sys.argv[1]}/00000000-0000-4000-8000-{i:012x}", "w") as file:
		        file.write('{"mdev_type":"mtty-1","start":"manual"}')
	END
}

# begin_long_look OPTION...: goes on when it is looking for the first time.
begin_long_look() {
	define_many 10000
	"$MDEVADM" monitor "$@" >"$TOLD" 2>"$COMPLAINTS" 3>&- &
	MONITOR=$!
	ends_with_test "$MONITOR"
	wait_until watches
}

@test "a signal ends a look that is under way" {
	begin_long_look

	end_monitor

	expect_status 0
	[ ! -s "$TOLD" ]
}

@test "--timeout ends a look that is under way" {
	begin_long_look --timeout 1

	kill -STOP "$MONITOR"
	sleep 1.1
	kill -CONT "$MONITOR"
	wait "$MONITOR"

	[ ! -s "$TOLD" ]
}

@test "monitor --timeout 0 says what there is, and ends" {
	run mdevadm monitor --timeout 0

	expect_status 0
	[[ $output =~ ^$TIME\ monitor\ ready\ 5\ parents,\ 0\ devices,\ 0\ definitions$ ]]
}

@test "SIGINT and SIGTERM end a monitor with 0" {
	for signal in INT TERM; do
		: >"$TOLD"
		env --default-signal=INT "$MDEVADM" monitor >"$TOLD" 3>&- &
		MONITOR=$!
		ends_with_test "$MONITOR"
		wait_until grep -q ready "$TOLD"

		end_monitor "$signal"

		expect_status 0
	done
}

@test "--timeout ends a monitor with 0" {
	run mdevadm monitor --timeout 1

	expect_status 0
	[ "${#lines[@]}" -eq 1 ]
}

@test "a reader that leaves ends a monitor" {
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	"$MDEVADM" monitor >"$BATS_TEST_TMPDIR/pipe" 2>"$COMPLAINTS" 3>&- &
	MONITOR=$!
	ends_with_test "$MONITOR"

	read -r line <"$BATS_TEST_TMPDIR/pipe"

	[[ $line == *ready* ]]
	wait_until is_ended
	[ ! -s "$COMPLAINTS" ]
}

@test "a reader that does not read keeps no signal from ending a monitor" {
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	exec 7<>"$BATS_TEST_TMPDIR/pipe"
	# As much as a pipe takes.
	head -c 65536 /dev/zero >"$BATS_TEST_TMPDIR/pipe"
	"$MDEVADM" monitor >"$BATS_TEST_TMPDIR/pipe" 2>"$COMPLAINTS" 3>&- 7>&- &
	MONITOR=$!
	ends_with_test "$MONITOR"
	wait_until watches

	kill -TERM "$MONITOR"

	wait_until is_ended
}

@test "monitor writes nothing" {
	rm -rf "$ETC" "$RUN"
	find "$MDEVADM_ROOT" -path "$SYS" -prune -o -print | sort >"$BATS_TEST_TMPDIR/before"

	run mdevadm monitor --timeout 1

	find "$MDEVADM_ROOT" -path "$SYS" -prune -o -print | sort | cmp - "$BATS_TEST_TMPDIR/before"
}

@test "what cannot be looked at is warned about once, and the rest goes on" {
	mkdir -p "$RUN/mdevadm"
	ln -s held "$RUN/mdevadm/held"
	begin_monitor

	mdevadm define -u "$U1" -p mtty -t mtty-1
	is_told "definition added $U1 mtty mtty-1 manual"
	mdevadm define -u "$U2" -p mtty -t mtty-1
	is_told "definition added $U2 mtty mtty-1 manual"

	grep -q "^mdevadm: warning: .*'$RUN/mdevadm/held'" "$COMPLAINTS"
	[ -z "$(grep '^mdevadm:' "$COMPLAINTS" | sort | uniq -d)" ]
}

@test "--who says why it cannot be told who did it" {
	run mdevadm monitor --who

	expect_status 1
	expect_output "mdevadm: cannot tell who creates and removes devices: '$SYS/kernel/tracing' is not the running kernel's
hint: --who works on the running system alone"
}
