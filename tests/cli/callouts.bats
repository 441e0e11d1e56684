#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Bodies of scripts are for the shell that runs them, not for this one.
# shellcheck disable=SC2016,SC2030,SC2031
# The protocol of callout and notifier scripts.

load lib/common
load lib/scripts

setup() {
	common_setup
	set_script_paths
}

@test "a script gets type, event, action, state, UUID and parent as options" {
	callout one 'echo "$*" >>"$HERE/arguments"'

	mdevadm start -u "$U1" -p mtty -t mtty-2

	run tail -n 2 "$HERE/arguments"
	expect_line 0 "-t mtty-2 -e pre -a start -s none -u $U1 -p mtty"
	expect_line 1 "-t mtty-2 -e post -a start -s success -u $U1 -p mtty"
}

@test "pre and post come from one live process, which is the script's parent" {
	callout one 'cat /proc/$PPID/comm >>"$HERE/names"; echo "$PPID" >>"$HERE/pids"'

	sh -c 'echo $$ >"$1/pid"; shift; exec "$@"' sh "$HERE" "$MDEVADM" define -u "$U1" -p mtty -t mtty-1

	[ "$(sort -u "$HERE/pids")" = "$(cat "$HERE/pid")" ]
	[ "$(sort -u "$HERE/names")" = mdevadm ]
}

@test "pre, post and notifiers read the definition on their standard input" {
	callout one 'cat >"$HERE/$event"'
	notifier two 'cat >"$HERE/$event"'
	mdevadm define -u "$U1" -p mtty -t mtty-1
	rm "$HERE"/{pre,post,notify}

	mdevadm modify -u "$U1" --addattr power/control --value on

	local event
	for event in pre post notify; do
		run cat "$HERE/$event"
		expect_output '{"mdev_type":"mtty-1","start":"manual","attrs":[{"power/control":"on"}]}'
	done
}

@test "a script that reads one line, or looks for compact JSON, keeps its veto" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	local veto
	for veto in 'read -r conf; case $conf in *forbidden*) exit 1 ;; esac' \
		'! grep -q "\"attrs\":\[{\"forbidden\":\"1\"}"' \
		'! grep -qE "^\{\"mdev_type\":\"mtty-1\",\"start\":\"manual\",.*forbidden"'; do
		callout one "[ \$event != pre ] || { $veto; }"

		run mdevadm modify -u "$U1" --addattr forbidden --value 1

		expect_status 8
		[ "$(jq -c .attrs "$ETC/mtty/$U1")" = '[]' ]
	done
}

@test "get attributes has nothing on its standard input" {
	callout one '[ "$event" != get ] || cat >"$HERE/$action"'
	mdevadm start -u "$U1" -p mtty -t mtty-1
	touch "$HERE/attributes"

	mdevadm list -v

	[ ! -s "$HERE/attributes" ]
	[ -s "$HERE/capabilities" ]
}

@test "each operation calls pre, post with success, and the notifiers, in this order" {
	callout one
	notifier two

	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm modify -u "$U1" --auto
	mdevadm start -u "$U1"
	mdevadm stop -u "$U1"
	mdevadm undefine -u "$U1"

	local action
	for action in define modify start stop undefine; do
		echo "one pre $action none"
		echo "one post $action success"
		echo "two notify $action success"
	done >"$HERE/expected"
	expect_calls "$(cat "$HERE/expected")"
}

@test "a device is stopped with the type that it runs with, whatever it is defined as" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"
	mdevadm modify -u "$U1" -t mtty-2 --manual
	callout one '[ "$event" = get ] || echo "$type" >"$HERE/type"'

	mdevadm stop -u "$U1"

	[ "$(cat "$HERE/type")" = mtty-1 ]
}

@test "the operation lies between pre and post" {
	callout one '[ "$event" = get ] || ls "$ETC/mtty" >"$HERE/at-$event-$action"'
	export ETC
	mkdir -p "$ETC/mtty"

	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm undefine -u "$U1"

	[ "$(cat "$HERE/at-pre-define")" = "" ]
	[ "$(cat "$HERE/at-post-define")" = "$U1" ]
	[ "$(cat "$HERE/at-pre-undefine")" = "$U1" ]
	[ "$(cat "$HERE/at-post-undefine")" = "" ]
}

@test "post and notifiers are told of a failure" {
	needs_sim "an error of create"
	callout one
	notifier two
	ctl error create EIO

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 1
	expect_calls "one pre start none
one post start failure
two notify start failure"
}

@test "scripts are tried in byte order, those in lib first, until one does not answer 2" {
	callout B 'exit 2'
	callout a 'exit 2'
	callout 9 'exit 2'
	etc_callout 0
	etc_callout 1

	mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_calls "9 pre define none
B pre define none
a pre define none
0 pre define none
0 post define success"
}

