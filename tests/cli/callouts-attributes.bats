#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Bodies of scripts are for the shell that runs them, not for this one.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154
# Scripts that report the attributes of running devices, and that change them.

load lib/common
load lib/scripts

setup() {
	common_setup
	set_script_paths
}

@test "a script is asked for its capabilities once for each type and parent" {
	callout one '[ "$action" != attributes ] || echo "[]"'
	local round
	for round in 1 2 3 4 5 6; do
		: "round $round"
		mdevadm start -p mtty -t mtty-1 >/dev/null
		mdevadm start -p mtty -t mtty-2 >/dev/null
	done
	: >"$LOG"

	mdevadm list -v >/dev/null

	[ "$(grep -c capabilities "$LOG")" = 2 ]
	[ "$(grep -c attributes "$LOG")" = 12 ]
}

@test "list shows the attributes that scripts report" {
	callout one '[ "$action" != attributes ] || echo "[{\"a\": \"1\"}, {\"b\": \"2\"}, {\"a\": \"3\"}]"'
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm list -v
	expect_output "$U1 mtty mtty-1 manual
  Attrs:
    @{0}: {\"a\":\"1\"}
    @{1}: {\"b\":\"2\"}
    @{2}: {\"a\":\"3\"}"

	run mdevadm list --dumpjson -u "$U1"
	[ "$(jq -c .attrs <<<"$output")" = '[{"a":"1"},{"b":"2"},{"a":"3"}]' ]
}

@test "a list without attributes asks no script" {
	callout one
	mdevadm start -u "$U1" -p mtty -t mtty-1
	: >"$LOG"

	mdevadm list
	mdevadm list -d -v

	[ ! -s "$LOG" ]
}

@test "empty, [], [{}] and a NUL at the end are valid answers" {
	local answer
	mdevadm start -u "$U1" -p mtty -t mtty-1
	for answer in '' '\n' '[]' 'null' '[{}]' '[{}]\0' '[]\n\0' '\0'; do
		callout one "[ \$action != attributes ] || printf '$answer'"

		run mdevadm list -v

		expect_status 0
		expect_output "$U1 mtty mtty-1 manual"
	done
	callout one '[ $action != attributes ] || printf "[{\"a\": \"1\"}]\n\0"'
	run mdevadm list -v
	expect_line 2 '    @{0}: {"a":"1"}'
}

@test "an answer of more than is read is not believed in part" {
	callout one '[ "$action" != attributes ] || { echo "[{\"a\": \"1\"}]"; head -c 1048576 /dev/zero | tr "\0" " "; }'
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm list -v
	expect_status 0
	expect_contains "warning: no attributes of $U1: the answer to 'get attributes' cannot be read: '$CALLOUTS/one' wrote more than 1048576 bytes
hint: what was cut off cannot be believed: let it write less"
	[ "${lines[-1]}" = "$U1 mtty mtty-1 manual" ]

	run mdevadm define -u "$U1"
	expect_status 10
	[ ! -e "$ETC/mtty/$U1" ]
}

@test "list warns of a bad answer, and shows the device without attributes" {
	callout one '[ "$action" != attributes ] || printf "[{\"a\": \"1\"},\n {\"b\""'
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run --separate-stderr mdevadm list -v

	expect_status 0
	expect_output "$U1 mtty mtty-1 manual"
	[[ "$stderr" == "mdevadm: warning: no attributes of $U1: the answer to 'get attributes' cannot be read: '$CALLOUTS/one', line 2, column "* ]]
}

@test "an answer that is not UTF-8, and one of the wrong shape, name the script" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	local answer
	for answer in '[{"a":"\377"}]' '{"a":"b"}' '[{"a":1}]' '[{"../x":"1"}]' '[{"a":"1","b":"2"}]'; do
		callout one "[ \$action != attributes ] || printf '%b' '${answer//\\/\\0}'"

		run mdevadm list -v

		expect_status 0
		expect_contains "'$CALLOUTS/one'"
		[[ "$output" != *Attrs* ]]
	done
}

@test "define of a running device takes its attributes from the script" {
	callout one '[ "$action" != attributes ] || echo "[{\"a\": \"1\"}]"'
	mdevadm start -u "$U1" -p mtty -t mtty-2

	mdevadm define -u "$U1"

	[ "$(jq -c . "$ETC/mtty/$U1")" = '{"mdev_type":"mtty-2","start":"manual","attrs":[{"a":"1"}]}' ]
}

@test "a bad answer fails the define of a running device" {
	callout one '[ "$action" != attributes ] || echo "[{"'
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm define -u "$U1"

	expect_status 10
	expect_contains "cannot define $U1: the answer to 'get attributes' cannot be read: '$CALLOUTS/one', line"
	[ ! -e "$ETC/mtty/$U1" ]
}

@test "live changes need a versioned script that names event live and action modify" {
	mdevadm start -u "$U1" -p mtty -t mtty-1
	definition mtty-1 >"$HERE/new"
	local script
	for script in 'true' "$(versioned '"modify"' '"pre"')"; do
		callout one "$script"
		: >"$LOG"

		run mdevadm modify -u "$U1" -p mtty --live --jsonfile "$HERE/new"

		expect_status 8
		expect_line 0 "mdevadm: cannot modify $U1: no callout script supports live changes of type 'mtty-1'"
		not grep -E 'live|pre|post' "$LOG"
	done
	callout one "$(versioned '"start"' '"live"')"
	run mdevadm modify -u "$U1" -p mtty --live --jsonfile "$HERE/new"
	expect_status 8
	expect_contains "does not support action 'modify'"
}

@test "modify --live has the script change the running device" {
	callout one "$(versioned '"start", "modify"' '"live", "pre", "post"'); [ \$event != live ] || cat >$HERE/live"
	notifier two
	mdevadm start -u "$U1" -p mtty -t mtty-1
	definition mtty-1 >"$HERE/new"
	: >"$LOG"

	run mdevadm modify -u "$U1" -p mtty --live --jsonfile "$HERE/new"

	expect_status 0
	expect_calls "one live modify none
two notify modify success"
	[ "$(cat "$HERE/live")" = "$(jq -c . "$HERE/new")" ]
	[ ! -e "$ETC/mtty/$U1" ]
}

@test "modify --live --defined changes the definition after the device" {
	callout one "$(versioned '"start", "modify", "define"' '"live", "pre", "post"'); [ \$event != live ] || cp $ETC/mtty/$U1 $HERE/then"
	notifier two
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"
	cp "$ETC/mtty/$U1" "$HERE/old"
	definition mtty-1 >"$HERE/new"
	: >"$LOG"

	run mdevadm modify -u "$U1" -p mtty --defined --live --jsonfile "$HERE/new"

	expect_status 0
	expect_calls "one live modify none
one pre modify none
one post modify success
two notify modify success"
	cmp "$HERE/then" "$HERE/old"
	cmp "$ETC/mtty/$U1" "$HERE/new"
}

@test "a live change that fails leaves the definition, also with --force" {
	callout one "$(versioned '"start", "modify", "define"' '"live", "pre"'); [ \$event != live ] || exit 1"
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"
	cp "$ETC/mtty/$U1" "$HERE/old"
	definition mtty-1 >"$HERE/new"

	local force
	for force in "" --force; do
		run mdevadm modify -u "$U1" -p mtty --defined --live --jsonfile "$HERE/new" $force
		expect_status 8
		expect_contains "callout '$CALLOUTS/one' refuses (event 'live', exit status 1)"
		cmp "$ETC/mtty/$U1" "$HERE/old"
	done
}

@test "a live change never changes the type or the parent, and needs a device that runs" {
	callout one "$(versioned '"start", "modify"' '"pre", "live"')"
	definition mtty-2 >"$HERE/new"

	run mdevadm modify -u "$U1" -p mtty --live --jsonfile "$HERE/new"
	expect_status 3
	expect_line 0 "mdevadm: cannot modify $U1: no device $U1 runs"

	mdevadm start -u "$U1" -p mtty -t mtty-1
	run mdevadm modify -u "$U1" -p mtty --live --jsonfile "$HERE/new"
	expect_status 10
	expect_line 0 "mdevadm: cannot modify $U1: the device runs with type 'mtty-1', not 'mtty-2'"
	run mdevadm modify -u "$U1" -p other --live --jsonfile "$HERE/new"
	expect_status 10
	expect_line 0 "mdevadm: cannot modify $U1: the device runs on parent 'mtty', not 'other'"
	not grep live "$LOG"
}
