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
		eval "$wrong"
		: >"$LOG"

		run mdevadm start -u "$U1"

		expect_status 8
		expect_contains "a script is not run: '$what'"
		[ ! -s "$LOG" ]
		not runs "$U1"
		eval "$right"
	done <<END
$CALLOUTS/one|chmod 775 $CALLOUTS/one|chmod 755 $CALLOUTS/one
$CALLOUTS/one|chmod 757 $CALLOUTS/one|chmod 755 $CALLOUTS/one
$CALLOUTS/one|chown 12345 $CALLOUTS/one|chown 0 $CALLOUTS/one
$CALLOUTS/one|chown 12345 $CALLOUTS/one; chmod 644 $CALLOUTS/one|chown 0 $CALLOUTS/one; chmod 755 $CALLOUTS/one
$CALLOUTS|chmod 777 $CALLOUTS|chmod 755 $CALLOUTS
$CALLOUTS|chmod 1777 $CALLOUTS|chmod 755 $CALLOUTS
$CALLOUTS|chown 12345 $CALLOUTS|chown 0 $CALLOUTS
$LIB/scripts.d|chown 12345 $LIB/scripts.d|chown 0 $LIB/scripts.d
$LIB|chmod 775 $LIB|chmod 755 $LIB
${LIB%/*}|chown 12345 ${LIB%/*}|chown 0 ${LIB%/*}
${LIB%/*/*}|chmod 777 ${LIB%/*/*}|chmod 755 ${LIB%/*/*}
$MDEVADM_ROOT|chown 12345 $MDEVADM_ROOT|chown 0 $MDEVADM_ROOT
END
	run mdevadm start -u "$U1"
	expect_status 0
}

@test "as root, a link to a script that others can put another one in the place of is not followed" {
	[ "$(id -u)" = 0 ] || skip "not root"
	local wrong right what
	mkdir -p "$HERE/top/middle/elsewhere"
	ln -s middle "$HERE/top/link"
	write_script "$HERE/top/middle/elsewhere" one ""
	ln -s "$HERE/top/link/elsewhere/one" "$CALLOUTS/one"
	while IFS='|' read -r what wrong right; do
		$wrong
		: >"$LOG"

		run mdevadm start -u "$U1"

		expect_status 8
		expect_contains "a script is not run: '$what'"
		expect_contains "hint: put it where nobody but root can change it or a directory above it"
		[ ! -s "$LOG" ]
		$right
	done <<END
$HERE/top/middle/elsewhere/one|chmod 775 $HERE/top/middle/elsewhere/one|chmod 755 $HERE/top/middle/elsewhere/one
$HERE/top/middle/elsewhere|chmod 777 $HERE/top/middle/elsewhere|chmod 755 $HERE/top/middle/elsewhere
$HERE/top/middle|chown 12345 $HERE/top/middle|chown 0 $HERE/top/middle
$HERE/top|setfacl -m u:12345:rwx $HERE/top|setfacl -b $HERE/top
$HERE/top|chown 12345 $HERE/top|chown 0 $HERE/top
END
	run mdevadm start -u "$U1"
	expect_status 0
	expect_calls "one pre start none
one post start success"
}

@test "as root, a script in a sticky directory that others can write to is run: theirs alone they can move" {
	[ "$(id -u)" = 0 ] || skip "not root"
	mkdir -m 1775 "$HERE/store"
	chgrp 30000 "$HERE/store"
	write_script "$HERE/store" one ""
	ln -s "$HERE/store/one" "$CALLOUTS/one"

	run mdevadm start -u "$U1"

	expect_status 0
	expect_calls "one pre start none
one post start success"
	chown 12345 "$HERE/store/one"
	run mdevadm stop -u "$U1"
	expect_status 8
	expect_contains "'$HERE/store/one' belongs to user 12345, not to root"
}

# Whoever can replace it could choose what root runs, also among what is root's.
@test "as root, a link that others can replace is not followed, wherever it leads" {
	[ "$(id -u)" = 0 ] || skip "not root"
	local place
	mkdir "$HERE/good" "$HERE/his"
	mkdir -m 1777 "$HERE/shared"
	write_script "$HERE/good" one ""
	chown 12345 "$HERE/his"
	for place in his shared; do
		ln -s "$HERE/good/one" "$HERE/$place/link"
		chown -h 12345 "$HERE/$place/link"
		ln -sfn "$HERE/$place/link" "$CALLOUTS/one"

		run mdevadm start -u "$U1"

		expect_status 8
		expect_contains "belongs to user 12345, not to root"
		expect_contains "'$HERE/$place"
		expect_calls ""
	done

	chown -h 0 "$HERE/shared/link"
	run mdevadm start -u "$U1"
	expect_status 0
}

