#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# Whatever changes something leaves one line in the system log.

load lib/common
load lib/life

setup() {
	needs_sim "a log of its own"
	common_setup
	listen
}

# Who receives what goes to the system log: a datagram a line, into $LOG.
listen() {
	LOG=$BATS_TEST_TMPDIR/log
	: >"$LOG"
	if command -v socat >/dev/null; then
		socat -u "UNIX-RECV:$MDEVADM_ROOT/dev/log" \
			SYSTEM:"while read -r line\; do echo \"\$line\"\; done >>$LOG" 3>&- &
	elif command -v perl >/dev/null; then
		# shellcheck disable=SC2016
		perl -MIO::Socket::UNIX -e '
			my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die;
			open(my $log, ">>", $ARGV[1]) or die;
			$log->autoflush(1);
			print $log "$_\n" while defined recv($socket, $_, 65536, 0);' \
			"$MDEVADM_ROOT/dev/log" "$LOG" 3>&- &
	else
		skip "neither socat nor perl"
	fi
	ends_with_test "$!"
	wait_until [ -S "$MDEVADM_ROOT/dev/log" ]
}

# What was said so far: "PRIORITY TEXT" a line; the pid is another each time, the login uid of who
# runs the tests as well.
said() {
	sed -E 's/^<([0-9]+)>mdevadm\[[0-9]+\]: /\1 /; s/\(login uid [0-9a-z]+\)/(login uid WHO)/' "$LOG"
}
# expect_said LINE...: exactly these lines.
expect_said() {
	local wanted

	wanted=$(printf '%s\n' "$@")
	wait_until has_lines "$#"
	[ "$(said)" = "$wanted" ] || fail_with "the log has:
$(said)
and not:
$wanted"
}
has_lines() { [ "$(wc -l <"$LOG")" -ge "$1" ]; }
forget_said() {
	wait_until has_lines "$1"
	: >"$LOG"
}

BY="by uid $(id -u) (login uid WHO)"

@test "define is logged" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_said "30 define $U1 on parent 'mtty' $BY: done"
}

@test "modify is logged" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	forget_said 1

	mdevadm modify -u "$U1" --auto

	expect_said "30 modify $U1 on parent 'mtty' $BY: done"
}

@test "undefine is logged" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	forget_said 1

	mdevadm undefine -u "$U1"

	expect_said "30 undefine $U1 on parent 'mtty' $BY: done"
}

@test "start is logged" {
	mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_said "30 start $U1 on parent 'mtty' $BY: done"
}

@test "stop is logged" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	forget_said 1

	mdevadm stop -u "$U1"

	expect_said "30 stop $U1 on parent 'mtty' $BY: done"
}

@test "a start that failed is logged with its reason" {
	ctl error create EIO

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 1
	expect_said "27 start $U1 on parent 'mtty' $BY: cannot write '$U1' to '$(create_file mtty mtty-1)': EIO (Input/output error)"
}

@test "a stop that gave up is logged with its reason" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	forget_said 1
	ctl error remove EXDEV

	run mdevadm stop -u "$U1"

	expect_status 1
	expect_said "27 stop $U1 on parent 'mtty' $BY: cannot write '1' to '$(device_file mtty "$U1" remove)': EXDEV (Invalid cross-device link)"
}

@test "hold is logged" {
	mdevadm hold mtty --reason "it is broken"

	expect_said "30 hold parent 'mtty' $BY: done"
}

@test "resume is logged" {
	mdevadm hold mtty --reason "it is broken"
	forget_said 1

	mdevadm resume mtty

	expect_said "30 resume parent 'mtty' $BY: done"
}

@test "drain is logged, and each of its stops and starts" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	forget_said 1

	mdevadm drain mtty -- true

	expect_said "30 stop $U1 on parent 'mtty' $BY: done" \
		"30 start $U1 on parent 'mtty' $BY: done" \
		"30 drain parent 'mtty' $BY: done"
}

@test "a drain whose command failed is logged with its status" {
	run mdevadm drain mtty -- false

	expect_said "27 drain parent 'mtty' $BY: 'false' ended with status 1"
}

@test "start --all is logged device by device" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U2" -p mtty -t mtty-1
	forget_said 2

	mdevadm start --all --jobs 1

	expect_said "30 start $U1 on parent 'mtty' $BY: done" "30 start $U2 on parent 'mtty' $BY: done"
}

@test "what changes nothing is not logged" {
	mdevadm list
	mdevadm list -d
	mdevadm types
	mdevadm wait --parent mtty
	mdevadm drain mtty --dry-run
	mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_said "30 define $U1 on parent 'mtty' $BY: done"
}

@test "a system without a log is no reason to fail" {
	rm "$MDEVADM_ROOT/dev/log"

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_output ""
}

@test "what a start that died has left is not removed without a line" {
	mkdir -p "$RUN/mdevadm/devices"
	printf '%s' "$U1" >"$(create_file mtty mtty-1)"
	printf '{"version": 1, "state": "starting", "parent": "mtty", "device": {"mdev_type": "mtty-1"},
"pid": 4194304, "since": 1, "inode": 0}' >"$RUN/mdevadm/devices/$U1"

	run mdevadm stop -u "$U1"

	expect_status 0
	is_gone "$U1"
	wait_until has_lines 1
	[[ "$(said)" == *"$U1 on parent 'mtty' $BY: done" ]]
}

@test "a drained device that is given up is logged" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm drain mtty
	forget_said 3

	mdevadm stop -u "$U1"

	expect_said "30 give up $U1 on parent 'mtty' $BY: done"
}

@test "resume --abandon is logged" {
	mdevadm hold mtty --reason "it is broken"
	forget_said 1

	mdevadm resume --abandon mtty

	expect_said "30 abandon parent 'mtty' $BY: done"
}
