#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Bodies of scripts are for the shell that runs them, not for this one.
# shellcheck disable=SC2016,SC2030,SC2031
# Scripts that root had better not run.

load lib/common
load lib/scripts

setup() {
	common_setup
	set_script_paths
	mdevadm define -u "$U1" -p mtty -t mtty-1
	: >"$LOG"
}

# As root, what others can write to; each line makes it so and puts it right again.
@test "as root, a script that others can write to is not run, and the operation refused" {
	[ "$(id -u)" = 0 ] || skip "not root"
	local wrong right what
	callout one
	while IFS='|' read -r what wrong right; do
		$wrong
		: >"$LOG"

		run mdevadm start -u "$U1"

		expect_status 8
		expect_contains "a script is not run: '$what'"
		[ ! -s "$LOG" ]
		not runs "$U1"
		$right
	done <<END
$CALLOUTS/one|chmod 775 $CALLOUTS/one|chmod 755 $CALLOUTS/one
$CALLOUTS/one|chmod 757 $CALLOUTS/one|chmod 755 $CALLOUTS/one
$CALLOUTS/one|chown 12345 $CALLOUTS/one|chown 0 $CALLOUTS/one
$CALLOUTS|chmod 777 $CALLOUTS|chmod 755 $CALLOUTS
$CALLOUTS|chmod 1777 $CALLOUTS|chmod 755 $CALLOUTS
$LIB/scripts.d|chown 12345 $LIB/scripts.d|chown 0 $LIB/scripts.d
$LIB|chmod 775 $LIB|chmod 755 $LIB
END
	run mdevadm start -u "$U1"
	expect_status 0
}

@test "as root, a link to a script that others can write to is not followed" {
	[ "$(id -u)" = 0 ] || skip "not root"
	mkdir "$HERE/elsewhere"
	write_script "$HERE/elsewhere" one ""
	ln -s "$HERE/elsewhere/one" "$CALLOUTS/one"
	chmod 777 "$HERE/elsewhere"

	run mdevadm start -u "$U1"
	expect_status 8
	expect_contains "'$HERE/elsewhere' can be written by others than root (mode 0777)"

	chmod 755 "$HERE/elsewhere"
	run mdevadm start -u "$U1"
	expect_status 0
}

@test "--force goes on without a script that is not trusted, and runs the others" {
	[ "$(id -u)" = 0 ] || skip "not root"
	callout one 'exit 1'
	callout two
	chmod 777 "$CALLOUTS/one"

	run mdevadm start -u "$U1" --force

	expect_status 0
	expect_line 0 "mdevadm: warning: a script is not run: '$CALLOUTS/one' can be written by others than root (mode 0777)"
	expect_calls "two pre start none
two post start success"
}

@test "a notifier that is not trusted is not run, and nothing is refused" {
	[ "$(id -u)" = 0 ] || skip "not root"
	notifier one
	chmod 777 "$NOTIFIERS/one"

	run mdevadm start -u "$U1"

	expect_status 0
	expect_line 0 "mdevadm: warning: a script is not run: '$NOTIFIERS/one' can be written by others than root (mode 0777)"
	expect_calls ""
}

@test "a list warns once of a script that is not trusted" {
	[ "$(id -u)" = 0 ] || skip "not root"
	callout one '[ "$action" != attributes ] || echo "[{\"a\": \"1\"}]"'
	mdevadm start -u "$U1"
	mdevadm start -p mtty -t mtty-1
	chmod 777 "$CALLOUTS/one"

	run mdevadm list -v

	expect_status 0
	[ "$(grep -c warning <<<"$output")" = 1 ]
	[[ "$output" != *Attrs* ]]
}

@test "without root, a script of the caller's own is run" {
	needs_sim "a root directory of its own"
	[ "$(id -u)" != 0 ] || skip "root"
	callout one
	chmod 777 "$CALLOUTS/one"

	run mdevadm start -u "$U1"

	expect_status 0
	expect_calls "one pre start none
one post start success"
}
