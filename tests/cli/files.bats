#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the tool does to files, and what it leaves alone.
# shellcheck disable=SC2030,SC2031,SC2154

load lib/common
load lib/life

# Everything below the directories, with inode, mode, owner, times of change and content.
listing() {
	find "$@" -printf '%p %i %y %m %U %G %s %T@ %C@ %l\n' 2>/dev/null | sort
	find "$@" -type f -exec cksum {} + 2>/dev/null | sort
}

mode_of() { stat -c %a "$1"; }

# --- what is written ---

@test "a new definition is for all to read, whatever the umask" {
	for mask in 000 022 077 777; do
		rm -rf "$ETC/mtty"
		(
			umask $mask
			mdevadm define -u "$U1" -p mtty -t mtty-1
		)
		[ "$(mode_of "$ETC/mtty/$U1")" = 644 ]
		[ "$(mode_of "$ETC/mtty")" = 755 ]
	done
}

@test "the mode of what is replaced is kept" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	for mode in 600 640 444 664; do
		chmod $mode "$ETC/mtty/$U1"
		mdevadm modify -u "$U1" --auto
		[ "$(mode_of "$ETC/mtty/$U1")" = $mode ]
	done
}

@test "the owner of what is replaced is kept" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	chown 12345:54321 "$ETC/mtty/$U1"

	mdevadm modify -u "$U1" --auto

	[ "$(stat -c %u:%g "$ETC/mtty/$U1")" = 12345:54321 ]
	[ "$(mode_of "$ETC/mtty/$U1")" = 644 ]
}

@test "mode and owner are kept when another spelling is replaced" {
	define_raw mtty "{$U1}" "$(definition mtty-1)"
	chmod 640 "$ETC/mtty/{$U1}"
	chown 12345:54321 "$ETC/mtty/{$U1}"

	mdevadm modify -u "$U1" --auto

	[ "$(stat -c %u:%g:%a "$ETC/mtty/$U1")" = 12345:54321:640 ]
}

@test "mode and owner are kept when all of it is replaced" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	chmod 600 "$ETC/mtty/$U1"
	chown 12345:54321 "$ETC/mtty/$U1"

	mdevadm modify -u "$U1" -p mtty --jsonfile <(definition mtty-2)

	[ "$(stat -c %u:%g:%a "$ETC/mtty/$U1")" = 12345:54321:600 ]
}

# needs_xattrs COMMAND...: it works below $ETC.
needs_xattrs() { "$@" 2>/dev/null || skip "no extended attributes here, or not for this user"; }

@test "access control lists and all extended attributes of what is replaced are kept" {
	needs setfacl
	needs setfattr
	mdevadm define -u "$U1" -p mtty -t mtty-1
	chown 0:54321 "$ETC/mtty/$U1"
	chmod 600 "$ETC/mtty/$U1"
	needs_xattrs setfacl -m u:12345:rw,g::---,g:23456:r "$ETC/mtty/$U1"
	needs_xattrs setfattr -n user.note -v mine "$ETC/mtty/$U1"
	needs_xattrs setfattr -n trusted.note -v 0x0001ff "$ETC/mtty/$U1"
	needs_xattrs setfattr -n security.note -v label "$ETC/mtty/$U1"
	all_of() { getfattr -d -m - -e hex "$ETC/mtty/$U1" 2>/dev/null | grep -v '^#'; stat -c %u:%g:%a "$ETC/mtty/$U1"; }
	before=$(all_of)

	mdevadm modify -u "$U1" --auto
	[ "$(all_of)" = "$before" ] || fail_with "$before -- $(all_of)"
	mdevadm modify -u "$U1" -p mtty --jsonfile <(definition mtty-2)
	[ "$(all_of)" = "$before" ] || fail_with "$before -- $(all_of)"
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-2 manual" ]
}

@test "what is replaced gets no access control list from the directory" {
	needs setfacl
	mdevadm define -u "$U1" -p mtty -t mtty-1
	chmod 640 "$ETC/mtty/$U1"
	needs_xattrs setfacl -d -m u:12345:rw,g::rw "$ETC"

	mdevadm modify -u "$U1" --auto

	[ -z "$(getfacl -cs "$ETC/mtty/$U1")" ]
	[ "$(stat -c %a "$ETC/mtty/$U1")" = 640 ]
}

