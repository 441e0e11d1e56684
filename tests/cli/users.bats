#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2030,SC2031,SC2154
# Who has a device open.

load lib/common
load lib/life

# refused_for USER...: the stop of $U1 named them, and nothing was written.
refused_for() {
	local users

	users=$(printf '%s\n' "$@" | LC_ALL=C sort | paste -sd, | sed 's/,/, /g')
	expect_status 6
	expect_output "mdevadm: cannot stop $U1: it is in use by $users
hint: end that first, or wait for it with --wait-users SEC"
	runs "$U1"
	[ "$(events remove-begin)" = 0 ]
}

# another_node NODE FILE: one of the same number elsewhere.
another_node() {
	mkdir -p "$(dirname "$2")"
	mknod "$2" c "$(stat -c %Hr "$1")" "$(stat -c %Lr "$1")"
}

@test "stop of a device that is open names who has it open" {
	needs_nodes
	mdevadm start -u "$U1" -p mtty -t mtty-1
	has_open "$(device_node "$U1")"

	run mdevadm stop -u "$U1"

	refused_for "pid $USER_PID (sleep)"
}

@test "stop names all who have the device open" {
	needs_nodes
	local first

	mdevadm start -u "$U1" -p mtty -t mtty-1
	has_open "$(device_node "$U1")"
	first=$USER_PID
	has_open "$(device_node "$U1")"

	run mdevadm stop -u "$U1"

	refused_for "pid $first (sleep)" "pid $USER_PID (sleep)"
}

# As a container that has a node of its own, or a chroot.
@test "stop sees a user whose node is in another directory" {
	needs_nodes
	mdevadm start -u "$U1" -p mtty -t mtty-1
	another_node "$(device_node "$U1")" "$BATS_TEST_TMPDIR/own/vfio0"
	has_open "$BATS_TEST_TMPDIR/own/vfio0"

	run mdevadm stop -u "$U1"

	refused_for "pid $USER_PID (sleep)"
}

# As libvirt starts its guests.
@test "stop sees a user who has a mount namespace and a /dev of its own" {
	needs_nodes
	unshare -m true 2>/dev/null || skip "unshare -m is not allowed"
	local node

	mdevadm start -u "$U1" -p mtty -t mtty-1
	node=$(device_node "$U1")
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount -t tmpfs none "$1" && mkdir -p "${2%/*}" &&
		mknod "$2" c "$3" "$4" && exec 9<"$2" && exec sleep 100' sh "$MDEVADM_ROOT/dev" "$node" \
		"$(stat -c %Hr "$node")" "$(stat -c %Lr "$node")" 3>&- &
	USER_PID=$!
	ends_with_test "$USER_PID"
	wait_until is_called "$USER_PID" sleep

	run mdevadm stop -u "$U1"

	refused_for "pid $USER_PID (sleep)"
}

@test "stop sees a user of a device whose number only the node tells" {
	needs_nodes
	local node number

	mdevadm start -u "$U1" -p mtty -t mtty-1
	number=$(free_number)
	node=$MDEVADM_ROOT/dev/vfio/devices/$(ls "$SYS/bus/mdev/devices/$U1/vfio-dev")
	mkdir -p "$(dirname "$node")"
	mknod "$node" c "${number%:*}" "${number#*:}"
	another_node "$node" "$BATS_TEST_TMPDIR/own/vfio0"
	has_open "$BATS_TEST_TMPDIR/own/vfio0"

	run mdevadm stop -u "$U1"

	refused_for "pid $USER_PID (sleep)"
}

# It needs no right to the node, and keeps no removal from going on.
@test "a descriptor of O_PATH is no use" {
	needs_nodes
	needs perl
	local node

	mdevadm start -u "$U1" -p mtty -t mtty-1
	node=$(device_node "$U1")
	chmod 600 "$node"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"
	# O_PATH.
	# shellcheck disable=SC2016
	setpriv --reuid 65534 --regid 65534 --clear-groups perl -e 'sysopen($f, $ARGV[0], 010000000) or die $!;
		open($ready, ">&=3"); print $ready "open\n"; close($ready); sleep 100' "$node" 3>"$BATS_TEST_TMPDIR/ready" &
	USER_PID=$!
	ends_with_test "$USER_PID"
	wait_until [ -s "$BATS_TEST_TMPDIR/ready" ]
	[ "$(find "/proc/$USER_PID/fd" -lname "$node" | wc -l)" = 1 ]

	run mdevadm stop -u "$U1"

	expect_status 0
	expect_output ""
	is_gone "$U1"
}