@test "where all scripts answer 2 the operation goes on, without post" {
	callout one 'exit 2'

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_output ""
	expect_calls "one pre define none"
}

@test "directories that are missing are no error" {
	rm -rf "$LIB" "$ETC"

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_output ""
}

@test "a refused pre means no operation, no post, exit status 8, and notifiers with state none" {
	callout one 'echo "no such thing" >&2; [ "$event" = get ] || exit 1'
	notifier two

	run mdevadm start -u "$U1" -p mtty -t mtty-1

	expect_status 8
	expect_output "one: no such thing
one: no such thing
mdevadm: cannot start $U1: callout '$CALLOUTS/one' refuses (event 'pre', exit status 1)
hint: --force goes on all the same"
	not runs "$U1"
	expect_calls "one pre start none
two notify start none"
}

@test "any exit status but 0 and 2 refuses" {
	local code
	for code in 1 3 42 126 127 255; do
		callout one "[ \$event = get ] || exit $code"

		run mdevadm define -u "$U1" -p mtty -t mtty-1

		expect_status 8
		expect_contains "exit status $code"
		[ ! -e "$ETC/mtty/$U1" ]
	done
}

@test "each kind of operation can be refused, and changes nothing then" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U2" -p mtty -t mtty-1
	cp "$ETC/mtty/$U1" "$HERE/before"
	callout one '[ "$event" = get ] || exit 1'

	run mdevadm modify -u "$U1" --auto
	expect_status 8
	run mdevadm undefine -u "$U1"
	expect_status 8
	run mdevadm start -u "$U1"
	expect_status 8
	run mdevadm stop -u "$U2"
	expect_status 8

	cmp "$ETC/mtty/$U1" "$HERE/before"
	not runs "$U1"
	runs "$U2"
}

@test "--force overrides a refusal, and post follows" {
	callout one '[ "$event" != pre ] || exit 1'

	run mdevadm start -u "$U1" -p mtty -t mtty-1 --force

	expect_status 0
	expect_line 0 "mdevadm: warning: callout '$CALLOUTS/one' refuses (event 'pre', exit status 1)"
	runs "$U1"
	expect_calls "one pre start none
one post start success"
}

@test "what post and notifiers return changes nothing" {
	callout one '[ "$event" != post ] || exit 1'
	notifier two 'exit 1'
	notifier three 'exit 2'

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_output "mdevadm: warning: '$CALLOUTS/one' failed at event 'post' with exit status 1, which changes nothing
mdevadm: warning: '$NOTIFIERS/two' failed at event 'notify' with exit status 1, which changes nothing"
	[ -e "$ETC/mtty/$U1" ]
}

@test "a script that dies of a signal is as if it were not there, with a warning" {
	callout one '[ "$event" = get ] || kill -SEGV $$'
	callout two

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_output "mdevadm: warning: '$CALLOUTS/one' was killed by SIGSEGV at event 'pre' and is left out"
	expect_calls "one pre define none
two pre define none
two post define success"
}

@test "get capabilities comes first and says what is provided" {
	callout one '[ "$action" != capabilities ] || cat >"$HERE/provided"'

	mdevadm define -u "$U1" -p mtty -t mtty-1

	[ "$(head -n 1 "$LOG")" = "one get capabilities none" ]
	jq -e '.provides.version == 2' "$HERE/provided"
	jq -e '.provides.actions | contains(["define", "undefine", "modify", "start", "stop",
		"attributes", "capabilities"])' "$HERE/provided"
	jq -e '.provides.events == ["pre", "post", "live", "get", "notify"]' "$HERE/provided"
}

@test "a versioned script is preferred, and the others are left alone" {
	callout a
	callout b "$(versioned '"define", "modify"' '"pre", "post", "get"')"

	mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_calls "b pre define none
b post define success"
}

@test "of several versioned scripts the first is the one" {
	callout b "$(versioned '"define"' '"pre", "post"')"
	callout c "$(versioned '"define"' '"pre", "post"')"

	mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_calls "b pre define none
b post define success"
}

@test "a script that supports something but answers 2 is not versioned" {
	callout a
	callout b "$(versioned '"define"' '"pre", "post"' 2)"

	mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_calls "a pre define none
a post define success"
}

@test "a script that supports something and answers 1 is versioned" {
	callout a
	callout b "$(versioned '"define"' '"pre", "post"' 1)"

	mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_calls "b pre define none
b post define success"
}

@test "a versioned script is used for the type that it answers for, no other" {
	callout a
	callout b "[ \$type = mtty-2 ] || exit 2; $(versioned '"define"' '"pre", "post"')"

	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U2" -p mtty -t mtty-2

	expect_calls "a pre define none
a post define success
b pre define none
b post define success"
}

