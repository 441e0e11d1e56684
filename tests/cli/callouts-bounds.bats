#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Bodies of scripts are for the shell that runs them, not for this one.
# shellcheck disable=SC2016,SC2030,SC2031
# Scripts that hang, flood, die or cannot be run; and runs that are interrupted.

# bats file_tags=slow
load lib/common
load lib/scripts

setup() {
	common_setup
	set_script_paths
	mdevadm define -u "$U1" -p mtty -t mtty-1
	cp "$ETC/mtty/$U1" "$HERE/before"
	: >"$LOG"
}

# The definition is as it was, and nobody has the device's lock.
nothing_is_lost() {
	cmp "$ETC/mtty/$U1" "$HERE/before"
	flock -n "$RUN/mdevadm/lock/devices/$U1" true
}

# A zombie is not.
is_alive() { [ -e "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status"; }

@test "a script that hangs is ended with its children, and the operation refused" {
	callout one '[ "$event" = get ] || { sleep 1000 & echo $! >"$HERE/child"; wait; }'

	run_timed mdevadm start -u "$U1" --callout-timeout 1

	expect_status 8
	[ "$SECONDS_TAKEN" -le 4 ]
	expect_output "mdevadm: cannot start $U1: '$CALLOUTS/one' did not end in 1 s at event 'pre' and was ended
hint: see what it waits for, or give it more time with --callout-timeout SEC"
	not is_alive "$(cat "$HERE/child")"
	not runs "$U1"
	expect_calls "one pre start none"
	nothing_is_lost
}

@test "a script that hangs and ignores SIGTERM is killed" {
	callout one '[ "$event" = get ] || { trap "" TERM; sleep 1000 & echo $! >"$HERE/child"
		while :; do sleep 1; done; }'

	run_timed mdevadm start -u "$U1" --callout-timeout 1

	expect_status 8
	[ "$SECONDS_TAKEN" -le 6 ]
	expect_contains "'$CALLOUTS/one' did not end in 1 s"
	not is_alive "$(cat "$HERE/child")"
	nothing_is_lost
}

@test "a script that hangs when it is asked for capabilities refuses, too" {
	callout one '[ "$event" != get ] || sleep 1000'

	run_timed mdevadm start -u "$U1" --callout-timeout 1

	expect_status 8
	[ "$SECONDS_TAKEN" -le 4 ]
	expect_contains "'$CALLOUTS/one' did not end in 1 s at event 'get'"
	not runs "$U1"
}

@test "--force goes on without a script that hangs, and asks the next one" {
	callout one '[ "$event" != pre ] || sleep 1000'
	callout two

	run mdevadm start -u "$U1" --callout-timeout 1 --force

	expect_status 0
	expect_line 0 "mdevadm: warning: '$CALLOUTS/one' did not end in 1 s at event 'pre' and was ended"
	runs "$U1"
	expect_calls "one pre start none
two pre start none
two post start success"
}

@test "a post or notifier that hangs is ended, and the operation is done" {
	callout one '[ "$event" != post ] || sleep 1000'
	notifier two 'sleep 1000'

	run_timed mdevadm start -u "$U1" --callout-timeout 1

	expect_status 0
	[ "$SECONDS_TAKEN" -le 6 ]
	expect_contains "warning: '$CALLOUTS/one' did not end in 1 s at event 'post'"
	expect_contains "warning: '$NOTIFIERS/two' did not end in 1 s at event 'notify'"
	runs "$U1"
}

@test "a script that hangs delays a list once, not once a device" {
	callout one '[ "$action" != attributes ] || sleep 1000'
	local i
	for i in $(seq 24); do mdevadm start -p mtty -t mtty-1 >/dev/null; done

	run_timed mdevadm list -v --callout-timeout 1

	expect_status 0
	[ "$SECONDS_TAKEN" -le 6 ]
	[ "$(grep -c 'mtty mtty-1 manual' <<<"$output")" = 24 ]
	expect_contains "'$CALLOUTS/one' did not end in 1 s at event 'get'"
}

