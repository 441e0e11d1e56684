#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# The screens in README.md, in a terminal of 80 columns.

load lib/common
load lib/life
load lib/documents

VF=0000:06:00
U=6f1c9d0a-5f0e-4a77-9a5c-0c6f0d1a2b0

setup() {
	needs_nodes
	needs tmux
	common_setup
	mount_sim sriov
}

teardown() {
	tmux -S "$BATS_TEST_TMPDIR/tmux" kill-server 2>/dev/null || true
	common_teardown
}

# The machine of the screens.
set_up_machine() {
	mdevadm define -u ${U}1 -p $VF.4 -t nvidia-36 --auto
	mdevadm modify -u ${U}1 --addattr nvidia/vgpu_params=frame_rate_limiter=1
	mdevadm start -u ${U}1
	mdevadm modify -u ${U}1 --setattr nvidia/vgpu_params=frame_rate_limiter=0
	mdevadm start -u ${U}2 -p $VF.5 -t nvidia-36
	mdevadm define -u ${U}3 -p $VF.6 -t nvidia-36 --auto
	cat >"$BATS_TEST_TMPDIR/vm.py" <<-'END'
		import ctypes, sys, time
		file = open(sys.argv[1])
		ctypes.CDLL(None).prctl(15, b"qemu-system-x86")
		time.sleep(100)
	END
	/usr/bin/python3 "$BATS_TEST_TMPDIR/vm.py" "$(device_node ${U}1)" -name guest=web1 3>&- &
	ends_with_test "$!"
	wait_until is_called "$!" qemu-system-x86
}

# What such a terminal shows of the command, without blanks at the ends of lines.
screen_of() { # ARGUMENTS
	local terminal=(tmux -S "$BATS_TEST_TMPDIR/tmux" -f /dev/null)

	"${terminal[@]}" new-session -d -x 80 -y 40 \
		"LC_ALL=C.UTF-8 $MDEVADM $1; : >'$BATS_TEST_TMPDIR/shown'; sleep 100" 3>&-
	wait_until test -e "$BATS_TEST_TMPDIR/shown"
	"${terminal[@]}" capture-pane -p | sed 's/ *$//' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
	"${terminal[@]}" kill-server
	rm "$BATS_TEST_TMPDIR/shown"
}

# "ARGUMENTS" of each screen, and the text below one.
screens() { sed -n 's/^<!-- screen: \(.*\) -->$/\1/p' "$SOURCE/README.md"; }
text_below() { # ARGUMENTS
	awk -v mark="<!-- screen: $1 -->" '$0 == mark { on = 1; next } on && /^```/ { if (on++ == 2) exit; next }
		on { print }' "$SOURCE/README.md"
}

@test "the screens in README.md are those of a terminal of 80 columns" {
	local arguments shown

	set_up_machine
	[ "$(screens | wc -l)" = 3 ]
	while read -r arguments; do
		shown=$(screen_of "$arguments")
		is_as_written "$shown" "$(text_below "$arguments")" ||
			fail_with "$arguments shows:
$shown"
	done < <(screens)
}
