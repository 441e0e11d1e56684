# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034
# What the tests of starting, stopping and locking share; loaded after common.

# Unlike `! runs`, this ends a test wherever it stands.
is_gone() { ! [ -e "$SYS/bus/mdev/devices/$1" ]; }
# Its directory, which is there longer than the link.
has_dir() { [ -e "$SYS/class/mdev_bus/$1/$2" ]; }
lacks_dir() { ! has_dir "$@"; }
lacks() { ! [ -e "$1" ]; }
is_alive() { kill -0 "$1" 2>/dev/null; }

type_of() { basename "$(readlink "$SYS/bus/mdev/devices/$1/mdev_type")"; }
parent_of() { basename "$(dirname "$(readlink -f "$SYS/bus/mdev/devices/$1")")"; }

# definition TYPE [NAME VALUE]...: the text of one.
definition() {
	local type=$1 attrs=''

	shift
	while [ $# -gt 0 ]; do
		attrs+="${attrs:+, }{\"$1\": \"$2\"}"
		shift 2
	done
	printf '{"mdev_type": "%s", "start": "manual", "attrs": [%s]}' "$type" "$attrs"
}

# As in a pipe from another program: it can be read once and not be sought in.
start_from_pipe() {
	local text=$1

	shift
	printf '%s' "$text" | "$MDEVADM" start --jsonfile /dev/stdin "$@"
}

# How a message shows the path of a type's or device's file, and what was written to it.
create_file() { printf '%s' "$SYS/class/mdev_bus/$1/mdev_supported_types/$2/create"; }
device_file() { printf '%s' "$SYS/class/mdev_bus/$1/$2/$3"; }
attr_written() { printf "cannot write '%s' to '%s'" "$1" "$2"; }

# begin ARGUMENT...: mdevadm in the background, its pid in $BEGUN. finish PID: as `run` leaves it.
begin() {
	(
		exec >"$BATS_TEST_TMPDIR/output.$BASHPID" 2>&1 3>&-
		exec "$MDEVADM" "$@"
	) &
	BEGUN=$!
	ends_with_test "$BEGUN"
}

finish() {
	status=0
	wait "$1" || status=$?
	output=$(cat "$BATS_TEST_TMPDIR/output.$1")
	mapfile -t lines <<<"$output"
}

# hold KIND NAME [-s]: a process, $HOLDER, has that lock until let_go; KIND is parents, gates or
# devices, and -s is shared.
hold() {
	local file=$RUN/mdevadm/lock/$1/$2 ready

	ready=$BATS_TEST_TMPDIR/held.$1.$2.$RANDOM
	mkdir -p "$(dirname "$file")"
	# shellcheck disable=SC2016
	flock "${3:--x}" -F "$file" sh -c 'echo >"$1"; exec sleep 100' sh "$ready" 3>&- &
	HOLDER=$!
	ends_with_test "$HOLDER"
	wait_until [ -e "$ready" ]
}

let_go() {
	kill "$1"
	wait "$1" 2>/dev/null || true
}

# Is that process waiting for a lock? It tries one again and again: so it has one more lock file open
# than it has locks.
waits_for_lock() {
	local open had

	open=$(find "/proc/$1/fd" -lname '*/mdevadm/lock/*/*' 2>/dev/null | wc -l)
	had=$(grep -cE "FLOCK +ADVISORY +[A-Z]+ +$1 " /proc/locks || true)
	[ "$open" -gt "$had" ]
}

# Simulator: what was written to the device's attributes, in order: "NAME VALUE RESULT" a line.
attr_writes() {
	awk -v dir="/$1/" '$4 == "attr" && index($5, dir) {
		print substr($5, index($5, dir) + length(dir)), $6, $7 }' "$SYS/.mdevsim/log"
}
# Simulator: how many events of that name there were.
events() { awk -v event="$1" '$4 == event { n++ } END { print n + 0 }' "$SYS/.mdevsim/log"; }
has_event() { [ "$(events "$1")" -gt 0 ]; }
# Simulator: no rule was broken, nothing is left behind.
no_rule_broken() {
	local key

	for key in violations_total stuck_devices crashes orphans; do
		[ "$(stat_of "$key")" = 0 ] || fail_with "$key is $(stat_of "$key")"
	done
}

# Simulator: the node by which a VFIO user has that device open, its own and that of its group. Each
# gets the number of a character device of this machine that nobody has open.
device_node() { make_node cdev "$1" "vfio/devices/$(ls "$SYS/bus/mdev/devices/$1/vfio-dev")"; }
group_node() { make_node group "$1" "vfio/$(basename "$(readlink "$SYS/bus/mdev/devices/$1/iommu_group")")"; }

needs_nodes() {
	needs_sim "device nodes of its own"
	[ "$EUID" = 0 ] || skip "only root makes device nodes"
}

make_node() { # KIND UUID NAME
	local node=$MDEVADM_ROOT/dev/$3 number

	if ! [ -e "$node" ]; then
		number=$(free_number)
		mkdir -p "$(dirname "$node")"
		mknod "$node" c "${number%:*}" "${number#*:}"
		ctl number "$1" "$number" "$2"
	fi
	printf '%s' "$node"
}

