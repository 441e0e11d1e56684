#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What outlives a power cut: the order in which a change reaches the disk, and what a failure says.
# shellcheck disable=SC2030,SC2031,SC2154

load lib/common
load lib/life

setup() {
	common_setup
	needs strace
	export ASAN_OPTIONS=detect_leaks=0
	TRACE=$BATS_TEST_TMPDIR/trace
}

# steps ARGUMENT...: what mdevadm does to the disk, a line each: "fsync FILE", "rename FROM TO",
# "unlink NAME", "mkdir NAME", relative to $MDEVADM_ROOT.
steps() {
	strace -f -y -o "$TRACE" -e trace=fsync,fdatasync,rename,renameat,renameat2,unlinkat,mkdirat \
		"$MDEVADM" "$@" >/dev/null 2>&1 || return
	sed -En -e "s,$MDEVADM_ROOT/,,g" -e 's/^[0-9]+ +//' -e '/= -1/d' -e '/<run[\/>]/d' \
		-e 's/^f(data)?sync\([0-9]+<([^>]*)>\).*/fsync \2/p' \
		-e 's/^renameat2?\([0-9]+<([^>]*)>, "([^"]*)", [0-9]+<([^>]*)>, "([^"]*)".*/rename \1\/\2 \3\/\4/p' \
		-e 's/^(unlink|mkdir)at\([0-9]+<([^>]*)>, "([^"]*)".*/\1 \2\/\3/p' "$TRACE"
}

expect_steps() {
	local expected=$1

	shift
	output=$(steps "$@")
	[ "$output" = "$expected" ] || fail_with "the steps of '$*' are not:
$expected"
}

D=etc/mdevctl.d

@test "a definition reaches the disk before its name does, and that before success" {
	expect_steps "mkdir $D/mtty
fsync $D
fsync $D/.$U1.new
rename $D/.$U1.new $D/mtty/$U1
fsync $D/mtty
fsync $D" define -u "$U1" -p mtty -t mtty-1

	expect_steps "fsync $D/.$U2.new
rename $D/.$U2.new $D/mtty/$U2
fsync $D/mtty
fsync $D" define -u "$U2" -p mtty -t mtty-1
}

@test "a changed definition reaches the disk before it takes the old one's place" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	local replaced="fsync $D/.$U1.new
rename $D/.$U1.new $D/mtty/$U1
fsync $D/mtty
fsync $D"

	expect_steps "$replaced" modify -u "$U1" --auto
	definition mtty-1 >"$BATS_TEST_TMPDIR/json"
	expect_steps "$replaced" modify -u "$U1" -p mtty --jsonfile "$BATS_TEST_TMPDIR/json"
}

@test "an undefine reaches the disk before success" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_steps "unlink $D/mtty/$U1
fsync $D/mtty" undefine -u "$U1"
}

@test "the first definition of all has its directories on the disk" {
	rmdir "$ETC"

	expect_steps "mkdir etc/mdevctl.d
fsync etc
mkdir $D/mtty
fsync $D
fsync $D/.$U1.new
rename $D/.$U1.new $D/mtty/$U1
fsync $D/mtty
fsync $D" define -u "$U1" -p mtty -t mtty-1
}

@test "locks and records, which end with the machine, are never synced" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	for command in "start -u $U1" "stop -u $U1" "hold mtty --reason x" "resume mtty" "start -u $U2 -p mtty -t mtty-1" "drain mtty" "resume mtty"; do
		# shellcheck disable=SC2086
		strace -f -o "$TRACE" -e trace=fsync,fdatasync,syncfs,sync "$MDEVADM" $command
		! grep -q sync "$TRACE" || fail_with "$command: $(cat "$TRACE")"
	done
}

# with_failing_sync N ERRNO ARGUMENT...: the Nth fsync fails. Fails if there is no Nth.
with_failing_sync() {
	local n=$1 errnum=$2

	shift 2
	run strace -f -o "$TRACE" -e trace=fsync -e "inject=fsync:error=$errnum:when=$n" "$MDEVADM" "$@"
	grep -q INJECTED "$TRACE"
}

no_temporary_file() { [ -z "$(find "$ETC" -name '.*.new')" ] || fail_with "a temporary file is left"; }

# took_effect: the last `run` failed, and says that the change is there.
took_effect() {
	expect_status 1
	[[ "${lines[0]}" == *": the change took effect, but may not outlive a power cut: cannot sync '"* ]] ||
		fail_with "it does not say that it took effect"
	expect_line 1 "hint: 'journalctl -k' tells of the disk; 'sync' tries again"
}
has_no_effect() {
	[ "$status" -ne 0 ] || fail_with "success"
	[[ "$output" != *"took effect"* ]] || fail_with "it took no effect"
}

@test "each fsync of define that fails is an error, which says whether it took effect" {
	local n=0 with=0 without=0

	while n=$((n + 1)) && with_failing_sync $n EIO define -u "$U1" -p mtty -t mtty-1; do
		no_temporary_file
		if [ -e "$ETC/mtty/$U1" ]; then
			took_effect
			expect_contains "cannot define $U1: "
			with=$((with + 1))
		else
			has_no_effect
			lacks "$ETC/mtty"
			without=$((without + 1))
		fi
		rm -rf "$ETC/mtty"
	done
	expect_status 0
	[ "$without $with" = "2 2" ]
}