@test "a versioned script that does not name the event pre refuses, as mdevctl's does" {
	callout b "$(versioned '"define"' '"post"')"

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 8
	expect_output "mdevadm: cannot define $U1: callout '$CALLOUTS/b' does not support event 'pre' for type 'mtty-1'
hint: --force goes on all the same"
	expect_calls ""
	[ ! -e "$ETC/mtty/$U1" ]
}

@test "an event after the operation that a versioned script does not name is not sent" {
	callout b "$(versioned '"define"' '"pre"')"

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_output ""
	expect_calls "b pre define none"
}

@test "a versioned script that names no actions, or no list of them, refuses and is named" {
	callout b "$(versioned '' '"pre", "post"')"
	run mdevadm define -u "$U1" -p mtty -t mtty-1
	expect_status 8
	expect_line 0 "mdevadm: cannot define $U1: callout '$CALLOUTS/b' does not support action 'define' for type 'mtty-1'"

	callout b '[ "$action" != capabilities ] || echo "{\"supports\":{\"version\":2,\"actions\":\"define\",\"events\":[\"pre\"]}}"'
	run mdevadm define -u "$U1" -p mtty -t mtty-1
	expect_status 8
	expect_line 0 "mdevadm: warning: '$CALLOUTS/b' supports no actions: its answer to 'get capabilities' has no array of that name"
	expect_contains "does not support action 'define'"
	[ ! -e "$ETC/mtty/$U1" ]
}

@test "a versioned script that then says that the type is not its own, or dies, refuses" {
	local end
	for end in 'exit 2' 'kill -KILL $$'; do
		callout b "$(versioned '"define"' '"pre", "post"'); [ \$event != pre ] || $end"
		callout c

		run mdevadm define -u "$U1" -p mtty -t mtty-1

		expect_status 8
		expect_contains "callout '$CALLOUTS/b'"
		expect_calls "b pre define none"
		[ ! -e "$ETC/mtty/$U1" ]
		: >"$LOG"
	done
}

@test "an answer to get capabilities may begin with blanks" {
	callout b "echo; echo; $(versioned '"start"' '"pre"')"

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 8
	expect_contains "does not support action 'define'"
}

@test "an action that a versioned script does not name is refused" {
	callout b "$(versioned '"start"' '"pre", "post"')"

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 8
	expect_line 0 "mdevadm: cannot define $U1: callout '$CALLOUTS/b' does not support action 'define' for type 'mtty-1'"
	[ ! -e "$ETC/mtty/$U1" ]
}

@test "names that are unknown in a script's lists are ignored, with a warning" {
	callout b "$(versioned '"define", "dance"' '"pre", 7')"

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_output "mdevadm: warning: '$CALLOUTS/b' supports actions that do not exist: \"dance\"
mdevadm: warning: '$CALLOUTS/b' supports events that do not exist: 7"
	expect_calls "b pre define none"
}

@test "capabilities that are half a JSON text are named with their place, and the script is old" {
	callout b '[ "$action" != capabilities ] || printf "{\"supports\": {\n \"version\": "'

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_contains "warning: the answer to 'get capabilities' cannot be read: '$CALLOUTS/b', line 2, column"
	expect_calls "b pre define none
b post define success"
}

@test "a script's messages come out line by line after its name, without control characters" {
	callout one '[ "$event" != pre ] || printf "first\n\033[31mred\nno newline" >&2; echo out'

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_output 'one: first
one: \x1b[31mred
one: no newline'
}

@test "notifiers run without locks, pre and post under them" {
	callout one '[ "$event" = get ] || nested 2>>"$HERE/$event-errors"; true'
	notifier two '[ "$MDEVADM_NESTED" -gt 1 ] || nested'

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	[ "$(cat "$HERE/pre-status" "$HERE/post-status" "$HERE/notify-status")" = "5
5
0" ]
	grep -q "device $U1 is locked by pid" "$HERE/pre-errors"
	[ "$(jq -r .start "$ETC/mtty/$U1")" = auto ]
}

@test "scripts that run mdevadm, which runs them again, come to an end" {
	notifier one 'nested'

	run_timed mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_contains "'$NOTIFIERS/one' is not run: 8 scripts wait already"
	[ "$(wc -l <"$LOG")" = 8 ]
}

@test "what an old script answers to get capabilities need not be JSON" {
	callout one 'echo "usage: ..."; [ "$event" != get ] || exit 1'

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_output ""
}

@test "a signal without a name that kills a script is told by its number" {
	callout one '[ "$event" != pre ] || kill -35 $$'

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_contains "'$CALLOUTS/one' was killed by signal 35 at event 'pre' and is left out"
}