@test "an attribute, list or owner that cannot be kept is an error, and nothing is replaced" {
	needs strace
	mdevadm define -u "$U1" -p mtty -t mtty-1
	chown 12345:54321 "$ETC/mtty/$U1"
	needs_xattrs setfattr -n user.note -v mine "$ETC/mtty/$U1"
	before=$(listing "$ETC/mtty")

	for call in fsetxattr:EPERM fsetxattr:ENOSPC fsetxattr:EOPNOTSUPP flistxattr:EIO fgetxattr:EIO fchown:EPERM fchmod:EIO; do
		run env ASAN_OPTIONS=detect_leaks=0 strace -o "$BATS_TEST_TMPDIR/injected" -P "$ETC/.$U1.new" -P "$ETC/mtty/$U1" \
			-e inject="${call%:*}:error=${call#*:}" "$MDEVADM" modify -u "$U1" --auto
		expect_status 1
		grep -q INJECTED "$BATS_TEST_TMPDIR/injected"
		[[ "${lines[0]}" == "mdevadm: cannot modify $U1: cannot "*"'$ETC/mtty/$U1': E"* ]] || fail_with "$call"
		[ "$(listing "$ETC/mtty")" = "$before" ] || fail_with "$call"
		lacks "$ETC/.$U1.new"
	done
}

@test "a file system without extended attributes is no hindrance" {
	needs strace
	mdevadm define -u "$U1" -p mtty -t mtty-1

	ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -e inject=flistxattr,fremovexattr:error=EOPNOTSUPP \
		"$MDEVADM" modify -u "$U1" --auto

	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 auto" ]
}

@test "what is replaced is never open to more than before: made for its owner alone, the mode comes last" {
	needs strace
	mdevadm define -u "$U1" -p mtty -t mtty-1
	chown 12345:54321 "$ETC/mtty/$U1"
	needs_xattrs setfattr -n user.note -v mine "$ETC/mtty/$U1"

	ASAN_OPTIONS=detect_leaks=0 strace -o "$BATS_TEST_TMPDIR/trace" -P "$ETC/.$U1.new" \
		-e trace=openat,fchown,fsetxattr,fchmod,renameat "$MDEVADM" modify -u "$U1" --auto

	[ "$(sed -n 's/^\([a-z]*\)(.*/\1/p' "$BATS_TEST_TMPDIR/trace" | tr '\n' ' ')" = "fchown fsetxattr fchmod " ]
	ASAN_OPTIONS=detect_leaks=0 strace -o "$BATS_TEST_TMPDIR/trace" -e trace=openat "$MDEVADM" modify -u "$U1" --auto
	grep -q "\"\.$U1\.new\".*O_EXCL.*, 0600)" "$BATS_TEST_TMPDIR/trace"
}

@test "a define that fails takes away the directory that it made, and no other" {
	run bash -c 'ulimit -f 0; trap "" XFSZ; "$@"' bash "$MDEVADM" define -u "$U1" -p mtty -t mtty-1
	expect_status 1
	lacks "$ETC/mtty"
	rm -r "$ETC"
	run bash -c 'ulimit -f 0; trap "" XFSZ; "$@"' bash "$MDEVADM" define -u "$U1" -p mtty -t mtty-1
	lacks "$ETC"
	mkdir -p "$ETC/mtty"
	run bash -c 'ulimit -f 0; trap "" XFSZ; "$@"' bash "$MDEVADM" define -u "$U1" -p mtty -t mtty-1
	[ -d "$ETC/mtty" ]
}

@test "no temporary file stays" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm modify -u "$U1" --auto
	mdevadm modify -u "$U1" --addattr a --value 1
	mdevadm define -u "$U1" -p mtty -t mtty-1 || true
	mdevadm modify -u "$U1" --delattr --index 7 || true

	[ "$(find "$ETC" -mindepth 1 | sort)" = "$ETC/mtty
$ETC/mtty/$U1" ]
}