@test "as root, the deprecated directory and notifiers are judged up to the root as well" {
	[ "$(id -u)" = 0 ] || skip "not root"
	etc_callout one
	chown 12345 "${ETC%/*}"
	run mdevadm start -u "$U1"
	expect_status 8
	expect_contains "a script is not run: '${ETC%/*}' belongs to user 12345, not to root"
	rm "$ETC/scripts.d/callouts/one"

	notifier two
	chown 12345 "${LIB%/*}"
	run mdevadm start -u "$U1"
	expect_status 0
	expect_contains "warning: a script is not run: '${LIB%/*}' belongs to user 12345, not to root"
	expect_calls ""
}

@test "as root, a script that others can have taken away is a veto that is lost, and refused" {
	[ "$(id -u)" = 0 ] || skip "not root"
	mkdir "$HERE/his"
	ln -s "$HERE/his/gone" "$CALLOUTS/one"
	run mdevadm start -u "$U1"
	expect_status 0
	expect_contains "warning: a script is left out: cannot look at '$CALLOUTS/one': ENOENT"
	mdevadm stop -u "$U1"

	chown 12345 "$HERE/his"
	run mdevadm start -u "$U1"

	expect_status 8
	expect_contains "a script is not run: '$HERE/his' belongs to user 12345, not to root"
}

@test "as root, a way to a script that cannot be looked at is not trusted" {
	needs_sim "a failed look"
	[ "$(id -u)" = 0 ] || skip "not root"
	command -v strace >/dev/null || skip "no strace"
	callout one

	ASAN_OPTIONS=detect_leaks=0 run strace -qqq -f -P "$LIB" -e trace=lstat,newfstatat -e inject=lstat,newfstatat:error=EIO "$MDEVADM" start -u "$U1"

	expect_status 8
	expect_contains "a script is not run: cannot look at '$LIB': EIO"
	not runs "$U1"
}

@test "what is put in the place of a script after the look is not run" {
	[ "$(id -u)" = 0 ] || skip "not root"
	mkdir -p "$HERE/a" "$HERE/b"
	write_script "$HERE/a" one "ln -sfn '$HERE/b' '$HERE/link'"
	write_script "$HERE/b" one 'echo swapped >>"$HERE/swapped"'
	ln -s a "$HERE/link"
	ln -s "$HERE/link/one" "$CALLOUTS/one"

	run mdevadm start -u "$U1"

	expect_status 0
	expect_calls "one pre start none
one post start success"
	[ ! -e "$HERE/swapped" ]
}

@test "a user who swaps directories all the time never gets a script of his run" {
	needs_sim "a loop of starts"
	[ "$(id -u)" = 0 ] || skip "not root"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$HERE"
	mkdir -p "$HERE/his/good" "$HERE/his/evil"
	write_script "$HERE/his/good" one 'exit 2'
	write_script "$HERE/his/evil" one 'touch "$HERE/evil"'
	chown 12345 "$HERE/his" "$HERE/his/evil"
	ln -s "$HERE/his/good/one" "$CALLOUTS/one"
	setpriv --reuid=12345 --clear-groups bash -c 'cd "$0" && while :; do
		mv good old && mv evil good; mv good evil && mv old good; done' "$HERE/his" 2>/dev/null 3>&- &
	ends_with_test $!
	: >"$HERE/runs"

	while [ "$(wc -l <"$HERE/runs")" -lt 10 ]; do
		run mdevadm define -p mtty -t mtty-1
		echo "$status" >>"$HERE/runs"
		expect_status 8
	done

	[ ! -e "$HERE/evil" ]
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

@test "a set-user-ID program believes none of its caller's variables" {
	needs_sim "another root"
	[ "$(id -u)" = 0 ] || skip "not root"
	! findmnt -no OPTIONS -T "$HERE" | grep -q nosuid || skip "set-user-ID programs are not allowed here"
	export ASAN_OPTIONS=detect_leaks=0
	define_raw mtty "$U2" '{"mdev_type":"mtty-1"}'
	callout one
	local bin=$HERE/mdevadm
	cp "$MDEVADM" "$bin"
	chmod 4755 "$bin"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$HERE"

	run setpriv --reuid=12345 --clear-groups env MDEVCTL_ENV_ROOT="$MDEVADM_ROOT" MDEVADM_BASE_ETC="$MDEVADM_ROOT/etc" \
		MDEVADM_LOCK_TIMEOUT=nonsense MDEVADM_LOG=debug MDEVADM_KERNEL_RELEASE=4.0 "$bin" list -d

	expect_status 0
	[[ "$output" != *"$U2 mtty"* ]]
	[[ "$output" != *debug* ]]
}
