#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the program inherits from its caller, and what its scripts and commands get from it.
# The bodies of scripts are expanded where they run.
# shellcheck disable=SC2016,SC2217,SC2030,SC2031

load lib/common
load lib/scripts

setup() {
	common_setup
	set_script_paths
}

# define_with UUID ATTRIBUTE VALUE
define_with() { define_raw mtty "$1" "{\"mdev_type\":\"mtty-1\",\"start\":\"auto\",\"attrs\":[{\"$2\":\"$3\"}]}"; }

# with_signals PYTHON COMMAND...: runs it after that statement on the module signal.
with_signals() {
	command -v python3 >/dev/null || skip "there is no python3"
	python3 -c "import os, signal, sys; $1; os.execv(sys.argv[1], sys.argv[1:])" "${@:2}"
}

@test "whatever descriptors the caller has closed, no message gets into a file" {
	needs_sim "strace of a batch"
	command -v strace >/dev/null || skip "there is no strace"
	local combination closes i
	for i in 1 2 3 4 5 6 7 8; do define_with "1111111$i-1111-4111-8111-111111111111" no-such-attribute 1; done

	for combination in "" "0" "1" "2" "0 1" "0 2" "1 2" "0 1 2"; do
		closes=
		for i in $combination; do closes+=" $i>&-"; done
		eval "(exec $closes; exec strace -f -qq -y -o '$HERE/trace' -e trace=write,writev,pwrite64 \
			'$MDEVADM' start --all -p mtty)" >"$HERE/out" 2>"$HERE/err" || true

		# To nothing at all, or to the standard error that was given.
		grep 'no such attribute\|mdevadm: ' "$HERE/trace" | grep -v "([0-9]*<\(/dev/null\|$HERE/err\)>" >"$HERE/strays" || true
		[ ! -s "$HERE/strays" ] || fail_with "closed: $combination: $(head -n 3 "$HERE/strays")"
		grep -q 'cannot start' "$HERE/trace"
	done
	run ! grep -rl 'mdevadm: \|hint: ' "$ETC" "$RUN/mdevadm"
}

@test "a reader of messages that leaves does not end a batch in the middle" {
	needs_sim "slow attributes"
	define_with "$U1" power/control on
	define_with "$U2" power/control on
	define_with "$U3" no-such-attribute 1
	ctl delay attr 300

	"$MDEVADM" start --all -p mtty 2>&1 | true

	run mdevadm list
	expect_output "$U1 mtty mtty-1 auto (defined)
$U2 mtty mtty-1 auto (defined)"
}

@test "a reader of messages that leaves does not end a drain" {
	callout one '[ "$event" != post ] || { echo words >&2; exit 3; }'
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U2" -p mtty -t mtty-1

	"$MDEVADM" drain mtty -- sh -c 'echo ran >"$0"' "$HERE/command" 2>&1 | true

	[ "$(cat "$HERE/command")" = ran ]
	runs "$U1"
	runs "$U2"
	[ ! -e "$RUN/mdevadm/held/mtty" ]
}

@test "a listing whose reader leaves ends without a word, of SIGPIPE" {
	local i
	for i in {1000..1999}; do define_raw many "00000000-0000-4000-8000-00000000$i" '{"mdev_type":"a-type-of-some-length"}'; done

	run bash -c '"$1" list -d | head -n 1; echo "${PIPESTATUS[0]}"' bash "$MDEVADM"

	expect_output "00000000-0000-4000-8000-000000001000 many a-type-of-some-length manual
141"
}