@test "a temporary file that was left behind does not matter" {
	printf 'half of a def' >"$ETC/.$U1.new"
	chmod 666 "$ETC/.$U1.new"

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	expect_output ""
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 manual" ]
	[ "$(mode_of "$ETC/mtty/$U1")" = 644 ]
	lacks "$ETC/.$U1.new"
}

@test "a link in the temporary file's place is not followed" {
	echo original >"$BATS_TEST_TMPDIR/victim"
	ln -s "$BATS_TEST_TMPDIR/victim" "$ETC/.$U1.new"

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	[ "$(cat "$BATS_TEST_TMPDIR/victim")" = original ]
	[ "$(stat -c %F "$ETC/mtty/$U1")" = "regular file" ]
}

@test "a directory in the temporary file's place is an error that names it" {
	mkdir "$ETC/.$U1.new"

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	[ "$status" -ne 0 ]
	expect_contains "'$ETC/.$U1.new'"
	lacks "$ETC/mtty/$U1"
}

@test "a reader keeps the old definition while it is replaced" {
	define_raw mtty "$U1" "$(definition mtty-1)"
	exec {reader}<"$ETC/mtty/$U1"

	mdevadm modify -u "$U1" --auto

	[ "$(cat <&"$reader")" = "$(definition mtty-1)" ]
	exec {reader}<&-
}

@test "another name of the same file keeps the old definition" {
	define_raw mtty "$U1" "$(definition mtty-1)"
	ln "$ETC/mtty/$U1" "$BATS_TEST_TMPDIR/other-name"

	mdevadm modify -u "$U1" --auto

	[ "$(cat "$BATS_TEST_TMPDIR/other-name")" = "$(definition mtty-1)" ]
}

@test "readers see a whole definition at any time" {
	define_raw mtty "$U1" "$(definition mtty-1 a "$(head -c 20000 /dev/zero | tr '\0' x)")"
	for ((i = 0; i < 15; i++)); do
		mdevadm modify -u "$U1" --auto
		mdevadm modify -u "$U1" --manual
	done 3>&- &
	writer=$!
	ends_with_test $writer

	while is_alive $writer; do
		[ "$(tail -c 1 "$ETC/mtty/$U1")" = "}" ]
		run mdevadm list -d --strict
		expect_status 0
	done
}

@test "a failing write leaves the definition, and no temporary file" {
	define_raw mtty "$U1" "$(definition mtty-1)"
	before=$(listing "$ETC/mtty")

	run bash -c 'ulimit -f 0; trap "" XFSZ; "$@"' bash \
		"$MDEVADM" modify -u "$U1" --addattr a --value 1

	expect_status 1
	expect_contains "mdevadm: cannot modify $U1: cannot write '$ETC/.$U1.new': EFBIG (File too large)"
	[ "$(listing "$ETC/mtty")" = "$before" ]
	lacks "$ETC/.$U1.new"
}

@test "undefine leaves the parent's directory" {
	mdevadm define -u "$U1" -p mtty -t mtty-1

	mdevadm undefine -u "$U1"

	[ -d "$ETC/mtty" ]
}

@test "what is refused makes no directory" {
	mdevadm modify -u "$U1" -p absent --auto || true
	mdevadm undefine -u "$U1" -p absent || true
	mdevadm define -u "$U1" -p absent --jsonfile /dev/null || true
	mdevadm start -u "$U1" -p absent -t t || true

	[ -z "$(ls -A "$ETC")" ]
}

@test "a change of one definition does not touch another" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm define -u "$U2" -p mtty -t mtty-1
	before=$(listing "$ETC/mtty/$U2")

	mdevadm modify -u "$U1" --auto
	mdevadm undefine -u "$U1"

	[ "$(listing "$ETC/mtty/$U2")" = "$before" ]
}

@test "start and stop do not touch the definition" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	before=$(listing "$ETC")

	mdevadm start -u "$U1"
	mdevadm stop -u "$U1"

	[ "$(listing "$ETC")" = "$before" ]
}