# Any user can make one, by going down.
@test "an open file whose path is too long does not keep a stop from going on" {
	needs_nodes
	needs perl
	mdevadm start -u "$U1" -p mtty -t mtty-1
	device_node "$U1" >/dev/null
	mkdir "$BATS_TEST_TMPDIR/deep"
	# shellcheck disable=SC2016
	(cd "$BATS_TEST_TMPDIR/deep" && exec perl -e 'my $n = "d" x 200;
		for (1 .. 25) { mkdir $n; chdir $n or die $!; }
		open(my $f, ">f") or die $!;
		open(my $ready, ">$ARGV[0]"); print $ready "open\n"; close($ready);
		sleep 100' "$BATS_TEST_TMPDIR/ready" 3>&-) &
	ends_with_test $!
	wait_until [ -s "$BATS_TEST_TMPDIR/ready" ]

	run mdevadm stop -u "$U1"

	expect_status 0
	is_gone "$U1"
}

# As one on a file system that was shut down, or on a user's own FUSE mount.
@test "an open file that cannot be looked at does not keep a stop from going on" {
	needs_nodes
	needs strace
	use_fast_program
	mdevadm start -u "$U1" -p mtty -t mtty-1
	device_node "$U1" >/dev/null
	: >"$BATS_TEST_TMPDIR/file"
	has_open "$BATS_TEST_TMPDIR/file"

	# Its number there is 9.
	run strace -f -o /dev/null -P 9 -e trace=statx -e inject=statx:error=EIO \
		"$MDEVADM" stop -u "$U1"

	expect_status 0
	is_gone "$U1"
}

@test "who has the group open and no device of it is no user" {
	needs_nodes
	mdevadm start -u "$U1" -p mtty -t mtty-1
	# With a node of its own, all that is open is looked through.
	device_node "$U1" >/dev/null
	has_open "$(group_node "$U1")"

	run mdevadm stop -u "$U1"

	expect_status 0
	expect_output ""
	is_gone "$U1"
}

@test "stop does not take a user of another device for one of this" {
	needs_nodes
	mdevadm start -u "$U1" -p mtty -t mtty-1
	mdevadm start -u "$U2" -p mtty -t mtty-1
	has_open "$(device_node "$U2")"

	run mdevadm stop -u "$U1"

	expect_status 0
	is_gone "$U1"
}

@test "an open group alone does not keep a stop from going on" {
	needs_nodes
	mdevadm start -u "$U1" -p mtty -t mtty-1
	has_open "$(group_node "$U1")"

	run mdevadm stop -u "$U1"

	expect_status 0
	is_gone "$U1"
}

@test "stop of a device that has no VFIO nodes does not fail" {
	needs_nodes
	mdevadm start -u "$U1" -p mtty -t mtty-1

	run mdevadm stop -u "$U1"

	expect_status 0
}

@test "stop of a device that is open is refused with --force as well" {
	needs_nodes
	mdevadm start -u "$U1" -p mtty -t mtty-1
	has_open "$(device_node "$U1")"

	run mdevadm stop -u "$U1" --force

	refused_for "pid $USER_PID (sleep)"
}

@test "stop --wait-users waits until nobody has the device open" {
	needs_nodes
	mdevadm start -u "$U1" -p mtty -t mtty-1
	has_open "$(device_node "$U1")"
	begin stop -u "$U1" --wait-users 30
	wait_until [ -e "$RUN/mdevadm/lock/gates/mtty" ]
	is_alive "$BEGUN"
	runs "$U1"

	let_go "$USER_PID"
	finish "$BEGUN"

	expect_status 0
	expect_output ""
	is_gone "$U1"
}

@test "stop --wait-users holds no lock while it waits" {
	needs_nodes
	mdevadm start -u "$U1" -p mtty -t mtty-1
	has_open "$(device_node "$U1")"
	begin stop -u "$U1" --wait-users 30

	run mdevadm define -u "$U1" -p mtty -t mtty-1

	expect_status 0
	let_go "$USER_PID"
	finish "$BEGUN"
	expect_status 0
}

@test "stop --wait-users gives up after its time" {
	needs_nodes
	mdevadm start -u "$U1" -p mtty -t mtty-1
	has_open "$(device_node "$U1")"

	run mdevadm stop -u "$U1" --wait-users 1

	refused_for "pid $USER_PID (sleep)"
}

@test "stop --wait-users can be interrupted" {
	needs_nodes
	mdevadm start -u "$U1" -p mtty -t mtty-1
	has_open "$(device_node "$U1")"
	# It comes back when the stop has begun.
	rm "$RUN/mdevadm/lock/gates/mtty"
	begin stop -u "$U1" --wait-users 30
	wait_until [ -e "$RUN/mdevadm/lock/gates/mtty" ]

	kill -TERM "$BEGUN"
	finish "$BEGUN"

	expect_status 143
	runs "$U1"
}

# --- nobody has it open ---

@test "stop --timeout 0 of a device that nobody has open never says that somebody has" {
	needs_sim "what the removal answers"
	use_fast_program
	local i

	for i in $(seq 20); do
		mdevadm start -u "$U1" -p mtty -t mtty-1

		run mdevadm stop -u "$U1" --timeout 0

		[[ "$output" != *"in use"* && "$output" != *"waits for"* && "$output" != *"waiting for"* ]] ||
			fail_with "run $i"
		[ "$status" = 0 ] || wait_until lacks_dir mtty "$U1"
	done
}

@test "stop --timeout 0 of a device that goes slowly says that its removal goes on" {
	needs_sim "a slow removal"
	mdevadm start -u "$U1" -p mtty -t mtty-1
	ctl delay remove 3000

	run mdevadm stop -u "$U1" --timeout 0

	expect_status 6
	[[ "${lines[0]}" =~ pid\ ([0-9]+)\ goes\ on ]] || fail_with "no child is named"
	expect_output "mdevadm: cannot stop $U1: '$SYS/class/mdev_bus/mtty/$U1' is still there: its removal has not ended within 0 s; pid ${BASH_REMATCH[1]} goes on with it
hint: if something has the device open, end that; it goes then by itself"
	wait_until lacks_dir mtty "$U1"
	no_rule_broken
}