@test "a UUID that was made and cannot be told is in the error" {
	needs_sim "/dev/full"
	local command
	for command in start define; do
		run bash -c '"$1" "$2" -p mtty -t mtty-1 2>&1 >/dev/full' bash "$MDEVADM" "$command"

		expect_status 1
		[[ ${lines[0]} =~ ^"mdevadm: "([0-9a-f-]{36})" was "(started|defined)", but that cannot be told: cannot write the output: ENOSPC" ]] ||
			fail_with "no UUID"
		[[ ${lines[1]} == "hint: 'mdevadm "*"--uuid ${BASH_REMATCH[1]}' undoes it" ]] || fail_with "no way out"
		# The hint works.
		local undo=${lines[1]#"hint: 'mdevadm "}
		eval "mdevadm ${undo%"' undoes it"}"
	done
	run mdevadm list
	expect_output ""
	run mdevadm list -d
	expect_output ""
}

@test "scripts and commands have the caller's umask, and what is made is for all to read" {
	callout one 'umask >"$HERE/umask-script"'
	mdevadm start -u "$U1" -p mtty -t mtty-1
	rm -rf "${RUN:?}/mdevadm"
	local mask
	for mask in 0077 0000 0027; do
		(umask "$mask" && mdevadm drain mtty -- sh -c 'umask >"$0"' "$HERE/umask-command" &&
			mdevadm define -u "$U2" -p mtty -t mtty-1)

		[ "$(cat "$HERE/umask-script")" = "$mask" ]
		[ "$(cat "$HERE/umask-command")" = "$mask" ]
		[ "$(stat -c %a "$ETC/mtty")" = 755 ]
		[ "$(stat -c %a "$ETC/mtty/$U2")" = 644 ]
		[ "$(stat -c %a "$RUN/mdevadm")" = 755 ]
		[ "$(stat -c %a "$RUN/mdevadm/devices")" = 755 ]
		[ "$(stat -c %a "$RUN/mdevadm/devices/$U1")" = 644 ]
		[ "$(stat -c %a "$RUN/mdevadm/lock/parents/mtty")" = 600 ]
		mdevadm undefine -u "$U2"
	done
}

@test "a run of mdevadm in a command works on the same root" {
	needs_sim "roots"
	local other=$HERE/other
	mkdir -p "$other/etc/mdevctl.d" "$other/run"
	ln -s "$SYS" "$other/sys"

	MDEVADM_ROOT='' MDEVCTL_ENV_ROOT=$HERE/nowhere mdevadm --root "$other" drain mtty -- \
		sh -c '"$0" define -u "$1" -p mtty -t mtty-1' "$MDEVADM" "$U1"

	[ -e "$other/etc/mdevctl.d/mtty/$U1" ]
	[ ! -e "$ETC/mtty/$U1" ]
}

@test "a run of mdevadm in a command or script works with the same --base" {
	needs_sim "bases"
	mkdir -p "$HERE/an etc/mdevctl.d"
	callout one '[ "$event/$action" != pre/start ] || "$MDEVADM" list -d >"$HERE/seen"'

	mdevadm --base "etc=$HERE/an etc" drain mtty -- sh -c '"$0" define -u "$1" -p mtty -t mtty-1' "$MDEVADM" "$U1"
	mdevadm --base "etc=$HERE/an etc" start -u "$U2" -p mtty -t mtty-1

	[ -e "$HERE/an etc/mdevctl.d/mtty/$U1" ]
	[ "$(cat "$HERE/seen")" = "$U1 mtty mtty-1 manual" ]
	# A root of its own is not moved by what the run outside was told.
	mkdir -p "$HERE/own/etc/mdevctl.d"
	run mdevadm --base "etc=$HERE/an etc" drain mtty -- "$MDEVADM" --root "$HERE/own" list -d
	expect_output ""
}

@test "scripts and commands count how deep they are in each other" {
	callout one 'echo "$MDEVADM_NESTED" >>"$HERE/depth"'

	mdevadm drain mtty -- sh -c 'echo "$MDEVADM_NESTED" >"$0"; "$1" define -u "$2" -p mtty -t mtty-1' "$HERE/command" "$MDEVADM" "$U1"

	[ "$(cat "$HERE/command")" = 1 ]
	[ "$(sort -u "$HERE/depth")" = 2 ]
}

@test "a command has default signals, and those that nohup ignores stay ignored" {
	run with_signals 'signal.signal(signal.SIGUSR1, signal.SIG_IGN); signal.signal(signal.SIGCHLD, signal.SIG_IGN);
signal.signal(signal.SIGHUP, signal.SIG_IGN); signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGALRM])' \
		"$MDEVADM" drain mtty -- sh -c 'exec grep -E "^Sig(Blk|Ign)" /proc/self/status'

	expect_status 0
	expect_line 0 $'SigBlk:\t0000000000000000'
	# SIGHUP is the first bit; those above 31 are the C library's own.
	[ $((0x${lines[1]##*$'\t'} & 0x7fffffff)) = 1 ]
}

# has_open PID PATTERN: one of its descriptors is such a file.
has_open() { find "/proc/$1/fd" -lname "$2" 2>/dev/null | grep -q .; }

@test "a caller that blocks SIGTERM does not keep it from ending a wait" {
	hold_lock parents mtty
	command -v python3 >/dev/null || skip "there is no python3"
	python3 -c 'import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGALRM])
os.execv(sys.argv[1], sys.argv[1:])' "$MDEVADM" start -u "$U1" -p mtty -t mtty-1 2>"$HERE/err" 3>&- &
	local pid=$!
	ends_with_test "$pid"
	wait_until has_open "$pid" '*/lock/parents/mtty'

	kill -TERM "$pid"
	local status=0
	wait "$pid" || status=$?

	[ "$status" = 143 ]
	grep -q 'interrupted by SIGTERM' "$HERE/err"
}

@test "a command whose output the caller has closed can write all the same" {
	"$MDEVADM" drain mtty -- sh -c 'echo words && echo words >&2 && echo fine >"$0"' "$HERE/command" >&- 2>&-

	[ "$(cat "$HERE/command")" = fine ]
}

@test "a script of which it cannot be told how it ended is no success" {
	needs_sim "strace"
	command -v strace >/dev/null || skip "there is no strace"
	callout one

	ASAN_OPTIONS=detect_leaks=0 run strace -qq -o /dev/null -e inject=waitid:error=ECHILD \
		"$MDEVADM" define -u "$U1" -p mtty -t mtty-1

	expect_status 1
	expect_contains "cannot tell how '$CALLOUTS/one' ended: ECHILD (No child processes)"
	[ ! -e "$ETC/mtty/$U1" ]
}

@test "of a child that has left the script's group it is said that it goes on, and it is not waited for" {
	needs_sim "strace of the waits"
	callout one 'setsid sh -c "echo \$\$ >>\"$HERE/pids\"; exec sleep 1000" 3>&- & until [ -s "$HERE/pids" ]; do sleep 0.01; done'
	export MDEVADM_LOG=debug

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	local pid
	while read -r pid; do ends_with_test "$pid"; kill -0 "$pid" || fail_with "ended"; done <"$HERE/pids"
	expect_status 0
	expect_contains "warning: '$CALLOUTS/one' left a process behind that held its output open and goes on: it is not in the script's process group"
	[ "$(grep -c 'left a process behind' <<<"$output")" = 1 ]
	# A wait takes two seconds; each of the three calls took less.
	[ "$(grep -c "run '$CALLOUTS/one' .*exit status 0 (1\?[0-9]\{1,3\}\." <<<"$output")" = 3 ]
}

@test "a reader of messages that is stuck holds up no operation" {
	mkfifo "$HERE/err"
	sleep 1000 <"$HERE/err" 3>&- &
	ends_with_test $!
	callout one 'yes a long line of messages from a script that says a great deal | head -n 10000 >&2; echo "$event" >>"$HERE/events"'

	"$MDEVADM" start -u "$U1" -p mtty -t mtty-1 2>"$HERE/err" 3>&- &
	local pid=$!
	ends_with_test "$pid"

	wait_until grep -qs post "$HERE/events"
	# No lock is had any more while the messages wait for their reader.
	mdevadm --lock-timeout 20 stop -u "$U1" 2>/dev/null
	not runs "$U1"
	kill -0 "$pid"
}

@test "a reader of messages that is slow gets all of them" {
	callout one '[ "$event" = get ] || yes words | head -n 20000 >&2'

	{ "$MDEVADM" define -u "$U1" -p mtty -t mtty-1 2>&1 >&3 3>&- | { sleep 1; wc -l >"$HERE/count"; }; } 3>&1

	[ "$(cat "$HERE/count")" = 40000 ]
}

# stuck COMMAND...: its standard error is a full pipe that nobody reads; its output goes nowhere.
stuck() {
	mkfifo "$HERE/stuck"
	sleep 1000 <"$HERE/stuck" 3>&- &
	ends_with_test $!
	(
		exec 2>"$HERE/stuck" 3>&-
		head -c 65536 /dev/zero >&2
		exec "$@"
	) &
	STUCK=$!
	ends_with_test "$STUCK"
}

@test "a reader of the debug log that is stuck holds up no operation" {
	MDEVADM_LOG=debug stuck "$MDEVADM" start -u "$U1" -p mtty -t mtty-1

	wait "$STUCK"

	runs "$U1"
}

# It has done its work and holds its signals back, as while it writes its last words.
waits_for_reader() {
	[ -e "$RUN/mdevadm/lock/devices" ] && [ "$(cat "/proc/$STUCK/comm")" = mdevadm ] &&
		grep -q 'SigBlk:.*4003' "/proc/$STUCK/status"
}

@test "a signal ends a run whose last words nobody reads" {
	stuck "$MDEVADM" stop -u "$ABSENT"
	wait_until waits_for_reader

	kill -TERM "$STUCK"
	local status=0
	wait "$STUCK" || status=$?

	[ "$status" = 143 ]
}