@test "a child that holds the script's output does not hold mdevadm, and is ended" {
	callout one '[ "$event" = get ] || { sleep 1000 & echo $! >"$HERE/child-$event"; }'

	run_timed mdevadm start -u "$U1"

	expect_status 0
	[ "$SECONDS_TAKEN" -le 8 ]
	expect_line 0 "mdevadm: warning: '$CALLOUTS/one' left a process behind that held its output open and was ended"
	runs "$U1"
	not is_alive "$(cat "$HERE/child-pre")"
	not is_alive "$(cat "$HERE/child-post")"
}

@test "a child that redirects its output may go on" {
	callout one '[ "$event" != pre ] || { sleep 20 >/dev/null 2>&1 & echo $! >"$HERE/child"; }'

	run_timed mdevadm start -u "$U1"

	expect_status 0
	expect_output ""
	[ "$SECONDS_TAKEN" -le 1 ]
	is_alive "$(cat "$HERE/child")"
	kill "$(cat "$HERE/child")"
}

@test "of 100 MB of output what is too much is dropped and said" {
	callout one '[ "$event" != pre ] || head -c 100000000 /dev/zero'

	run_timed mdevadm start -u "$U1"

	expect_status 0
	[ "$SECONDS_TAKEN" -le 10 ]
	expect_output "mdevadm: warning: '$CALLOUTS/one' wrote more than 1048576 bytes, and the rest was dropped"
	runs "$U1"
}

@test "100 MB of messages are passed on up to a bound" {
	callout one '[ "$event" != pre ] || yes "all is well" | head -c 100000000 >&2'

	run_timed mdevadm start -u "$U1"

	expect_status 0
	[ "$SECONDS_TAKEN" -le 20 ]
	[ "${lines[0]}" = "one: all is well" ]
	[ "${#output}" -lt 1600000 ]
	[ "${lines[-1]}" = "mdevadm: warning: '$CALLOUTS/one' wrote more than 1048576 bytes, and the rest was dropped" ]
}

# define_large UUID COUNT: with so many attributes of 40 bytes each.
define_large() {
	local attrs

	attrs=$(seq -f '{"name-%08g":"12345678901234567890"}' -s , 1 "$2")
	define_raw mtty "$1" "{\"mdev_type\":\"mtty-1\",\"start\":\"manual\",\"attrs\":[$attrs]}"
}

@test "a script may close its standard input early, or not read it" {
	local body
	define_large "$U2" 5000
	for body in 'exec <&-; sleep 0.2' 'sleep 0.2' 'head -c 10 >/dev/null'; do
		callout one "$body"

		run mdevadm modify -u "$U2" --auto

		expect_status 0
		expect_output ""
	done
}

@test "a large definition and much output at once do not block each other" {
	define_large "$U2" 12000
	callout one 'head -c 500000 /dev/zero; head -c 300000 /dev/zero | tr "\0" "\n" >&2; cat >"$HERE/read-$event"'

	run --separate-stderr mdevadm modify -u "$U2" --auto

	expect_status 0
	[ "$(jq -r '.attrs | length' "$HERE/read-pre")" = 12000 ]
}