@test "each fsync of modify that fails is an error, which says whether it took effect" {
	local n=0 with=0 without=0

	mdevadm define -u "$U1" -p mtty -t mtty-1
	while n=$((n + 1)) && with_failing_sync $n ENOSPC modify -u "$U1" --auto; do
		no_temporary_file
		if [ "$(mdevadm list -d)" = "$U1 mtty mtty-1 auto" ]; then
			took_effect
			with=$((with + 1))
		else
			[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 manual" ]
			has_no_effect
			without=$((without + 1))
		fi
		mdevadm modify -u "$U1" --manual
	done
	expect_status 0
	[ "$without $with" = "1 2" ]
}

@test "an fsync of undefine that fails is an error, which says that it took effect" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	with_failing_sync 1 EIO undefine -u "$U1"

	took_effect
	lacks "$ETC/mtty/$U1"
}

@test "an undefine on two parents of which all went, but one not for good, says so" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U1" -p other -t t

	with_failing_sync 1 EIO undefine -u "$U1"

	expect_status 9
	expect_contains "the change took effect"
	expect_contains "0 of 2 definitions are still there"
	[ -z "$(mdevadm list -d)" ]
}

@test "a UUID that define made is named when only the last step failed" {
	with_failing_sync 3 EIO define -p mtty -t mtty-1

	took_effect
	uuid=$(ls "$ETC/mtty")
	[[ "${lines[0]}" == "mdevadm: cannot define $uuid: "* ]] || fail_with "it is not"
}

@test "scripts are told that a change was made when only its last step failed" {
	load lib/scripts
	set_script_paths
	callout one
	mdevadm define -u "$U1" -p mtty -t mtty-1
	: >"$LOG"

	with_failing_sync 2 EIO modify -u "$U1" --auto

	took_effect
	expect_calls "one pre modify none
one post modify success"
}

@test "a rename to the canonical spelling that does not reach the disk is an error, and loses nothing" {
	define_raw mtty "{$U1}" "$(definition mtty-1)"

	with_failing_sync 1 EIO modify -u "$U1" --auto

	has_no_effect
	[ "$(mdevadm list -d 2>/dev/null)" = "$U1 mtty mtty-1 manual" ]
}

# --- what comes between ---

# stopped_at_sync [STRACE OPTION...] -- ARGUMENT...: mdevadm in the background, which stands still
# after its first fsync: the new file is written, and not yet in its place.
stopped_at_sync() {
	local options=()

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	rm -f "$TRACE"
	(
		exec >"$BATS_TEST_TMPDIR/output.$BASHPID" 2>&1 3>&-
		exec strace -o "$TRACE" -e trace=fsync,renameat2 -e inject=fsync:signal=SIGSTOP:when=1 "${options[@]}" "$MDEVADM" "$@"
	) &
	BEGUN=$!
	ends_with_test "$BEGUN"
	wait_until grep -qs -e '^--- stopped by SIGSTOP' -e '^+++' "$TRACE"
	STOPPED=$(pgrep -P "$BEGUN") || fail_with "it ended before"
}

@test "a define replaces nothing that another program defined meanwhile, on any file system" {
	for options in "" "-e inject=renameat2:error=EINVAL" "-e inject=renameat2:error=ENOSYS"; do
		mkdir -p "$ETC/mtty"
		rm -f "$ETC/mtty/$U1"
		# shellcheck disable=SC2086
		stopped_at_sync $options -- define -u "$U1" -p mtty -t mtty-1
		definition mtty-2 >"$ETC/mtty/$U1"
		go_on "$STOPPED"

		finish "$BEGUN"

		expect_status 4
		[ "$(cat "$ETC/mtty/$U1")" = "$(definition mtty-2)" ]
		no_temporary_file
	done
}

@test "a define works where the file system knows no flags of rename" {
	strace -f -o "$TRACE" -e trace=renameat2 -e inject=renameat2:error=EINVAL "$MDEVADM" define -u "$U1" -p mtty -t mtty-1

	grep -q INJECTED "$TRACE"
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 manual" ]
}

@test "a define whose directory another run takes away meanwhile makes it again" {
	mkdir -p "$ETC/mtty"
	stopped_at_sync -- define -u "$U1" -p mtty -t mtty-1
	rmdir "$ETC/mtty"
	go_on "$STOPPED"

	finish "$BEGUN"

	expect_status 0
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 manual" ]
}

@test "an undefine that dies half way leaves the definition that counts" {
	for counts in "$U1" "${U1^^}x"; do
		rm -rf "$ETC/mtty"
		define_raw mtty "{$U1}" "$(definition mtty-2)"
		define_raw mtty "${U1//-/}" "$(definition mtty-3)"
		if [ "$counts" = "$U1" ]; then
			define_raw mtty "$U1" "$(definition mtty-1)"
		fi
		before=$(mdevadm list -d 2>/dev/null)

		killed_at unlinkat 2 undefine -u "$U1"

		[ "$(mdevadm list -d 2>/dev/null)" = "$before" ] || fail_with "it was $before"
	done
}

@test "a definition that vanishes while it is listed is no fault" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U2" -p mtty -t mtty-1

	# The first openat in that directory is the list's own.
	run strace -o "$TRACE" -P "$ETC/mtty" -e trace=openat -e inject=openat:error=ENOENT:when=2 "$MDEVADM" list -d --strict

	expect_status 0
	grep -q "$U1.*INJECTED" "$TRACE"
	expect_output "$U2 mtty mtty-1 manual"
}

@test "a parent whose definitions cannot be read makes a batch end with 9" {
	mdevadm define -u "$U1" -p mtty -t mtty-1 --auto
	define_raw other "$U2" "$(definition t)"

	run strace -f -o "$TRACE" -P "$ETC/other" -e trace=openat -e inject=openat:error=EIO:when=1 "$MDEVADM" start --all

	expect_status 9
	grep -q INJECTED "$TRACE"
	expect_contains "'$ETC/other/.': EIO (Input/output error)"
	runs "$U1"
}