# A number of a character device of this machine that nobody has open, and that no other test on it
# gets before this one has ended: of memory devices, but for 1:7, which scripts/demo and README.md use,
# and of terminals of the console, of which there are many. Its node is $(node_of NUMBER); only root
# makes one that is not there.
free_number() {
	local number reserved=${TMPDIR:-/tmp}/mdevadm-tests.$EUID taken candidates=(1:5 1:8 1:9)

	[ "$EUID" != 0 ] || candidates+=(4:{20..59})
	mkdir -p "$reserved" "$BATS_TEST_TMPDIR/numbers"
	(
		flock 9
		taken=$(stat -Lc '%F %Hr:%Lr' /proc/[0-9]*/fd/* 2>/dev/null |
			awk '/^character/ { print $NF }') || true
		for number in $(shuf -e "${candidates[@]}"); do
			[[ " ${taken//$'\n'/ } " != *" $number "* ]] || continue
			is_free "$reserved/$number" || continue
			has_node "$number" || continue
			echo $$ >"$reserved/$number"
			printf '%s' "$number"
			exit
		done
		exit 1
	) 9>>"$reserved/lock"
}
# The file has the pid of the test that reserved it.
is_free() { ! [ -s "$1" ] || ! [ -d "/proc/$(cat "$1")" ]; }
node_of() { printf '%s' "$BATS_TEST_TMPDIR/numbers/$1"; }
# Can it be opened?
has_node() {
	local names=([5]=zero [8]=random [9]=urandom) node

	node=$(node_of "$1")
	if [ "$EUID" = 0 ]; then
		mknod "$node" c "${1%:*}" "${1#*:}"
	else
		ln -s "/dev/${names[${1#*:}]}" "$node"
	fi
	(exec 9<"$node") 2>/dev/null || {
		rm "$node"
		return 1
	}
}

# has_open FILE: a process, $USER_PID, called sleep, has it open until let_go.
has_open() {
	(exec 9<"$1" && exec sleep 100 3>&-) &
	USER_PID=$!
	ends_with_test "$USER_PID"
	wait_until is_called "$USER_PID" sleep
}
is_called() { [ "$(cat "/proc/$1/comm" 2>/dev/null)" = "$2" ]; }

# Simulator: how many attributes were written to the device since it was created last.
written_since_create() {
	awk -v uuid="$1" -v dir="/$1/" '$4 == "create-end" && index($0, uuid) { n = 0 }
		$4 == "attr" && index($5, dir) && $7 == "ok" { n++ } END { print n + 0 }' "$SYS/.mdevsim/log"
}

# Without the sanitizers, if that is built: for tests with very many runs.
use_fast_program() {
	local fast=$MDEVADM_BUILD/../fast/src/mdevadm

	[ ! -x "$fast" ] || MDEVADM=$fast
	export ASAN_OPTIONS=detect_leaks=0
}

needs() { command -v "$1" >/dev/null || skip "no $1"; }

# points_of ARGUMENT...: runs mdevadm; each system call from the first below $MDEVADM_ROOT on, as
# "NAME K CALL": the Kth of that name.
points_of() {
	strace -f -o "$BATS_TEST_TMPDIR/trace" "$MDEVADM" "$@" >/dev/null 2>&1 || return
	awk -v root="$MDEVADM_ROOT/" -v pid="" '
		{ if (pid == "") pid = $1 }
		$1 != pid { next }
		match($2, /^[a-z0-9_]+\(/) {
			name = substr($2, 1, RLENGTH - 1)
			n[name]++
			if (name != "execve" && index($0, root)) on = 1
			if (on && name != "exit_group") print name, n[name], $0
		}' "$BATS_TEST_TMPDIR/trace"
}

# killed_at NAME K ARGUMENT...: runs mdevadm, which is killed instead of making that system call.
# Fails if it was not.
killed_at() {
	local name=$1 k=$2 status=0

	shift 2
	# The shell would tell of the death.
	{
		strace -f -o /dev/null -e trace="$name" -e inject="$name:signal=SIGKILL:when=$k" \
			"$MDEVADM" "$@" >/dev/null 2>&1 || status=$?
	} 2>/dev/null
	[ "$status" = 137 ]
}

# begin_stopped NAME K ARGUMENT...: mdevadm in the background, which stands still after that system
# call until go_on. As begin, but that strace is $BEGUN, and mdevadm $STOPPED.
begin_stopped() {
	local name=$1 k=$2 trace=$BATS_TEST_TMPDIR/stopped

	shift 2
	rm -f "$trace"
	(
		exec >"$BATS_TEST_TMPDIR/output.$BASHPID" 2>&1 3>&-
		exec strace -o "$trace" -e trace="$name" -e inject="$name:signal=SIGSTOP:when=$k" "$MDEVADM" "$@"
	) &
	BEGUN=$!
	ends_with_test "$BEGUN"
	wait_until grep -qs -e '^--- stopped by SIGSTOP' -e '^+++' "$trace"
	STOPPED=$(pgrep -P "$BEGUN") || fail_with "it ended before $name $k"
}
go_on() { kill -CONT "$1"; }
