#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every failure ends with a hint, and what a hint tells one to type is accepted.

load lib/common
load lib/scripts

setup() {
	common_setup
	needs_sim "a root directory of its own"
	set_script_paths
	DATA=$BATS_TEST_TMPDIR/data
	mkdir -p "$DATA/directory"
	: >"$DATA/empty"
	echo '[]' >"$DATA/array"
	echo '{"mdev_type": ' >"$DATA/cut"
	head -c 2000000 /dev/zero >"$DATA/large"
	ln -s circle "$DATA/circle"
	mdevadm define -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U2" -p mtty -t mtty-1
}

# The commands that the hints of $output name, in quotes, with values for what stands for one.
hinted_commands() {
	grep '^hint: ' <<<"$output" | grep -oE "'mdevadm( [^']*)?'" | tr -d "'" |
		sed -E "s/\\bUUID\\b/$U1/g; s/\\bCOMMAND --help/list --help/; s/\\b(PARENT|P)\\b/mtty/g"
}

# fails COMMAND: with a hint behind the last message, whose commands are no wrong usage.
fails() {
	local words last

	# shellcheck disable=SC2086
	run mdevadm $1
	[ "$status" -ne 0 ] || fail_with "'$1' succeeded"
	last=${lines[$((${#lines[@]} - 1))]}
	[[ $last == "hint: "* ]] || fail_with "'$1' ends without a hint"
	while read -r _ words; do
		# shellcheck disable=SC2086
		MDEVADM_ROOT=$BATS_TEST_TMPDIR/other run mdevadm $words
		[ "$status" -ne 2 ] || fail_with "'$1' hints at 'mdevadm $words'"
	done < <(hinted_commands)
}

# Those on standard input.
fail_all() {
	local command

	while read -r command <&4; do
		fails "$command" || return 1
	done 4<&0
}

@test "every wrong usage ends with a hint that can be followed" {
	fail_all <<END

list --nonsense
list surplus
start
define
define -u $U3
define -p mtty
start -u nonsense
start -p mtty
modify -u $U1
modify -u $U1 --auto --manual
modify -u $U1 --value 1
list --lock-timeout x
list --base x=/tmp
list --root=
list --callout-timeout 0
drain
drain mtty --
hold mtty
start --all --jobs 0
list -u
END
}

@test "every failure on what is there, or is not, ends with a hint that can be followed" {
	fail_all <<END
start -u $U3
start -u $U2
stop -u $U3
undefine -u $U3
modify -u $U3 --auto
start -p absent -t mtty-1
start -p mtty -t absent
start -p MTTY -t mtty-1
define -u $U1 -p mtty -t mtty-1
start -u $U2 -p mtty -t mtty-2
start -u $U2 -p matrix -t vfio_ap-passthrough
wait -p absent --timeout 0
wait -p mtty -t absent --timeout 0
drain absent
resume mtty
define -p a/b -t mtty-1
modify -u $U1 --addattr ../x --value 1
modify -u $U1 --delattr --index 7
start -u $U1 -p absent
END
}

@test "every failure of a file ends with a hint that can be followed" {
	local file
	for file in absent directory empty array cut large circle empty/below "$(printf '%300s' '' | tr ' ' a)"; do
		fails "define -u $U3 -p mtty --jsonfile $DATA/$file"
		fails "start -u $U3 -p mtty --jsonfile $DATA/$file"
	done
	rm -r "$ETC" && : >"$ETC"
	fails "define -u $U3 -p mtty -t mtty-1"
	rm "$ETC" && mkdir "$ETC" && ln -s circle "$ETC/mtty"
	fails "define -u $U3 -p mtty -t mtty-1"
	rm "$ETC/mtty" && mkdir -p "$ETC/mtty/$U3"
	fails "define -u $U3 -p mtty -t mtty-1"
}

@test "every errno of the kernel's ends with a hint that can be followed" {
	local errno
	for errno in EADDRINUSE EADDRNOTAVAIL EBUSY ENODEV EIO EINVAL ENOSPC EUSERS EPERM ENOMEM ENXIO EMFILE; do
		ctl "error create $errno 1"
		fails "start -u $U1"
	done
	mdevadm modify -u "$U1" --addattr power/control --value on
	for errno in EADDRINUSE EADDRNOTAVAIL EBUSY ENODEV EIO EINVAL EPERM ENOSPC; do
		ctl "error attr $errno 1"
		fails "start -u $U1"
	done
}

@test "every errno of the file system's ends with a hint that can be followed" {
	local errno
	command -v strace >/dev/null || skip "no strace"
	for errno in EACCES EPERM EROFS ENOSPC EDQUOT EMFILE ENFILE ENAMETOOLONG ELOOP EIO ENOTDIR; do
		# shellcheck disable=SC2030
		run env ASAN_OPTIONS=detect_leaks=0 strace -qqq -o /dev/null -P "$ETC/mtty" -e trace=openat \
			-e inject=openat:error=$errno "$MDEVADM" modify -u "$U1" --auto
		[ "$status" -ne 0 ] || fail_with "$errno"
		[[ $output == *$'\nhint: '* ]] || fail_with "$errno has no hint"
	done
}

@test "every failure of a script ends with a hint that can be followed" {
	callout one 'exit 1'
	fails "start -u $U1"
	callout one 'sleep 60'
	fails "start -u $U1 --callout-timeout 1"
	chmod 777 "$CALLOUTS/one"
	[ "$(id -u)" != 0 ] || fails "start -u $U1"
}