@test "locks are for their owner alone, and those of devices do not stay" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"
	mdevadm stop -u "$U1"

	[ "$(mode_of "$RUN/mdevadm")" = 755 ]
	[ -z "$(find "$RUN/mdevadm/lock/devices" -type f)" ]
	[ -z "$(find "$RUN/mdevadm/lock" -type f -perm /077)" ]
}

# --- listing ---

@test "listing changes nothing in the definitions and in /run" {
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"
	define_raw mtty "{$U2}" "$(definition mtty-1)"
	define_raw mtty README nonsense
	define_raw mtty "$U3" nonsense
	touch "$ETC/.$U1.new"
	before=$(listing "$ETC" "$RUN/mdevadm")

	for command in list "list -d" "list -d -v" "list --dumpjson" "list -d --dumpjson" \
		"list -d -u $U2" "list -u $U1 -p mtty" types "types --dumpjson" --help --version; do
		# shellcheck disable=SC2086
		mdevadm $command 2>/dev/null
	done

	[ "$(listing "$ETC" "$RUN/mdevadm")" = "$before" ]
}

@test "listing makes no directory" {
	rm -rf "$ETC" "$RUN/mdevadm" "$LIB"

	mdevadm list
	mdevadm list -d
	mdevadm types

	lacks "$ETC"
	lacks "$RUN/mdevadm"
	lacks "$LIB"
}

@test "listing opens nothing for writing" {
	command -v strace >/dev/null || skip "no strace"
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"

	for command in list "list -d" types; do
		# shellcheck disable=SC2086
		ASAN_OPTIONS=detect_leaks=0 strace -f -o "$BATS_TEST_TMPDIR/trace" \
			-e trace=open,openat,openat2,flock,mkdirat,unlinkat,renameat,renameat2,fchmod \
			"$MDEVADM" $command
		[ -s "$BATS_TEST_TMPDIR/trace" ]
		output=$(grep -E "O_WRONLY|O_RDWR|O_CREAT|flock|mkdir|unlink|rename|fchmod" \
			"$BATS_TEST_TMPDIR/trace" || true)
		[ -z "$output" ] || fail_with "it does"
	done
}

@test "listing by another user needs no privilege" {
	command -v setpriv >/dev/null || skip "no setpriv"
	needs_sim "a place that this user reaches"
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U1"
	mkdir "$BATS_TEST_TMPDIR/bin"
	cp "$MDEVADM" "$BATS_TEST_TMPDIR/bin/mdevadm"
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"

	run setpriv --reuid 65534 --regid 65534 --clear-groups "$BATS_TEST_TMPDIR/bin/mdevadm" list -d

	expect_status 0
	expect_output "$U1 mtty mtty-1 manual (active)"
}

@test "a change by another user says what it needs, and changes nothing" {
	command -v setpriv >/dev/null || skip "no setpriv"
	needs_sim "a place that this user reaches"
	mdevadm define -u "$U1" -p mtty -t mtty-1
	before=$(listing "$ETC")
	mkdir "$BATS_TEST_TMPDIR/bin"
	cp "$MDEVADM" "$BATS_TEST_TMPDIR/bin/mdevadm"
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"

	run setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$BATS_TEST_TMPDIR/bin/mdevadm" modify -u "$U1" --auto

	expect_status 1
	[[ "${lines[0]}" == "mdevadm: cannot modify $U1: cannot "*": EACCES (Permission denied)" ]] ||
		fail_with "it does not"
	expect_line 1 "hint: run it as root"
	[ "$(listing "$ETC")" = "$before" ]
}

# --- links ---

@test "the directory of definitions may be a link" {
	mkdir "$BATS_TEST_TMPDIR/elsewhere"
	rmdir "$ETC"
	ln -s "$BATS_TEST_TMPDIR/elsewhere" "$ETC"

	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm modify -u "$U1" --auto

	[ -e "$BATS_TEST_TMPDIR/elsewhere/mtty/$U1" ]
	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 auto" ]
	rm "$ETC"
}
