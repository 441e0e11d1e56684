#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031
# scripts/demo, in a tree of its own whose build is there already: the one that is tested.

load lib/common

SOURCE=$BATS_TEST_DIRNAME/../..
P=0000:06:00.0

setup() {
	unset MDEVADM_ROOT MANPATH
	TREE=$BATS_TEST_TMPDIR/tree BIN=$BATS_TEST_TMPDIR/bin
	export TMPDIR=$BATS_TEST_TMPDIR/tmp HOME=$BATS_TEST_TMPDIR/home PATH=$BIN:$PATH
	mkdir -p "$TREE"/{scripts,tests/sim,build,man,completions} "$BIN" "$TMPDIR" "$HOME"
	ln -s "$(realpath "$SOURCE")"/scripts/{demo,packages.bash} "$TREE/scripts/"
	ln -s "$(realpath "$DESCRIPTIONS")" "$TREE/tests/sim/descriptions"
	ln -s "$(realpath "$SOURCE/man/mdevadm.8")" "$TREE/man/"
	echo '.so man8/mdevadm.8' >"$TREE/man/mdevctl.8"
	ln -s "$(realpath "$MDEVADM_BUILD")" "$TREE/build/fast"
	# Nothing is built here.
	program "$BIN/cmake" <<-'END'
		echo "$*" >>"$BATS_TEST_TMPDIR/cmake-calls"
	END
}

teardown() {
	# One that was stopped.
	[ -z "${SIMULATOR:-}" ] || kill -CONT "$SIMULATOR" 2>/dev/null || true
	common_teardown
}

# program FILE: what follows is run by that name.
program() {
	{
		echo '#!/bin/sh'
		cat
	} >"$1"
	chmod +x "$1"
}

# demo_with_shell: its shell does what follows.
demo_with_shell() {
	program "$BIN/scripted"
	SHELL=$BIN/scripted "$TREE/scripts/demo" --shell
}

# In a terminal: bash reads what `types` writes. $DEMO is its process, $TERMINAL that of the terminal.
begin_demo() {
	mkfifo "$BATS_TEST_TMPDIR/keys"
	exec 8<>"$BATS_TEST_TMPDIR/keys"
	SHELL=$(command -v bash) script -qfc "exec '$TREE/scripts/demo' --shell" "$BATS_TEST_TMPDIR/screen" \
		<&8 >/dev/null 2>&1 3>&- &
	TERMINAL=$!
	ends_with_test "$TERMINAL"
	wait_until is_on_screen 'To begin with'
	DEMO=$(pgrep -P "$TERMINAL")
	ends_with_test "$DEMO"
}
types() { printf '%s\n' "$1" >&8; }
is_on_screen() { grep -qsF -e "$1" "$BATS_TEST_TMPDIR/screen"; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }
# Seen on the screen is the line before it: the shell may still be on its way.
sleeps() { pgrep -s "$DEMO" -x sleep >/dev/null; }
# The shell has asked N times what to do: a key that is pressed before may be taken for another's.
has_asked() { # N
	[ "$(grep -oF '(simulator) ' "$BATS_TEST_TMPDIR/screen" | wc -l)" -ge "$1" ]
}

is_nothing_left() {
	[ -z "$(ls -A "$TMPDIR")" ] && not_mounted && ! pgrep -f "mdevsim .*$TMPDIR/" >/dev/null
}
not_mounted() { ! grep -qF "$TMPDIR/" /proc/self/mountinfo; }

@test "the demo shows the main job, and who uses a device, and leaves nothing" {
	run "$TREE/scripts/demo"

	expect_status 0
	[[ "$output" == *"nothing was changed: 6f1c9d0a-"*" is in use by pid "*" (qemu-system-x86)"* ]]
	expect_contains "Go on playing: scripts/demo --shell"
	is_nothing_left
}