@test "a script without an interpreter is named and left out" {
	printf '#!/no/such/shell\n' >"$CALLOUTS/one"
	printf 'exit 1\n' >"$CALLOUTS/two"
	chmod 755 "$CALLOUTS"/*
	callout z

	run mdevadm start -u "$U1"

	expect_status 0
	expect_output "mdevadm: warning: a script is left out: cannot run '$CALLOUTS/one': ENOENT (No such file or directory)
hint: it is gone, or the interpreter that its first line names is
mdevadm: warning: a script is left out: cannot run '$CALLOUTS/two': ENOEXEC (Exec format error)
hint: it is no program, and has no first line such as '#!/bin/sh'"
	expect_calls "z pre start none
z post start success"
}

@test "a script that is not executable is named and left out" {
	callout one 'exit 1'
	chmod 644 "$CALLOUTS/one"
	mkdir "$CALLOUTS/directory"

	run mdevadm start -u "$U1"

	expect_status 0
	expect_output "mdevadm: warning: '$CALLOUTS/one' is not executable and not run
hint: 'chmod +x $CALLOUTS/one', or move it elsewhere"
	expect_calls ""
}

@test "a script that modifies its own device fails at once, and nothing is lost" {
	callout one '[ "$event" = get ] || nested'

	run_timed mdevadm start -u "$U1"

	expect_status 0
	[ "$SECONDS_TAKEN" -le 5 ]
	[ "$(cat "$HERE/pre-status" "$HERE/post-status")" = "5
5" ]
	expect_contains "one: mdevadm: cannot modify $U1: device $U1 is locked by pid"
	runs "$U1"
	nothing_is_lost
}

@test "a run of mdevadm in a script works below the same root" {
	needs_sim "a root directory of its own"
	callout one '[ "$event" != pre ] || "$MDEVADM" list -d >"$HERE/listed"'
	local root=$MDEVADM_ROOT
	unset MDEVADM_ROOT

	mdevadm --root "$root" start -u "$U1"

	[ "$(cat "$HERE/listed")" = "$U1 mtty mtty-1 manual" ]
}

@test "a dangling link is named and left out, and one to /dev/null stands for no script" {
	ln -s nowhere "$CALLOUTS/one"
	ln -s /dev/null "$CALLOUTS/two"

	run mdevadm start -u "$U1"

	expect_status 0
	expect_output "mdevadm: warning: a script is left out: cannot look at '$CALLOUTS/one': ENOENT (No such file or directory)
hint: mend the link, or remove it"
}

@test "a script finds the device and the parent in its environment, and a PATH" {
	callout one '[ "$event" != pre ] || echo "$MDEVADM_UUID $MDEVADM_PARENT $MDEVADM_NESTED" >"$HERE/said"; echo "$PATH" >"$HERE/path"'

	env -u PATH "$MDEVADM" start -u "$U1"

	[ "$(cat "$HERE/said")" = "$U1 mtty 1" ]
	[[ "$(cat "$HERE/path")" == */usr/bin* ]]
}

@test "a program in C gets three descriptors, no blocked and no ignored signal, and a group of its own" {
	command -v cc >/dev/null || skip "there is no C compiler"
	cat >"$HERE/one.c" <<'END'
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	while (readdir(dir))
		count++;
	closedir(dir);
	return count - 3; /* ".", ".." and the directory itself */
}

int main(int argc, char **argv)
{
	FILE *report;
	sigset_t mask;

	if (argc < 5 || strcmp(argv[4], "pre") != 0)
		return 0;
	printf("%d descriptors\n", count_descriptors());
	report = fopen(getenv("REPORT"), "w");
	fprintf(report, "%d descriptors\n", count_descriptors() - 1);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	for (int i = 1; i < 32; i++) {
		struct sigaction action;

		sigaction(i, NULL, &action);
		if (action.sa_handler != SIG_DFL || sigismember(&mask, i))
			fprintf(report, "signal %d\n", i);
	}
	fprintf(report, "%s\n", getpgrp() == getpid() ? "leads" : "follows");
	return 0;
}
END
	cc -o "$CALLOUTS/one" "$HERE/one.c"
	export REPORT=$HERE/report

	env --ignore-signal=USR1,HUP,PIPE "$MDEVADM" start -u "$U1" 7</dev/null 9</dev/null

	[ "$(cat "$REPORT")" = "3 descriptors
leads" ]
}

@test "mdevadm without standard descriptors still gives a script its own" {
	callout one 'cat >"$HERE/read-$event"; echo fine'

	"$MDEVADM" start -u "$U1" <&- >&- 2>&-

	runs "$U1"
	[ "$(jq -r .mdev_type "$HERE/read-pre")" = mtty-1 ]
}

@test "--callout-timeout takes seconds from 1 up" {
	local value
	for value in 0 -1 x '' 1.5 86401; do
		run mdevadm list "--callout-timeout=$value"
		expect_status 2
	done
	run mdevadm list --callout-timeout 86400
	expect_status 0
}

