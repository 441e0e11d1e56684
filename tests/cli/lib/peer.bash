# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034
# Runs Debian's mdevctl on the same tree; loaded after common.
#
# Version 1.2.0 knows no other root than /: in a mount namespace of its own it finds the test's
# directories there. It fails without its directories of scripts.

: "${MDEVCTL:=$(command -v mdevctl)}"

needs_peer() {
	[ -x "$MDEVCTL" ] || skip "mdevctl is not installed"
	# Without them it does not even tell its version.
	mkdir -p "$ETC/scripts.d/callouts" "$ETC/scripts.d/notifiers"
	PEER_VERSION=$("$MDEVCTL" --version)
	PEER_VERSION=${PEER_VERSION#mdevctl }
	[[ "$PEER_VERSION" != *mdevadm* ]] || skip "the installed mdevctl is mdevadm itself"
	[ "$MDEVADM_TEST_BACKEND" = kernel ] && return
	mkdir -p /etc/mdevctl.d
	unshare -m mount --bind "$SYS" /sys 2>/dev/null || skip "unshare -m or mount is not allowed"
}

peer() {
	if [ "$MDEVADM_TEST_BACKEND" = kernel ]; then
		"$MDEVCTL" "$@"
		return
	fi
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount --bind "$1" /sys && mount --bind "$2" /etc/mdevctl.d || exit 125
		[ ! -d /usr/lib/mdevctl ] || mount --bind "$3" /usr/lib/mdevctl || exit 125
		shift 3
		exec "$@"' sh "$SYS" "$ETC" "$LIB" "$MDEVCTL" "$@"
}

# same ARGUMENT...: both programs print the same, byte for byte, and end with the same status. But
# mdevctl ends every text (not JSON) with an empty line more, even one of nothing.
same() {
	local ours=0 theirs=0

	mdevadm "$@" >"$BATS_TEST_TMPDIR/ours" || ours=$?
	peer "$@" >"$BATS_TEST_TMPDIR/theirs" || theirs=$?
	[[ "$*" == *--dumpjson* ]] || sed -i '${/^$/d}' "$BATS_TEST_TMPDIR/theirs"
	if ! diff -u "$BATS_TEST_TMPDIR/theirs" "$BATS_TEST_TMPDIR/ours"; then
		echo "the outputs of '$*' differ"
		return 1
	fi
	[ "$ours" = "$theirs" ] || fail_with "status $ours, not $theirs, of '$*'"
	COMPARED=$(cat "$BATS_TEST_TMPDIR/ours")
}
