# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034
# What the programs in this directory share: a place to work in, the points of a run, what can be
# seen of the devices, and the count. See README.md.

HERE=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
TIME_LIMIT=60

# --- options: sets QUICK, SEED and NAMES; the arguments after -- are all names that there are ---

usage() {
	echo "usage: ${0##*/} [--quick | --seed N] [COMMAND...]; COMMAND: $*" >&2
	exit 2
}

# read_options KNOWN... -- ARGUMENT...
read_options() {
	local known=()

	while [ "$1" != -- ]; do
		known+=("$1")
		shift
	done
	shift
	QUICK='' SEED=$RANDOM NAMES=()
	while [ $# -gt 0 ]; do
		case $1 in
		--quick) QUICK=1 ;;
		--seed) [[ "${2:-}" =~ ^[0-9]+$ ]] || usage "${known[@]}"
			QUICK=1 SEED=$2
			shift ;;
		*) [[ " ${known[*]} " == *" $1 "* ]] || usage "${known[@]}"
			NAMES+=("$1") ;;
		esac
		shift
	done
	[ ${#NAMES[@]} -gt 0 ] || NAMES=("${known[@]}")
	[ -z "$QUICK" ] || echo "# a sample; --seed $SEED repeats it"
}

# --- a place to work in ---

# alone ARGUMENT...: the program begins again in name spaces of its own: there the processes that
# stop and drain look through are few and the same each time, and nothing is left behind.
alone() {
	local how=(--mount --pid --fork --kill-child --mount-proc)

	[ -z "${MDEVADM_FAULTS_ALONE:-}" ] || return 0
	[ "$(id -u)" -eq 0 ] || how+=(--map-root-user)
	if unshare "${how[@]}" true 2>/dev/null; then
		MDEVADM_FAULTS_ALONE=1 exec unshare "${how[@]}" "$0" "$@"
	fi
	echo "# no name spaces of its own: other processes change the points"
}

# The sanitizers make a run slow, and one of them cannot work below strace.
choose_programs() {
	local build=${MDEVADM_BUILD:-$HERE/../../build/fast}

	[ -x "$build/src/mdevadm" ] || build=$HERE/../../build/dev
	: "${MDEVADM:=$build/src/mdevadm}" "${MDEVSIM:=$build/tests/sim/mdevsim}"
	export ASAN_OPTIONS=detect_leaks=0
	export LC_ALL=C
	unset MDEVADM_LOCK_TIMEOUT MDEVADM_NESTED MDEVCTL_ENV_ROOT
}

set_up() {
	choose_programs
	trap clean_up EXIT
	trap 'exit 130' INT TERM
	WORK=$(mktemp -d)
	[ -z "${MDEVADM_FAULTS_ALONE:-}" ] || mount -t tmpfs faults "$WORK" 2>/dev/null || true
	export MDEVADM_ROOT=$WORK/root
	SYS=$MDEVADM_ROOT/sys ETC=$MDEVADM_ROOT/etc/mdevctl.d RUN=$MDEVADM_ROOT/run
	mkdir -p "$SYS" "$ETC" "$RUN" "$MDEVADM_ROOT/usr/lib/mdevctl" "$MDEVADM_ROOT/dev"
	ln -s /proc "$MDEVADM_ROOT/proc"
	mount_sim
}

clean_up() {
	umount_sim
	umount "$WORK" 2>/dev/null
	rm -rf "$WORK"
}

mount_sim() {
	SIM_PID=$("$MDEVSIM" "$HERE/../sim/descriptions/zoo.json" "$SYS") || broken "no simulator"
}

umount_sim() {
	[ -n "${SIM_PID:-}" ] || return 0
	umount "$SYS" 2>/dev/null || fusermount3 -u "$SYS" 2>/dev/null || kill "$SIM_PID"
	SIM_PID=
}

# What has nothing to do with the fault does not work.
broken() {
	echo "Bail out! $1: $(said)" >&2
	exit 1
}

# --- the points of a run, and one of them ---

# run_limited COMMAND...: leaves its status in STATUS, 124 if it took too long, and its output in
# $WORK/said. All of its processes are killed then: strace lets go of one that is merely asked to end.
run_limited() {
	local end=$((SECONDS + TIME_LIMIT))

	STATUS=0
	# The shell would tell of a death.
	{ timeout -s KILL "$TIME_LIMIT" "$@" >"$WORK/said" 2>&1 || STATUS=$?; } 2>/dev/null
	[ "$STATUS" -ne 137 ] || [ "$SECONDS" -lt "$end" ] || STATUS=124
}
run_mdevadm() { run_limited "$MDEVADM" "$@"; }

# points_of ARGUMENT...: runs mdevadm, and writes each system call to $WORK/points as "NAME K TASK
# CALL": the Kth of that name of that task, which is `main` or another, a program that is run by it
# left out. They begin with the first call of main below $MDEVADM_ROOT; what comes before is the
# loader's, and so are calls of other tasks with numbers that the loader has, too.
points_of() {
	run_limited strace -f --detach-on=execve -o "$WORK/trace" "$MDEVADM" "$@"
	awk -v root="$MDEVADM_ROOT/" '
		{ if (main == "") main = $1 }
		match($2, /^[a-z0-9_]+\(/) {
			name = substr($2, 1, RLENGTH - 1)
			k = ++n[$1, name]
			if ($1 == main && name != "execve" && index($0, root)) on = 1
			if (!on) before[name] = k
			else if (k > before[name]) print name, k, $1 == main ? "main" : $1, $0
		}' "$WORK/trace" >"$WORK/points"
}

# What the program said, in one line.
said() {
	local lines

	mapfile -t lines 2>/dev/null <"$WORK/said"
	printf '%s' "${lines[*]}"
}

# The first call that was tampered with, in CALL; none if the run did not come to it.
find_call() {
	local line

	CALL=
	while read -r line; do
		[[ "$line" != *"(INJECTED"* ]] || { CALL=${line#* }; return 0; }
	done <"$WORK/trace"
	return 1
}

# sample N: the lines of standard input, or with $QUICK N of them, chosen by $SEED.
sample() {
	local lines i j line

	mapfile -t lines
	RANDOM=$SEED
	for ((i = 0; QUICK && i < $1 && i < ${#lines[@]}; i++)); do
		j=$((i + (RANDOM * 32768 + RANDOM) % (${#lines[@]} - i)))
		line=${lines[i]} lines[i]=${lines[j]} lines[j]=$line
	done
	[ -z "$QUICK" ] || lines=("${lines[@]:0:$1}")
	[ ${#lines[@]} -eq 0 ] || printf '%s\n' "${lines[@]}"
}

# --- the count ---

POINTS=0 FAILED=0 WRONG=()

begin_command() {
	command_points=0 command_failed=0 not_reached=0 command_since=${EPOCHREALTIME/./}
}

# A point begins without a fault found; `wrong TEXT` adds one to it.
begin_point() { WRONG=(); }
wrong() { WRONG+=("$WHEN: $1"); }

# end_point TEXT: what point it was.
end_point() {
	command_points=$((command_points + 1))
	[ ${#WRONG[@]} -gt 0 ] || return 0
	command_failed=$((command_failed + 1))
	printf '# %s\n' "$1"
	printf '#     %s\n' "${WRONG[@]}"
}

end_command() {
	local word='ok' ms=$(((${EPOCHREALTIME/./} - command_since) / 1000))

	[ "$command_failed" = 0 ] && [ "$command_points" -gt 0 ] || word='not ok'
	printf '%s - %s: %s points, %s failed, %s not reached; %s ms a point\n' "$word" "$1" \
		"$command_points" "$command_failed" "$not_reached" \
		"$((command_points ? ms / command_points : 0))"
	POINTS=$((POINTS + command_points))
	FAILED=$((FAILED + command_failed))
	[ "$word" = ok ] || STATUS_AT_END=1
}

# The program's last command.
finish() {
	echo "$POINTS points, $FAILED failed"
	exit "${STATUS_AT_END:-0}"
}