# At each of 50 points, a signal in turn. Whatever came before: complete or gone, told, unlocked.
@test "an interrupted start is complete or gone, post tells which, and no lock is left" {
	needs_sim "a slow create, and attributes"
	mount_sim two-gpus
	define_raw 0000:06:00.0 "$U2" '{"mdev_type": "nvidia-36", "start": "manual", "attrs": [{"nvidia/vgpu_params": "x=1"}]}'
	callout one '[ "$event" = get ] || { sleep 0.03; echo "$event $state" >>"$HERE/done"; }'
	notifier two 'sleep 0.03'
	ctl delay create 40
	ctl delay attr 40
	local i pid signal before after
	before=$(date +%s%N)
	mdevadm start -u "$U2"
	after=$(date +%s%N)
	mdevadm stop -u "$U2"

	local signals=(INT TERM HUP)
	for i in $(seq 0 49); do
		signal=${signals[i % 3]}
		rm -f "$HERE/done"
		env --default-signal="$signal" "$MDEVADM" start -u "$U2" 2>"$HERE/errors" 3>&- &
		pid=$!
		sleep "$(awk -v t="$((after - before))" -v i="$i" 'BEGIN { print t / 1e9 * i / 50 }')"
		kill -"$signal" "$pid" 2>/dev/null || true
		wait "$pid" || true

		check_interrupted "$i"
		not runs "$U2" || mdevadm stop -u "$U2" --lock-timeout 0
	done
	[ "$(stat_of violations_total)" = 0 ]
}

check_interrupted() {
	local told

	told=$(grep '^post' "$HERE/done" 2>/dev/null || true)
	if runs "$U2"; then
		[ "$(cat "$SYS/bus/mdev/devices/$U2/nvidia/vgpu_params")" = x=1 ] || fail_with "point $1: half made"
		[ "$told" = "post success" ] || fail_with "point $1: runs, and post was '$told'"
	elif grep -q '^pre' "$HERE/done" 2>/dev/null; then
		[ "$told" = "post failure" ] || fail_with "point $1: gone, and post was '$told'"
	else
		[ -z "$told" ] || fail_with "point $1: no pre, and post was '$told'"
	fi
	mdevadm modify -u "$U2" --manual --lock-timeout 0 || fail_with "point $1: a lock is left"
}

@test "a signal ends a pre that hangs long before its time limit" {
	callout one '[ "$event" = get ] || sleep 1000'
	env --default-signal=TERM "$MDEVADM" start -u "$U1" 2>"$HERE/errors" 3>&- &
	local pid=$! begin=$SECONDS ended=0
	until grep -q pre "$LOG"; do sleep 0.02; done

	kill -TERM "$pid"
	wait "$pid" || ended=$?

	[ "$ended" = $((128 + 15)) ]
	[ $((SECONDS - begin)) -le 8 ]
	grep -q "interrupted while '$CALLOUTS/one' worked on event 'pre'" "$HERE/errors"
	not runs "$U1"
	nothing_is_lost
}

@test "a signal ends a list that waits for a script, and the script" {
	callout one '[ "$action" != attributes ] || { echo $$ >"$HERE/pid"; exec sleep 1000; }'
	mdevadm start -u "$U1"
	env --default-signal=INT "$MDEVADM" list -v >"$HERE/list" 2>&1 3>&- &
	local pid=$! begin=$SECONDS ended=0
	until [ -s "$HERE/pid" ]; do sleep 0.02; done

	kill -INT "$pid"
	wait "$pid" || ended=$?

	[ "$ended" = $((128 + 2)) ]
	[ $((SECONDS - begin)) -le 8 ]
	not is_alive "$(cat "$HERE/pid")"
}

@test "what is interrupted while a script is asked is not done, and the script told so" {
	callout one '[ "$event" != pre ] || sleep 0.5'
	env --default-signal=HUP "$MDEVADM" undefine -u "$U1" 2>"$HERE/errors" 3>&- &
	local pid=$! ended=0
	until grep -q pre "$LOG"; do sleep 0.02; done

	kill -HUP "$pid"
	wait "$pid" || ended=$?

	[ "$ended" = $((128 + 1)) ]
	expect_calls "one pre undefine none
one post undefine failure"
	nothing_is_lost
}
