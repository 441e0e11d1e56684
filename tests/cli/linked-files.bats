#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Definitions that are links, as systems have them that are described in one place.
# shellcheck disable=SC2030,SC2031,SC2154

load lib/common
load lib/life

setup() {
	common_setup
	STORE=$BATS_TEST_TMPDIR/store
	mkdir -p "$STORE/mtty" "$ETC/mtty"
	definition mtty-1 >"$STORE/mtty/$U1"
}

as_root() { [ "$EUID" = 0 ] || skip "only root gives files away"; }
link_file() { ln -s "$STORE/mtty/$U1" "$ETC/mtty/$U1"; }
link_dir() {
	rmdir "$ETC/mtty"
	ln -s "$STORE/mtty" "$ETC/mtty"
}

# is_managed SUBJECT COMMAND...: it is refused, saying who manages SUBJECT, and changes nothing.
is_managed() {
	local subject=$1 before

	before=$(find "$STORE" "$ETC" -printf '%p %i %T@ %l\n' | sort)
	shift
	run mdevadm "$@"
	expect_status 1
	expect_contains "'$subject' is managed elsewhere: it is a link to '"
	expect_line $((${#lines[@]} - 1)) "hint: change it there, by what made the link; or put a copy in the link's place"
	[ "$(find "$STORE" "$ETC" -printf '%p %i %T@ %l\n' | sort)" = "$before" ] || fail_with "it changed something"
}

@test "a definition that is a link is read, and never written through" {
	link_file

	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 manual" ]
	mdevadm start -u "$U1"
	runs "$U1"
	for command in "modify -u $U1 --auto" "undefine -u $U1" "modify -u $U1 --addattr a --value 1"; do
		# shellcheck disable=SC2086
		is_managed "$ETC/mtty/$U1" $command
	done
	is_managed "$ETC/mtty/$U1" modify -u "$U1" -p mtty --jsonfile "$STORE/mtty/$U1"
	run mdevadm define -u "$U1" -p mtty -t mtty-1
	expect_status 4
}

@test "a parent's directory that is a link is read, and never written through" {
	link_dir

	[ "$(mdevadm list -d)" = "$U1 mtty mtty-1 manual" ]
	mdevadm start -u "$U1"
	for command in "modify -u $U1 --auto" "undefine -u $U1" "define -u $U2 -p mtty -t mtty-1"; do
		# shellcheck disable=SC2086
		is_managed "$ETC/mtty" $command
	done
}

@test "a link is not followed to what others can write, and that is said" {
	as_root
	link_file

	for spoil in "chown 65534 $STORE/mtty/$U1" "chmod 666 $STORE/mtty/$U1" "chown 65534 $STORE" "chmod 777 $STORE/mtty"; do
		chown -R 0 "$STORE"
		chmod -R u=rwX,go=rX "$STORE"
		[ -n "$(mdevadm list -d)" ]
		$spoil

		run --separate-stderr mdevadm list -d
		expect_status 0
		expect_output ""
		[[ "$stderr" == "mdevadm: warning: $U1 on parent 'mtty' is defined, but cannot be read: '$ETC/mtty/$U1' is a link to '$STORE/mtty/$U1', which is not followed: "* ]] ||
			fail_with "$spoil: $stderr"
		run mdevadm start -u "$U1"
		expect_status 10
		is_gone "$U1"
	done
}

@test "a parent's directory that leads to where others can write is told of by all commands" {
	as_root
	link_dir
	chmod 777 "$STORE/mtty"

	for command in "start -u $U1" "start -u $U1 -p mtty" "modify -u $U1 --auto" "undefine -u $U1" \
		"define -u $U1 -p mtty -t mtty-1" "define -u $U2 -p mtty -t mtty-1"; do
		# shellcheck disable=SC2086
		run mdevadm $command
		expect_status 10
		expect_contains "which is not followed: "
	done
	run --separate-stderr mdevadm list -d
	expect_status 0
	expect_output ""
	[[ "$stderr" == "mdevadm: warning: '$ETC/mtty' is a link to '$STORE/mtty', which is not followed: "* ]] ||
		fail_with "$stderr"
}

@test "a link that leads nowhere is told of, and can be replaced and removed" {
	link_file
	rm "$STORE/mtty/$U1"

	run --separate-stderr mdevadm list -d
	expect_status 0
	[[ "$stderr" == *"'$ETC/mtty/$U1' is a link to '$STORE/mtty/$U1', which is not followed: "*ENOENT* ]] || fail_with "$stderr"
	mdevadm define -u "$U1" -p mtty -t mtty-1 2>/dev/null
	[ "$(stat -c %F "$ETC/mtty/$U1")" = "regular file" ]
	lacks "$STORE/mtty/$U1"

	rm "$ETC/mtty/$U1"
	link_file
	mdevadm undefine -u "$U1" 2>/dev/null
	! [ -L "$ETC/mtty/$U1" ] || fail_with "it is still there"
}

@test "a parent's directory that leads nowhere is told of, and not written to" {
	link_dir
	rm -r "$STORE"

	run --separate-stderr mdevadm list -d
	expect_status 0
	[[ "$stderr" == *"'$ETC/mtty' is a link to '$STORE/mtty', which is not followed: "* ]] || fail_with "$stderr"
	run mdevadm define -u "$U1" -p mtty -t mtty-1
	expect_contains "'$ETC/mtty' is managed elsewhere: it is a link to '$STORE/mtty'"
	lacks "$STORE"
}

@test "a broken link hinders no other parent's devices" {
	link_dir
	rm -r "$STORE"
	define_raw matrix "$U2" "$(definition vfio_ap-passthrough)"

	run mdevadm modify -u "$U2" --auto

	expect_status 0
	expect_output ""
}