@test "in the demo's shell, mdevadm, mdevctl and lsmdev are the simulated machine's" {
	program "$BIN/mdevctl" <<<'echo "the host is changed"'

	run demo_with_shell <<-END
		mdevctl start -u $U1 -p $P -t nvidia-36
		lsmdev
		mdevadm list
		cat "\$MDEVADM_ROOT/sys/class/mdev_bus/$P/mdev_supported_types/nvidia-36/available_instances"
	END

	expect_status 0
	[ "${output#*lsmdev work here}" != "$output" ]
	[[ "$output" == *"
$U1 $P nvidia-36 manual
$U1 $P nvidia-36 manual
31" ]] || fail_with "that is not the simulated machine's"
	is_nothing_left
}

@test "what the demo's shell says to begin with works" {
	run demo_with_shell <<<true
	grep '^  mdev' <<<"$output" >"$BATS_TEST_TMPDIR/commands"

	run demo_with_shell <<<"set -ex; . '$BATS_TEST_TMPDIR/commands'; echo all three worked"

	[ "$(wc -l <"$BATS_TEST_TMPDIR/commands")" = 3 ]
	expect_contains "all three worked"
	expect_contains "
nothing runs on it now"
}

@test "in the demo's shell, man finds the tree's pages, and others as before" {
	mkdir -p "$BATS_TEST_TMPDIR/others/man1"
	printf '.TH X 1\n.SH NAME\nx - another one\n' >"$BATS_TEST_TMPDIR/others/man1/another.1"

	MANPATH=$BATS_TEST_TMPDIR/others run demo_with_shell <<-'END'
		man -w mdevadm another
		man mdevadm | col -b | head -n 5
		man mdevctl | grep -c drain
	END

	expect_contains "$(realpath "$SOURCE/man/mdevadm.8")
$BATS_TEST_TMPDIR/others/man1/another.1
MDEVADM(8)"
	[ "${lines[-1]}" -gt 0 ]
}

@test "the demo's shell begins where the user was" {
	cd "$HOME"

	run demo_with_shell <<<pwd

	[ "${lines[-1]}" = "$HOME" ]
}

@test "the demo's prompt says what it is, whatever the user's settings do" {
	cat >"$HOME/.bashrc" <<-'END'
		PATH=/usr/bin:/bin
		alias mdevctl=false
		PROMPT_COMMAND='PS1="anew> "'
		mine() { echo "my own function"; }
	END

	begin_demo
	types "mine; mdevctl types -p $P | head -n 1; type -t mdevctl"
	types exit

	wait_until is_gone "$DEMO"
	run cat "$BATS_TEST_TMPDIR/screen"
	expect_contains "(simulator) anew> "
	expect_contains "my own function"
	expect_contains "
$P"
	expect_contains "
file"
	is_nothing_left
}

@test "a user without settings has the demo's prompt, too" {
	begin_demo
	types exit

	wait_until is_gone "$DEMO"
	is_on_screen "(simulator) "
}

@test "the demo's shell completes if the tree has completions" {
	echo 'complete -W "one two" mdevadm' >"$TREE/completions/mdevadm.bash"

	begin_demo
	types 'complete -p mdevadm; exit'

	wait_until is_gone "$DEMO"
	is_on_screen "complete -W 'one two' mdevadm"
}

@test "an interrupt ends what runs in the demo's shell, not the demo" {
	begin_demo
	wait_until has_asked 1
	types 'sleep 100; echo status $?'
	wait_until sleeps
	asked=$(grep -oF '(simulator) ' "$BATS_TEST_TMPDIR/screen" | wc -l)

	printf '\003' >&8
	wait_until has_asked $((asked + 1))
	types 'echo still he''re; exit'

	wait_until is_gone "$DEMO"
	is_on_screen $'\nstill here'
	is_nothing_left
}

# bash does not end by SIGTERM when it is interactive.
ended_by() { # SIGNAL
	begin_demo
	types 'sleep 100'
	wait_until sleeps

	kill "-$1" "$DEMO"

	wait_until is_gone "$DEMO"
	is_nothing_left
}
@test "a demo with a shell that is terminated leaves nothing" { ended_by TERM; }
@test "a demo with a shell that is hung up leaves nothing" { ended_by HUP; }

@test "a demo whose terminal is closed leaves nothing" {
	begin_demo
	types 'sleep 100'
	wait_until sleeps

	kill -KILL "$TERMINAL"

	wait_until is_gone "$DEMO"
	is_nothing_left
}

@test "a shell that does not want to end is ended with the demo" {
	program "$BIN/scripted" <<-'END'
		trap '' HUP TERM
		echo begun
		while :; do sleep 0.1; done
	END
	SHELL=$BIN/scripted "$TREE/scripts/demo" --shell >"$BATS_TEST_TMPDIR/screen" 2>&1 3>&- &
	DEMO=$!
	ends_with_test "$DEMO"
	wait_until is_on_screen begun

	kill "$DEMO"

	wait_until is_gone "$DEMO"
	is_nothing_left
	run ! pgrep -f "$BIN/scripted"
}

@test "what was started in the demo's shell and still runs is told of" {
	run demo_with_shell <<-END
		sleep 100 >/dev/null 2>&1 3>&- &
		echo \$! >'$BATS_TEST_TMPDIR/pid'
	END
	ends_with_test "$(cat "$BATS_TEST_TMPDIR/pid")"

	[ "${lines[-1]}" = "pid $(cat "$BATS_TEST_TMPDIR/pid") (sleep), which was started here, still runs" ]
	is_nothing_left
}

@test "a demo whose simulator does not end says what is left" {
	run demo_with_shell <<-'END'
		pgrep -f "mdevsim .*$MDEVADM_ROOT" >"$BATS_TEST_TMPDIR/simulator"
		kill -STOP "$(cat "$BATS_TEST_TMPDIR/simulator")"
	END
	SIMULATOR=$(cat "$BATS_TEST_TMPDIR/simulator")

	root=$(echo "$TMPDIR"/mdevadm-demo.*)
	[ "${lines[-1]}" = "the simulator's mount is left: as root, 'umount -l $root/sys && rm -r $root'" ]
	kill -CONT "$SIMULATOR"
	wait_until not_mounted
}

@test "a demo configures no build that is there, and does not say that it builds" {
	run demo_with_shell <<<true

	[[ "$output" != *building* ]]
	[ "$(cat "$BATS_TEST_TMPDIR/cmake-calls")" = "--build build/fast --target mdevadm mdevsim" ]
}

@test "the first demo configures its build" {
	rm "$TREE/build/fast"
	program "$BIN/cmake" <<-END
		echo "\$*" >>"$BATS_TEST_TMPDIR/cmake-calls"
		ln -sfn "$(realpath "$MDEVADM_BUILD")" build/fast
	END

	run demo_with_shell <<<true

	expect_contains "building (log: "
	[ "$(cat "$BATS_TEST_TMPDIR/cmake-calls")" = "--preset fast
--build build/fast --target mdevadm mdevsim" ]
}

@test "a demo whose build fails shows the log" {
	program "$BIN/cmake" <<<'echo "what the compiler said"; exit 1'

	run "$TREE/scripts/demo"

	expect_status 1
	expect_output "what the compiler said"
	is_nothing_left
}

@test "a demo with another argument says how it is used" {
	run "$TREE/scripts/demo" --shel

	expect_status 2
	expect_output "usage: scripts/demo [--shell]"
	is_nothing_left
}
